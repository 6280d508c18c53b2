"""A broken constraint said in words: what is wrong, and what to write instead."""

from __future__ import annotations

import difflib
import json
from typing import Any

from . import Violation

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
        wanted = (
            " or ".join(_ARTICLES[kind] for kind in json.loads(expected))
            if expected[:1] == "["
            else _ARTICLES[expected]
        )
        return f"{where} is {describe(violation.found)}, and {wanted} is due", hint
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
        return f"{where} is {show(violation.found)}, which is not one of the allowed values", hint
    if keyword == "anyOf":
        choices = [" and ".join(item["required"]) for item in json.loads(expected)]
        return f"{where} has neither {' nor '.join(choices)}", f"add {' or '.join(choices)}"
    return f"{where} breaks the rule {keyword!r}", hint


def suggest(violation: Violation) -> str:
    """For an unknown field the one that was perhaps meant; else, or where none is like it, ""."""
    if violation.keyword != "additionalProperties":
        return ""
    close = difflib.get_close_matches(str(violation.path[-1]), violation.expected, 1, 0.7)
    return f"write {close[0]}" if close else ""


def describe(found: Any) -> str:
    """What a place holds, by type; collections arrive as their JSON text."""
    if isinstance(found, bool):
        return f"the boolean {str(found).lower()}"
    if found is None:
        return "empty"
    if isinstance(found, (int, float)):
        return f"the number {found}"
    if found[:1] == "{":
        return "a mapping"
    return "a list" if found[:1] == "[" else f"the string {show(found)}"


def show(found: Any) -> str:
    """A value short enough for a sentence."""
    if not isinstance(found, str):
        return json.dumps(found)
    return json.dumps(found if len(found) <= 60 else found[:57] + "…", ensure_ascii=False)
