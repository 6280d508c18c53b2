"""What the query of a request picks: lines of a log, objects of a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

_TERM = re.compile(
    r"(?P<not>!)?(?P<key>[\w./-]+)(?: *(?P<op>==?|!=| in | notin ) *(?:\((?P<set>[^)]*)\)|(?P<value>[\w.-]*)))?"
)
_BETWEEN = re.compile(r",(?![^(]*\))")
_WORD = re.compile(r"[\w./-]+ +(?P<odd>\S+)")

Labels = dict[str, str]


class SelectorError(ValueError):
    """A label selector that cannot be read, in the API server's words."""


def log_text(lines: list[tuple[str, str]], query: dict[str, str]) -> bytes:
    """A log as the kubelet gives it: the last `tailLines`, not older than `sinceSeconds`, cut at `limitBytes`."""
    from datetime import datetime, timedelta

    if "sinceSeconds" in query:
        first = datetime.now(UTC) - timedelta(seconds=int(query["sinceSeconds"]))
        lines = [item for item in lines if datetime.fromisoformat(item[0].replace("Z", "+00:00")) >= first]
    if "tailLines" in query:
        lines = lines[len(lines) - min(len(lines), int(query["tailLines"])) :]
    stamped = query.get("timestamps") == "true"
    text = "".join(f"{stamp} {line}\n" if stamped else f"{line}\n" for stamp, line in lines)
    data = text.encode()
    return data[: int(query["limitBytes"])] if "limitBytes" in query else data


def selecting(query: dict[str, str]) -> Callable[[dict[str, Any]], bool]:
    """Which objects fit the label selector (equality and sets) and the field selector. Raises SelectorError."""
    terms = [_fitting(term) for term in filter(None, _BETWEEN.split(query.get("labelSelector", "")))]
    wanted = tuple(_terms(query.get("fieldSelector", "")))

    def selects(item: dict[str, Any]) -> bool:
        labels = item["metadata"].get("labels") or {}
        fields = {"metadata.name": item["metadata"]["name"], "spec.nodeName": item.get("spec", {}).get("nodeName", "")}
        return all(term(labels) for term in terms) and all(fields.get(key) == value for key, value in wanted)

    return selects


def _fitting(term: str) -> Callable[[Labels], bool]:
    found = _TERM.fullmatch(term.strip())
    if found is None:
        odd = _WORD.match(term.strip())
        told = odd["odd"] if odd else term
        raise SelectorError(f"unable to parse requirement: found '{told}', expected: in, notin, =, ==, !=, gt, lt")
    key, operator = found["key"], (found["op"] or "").strip()
    values = {entry.strip() for entry in found["set"].split(",")} if found["set"] is not None else {found["value"]}
    if not operator:
        return lambda labels: (key in labels) != bool(found["not"])
    if operator in ("!=", "notin"):
        return lambda labels: labels.get(key) not in values
    return lambda labels: key in labels and labels[key] in values


def _terms(selector: str) -> Iterator[tuple[str, str]]:
    for term in filter(None, selector.split(",")):
        key, _, value = term.partition("=")
        yield key, value
