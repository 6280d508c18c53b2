"""Calls to AWS: read-only, bounded, and every failure told apart.

A call that fails is one of: there is no such thing, we may not ask, no or expired credentials, throttled, late,
unreachable, or not to be understood. The error codes are those of the services' API references.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from ..asking import Refused
from ..record.record import Status

_CODES: dict[str, Status] = {
    **dict.fromkeys(
        ("NoSuchEntity", "NoSuchEntityException", "ResourceNotFoundException", "NotFoundException",
         "PolicyNotFoundException", "TableNotFoundException"),
        "absent",
    ),
    **dict.fromkeys(
        ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException", "NotAuthorized",
         "AWSOrganizationsNotInUseException"),
        "denied",
    ),
    **dict.fromkeys(
        ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"),
        "expired",
    ),
    **dict.fromkeys(
        ("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException",
         "InvalidAccessKeyId", "AuthFailure", "IncompleteSignature", "MissingAuthenticationToken"),
        "no-credentials",
    ),
    **dict.fromkeys(
        ("Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "SlowDown",
         "RequestThrottled", "RequestThrottledException", "LimitExceededException", "PriorRequestNotComplete"),
        "throttled",
    ),
}  # fmt: skip


class Aws:
    """One set of credentials. Clients are made one at a time (a boto3 session is not thread-safe) and used by many.

    `endpoint` replaces the services' addresses, for the embedded cell; `timeouts` are those of connecting and of
    reading, in seconds.
    """

    def __init__(
        self, region: str, *, session: Any = None, endpoint: str | None = None, timeouts: tuple[float, float] = (2, 5)
    ) -> None:
        self._region = region
        self._session = session
        self._endpoint = endpoint
        self._timeouts = timeouts
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}

    def session(self) -> Any:
        """The boto3 session; boto3 is imported when it is first needed. Raises Refused where it is not installed."""
        with self._lock:
            if self._session is None:
                try:
                    import boto3
                except ImportError:
                    raise Refused("misconfigured", "boto3 is not installed") from None
                self._session = boto3.session.Session(region_name=self._region or None)
            return self._session

    def call(self, service: str, operation: str, region: str = "", /, **parameters: Any) -> dict[str, Any]:
        """One call. Returns the answer without its metadata; raises Refused for everything that is no answer."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            client = self._client(service, region or self._region)
            answer = getattr(client, operation)(**parameters)
        except ClientError as error:
            raise _from_code(error.response) from None
        except BotoCoreError as error:
            raise _from_exception(error) from None
        if not isinstance(answer, dict):
            raise Refused("malformed", "the answer is not an object")
        return {key: item for key, item in answer.items() if key != "ResponseMetadata"}

    def _client(self, service: str, region: str) -> Any:
        from botocore.config import Config

        session = self.session()
        with self._lock:
            key = (service, region)
            if key not in self._clients:
                retries = {"mode": "standard", "total_max_attempts": 2}
                connect, read = self._timeouts
                config = Config(connect_timeout=connect, read_timeout=read, retries=retries, max_pool_connections=16)
                self._clients[key] = session.client(
                    service, region_name=region or None, endpoint_url=self._endpoint, config=config
                )
            return self._clients[key]


def show_time(moment: Any) -> str:
    """A time of an answer as RFC 3339 text; "" for none."""
    return moment.isoformat() if isinstance(moment, datetime) else str(moment or "")


def _from_code(response: Any) -> Refused:
    error = response.get("Error", {})
    code, message = str(error.get("Code", "")), str(error.get("Message", ""))
    status = _CODES.get(code)
    if status is None:
        http = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        status = "denied" if http == 403 else "throttled" if http == 429 else "failed"
    return Refused(status, f"{code}: {message}")


def _from_exception(error: Exception) -> Refused:
    """botocore's own exceptions (botocore/exceptions.py) are told apart by the names of their classes."""
    names = {item.__name__ for item in type(error).__mro__}
    detail = f"{type(error).__name__}: {error}"
    if names & {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "NoAuthTokenError",
                "TokenRetrievalError"}:  # fmt: skip
        return Refused("no-credentials", detail)
    if names & {"ProfileNotFound", "NoRegionError", "ConfigParseError", "InvalidConfigError", "ConfigNotFound"}:
        return Refused("misconfigured", detail)
    if names & {"SSOTokenLoadError", "UnauthorizedSSOTokenError"}:
        return Refused("expired", detail)
    if names & {"ReadTimeoutError", "ConnectTimeoutError"}:
        return Refused("timeout", detail)
    if names & {"ResponseParserError", "IncompleteReadError"}:
        return Refused("malformed", detail)
    if names & {"HTTPClientError", "ConnectionError"}:
        return Refused("unreachable", detail)
    return Refused("failed", detail)
