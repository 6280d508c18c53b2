"""Values that belong to the name of a secret, whatever a language or a library wraps them in.

A line is read as tokens: words, quotes with the backslashes before them (so that a string inside a string is one), and
single characters. Behind a name (`api_key`, `x-api-key`, `Token`, `AWS_SECRET_ACCESS_KEY`) a value follows over glue:
separators, brackets, and the words of wrappers (`Some(`, `AttributeValueMemberS{Value:`, `Cow::Borrowed(`, `"value":`).
Over a tight separator any value goes; in a sentence one that has a digit in it. ARNs, hosts, error names and plain
words of a sentence stay: they say what is wrong.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MASK = "[redacted]"

_TOKEN = re.compile(
    r"\[redacted\]|->|=>|::|\\*[\"'](?!(?<=\w\w')(?:s|t|re|ve|ll|d|m)\b)"
    r"|(?:[\w+/~.@%$!#^*]|(?<=\w\w)'(?=(?:s|t|re|ve|ll|d|m)\b)|-(?!>))+(?:=+(?![\w\"'(\[{\\]))?|\s+|."
)
_MENTIONS = re.compile(r"key|token|secret|passw|passphrase|credential|pwd|AttributeValue", re.IGNORECASE)
_NAME = re.compile(
    r"(?:[a-z0-9]{1,30}[-_.])*(?:[a-z]{0,20}(?:api|auth|access|secret|private|signing|encryption|license|hmac|account))?"
    r"[-_]?(?:key|token|secret|password|passwd|passphrase|credential|pwd)(?:[-_]?(?:value|hash|str|string))?(s?)"
    r"|(?:[a-z0-9]{1,30}[.])*AttributeValue(?:MemberS|MemberN|MemberB)?",
    re.IGNORECASE,
)
_WRAPPERS = frozenset((
    "some", "ok", "just", "value", "val", "v", "string", "str", "secret", "secretstr", "secretstring",
    "secretvalue", "s", "n", "b", "ss", "ns", "bs", "u", "r", "bytes", "option", "optional", "arc", "rc",
    "box", "cow", "borrowed", "owned", "attributevalue", "attributevaluemembers", "attributevaluemembern",
    "attributevaluememberb", "types", "type", "map", "list", "array", "vec", "set", "ref", "ptr", "data",
    "raw", "plain", "plaintext", "text", "name", "x",
))  # fmt: skip
"""What SDKs, languages and libraries for secrets put around a value."""

_BOUNDS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_TIGHT = frozenset(("=", ":", "->", "=>", "|", "::"))
_GLUE = frozenset(("&", "*", "]", ")", "}", "\\"))
_SPOKEN = frozenset(("is", "was", "value", "of"))
_NOTHING = re.compile(r"(?:true|false|null|nil|none|undefined|\[redacted\]|redacted|\*+|<nil>|\d{1,4})?", re.IGNORECASE)
_KEPT = re.compile(
    r"(?:refresh|sync|load|fetch|reload|update|cache|store|table|manager|worker|service)(?:s|ed|er|ing)?|keys?"
    r"|arn:.*|(?:https?://)?(?:[\w-]{1,63}\.){1,8}(?:amazonaws\.com|api\.aws|internal|local|svc|cluster)\S*"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|(?:x509|http|https|error|err|cause|status|code|table|operation|region|endpoint)"
    r"|[A-Z]\w+(?:Exception|Error|Fault)|[\w./-]+\.(?:go|py|js|ts|java|rs|lua|cs|rb|php|kt)(?::\d+)*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w+/~.@%$!#^*=-]+")
_QUOTE = re.compile(r"\\*[\"']")
_MOST_GLUE = 16


class _Value(NamedTuple):
    """A value: its tokens from `start` up to `end`, whether it goes whatever it is, and the bracket it stands in."""

    start: int
    end: int
    is_tight: bool
    bracket: str


def mask_named(text: str) -> str:
    """The text with the values behind names of secrets masked."""
    if not _MENTIONS.search(text):
        return text
    tokens = _TOKEN.findall(text)
    gone: list[tuple[int, int]] = []
    for place, word in enumerate(tokens):
        found = _NAME.fullmatch(word)
        value = _value_of(tokens, place, is_plural=bool(found[1])) if found else None
        if value is not None and _goes("".join(tokens[value.start : value.end]), is_tight=value.is_tight):
            gone.append((value.start, value.end))
            gone += _rest_of_list(tokens, value)
    for start, end in sorted(set(gone), reverse=True):
        tokens[start:end] = [MASK]
    return "".join(tokens)


def _value_of(tokens: list[str], name: int, *, is_plural: bool) -> _Value | None:
    """What stands in the place of a name's value, over glue; None where nothing does."""
    is_quoted = (
        0 < name < len(tokens) - 1 and bool(_QUOTE.fullmatch(tokens[name + 1])) and tokens[name - 1] == tokens[name + 1]
    )
    is_tight, bracket = False, ""
    place = name + 1 + is_quoted
    while place < min(len(tokens), name + _MOST_GLUE):
        piece = tokens[place]
        if _QUOTE.fullmatch(piece):
            return _quoted(tokens, place, bracket) if _opens(tokens, place) else None
        if piece == MASK:
            # A wrapper's name was taken for the value: what it wraps is one as well.
            if not _wraps(tokens, place):
                return None
            is_tight = True
        elif piece in _TIGHT:
            is_tight = is_tight or _binds(tokens, place, is_quoted=is_quoted, is_plural=is_plural)
        elif piece in _BOUNDS:
            is_tight, bracket = True, piece
        elif piece == "," and is_quoted:
            is_tight = True
        elif not (piece.isspace() or piece in _GLUE or _is_glue(tokens, place, is_tight=is_tight)):
            if (
                not _WORD.match(piece)
                or (is_plural and not is_tight)
                or (bracket in ("{", "(") and _is_field(tokens, place))
            ):
                return None
            return _Value(place, place + 1, is_tight or _is_variable(tokens[name]), bracket)
        place += 1
    return None


def _quoted(tokens: list[str], opened: int, bracket: str) -> _Value | None:
    """What stands between a quote and the next one like it; the rest of the line where there is none. A word that names
    the value (`"value": "…"`) is none."""
    closed = next((place for place in range(opened + 1, len(tokens)) if tokens[place] == tokens[opened]), len(tokens))
    inner = "".join(tokens[opened + 1 : closed])
    follows = next((piece for piece in tokens[closed + 1 : closed + 3] if not piece.isspace()), "")
    if inner.lower() in _WRAPPERS and follows in (":", "="):
        after = next((place for place in range(closed + 1, len(tokens)) if _QUOTE.fullmatch(tokens[place])), None)
        return _quoted(tokens, after, bracket) if after is not None and after < closed + 6 else None
    return _Value(opened + 1, closed, True, bracket) if inner else None


def _is_glue(tokens: list[str], place: int, *, is_tight: bool) -> bool:
    """Whether a word belongs to a wrapper (a bracket, a quote or a separator follows), or only joins name and value."""
    word = tokens[place].lower().rpartition(".")[2]
    follows = next((piece for piece in tokens[place + 1 : place + 3] if not piece.isspace()), "")
    opens = follows in _BOUNDS or follows in _TIGHT or bool(_QUOTE.fullmatch(follows))
    return (word in _WRAPPERS and opens) or (word in _SPOKEN and not is_tight)


def _binds(tokens: list[str], place: int, *, is_quoted: bool, is_plural: bool) -> bool:
    """Whether a separator binds what follows to the name. A colon in a sentence ("keys: operation error") is followed
    by a blank and words, and behind the name of a logger ("authkeys:refresh failed") by more of it."""
    if tokens[place] != ":" or is_quoted:
        return True
    follows = tokens[place + 1] if place + 1 < len(tokens) else ""
    return not is_plural and not follows.isspace()


def _is_variable(name: str) -> bool:
    """Whether a name is that of an environment variable: what follows it is its value, not a sentence."""
    return "_" in name and name.isupper()


def _wraps(tokens: list[str], place: int) -> bool:
    """Whether a bracket or a string follows, with at most a blank before it."""
    at = place + 1 + (place + 1 < len(tokens) and tokens[place + 1].isspace())
    if at >= len(tokens):
        return False
    return (at == place + 1 and tokens[at] in _BOUNDS) or (bool(_QUOTE.fullmatch(tokens[at])) and _opens(tokens, at))


def _opens(tokens: list[str], place: int) -> bool:
    """Whether a quote begins a string: those like it before it come in pairs."""
    return tokens[:place].count(tokens[place]) % 2 == 0


def _is_field(tokens: list[str], place: int) -> bool:
    """Whether a word is the name of a field of a structure: a separator follows."""
    return next((piece for piece in tokens[place + 1 : place + 3] if not piece.isspace()), "") in (":", "=")


def _goes(value: str, *, is_tight: bool) -> bool:
    """Whether what stands in the place of a value is one."""
    if _NOTHING.fullmatch(value) or _KEPT.fullmatch(value):
        return False
    if is_tight:
        return True
    return len(value) >= 4 and any(char.isdigit() for char in value) and any(char.isalpha() for char in value)


def _rest_of_list(tokens: list[str], first: _Value) -> list[tuple[int, int]]:
    """The values that follow the first one in its brackets: a list of keys has more than one."""
    if first.bracket not in ("[", "{", "("):
        return []
    found, place = [], first.end
    while place < min(len(tokens), first.end + 400) and tokens[place] != _BOUNDS[first.bracket]:
        if tokens[place] == "," or tokens[place].isspace():
            following = next((at for at in range(place + 1, len(tokens)) if not tokens[at].isspace()), len(tokens) - 1)
            if _QUOTE.fullmatch(tokens[following]):
                value = _quoted(tokens, following, first.bracket)
                if (
                    value is not None
                    and not _is_field(tokens, value.end)
                    and _goes("".join(tokens[value.start : value.end]), is_tight=True)
                ):
                    found.append((value.start, value.end))
                    place = value.end
            elif (
                _WORD.match(tokens[following])
                and not _is_field(tokens, following)
                and _goes(tokens[following], is_tight=False)
            ):
                found.append((following, following + 1))
        place += 1
    return found
