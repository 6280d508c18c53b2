"""Answers without end: the reader cuts, whatever the server was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from checker.live.asking import Refused
from checker.live.clients import kubernetes
from checker.live.clients.connection import Connection
from checker.live.clients.kubernetes import Cluster

SENT = 64 * 1024 * 1024


class Endless(BaseHTTPRequestHandler):
    """Sends lines until the reader is gone, or SENT bytes."""

    written = 0

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        piece = b"2026-11-24T03:00:00Z all is well\n" * 2000
        try:
            while Endless.written < SENT:
                self.wfile.write(piece)
                Endless.written += len(piece)
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    Endless.written = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_log_without_end_is_cut(url: str) -> None:
    data = Cluster(Connection(url, "a test")).text("/api/v1/namespaces/t/pods/p/log", {}, 1_000_000)
    assert len(data) == 1_000_000
    assert Endless.written < SENT


def test_an_object_without_end_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubernetes, "_MOST_BYTES", 1_000_000)
    with pytest.raises(Refused, match="larger than"):
        Cluster(Connection(url, "a test")).get("/api/v1/pods")
    assert Endless.written < SENT
