"""What the query of a request picks: lines of a log, objects of a list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any


def log_text(lines: list[tuple[str, str]], query: dict[str, str]) -> bytes:
    """A log as the kubelet gives it: the last `tailLines`, not older than `sinceSeconds`, cut at `limitBytes`."""
    from datetime import datetime, timedelta

    if "sinceSeconds" in query:
        first = datetime.now(UTC) - timedelta(seconds=int(query["sinceSeconds"]))
        lines = [item for item in lines if datetime.fromisoformat(item[0].replace("Z", "+00:00")) >= first]
    if "tailLines" in query:
        lines = lines[-int(query["tailLines"]) :]
    stamped = query.get("timestamps") == "true"
    text = "".join(f"{stamp} {line}\n" if stamped else f"{line}\n" for stamp, line in lines)
    data = text.encode()
    return data[: int(query["limitBytes"])] if "limitBytes" in query else data


def selects(query: dict[str, str], item: dict[str, Any]) -> bool:
    """Whether an object fits the label and field selectors (equality only)."""
    labels = item["metadata"].get("labels") or {}
    for term in filter(None, query.get("labelSelector", "").split(",")):
        key, equals, value = term.partition("=")
        if key not in labels or (equals and labels[key] != value.removeprefix("=")):
            return False
    fields = {"metadata.name": item["metadata"]["name"], "spec.nodeName": item.get("spec", {}).get("nodeName", "")}
    return all(fields.get(key) == value for key, value in _terms(query.get("fieldSelector", "")))


def _terms(selector: str) -> Iterator[tuple[str, str]]:
    for term in filter(None, selector.split(",")):
        key, _, value = term.partition("=")
        yield key, value
