"""Values that the API server takes and AWS refuses: lengths, patterns, numbers, and tags that stand twice.

A controller pushes an object field by field; what AWS refuses ends in ACK.Terminal (InvalidInput) or is tried again for
ever (ValidationError), and whatever comes after it is not done. So the object as a whole counts as refused.

Sources: limits.json (scripts/update_field_limits.py, from botocore's service models); IAM API Reference, CreateRole and
TagRole: "tag keys are case insensitive" and unique (InvalidInput, "Duplicate tag keys found"); IAM User Guide, "Tags
for IAM resources": a key or value must not begin with `aws:`.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ..iam.documents.holes import has_hole
from ..iam.documents.paths import Path
from ..iam.values import NamedTuple
from ..inventory.objects import Object
from .kinds import IAM_GROUP
from .objects import mapping, sequence
from .placeholders import find_in_text

_FILE = os.path.join(os.path.dirname(__file__), "limits.json")


class Limit(NamedTuple):
    """What AWS refuses in a field: where (a route in the object), what is wrong, and what to write. `at_key` says that
    the key at the end of the route is meant."""

    path: Path
    message: str
    hint: str
    at_key: bool = False


def refused_fields(item: Object) -> tuple[Limit, ...]:
    """Every value of an object's spec that AWS refuses."""
    known = _refused.get(id(item))
    if known is not None and known[0] is item:
        return known[1]
    if len(_refused) >= _most[0]:
        del _refused[next(iter(_refused))]  # the one that was asked about first
    answer = tuple(_refused_fields(item))
    _refused[id(item)] = item, answer
    return answer


def remember(objects: int) -> None:
    """How many objects `refused_fields` remembers at most, for a process that stays: what it remembers, it keeps."""
    _most[0] = objects


_most = [30_000]
_refused: dict[int, tuple[Object, tuple[Limit, ...]]] = {}
"""The answers of `refused_fields` by the id of the object, which is asked about for every role that has to do with
it."""


def _refused_fields(item: Object) -> Iterator[Limit]:
    spec = item.data.get("spec")
    limits = _limits().get(f"{item.api_version} {item.kind}", {})
    for route, limit in limits.items() if isinstance(spec, dict) else ():
        for path, value, at_key in _reached(spec, tuple(route.split("/")), ("spec",)):
            wrong = _wrong(value, limit)
            if wrong is not None:
                yield Limit(path, *wrong, at_key)
    if item.api_version.startswith(f"{IAM_GROUP}/"):
        yield from _tags(sequence(mapping(spec).get("tags")))
    if item.kind == "PodIdentityAssociation" and isinstance(spec, dict):
        yield from _association(spec)


def _association(spec: dict[str, Any]) -> Iterator[Limit]:
    """What EKS and its controller refuse of an association: botocore's model of CreatePodIdentityAssociation ("When
    using this policy, disableSessionTags must be set to true"); eks-controller, references.go (one of a field and its
    reference, never both)."""
    if spec.get("policy") and spec.get("disableSessionTags") is not True:
        wrong = "needs disableSessionTags: true beside it, without which EKS refuses the association"
        yield Limit(("spec", "policy"), wrong, "add disableSessionTags: true", at_key=True)
    for plain, reference in (("roleARN", "roleRef"), ("clusterName", "clusterRef"), ("targetRoleARN", "targetRoleRef")):
        if spec.get(plain) and spec.get(reference):
            wrong = f"stands beside {plain}, and the controller takes one of them"
            yield Limit(("spec", reference), wrong, "keep one of them", at_key=True)
        elif not (spec.get(plain) or spec.get(reference)) and not plain.startswith("target"):
            wrong = f"has neither {plain} nor {reference}, and the controller refuses it"
            yield Limit(("spec",), wrong, f"add {plain} or {reference}", at_key=True)


def refusal(item: Object) -> str:
    """Why AWS refuses an object, so that nothing of it is in place; "" where AWS does not, or where that depends on
    what is filled in later."""
    refused = next((limit for limit in refused_fields(item) if not (item.holes and _is_open(item, limit.path))), None)
    return f"AWS refuses the {item.kind}: {'.'.join(map(str, refused.path))} {refused.message}" if refused else ""


def _is_open(item: Object, path: Path) -> bool:
    value: Any = item.data
    for step in path:
        value = value.get(step) if isinstance(value, dict) else value[int(step)] if isinstance(value, list) else value
    return has_hole(f"{path[-1]} {json.dumps(value, ensure_ascii=False)}", item.holes)


def _tags(tags: list[Any]) -> Iterator[Limit]:
    seen: dict[str, str] = {}
    for number, entry in enumerate(tags):
        key, value = mapping(entry).get("key"), mapping(entry).get("value")
        for name, text in (("key", key), ("value", value)):
            if isinstance(text, str) and text.lower().startswith("aws:"):
                path: Path = ("spec", "tags", number, name)
                yield Limit(path, "begins with aws:, which is reserved for AWS", "write another prefix")
        if not isinstance(key, str):
            continue
        if key.lower() in seen:
            first = seen[key.lower()]
            wrong = "stands twice" if first == key else f"differs from {first} in upper and lower case only"
            wrong += ", and IAM refuses duplicate tag keys"
            yield Limit(("spec", "tags", number, "key"), wrong, "keep one of them")
        seen.setdefault(key.lower(), key)


def _reached(value: Any, route: tuple[str, ...], path: Path) -> Iterator[tuple[Path, Any, bool]]:
    """The values that a route of limits.json leads to: `*` is any item or member, `{key}` any member's name."""
    if not route:
        yield path, value, False
        return
    step, *rest = route
    if step == "{key}":
        yield from (((*path, key), key, True) for key in mapping(value))
    elif step == "*":
        items = value.items() if isinstance(value, dict) else enumerate(sequence(value))
        for key, item in items:
            yield from _reached(item, tuple(rest), (*path, key))
    elif step in mapping(value):
        yield from _reached(value[step], tuple(rest), (*path, step))


def _wrong(value: Any, limit: dict[str, Any]) -> tuple[str, str] | None:
    """What is wrong with a value, and what to write; None where nothing is, or where its type is wrong already."""
    least, most = limit.get("min", 0), limit.get("max")
    if isinstance(value, bool) or not isinstance(value, (str, int, list, dict)):
        return None
    if isinstance(value, int) != ("type" in limit):
        return None
    if isinstance(value, str) and find_in_text(value) is not None:
        return None  # free text may hold placeholders; what will stand there is not known
    if isinstance(value, int):
        is_within = least <= value and (most is None or value <= most)
        return None if is_within else (f"is {value}, and AWS takes {least} to {most}", f"write {least} to {most}")
    size, unit = len(value), "characters" if isinstance(value, str) else "entries"
    if size < least or (most is not None and size > most):
        return f"has {size} {unit}, and AWS takes {least} to {most}", f"write {least} to {most} {unit}"
    if isinstance(value, str) and "pattern" in limit and not _fits(value, limit["pattern"]):
        return _characters(value, limit["pattern"])
    return None


def _characters(value: str, pattern: str) -> tuple[str, str]:
    """What is wrong, and what to write: names the first character that the pattern takes nowhere, else the form."""
    allowed = f"AWS takes {_IN_WORDS.get(pattern, pattern)}"
    if pattern.startswith("["):
        odd = next((char for char in value if not _fits(char, pattern)), None)
        if odd is not None:
            shown = odd if odd.isprintable() and not odd.isspace() else ""
            name = f"the character U+{ord(odd):04X}{f' ({shown})' if shown else ''}"
            return f"has {name}, which AWS refuses", allowed
    return "has a form that AWS refuses", allowed


_IN_WORDS = {
    r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*": "printable characters up to U+00FF, tabs and line breaks",
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+": "letters, digits, spaces and _.:/=+-@",
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*": "letters, digits, spaces and _.:/=+-@",
    r"[\w+=,.@-]+": "letters and digits of ASCII and _+=,.@-",
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": "/ alone, or text of ASCII that begins and ends with /",
    r"((/[A-Za-z0-9\.,\+@=_-]+)*)/": "/ alone, or letters, digits and .,+@=_- between single slashes, one at each end",
}
"""Patterns as people read them; one that is not here is shown as it is."""


def _fits(value: str, pattern: str) -> bool:
    return _pattern(pattern).fullmatch(_plain(value) if r"\p{" in pattern else value) is not None


@lru_cache(maxsize=64)
def _pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of a service model for Python: classes of Unicode become the ASCII characters that `_plain` leaves."""
    plain = pattern.replace(r"\p{L}", "A-Za-z").replace(r"\p{N}", "0-9").replace(r"\p{Z}", " ")
    return re.compile(plain, re.ASCII)


def _plain(text: str) -> str:
    """The text with letters, digits and spaces beyond ASCII as `a`, `0` and a blank, for the patterns of `_pattern`."""
    return text if text.isascii() else "".join(map(_representative, text))


@lru_cache(maxsize=4096)
def _representative(char: str) -> str:
    kind = unicodedata.category(char)[0]
    return char if char < "\x80" else {"L": "a", "N": "0", "Z": " "}.get(kind, char)


@lru_cache(maxsize=1)
def _limits() -> dict[str, dict[str, dict[str, Any]]]:
    with open(_FILE, encoding="utf-8") as file:
        kinds: dict[str, dict[str, dict[str, Any]]] = json.load(file)["kinds"]
    return kinds
