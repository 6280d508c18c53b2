"""Which alerts of a payload are looked at."""

from __future__ import annotations

import json

import pytest

from checker.incident.alert import parse_alerts


def alert(status: str, pod: str) -> dict[str, object]:
    return {"status": status, "labels": {"alertname": "auth_keys_refresh_failure", "index_name": "acme", "pod": pod}}


@pytest.mark.parametrize("order", [("resolved", "firing"), ("firing", "resolved")])
def test_an_index_fires_while_one_of_its_pods_does(order: tuple[str, str]) -> None:
    alerts = [alert(status, f"pod-{number}") for number, status in enumerate(order)]
    (parsed,) = parse_alerts(json.dumps({"version": "4", "alerts": alerts}), "alert.json").alerts
    assert not parsed.is_resolved


def test_an_index_whose_pods_are_all_well_is_resolved() -> None:
    alerts = [alert("resolved", "a"), alert("resolved", "b")]
    (parsed,) = parse_alerts(json.dumps({"version": "4", "alerts": alerts}), "alert.json").alerts
    assert parsed.is_resolved
