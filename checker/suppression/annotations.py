"""Annotations: `checker/ignore: "rule, rule@scope — reason"` on an object; several lines for several reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..findings.place import at
from ..findings.suppression import OnObject, Suppression
from ..iam.expressions import expression
from ..inventory.objects import Object
from .written import invalid, read_rules

ANNOTATION = "checker/ignore"

_END = r"(?=[\s,\u2014]|[:;](?:\s|\Z)|\Z)"
_SCOPE = r"@(?:[^\s,\u2014:;]|[:;](?!\s|\Z))+"
_RULE = rf"[a-z][a-z-]*+(?:{_SCOPE})?{_END}"
_RULES = expression(rf"\s*+({_RULE}(?:\s*+,\s*+{_RULE})*)(?!\s*+[@,])(.*)\Z")


def in_annotations(objects: Iterable[Object]) -> Iterator[Suppression]:
    """The suppressions in the annotations of these objects."""
    for item in objects:
        text = item.annotations.get(ANNOTATION)
        if text is None:
            continue
        place = at(item, ("metadata", "annotations", ANNOTATION))
        lines = [line for line in text.splitlines() if line.strip()]
        if not lines:
            yield invalid("it names no rule", "annotation", place)
        for line in lines:
            match = _RULES.match(line)
            if match is None:
                yield invalid('it is to begin with a rule: "RULE — reason"', "annotation", place)
            else:
                yield from read_rules(match[1], match[2], "annotation", place, OnObject(item.origin, item.pool))
