"""Layouts of logs that spread an event over rows, or wrap it: each event is one, and none swallows its neighbour."""

from __future__ import annotations

import json

import pytest

from checker.live.log.log import read


def counted(*rows: str) -> tuple[int, int, int]:
    """Failures, successes and trouble of rows that were all written within one second, as a slow flush leaves them."""
    found = read("\n".join(f"2026-11-24T03:00:00Z {row}" for row in rows).encode(), 10**9, 10**9)
    return found["failures"], found["refreshes"], found["trouble"]


def docker(said: str) -> str:
    return json.dumps({"log": said + "\n", "stream": "stderr", "time": "2026-11-24T03:00:00Z"}, separators=(",", ":"))


REQUEST = 'client: 10.0.0.1, server: , request: "POST /indexes/acme/search HTTP/1.1"'
UPSTREAM = 'upstream: "http://10.0.0.9:8080/x", host: "y"'

LAYOUTS = {
    ".NET's console": (
        ["fail: Proxy.AuthKeys[0]", "      Refresh of auth keys failed", "info: Proxy.AuthKeys[0]", "      Auth keys refreshed"],
        (1, 1, 0),
    ),
    ".NET, critical": (["crit: Proxy.AuthKeys[0]", "      giving up on the auth keys"], (1, 0, 0)),
    ".NET, another's": (["fail: Proxy.Billing[0]", "      unexpected state"], (0, 0, 1)),
    "java.util.logging": (
        [
            "Nov 27, 2026 10:31:07 AM com.x.AuthKeys refresh", "SEVERE: Failed to refresh auth keys: AccessDenied",
            "Nov 27, 2026 10:32:07 AM com.x.AuthKeys refresh", "INFO: auth keys refreshed",
        ],
        (1, 1, 0),
    ),
    "indented records": (
        ['level=error msg="failed to refresh auth keys"', '  level=info msg="auth keys refreshed"'],
        (1, 1, 0),
    ),
    "indented details": (
        ["level=error msg=\"failed to refresh auth keys\"", "  cause: no such host", "  at refresh (keys.js:8)"],
        (1, 0, 0),
    ),
    "Docker's json-file": (
        [docker('level=error msg="failed to refresh auth keys"'), docker('level=info msg="auth keys refreshed"'), docker("level=error msg=boom")],
        (1, 1, 1),
    ),
    "Docker's json-file, JSON within": (
        [docker('{"level":"error","msg":"auth keys refresh failed"}'), docker('{"level":"info","msg":"GET /x 200"}')],
        (1, 0, 0),
    ),
    "a record of one's own that has a log in it": (['{"log":"auth keys refresh failed","level":"error","pid":1}'], (1, 0, 0)),
    "nginx, a subrequest of its own": (
        [f'2026/11/27 10:31:07 [warn] 7#7: *1 upstream timed out, {REQUEST}, subrequest: "/_auth_keys", {UPSTREAM}'],
        (1, 0, 0),
    ),
    "nginx, a customer's request": (
        [f"2026/11/27 10:31:07 [error] 7#7: *1 upstream prematurely closed connection, {REQUEST}, {UPSTREAM}"],
        (0, 0, 0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_event_counts_once(name: str) -> None:
    rows, expected = LAYOUTS[name]
    assert counted(*rows) == expected
