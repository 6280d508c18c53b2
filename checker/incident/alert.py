"""From an Alertmanager webhook payload (version 4) to the indexes it names. Labels are untrusted input.

Source: Prometheus documentation, "Alertmanager: Configuration", section webhook_config; unknown keys are tolerated,
as newer versions add some.
"""

from __future__ import annotations

import json
from typing import Any

from ..ack.objects import mapping, sequence, text
from ..errors import UsageError
from ..iam.expressions import expression
from ..iam.values import NamedTuple

ALERT = "auth_keys_refresh_failure"

_INDEX = expression(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_ACCOUNT = expression(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,126}[A-Za-z0-9])?")


class Alert(NamedTuple):
    """One index that an alert fires for. `is_resolved`: the alert says that it is over."""

    index_name: str
    account_id: str
    is_resolved: bool


class Payload(NamedTuple):
    """The indexes of a payload, firing ones first, each once; sentences on alerts that were not looked at; how many
    alerts the payload says were cut off.
    """

    alerts: tuple[Alert, ...]
    odd: tuple[str, ...]
    left_out: int


def parse_alerts(given: str, name: str) -> Payload:
    """The alerts of a payload. Raises UsageError, naming the source, for anything that is no such payload, or in which
    no alert has a usable label.
    """
    try:
        payload = json.loads(given)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name}: this is not JSON, so it is no alert: {error}") from None
    if not isinstance(payload, dict) or payload.get("version") != "4" or not isinstance(payload.get("alerts"), list):
        raise UsageError(f'{name}: this is no Alertmanager webhook payload (version "4" with a list of alerts)')
    common = mapping(payload.get("commonLabels"))
    alerts: dict[tuple[str, str], Alert] = {}
    odd: list[str] = []
    for item in sequence(payload["alerts"]):
        try:
            alert = _alert(mapping(item), common, name)
        except UsageError as error:
            odd += error.lines
            continue
        if isinstance(alert, str):
            odd.append(alert)
            continue
        known = alerts.get((alert.index_name, alert.account_id))
        # Several pods of an index may each have one: it fires while one of them does.
        if known is None or (known.is_resolved and not alert.is_resolved):
            alerts[alert.index_name, alert.account_id] = alert
    if not alerts:
        raise UsageError(*(odd or [f"{name}: no alert in it has the label index_name"]))
    cut = payload.get("truncatedAlerts")
    ordered = tuple(sorted(alerts.values(), key=lambda alert: alert.is_resolved))
    return Payload(ordered, tuple(odd), cut if type(cut) is int else 0)


def _alert(item: dict[str, Any], common: dict[str, Any], name: str) -> Alert | str:
    """The alert, or why it cannot be looked at."""
    labels = {**common, **mapping(item.get("labels"))}
    alert_name = text(labels.get("alertname"))
    if alert_name not in (None, ALERT):
        return f"{name}: alert {show(alert_name)} is not {ALERT}, so it was not looked at"
    if "index_name" not in labels:
        return f"{name}: an alert in it has no label index_name"
    index = check_index(labels["index_name"], f"{name}: label index_name")
    label = labels.get("account_id", "")
    account_id = check_account_id(label, f"{name}: label account_id") if label != "" else ""
    return Alert(index, account_id, item.get("status") == "resolved")


def check_index(given: Any, where: str) -> str:
    """The name of an index, if it is one: letters, digits, dots, dashes and underscores, 63 at most, as in a Kubernetes
    label (Kubernetes documentation, "Labels and Selectors"). Raises UsageError.
    """
    if not isinstance(given, str) or not _INDEX.fullmatch(given):
        raise UsageError(f"{where} is {show(given)}, which is no name of an index (letters, digits, '-', '_', '.')")
    return given


def check_account_id(given: Any, where: str) -> str:
    """An account_id, if it is an identifier. Raises UsageError."""
    if not isinstance(given, str) or not _ACCOUNT.fullmatch(given):
        raise UsageError(f"{where} is {show(given)}, which is no identifier")
    return given


def show(given: Any) -> str:
    """A value short enough for a sentence, control characters escaped."""
    shown = json.dumps(given)
    return shown if len(shown) <= 60 else shown[:57] + "…"
