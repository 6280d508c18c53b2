"""What is wrong with text that is not JSON, said the way a person would say it, at the character to change.

Python's decoder stops where it can no longer go on, which is often one token after the mistake and differs between
versions; here the place is the mistake itself.
"""

from __future__ import annotations

import json
import re
import unicodedata

from ..expressions import expression

_SPACE = " \t\r\n"


def explain_syntax(text: str, error: ValueError) -> tuple[int, str, str]:
    """Takes JSON text and the decoder's error; returns (offset in code points, what is wrong, what to write
    instead).
    """
    if not text.strip():
        return 0, "the document is empty", "write a policy document, or remove the field"
    if not isinstance(error, json.JSONDecodeError):
        if constant := _CONSTANT.search(text):
            return constant.start(), f"this is not JSON: {constant[0]} is no value", "write a plain string or number"
        return 0, "this is not JSON: a number has too many digits", "write a plain string or number"
    offset = min(error.pos, len(text))
    after = _skip_space(text, offset)
    before = _last_before(text, after)
    here = text[after : after + 1]
    if unicodedata.category(here or " ") in ("Cf", "Zs", "Cc") and here not in _SPACE:
        name = unicodedata.name(here, "a control character").lower()
        return after, f"an invisible character stands here, U+{ord(here):04X} ({name})", "delete it, or write a space"
    comma = after if here == "," else before if text[before : before + 1] == "," else None
    if comma is not None and text[_skip_space(text, comma + 1) :][:1] in ("]", "}"):
        return comma, "a trailing comma: JSON allows none before a closing bracket", "delete the comma"
    if re.match(r"\s*[A-Za-z][\w-]*:(\s|$)", text):
        return _skip_space(text, 0), "this is YAML, and a policy document must be JSON", "write it as JSON"
    if text.startswith(("//", "/*", "#"), after):
        return after, "a comment: JSON has none", "move the comment into the YAML around the document"
    if here == "'":
        return after, "a single quote: JSON strings stand in double quotes", 'write "…" instead'
    if "control character" in error.msg:
        return offset, "a line break or control character inside a string", r"close the string on its line, or write \n"
    if "Unterminated string" in error.msg:
        return offset, "this string is never closed", 'add the closing "'
    if "escape" in error.msg:
        return offset, "an escape sequence that JSON does not know", r"write \\ for a backslash"
    if error.msg.startswith("Extra data"):
        return after, "text after the end of the document", "delete it, or join both into one document"
    if after >= len(text):
        return max(len(text.rstrip()) - 1, 0), "the document ends too early", "close the open brackets"
    if "',' delimiter" in error.msg:
        return (
            after,
            "a comma is missing before this",
            "put a comma after the value before it, or close the string that swallowed it",
        )
    if "':' delimiter" in error.msg:
        return after, "a colon is missing after the key", 'write "Key": value'
    if "property name" in error.msg:
        return after, "a key in double quotes is due here", 'write "Key": value'
    return after, "a value is due here", "write a string in double quotes, a list or an object"


_CONSTANT = expression(r"(?<![\w\"])(-?Infinity|NaN)\b")


def _skip_space(text: str, offset: int) -> int:
    while offset < len(text) and text[offset] in _SPACE:
        offset += 1
    return offset


def _last_before(text: str, offset: int) -> int:
    offset -= 1
    while offset > 0 and text[offset] in _SPACE:
        offset -= 1
    return offset
