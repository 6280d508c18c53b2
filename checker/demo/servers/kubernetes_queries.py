"""What the query of a request picks: lines of a log, objects of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

from ...iam.expressions import expression

_TERM = expression(
    r"(?P<not>!)?(?P<key>[\w./-]+)(?: *(?P<op>==?|!=| in | notin ) *(?:\((?P<set>[^)]*)\)|(?P<value>[\w.-]*)))?"
)
_TERMS = expression(r"(?:[^,(]|\([^)]*\)?)+")
_WORD = expression(r"[\w./-]+ +(?P<odd>\S+)")

Labels = dict[str, str]


_FIELDS = {"pods": ("spec.nodeName", "spec.serviceAccountName", "status.phase")}
"""Fields that lists can be selected by, besides name and namespace: only those that are asked for here."""


class QueryError(ValueError):
    """A query that cannot be read, in the API server's words."""


def number(query: dict[str, str], option: str, otherwise: int) -> int:
    """An option that is a whole number. Raises QueryError."""
    text = query.get(option)
    try:
        return otherwise if text is None else int(text)
    except ValueError:
        raise QueryError(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def paged(
    items: list[dict[str, Any]], query: dict[str, str], version: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The page that is asked for, and the metadata of the list. Raises QueryError."""
    limit = number(query, "limit", 0) or len(items)
    token = query.get("continue", "0")
    if not token.isdecimal():
        raise QueryError("invalid continue token: continue key is not valid")
    start = int(token)
    following = start + limit
    metadata: dict[str, Any] = {"resourceVersion": version}
    if following < len(items):
        metadata |= {"continue": str(following), "remainingItemCount": len(items) - following}
    return items[start:following], metadata


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


def selecting(query: dict[str, str], plural: str) -> Callable[[dict[str, Any]], bool]:
    """Which objects fit the label selector (equality and sets) and the field selector. Raises QueryError."""
    terms = [_fitting(term) for term in _TERMS.findall(query.get("labelSelector", ""))]
    wanted = dict(_fields(query.get("fieldSelector", ""), plural))

    def selects(item: dict[str, Any]) -> bool:
        labels = item["metadata"].get("labels") or {}
        return all(term(labels) for term in terms) and all(_at(item, key) == value for key, value in wanted.items())

    return selects


def _at(item: dict[str, Any], field: str) -> str:
    part, _, name = field.partition(".")
    return str((item.get(part) or {}).get(name, ""))


def _fitting(term: str) -> Callable[[Labels], bool]:
    parts = _TERM.fullmatch(term.strip())
    if parts is None:
        odd = _WORD.match(term.strip())
        unexpected = odd["odd"] if odd else term
        raise QueryError(f"unable to parse requirement: found '{unexpected}', expected: in, notin, =, ==, !=, gt, lt")
    key, operator = parts["key"], (parts["op"] or "").strip()
    values = {entry.strip() for entry in parts["set"].split(",")} if parts["set"] is not None else {parts["value"]}
    if not operator:
        return lambda labels: (key in labels) != bool(parts["not"])
    if operator in ("!=", "notin"):
        return lambda labels: labels.get(key) not in values
    return lambda labels: key in labels and labels[key] in values


def _fields(selector: str, plural: str) -> Iterator[tuple[str, str]]:
    for term in filter(None, selector.split(",")):
        key, equals, value = term.partition("=")
        if not equals:
            raise QueryError(f"invalid selector: '{selector}'; can't understand '{term}'")
        if key not in ("metadata.name", "metadata.namespace", *_FIELDS.get(plural, ())):
            raise QueryError(f"field label not supported: {key}")
        yield key, value.removeprefix("=")
