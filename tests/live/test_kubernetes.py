"""The way to an API server: what each status means, what is tried again, how the server is found from inside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.demo.servers.wsgi import Served
from checker.live.asking import Refused
from checker.live.clients import connection
from checker.live.clients.connection import Connection, from_inside
from checker.live.clients.kubernetes import Cluster

Answer = tuple[int, dict[str, str], Any]


class Scripted:
    """Answers in the order they were given; `asked` lists the query strings."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[str] = []

    def application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(environ["QUERY_STRING"])
        code, headers, body = self.answers.pop(0)
        data = json.dumps(body).encode()
        start_response(f"{code} {code}", [*headers.items(), ("Content-Length", str(len(data)))])
        return [data]


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def cluster(scripted: Scripted) -> Iterator[Cluster]:
    served = Served(scripted.application)
    yield Cluster(Connection(served.url, "a scripted server"))
    served.stop()


def page(names: list[str], following: str = "") -> Answer:
    return 200, {}, {"metadata": {"continue": following}, "items": [{"name": name} for name in names]}


GONE: Answer = (410, {}, {"message": "The provided continue parameter is too old"})


def test_a_list_that_expires_on_the_way_is_read_once_more(scripted: Scripted, cluster: Cluster) -> None:
    scripted.answers = [page(["a"], "x"), GONE, page(["a"], "y"), page(["b"])]
    assert [item["name"] for item in cluster.pages("/api/v1/pods", {"limit": "1"})] == ["a", "b"]
    assert scripted.asked == ["limit=1", "limit=1&continue=x", "limit=1", "limit=1&continue=y"]


def test_a_list_that_expires_twice_is_no_list(scripted: Scripted, cluster: Cluster) -> None:
    scripted.answers = [GONE, GONE]
    with pytest.raises(Refused, match="too old"):
        list(cluster.pages("/api/v1/pods", {}))


@pytest.mark.parametrize(
    ("code", "status", "attempts"),
    [(401, "expired", 1), (403, "denied", 1), (404, "absent", 1), (429, "throttled", 2), (500, "failed", 2),
     (503, "failed", 2), (302, "failed", 1)],
)  # fmt: skip
def test_what_a_status_means(code: int, status: str, attempts: int, scripted: Scripted, cluster: Cluster) -> None:
    scripted.answers = [(code, {"Retry-After": "0"}, {"message": "no"})] * attempts
    with pytest.raises(Refused) as raised:
        cluster.get("/api/v1/pods")
    assert (raised.value.status, len(scripted.asked)) == (status, attempts)
    assert raised.value.detail.startswith(str(code))


def test_a_hiccup_is_no_failure(scripted: Scripted, cluster: Cluster) -> None:
    scripted.answers = [(429, {"Retry-After": "0"}, {}), (200, {}, {"kind": "Pod"})]
    assert cluster.get("/api/v1/pods") == {"kind": "Pod"}


def test_from_inside_a_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_IN_CLUSTER", str(tmp_path))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    assert from_inside() is None
    (tmp_path / "token").write_text("one\n")
    found = from_inside()
    assert found is not None
    assert (found.host, found.authorization()) == ("https://[fd00::1]:443", "Bearer one")
    # The kubelet renews the token; it is read anew for each request.
    (tmp_path / "token").write_text("two\n")
    assert found.authorization() == "Bearer two"
