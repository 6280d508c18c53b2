"""A broken constraint said in words: what is wrong, and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from . import CollectionText, Violation

_ARTICLES = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "empty",
}


def say(violation: Violation, where: str) -> tuple[str, str]:
    """(what is wrong, what to write) for one violation; `where` is its path as people read it."""
    name = str(violation.path[-1]) if violation.path else "the document"
    hint = f"write {violation.hint}" if violation.hint else ""
    expected, keyword = violation.expected, violation.keyword
    if keyword == "additionalProperties":
        return f"{where} is not a known field", suggest(violation) or f"known here: {', '.join(expected[:12])}"
    if keyword == "required":
        return f"{where} is missing", f"add {name}"
    if keyword == "type":
        kinds = json.loads(expected) if expected[:1] == "[" else [expected]
        wanted = " or ".join(_ARTICLES[kind] for kind in kinds)
        if "string" in kinds and isinstance(violation.found, (bool, int, float)):
            hint = "put it in quotes"
        return f"{where} is {describe(violation.found)}, and must be {wanted}", hint if violation.path else ""
    if keyword in ("pattern", "minLength"):
        return f"{where} has a form that is not allowed: {show(violation.found)}", hint
    if keyword == "maxLength":
        return f"{where} is too long: {len(str(violation.found))} characters, at most {expected}", hint
    if keyword in ("minimum", "maximum"):
        return f"{where} is out of range: {violation.found}", hint
    if keyword == "maxItems":
        return f"{where} has too many entries, at most {expected}", hint
    if keyword in ("minItems", "minProperties"):
        return f"{where} is empty", hint
    if keyword in ("enum", "const"):
        *most, last = map(str, json.loads(expected)) if keyword == "enum" else (str(expected),)
        allowed = f"write {', '.join(most)} or {last}" if most else f"write {last}"
        return f"{where} is {show(violation.found)}, which is not one of the allowed values", allowed
    if keyword == "anyOf":
        choices = [" and ".join(item.get("required", ())) for item in json.loads(expected)]
        if not all(choices):
            return f"{where} is {describe(violation.found)}, which does not belong there", hint
        return f"{where} has neither {' nor '.join(choices)}", f"add {' or '.join(choices)}"
    return f"{where} breaks the rule {keyword!r}", hint


def suggest(violation: Violation) -> str:
    """For an unknown field the one that was perhaps meant; else, or where none is like it, ""."""
    if violation.keyword != "additionalProperties":
        return ""
    close = closest_field(str(violation.path[-1]), violation.expected)
    return f"write {close}" if close else ""


def closest_field(name: str, known: Sequence[str]) -> str:
    """The field that a name was perhaps meant to be: one of the same words, whatever their number and how they are
    joined (`policiesRef` is policyRefs), else one that looks alike; "" for none."""
    same = [field for field in known if is_of_the_same_words(field, name)]
    import difflib

    close = same if len(same) == 1 else difflib.get_close_matches(name, known, 1, 0.7)
    return close[0] if close else ""


def is_of_the_same_words(one: str, other: str) -> bool:
    """Whether two names have the same words, in any order and number."""
    return _words(one) == _words(other)


def _words(name: str) -> list[str]:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", name)
    singular = (re.sub(r"ies$", "y", part.lower()).rstrip("s") for part in parts)
    return sorted(singular)


def describe(found: Any) -> str:
    """What a place holds, by type; collections arrive as their JSON text."""
    if isinstance(found, bool):
        return f"the boolean {str(found).lower()}"
    if found is None:
        return "empty"
    if isinstance(found, (int, float)):
        return f"the number {found}"
    if isinstance(found, CollectionText):
        return "a mapping" if found.startswith("{") else "a list"
    return f"the string {show(found)}"


def show(found: Any) -> str:
    """A value short enough for a sentence."""
    if not isinstance(found, str):
        return json.dumps(found)
    return json.dumps(found if len(found) <= 60 else found[:57] + "…", ensure_ascii=False)
