"""GET and POST on a Kubernetes API server: fixed paths, plain JSON, bounded time and retries.

The kubernetes package's client models are not used: they cost seconds to import and hundreds of megabytes for a large
namespace (docs/decisions.md has the figures). What is asked here only reads; the one POST is SelfSubjectAccessReview,
which creates nothing (Kubernetes documentation, "Authorization Overview": "Checking API access").
`fix.cluster.writing` is the only module that sends anything else.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from ..asking import Refused
from .connection import Connection

if TYPE_CHECKING:
    import urllib3

PARTIAL = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json"
"""Asks for the metadata of the objects only."""

_GOOD = {"GET": (200,), "POST": (200, 201), "PATCH": (200, 201), "DELETE": (200, 202)}
_AGAIN = (429, 500, 502, 503, 504)
_LONGEST_PAUSE = 2.0


class Cluster:
    """An API server. `connect` and `read` are timeouts in seconds."""

    def __init__(self, connection: Connection, *, connect: float = 2, read: float = 10) -> None:
        import urllib3

        self.described = connection.described
        self._host = connection.host.rstrip("/")
        self._authorization = connection.authorization
        options: dict[str, Any] = {}
        if self._host.startswith("https:"):
            options["ssl_context"] = _tls(connection)
            if connection.server_name:
                options["server_hostname"] = connection.server_name
        options |= {"maxsize": 16, "retries": False, "timeout": urllib3.Timeout(connect=connect, read=read)}
        proxy = _proxy_for(self._host)
        self._pool = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)

    def get(self, path: str, query: Mapping[str, str] | None = None, accept: str = "application/json") -> Any:
        """The JSON behind a path. Raises Refused for everything else, a missing object included ("absent")."""
        return parsed(self.send("GET", path, query, accept))

    def text(self, path: str, query: Mapping[str, str], most: int) -> bytes:
        """The bytes behind a path, such as a log; at most `most`, as a server might ignore the query's limit."""
        return self.send("GET", path, query, "*/*", most=most)

    def review(self, group: str, resource: str, verb: str, namespace: str = "", subresource: str = "") -> bool:
        """Whether we may do this, by SelfSubjectAccessReview."""
        attributes = {"group": group, "resource": resource, "verb": verb}
        attributes |= {"namespace": namespace} if namespace else {}
        attributes |= {"subresource": subresource} if subresource else {}
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        answer = parsed(self.send("POST", path, None, "application/json", json.dumps(body)))
        return bool(answer["status"]["allowed"])

    def pages(self, path: str, query: Mapping[str, str], accept: str = "application/json") -> Iterator[dict[str, Any]]:
        """The items of a list, page by page. A list that expires on the way (410) is read once more from the start."""
        try:
            listed = list(self._pages(path, query, accept))
        except Refused as error:
            if error.status != "failed" or not error.detail.startswith("410"):
                raise
            listed = list(self._pages(path, query, accept))
        for items in listed:
            yield from items

    def _pages(self, path: str, query: Mapping[str, str], accept: str) -> Iterator[list[dict[str, Any]]]:
        following = ""
        while True:
            page = self.get(path, {**query, **({"continue": following} if following else {})}, accept)
            items = page.get("items")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise Refused("malformed", "the list has no items")
            yield items
            following = page.get("metadata", {}).get("continue") or ""
            if not following:
                return

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        accept: str = "application/json",
        body: str | None = None,
        content_type: str = "application/json",
        most: int | None = None,
    ) -> bytes:
        """One request, repeated once after a failure if that is safe. The answer is cut after `most` bytes; without
        `most`, one of over 256 MB is refused. Raises Refused."""
        import urllib3

        stores = method == "DELETE" or (method == "PATCH" and not (query or {}).get("dryRun"))
        address = self._host + quote(path) + (f"?{urlencode(query)}" if query else "")
        for attempt in (1, 2):
            try:
                headers = {"Accept": accept, "User-Agent": "checker", **self._credentials()}
                if body is not None:
                    headers["Content-Type"] = content_type
                answer = self._pool.request(
                    method, address, body=body, headers=headers, redirect=False, preload_content=False
                )
                data = _read(answer, _MOST_BYTES if most is None else most, is_cut_allowed=most is not None)
            except urllib3.exceptions.HTTPError as error:
                if attempt == 2 or stores or isinstance(error, urllib3.exceptions.TimeoutError):
                    raise _unreached(error) from None
                continue
            if answer.status in _GOOD[method]:
                return data
            if attempt == 1 and answer.status in _AGAIN and not stores:
                time.sleep(_pause(answer.headers.get("Retry-After", "")))
                continue
            raise _refused(answer.status, data)
        raise Refused("failed", "there was no answer")

    def _credentials(self) -> dict[str, str]:
        value = self._authorization()
        return {"Authorization": value} if value else {}


_MOST_BYTES = 256 * 1024 * 1024
_PIECE = 1024 * 1024


def _read(answer: urllib3.BaseHTTPResponse, most: int, *, is_cut_allowed: bool) -> bytes:
    """The body of an answer, read piece by piece, so that one without end takes no more memory than is allowed."""
    pieces: list[bytes] = []
    size = 0
    while size < most + 1 and (piece := answer.read(min(_PIECE, most + 1 - size))):
        pieces.append(piece)
        size += len(piece)
    if size <= most:
        answer.release_conn()
        return b"".join(pieces)
    # The rest is not wanted, and a connection with unread data is of no use to the next request.
    answer.close()
    if not is_cut_allowed:
        raise Refused("malformed", f"the answer is larger than {most // 1024 // 1024} MB")
    return b"".join(pieces)[:most]


def _proxy_for(host: str) -> str | None:
    """The proxy that the environment names for this host (HTTPS_PROXY, NO_PROXY), as kubectl does."""
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(host)
    return None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)


def _tls(connection: Connection) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=connection.ca_file, cadata=connection.ca_text)
        if connection.client_files:
            context.load_cert_chain(*connection.client_files)
    except (OSError, ssl.SSLError, ValueError) as error:
        raise Refused("misconfigured", f"the certificates of {connection.described} cannot be used: {error}") from None
    if not connection.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def parsed(data: bytes) -> Any:
    """The JSON object in an answer. Raises Refused."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise Refused("malformed", "the answer is not JSON") from None
    if not isinstance(value, dict):
        raise Refused("malformed", "the answer is not a JSON object")
    return value


def _pause(asked: str) -> float:
    return min(float(asked), _LONGEST_PAUSE) if asked.isdigit() else 0.2


def _unreached(error: urllib3.exceptions.HTTPError) -> Refused:
    import urllib3

    is_late = isinstance(error, urllib3.exceptions.TimeoutError) and not isinstance(
        error, urllib3.exceptions.NewConnectionError
    )
    message = str(error).strip()
    return Refused("timeout" if is_late else "unreachable", f"{type(error).__name__}: {message[:300]}")


def _refused(code: int, data: bytes) -> Refused:
    """What a status code means (Kubernetes API conventions, "HTTP Status codes")."""
    reasons: tuple[str, ...] = ()
    try:
        body = json.loads(data)
        message = str(body.get("message", ""))
        causes = (body.get("details") or {}).get("causes") or ()
        reasons = tuple(str(item.get("reason", "")) for item in causes)
    except (ValueError, AttributeError, TypeError, RecursionError):
        message = data[:200].decode("utf-8", "replace")
    detail = f"{code} {message}".strip()
    if code == 401:
        return Refused("expired", f"{detail} (the cluster does not accept the credentials)")
    if code == 403:
        return Refused("denied", detail)
    if code == 404:
        return Refused("absent", detail)
    if code == 429:
        return Refused("throttled", detail)
    return Refused("failed", detail, reasons)
