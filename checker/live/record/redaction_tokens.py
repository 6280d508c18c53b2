"""Values that belong to the name of a secret, whatever a language or a library wraps them in.

A line is read as tokens: words, quotes with the backslashes before them (so that a string inside a string is one), and
single characters. Behind a name (`api_key`, `x-api-key`, `Token`, `AWS_SECRET_ACCESS_KEY`) a value follows over glue:
separators, brackets, and the words of wrappers (`Some(`, `AttributeValueMemberS{Value:`, `Cow::Borrowed(`, `"value":`).
Behind a tight separator any value is masked; in a sentence, one with a digit. ARNs, hosts, error names and plain
words of a sentence stay: they say what is wrong.

The patterns stay in one module with the code that calls them, although it is long: from those calls the tests read how
much text each pattern is matched against, and check that none takes quadratic time.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ...iam.expressions import expression
from ...iam.values import NamedTuple

MASK = "[redacted]"

_TOKEN = expression(
    r"\[redacted\]|->|=>|::|\\x22|%22|&quot;|\\+u0022|%3A|\\*[\"'`](?!(?<=\w\w')(?:s|t|re|ve|ll|d|m)\b)"
    r"|(?:(?!%22|%3A)[\w+/~.@%$!#^*]|(?<=\w\w)'(?=(?:s|t|re|ve|ll|d|m)\b)|-(?!>))+(?:=+(?![\w\"'(\[{\\]))?|\s+|."
)
_MENTIONS = expression(r"key|token|secret|passw|passphrase|credential|pwd|AttributeValue", re.IGNORECASE)
_NAME = expression(
    r"(?:[a-z0-9]{1,30}[-_.])*(?:[a-z]{0,20}(?:api|auth|access|secret|private|signing|encryption|license|hmac|account))?"
    r"[-_]?(?:key|token|secret|password|passwd|passphrase|credential|pwd)(?:[-_]?(?:value|hash|str|string))?(s?)"
    r"|(?:[a-z0-9]{1,30}[.])*AttributeValue(?:MemberS|MemberN|MemberB)?"
    r"|(?:\w{0,20}(?:Unknown|Invalid|Duplicate|Missing|Rejected))?(?:Api|Auth)?Key(?:NotFound|Error|Rejected|Invalid)\w{0,20}"
    r"|(?:unknown|invalid|bad|duplicate)_key|LastEvaluatedKey|ExclusiveStartKey",
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
_TIGHT = frozenset(("=", ":", "->", "=>", "|", "::", "%3A"))
_GLUE = frozenset(("&", "*", "]", ")", "}", "\\"))
_SPOKEN = frozenset(("is", "was", "value", "of", "set", "to", "changed", "now", "equals"))
_FIELDS = frozenset(("value", "secret", "plain", "plaintext", "raw", "hash", "data", "key", "pk", "sk", "s", "v"))
_STATES = expression(
    r"(?:not|no|unknown|missing|expired|invalid|required|dispatch|failed|failure|timeout|error|unable|rejected|revoked|ok)",
    re.IGNORECASE,
)
_NOTHING = expression(r"(?:true|false|null|nil|none|undefined|\[redacted\]|redacted|\*+|<nil>|\d{1,4})?", re.IGNORECASE)
_KEPT = expression(
    r"(?:refresh|sync|load|fetch|reload|update|cache|store|table|manager|worker|service)(?:s|ed|er|ing)?|keys?"
    r"|HASH|RANGE|arn:.*|(?:https?://)?(?:[\w-]{1,63}\.){1,8}(?:amazonaws\.com|api\.aws|internal|local|svc|cluster)\S*"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|(?:x509|http|https|error|err|cause|status|code|table|operation|region|endpoint)"
    r"|[A-Z]\w+(?:Exception|Error|Fault)|[\w./-]+\.(?:go|py|js|ts|java|rs|lua|cs|rb|php|kt)(?::\d+)*",
    re.IGNORECASE,
)
_WORD = expression(r"[\w+/~.@%$!#^*=-]+")
_QUOTE = expression(r"\\*[\"'`]|\\x22|%22|&quot;|\\+u0022")
_SEGMENT = expression(r"[-_./:=+~]")
_RESOURCE = expression(
    r"(?:vpce|vpc|subnet|eni|sg|i)-[0-9a-f]{8,17}|[A-Z0-9]{52}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_TRACED = expression(
    r"(?:Root|Parent|Self|traceparent|trace_?id|span_?id|request_?id|sha256)[\"']?[=:]\s?[\"']?$", re.IGNORECASE
)
_MOST_GLUE = 20
_WINDOW = 24
_MOST_STEPS = 12_000


class _Value(NamedTuple):
    """A value: its tokens from `start` up to `end`, whether it is masked in any case, and the bracket it stands in."""

    start: int
    end: int
    is_tight: bool
    bracket: str


def mask_named(text: str) -> str:
    """The text with the values behind names of secrets masked."""
    if not _MENTIONS.search(text):
        return text
    tokens = _TOKEN.findall(text)
    masked: set[tuple[int, int]] = set()
    walked = steps = 0
    for position, word in enumerate(tokens):
        name = _NAME.fullmatch(word)
        if not name or _is_no_name(tokens, position):
            continue
        value = _value_of(tokens, position, is_plural=bool(name[1]))
        if value is not None and _goes("".join(tokens[value.start : value.end]), is_tight=value.is_tight):
            masked.add((value.start, value.end))
        bracket = value.bracket if value is not None else _opened(tokens, position)
        begun = value.end if value is not None else position + 1
        # Nested lists are walked once, and the steps are bounded, for a text of nothing but brackets.
        if bracket and begun >= walked and steps < _MOST_STEPS:
            inner, walked = _inside(tokens, begun, bracket, is_plural=bool(name[1]))
            steps += walked - begun
            masked |= inner
        masked |= _near(tokens, position)
    last = len(tokens)
    for start, end in sorted(masked, reverse=True):
        if end <= last:
            tokens[start:end] = [MASK]
            last = start
    return "".join(tokens)


def _is_no_name(tokens: list[str], number: int) -> bool:
    """Whether a word that looks like the name of a secret is one of a module's path, of KMS, of an object of
    Kubernetes, or of an ARN: `auth_key::cache`, `KMS key …`, `volume "auth-keys"`, `secret "proxy-tls" not found`."""
    behind = "".join(tokens[number + 1 : number + 12])
    before = "".join(tokens[max(0, number - 14) : number]).lower()
    return behind.startswith("::") or bool(_NAMED_OBJECT.search(before)) or _MISSING_OBJECT.match(behind) is not None


_NAMED_OBJECT = expression(
    r"(?:^|\W)(?:kms |(?:volume|configmap|container|mount|table) \\*[\"'`]|arn:aws[\w-]*:secretsmanager:[\w-]*:\d*:)$"
)
_MISSING_OBJECT = expression(r"s? ?\\*\"[a-z.-]+\\*\" (?:not found|is forbidden|already exists)")


def _opened(tokens: list[str], name: int) -> str:
    """The bracket that a structure of this name opens: `AuthKey { id: 1, value: "…" }`, `Key={pk=…}`."""
    for piece in tokens[name + 1 : name + 5]:
        if piece in _BOUNDS:
            return piece
        if not (piece.isspace() or piece in _TIGHT or _QUOTE.fullmatch(piece)):
            return ""
    return ""


def _near(tokens: list[str], name: int) -> set[tuple[int, int]]:
    """What looks like a key in the words behind the name: "API key not found: mq-…"."""
    spans = set()
    for position in range(name + 1, min(len(tokens), name + _WINDOW)):
        if tokens[position] == "\n":
            break
        # Parts of addresses, ARNs and paths are no keys, nor are the ids of requests and images.
        is_traced = _TRACED.search("".join(tokens[max(0, position - 4) : position]))
        if (
            "/" not in tokens[position]
            and not is_traced
            and _is_random(tokens[position])
            and _goes(tokens[position], is_tight=False)
        ):
            spans.add((position, position + 1))
    return spans


def _is_random(word: str) -> bool:
    """Whether letters and digits alternate within a part of a word, as they do in keys and not in names."""
    if len(word) < 8 or _RESOURCE.fullmatch(word):
        return False
    for part in _SEGMENT.split(word):
        kinds = [char.isdigit() for char in part if char.isalnum()]
        turns = sum(kind != following for kind, following in pairwise(kinds))
        if len(part) >= 6 and turns >= 4:
            return True
    return False


def _value_of(tokens: list[str], name: int, *, is_plural: bool) -> _Value | None:
    """What stands where the value of a name belongs, behind any glue; None where nothing does."""
    is_quoted = _is_in_quotes(tokens, name)
    is_tight, bracket = False, ""
    position = name + 1 + is_quoted
    while position < min(len(tokens), name + _MOST_GLUE):
        piece = tokens[position]
        if _QUOTE.fullmatch(piece):
            return _quoted(tokens, position, bracket) if _opens(tokens, position) else None
        if piece == MASK:
            # A wrapper's name was masked as the value: what it wraps is a value as well.
            if not _wraps(tokens, position):
                return None
            is_tight = True
        elif piece in _TIGHT:
            binds = _binds(
                tokens, position, is_quoted=is_quoted, is_plural=is_plural, is_compound=_is_compound(tokens[name])
            )
            is_tight = is_tight or binds
        elif piece in _BOUNDS:
            is_tight, bracket = True, piece
        elif piece == "," and is_quoted:
            is_tight = True
        elif not (piece.isspace() or piece in _GLUE or _is_glue(tokens, position, is_tight=is_tight)):
            is_structure = bool(bracket) and _is_field(tokens, position)
            if not _WORD.match(piece) or (is_plural and not is_tight) or is_structure:
                return None
            if _STATES.fullmatch(piece) and tokens[position - 1].isspace():
                return None
            return _Value(position, position + 1, is_tight or _is_variable(tokens[name]), bracket)
        position += 1
    return None


def _is_in_quotes(tokens: list[str], name: int) -> bool:
    return (
        0 < name < len(tokens) - 1 and bool(_QUOTE.fullmatch(tokens[name + 1])) and tokens[name - 1] == tokens[name + 1]
    )


def _is_compound(name: str) -> bool:
    """Whether a name is that of a field, not a word of a sentence: `accessToken`, `auth_key`, `X-Token`."""
    return "_" in name or "-" in name or (name != name.lower() and name != name.capitalize() and not name.isupper())


def _quoted(tokens: list[str], opened: int, bracket: str) -> _Value | None:
    """What stands between a quote and the next one like it; the rest of the text where there is none. A word that
    announces the value (`"value": "…"`) is no value, nor is the name of another field."""
    for _ in range(3):
        closed = next(
            (position for position in range(opened + 1, len(tokens)) if tokens[position] == tokens[opened]), len(tokens)
        )
        inner = "".join(tokens[opened + 1 : closed])
        follows = next((piece for piece in tokens[closed + 1 : closed + 3] if not piece.isspace()), "")
        if follows not in (":", "=", "=>", "%3A"):
            return _Value(opened + 1, closed, True, bracket) if inner else None
        if inner.lower() not in _WRAPPERS:
            return None
        after = next(
            (at for at in range(closed + 1, min(len(tokens), closed + 6)) if _QUOTE.fullmatch(tokens[at])), None
        )
        if after is None:
            return None
        opened = after
    return None


def _is_glue(tokens: list[str], number: int, *, is_tight: bool) -> bool:
    """Whether a word belongs to a wrapper (a bracket, a quote or a separator follows), or only joins name and value."""
    word = tokens[number].lower().rpartition(".")[2]
    follows = next((piece for piece in tokens[number + 1 : number + 3] if not piece.isspace()), "")
    opens = follows in _BOUNDS or follows in _TIGHT or bool(_QUOTE.fullmatch(follows))
    is_adjacent = number + 1 < len(tokens) and tokens[number + 1] in _BOUNDS
    is_count = tokens[number].isdigit() and follows == ")"
    if is_count or (is_adjacent and is_tight and bool(_WORD.match(word))):
        return True
    return (word in _WRAPPERS and opens) or (word in _SPOKEN and not is_tight)


def _binds(tokens: list[str], number: int, *, is_quoted: bool, is_plural: bool, is_compound: bool) -> bool:
    """Whether a separator binds what follows to the name. A colon in a sentence ("keys: operation error") is followed
    by a blank and words, and behind the name of a logger ("authkeys:refresh failed") by more of it."""
    if tokens[number] != ":" or is_quoted:
        return True
    follows = tokens[number + 1] if number + 1 < len(tokens) else ""
    return not is_plural and (is_compound or not follows.isspace())


def _is_variable(name: str) -> bool:
    """Whether a name is that of an environment variable: what follows it is its value, not a sentence."""
    return "_" in name and name.isupper()


def _wraps(tokens: list[str], number: int) -> bool:
    """Whether a bracket or a string follows, with at most a blank before it."""
    at = number + 1 + (number + 1 < len(tokens) and tokens[number + 1].isspace())
    if at >= len(tokens):
        return False
    return (at == number + 1 and tokens[at] in _BOUNDS) or (bool(_QUOTE.fullmatch(tokens[at])) and _opens(tokens, at))


def _opens(tokens: list[str], number: int) -> bool:
    """Whether a quote begins a string: those like it before it come in pairs."""
    return tokens[:number].count(tokens[number]) % 2 == 0


def _is_field(tokens: list[str], number: int) -> bool:
    """Whether a word is the name of a field of a structure: a separator follows."""
    return next((piece for piece in tokens[number + 1 : number + 3] if not piece.isspace()), "") in (":", "=", "=>")


def _goes(value: str, *, is_tight: bool) -> bool:
    """Whether a text that stands where a value belongs is one to mask."""
    if _NOTHING.fullmatch(value) or _KEPT.fullmatch(value):
        return False
    if is_tight:
        return True
    return len(value) >= 4 and any(char.isdigit() for char in value) and any(char.isalpha() for char in value)


def _inside(tokens: list[str], begun: int, bracket: str, *, is_plural: bool) -> tuple[set[tuple[int, int]], int]:
    """The values in the brackets that a name opens: the others of a list, and those of fields. Returns them, and where
    the walk ended."""
    spans: set[tuple[int, int]] = set()
    position, depth, field = begun, 1, ""
    end = min(len(tokens), begun + 400)
    while position < end and depth:
        piece = tokens[position]
        if piece in _BOUNDS:
            depth += 1
        elif piece in _BOUNDS.values():
            depth -= 1
        elif _QUOTE.fullmatch(piece) and _opens(tokens, position):
            closed = next((at for at in range(position + 1, end) if tokens[at] == piece), end)
            inner = "".join(tokens[position + 1 : closed])
            if _is_field(tokens, closed):
                field = inner
                is_key = is_plural and _goes(inner, is_tight=False) and not _NAME.fullmatch(inner)
                spans |= {(position + 1, closed)} if is_key else set()
            elif inner and _goes(inner, is_tight=True) and not _NAME.fullmatch(inner):
                spans.add((position + 1, closed))
            position = closed
        elif _WORD.match(piece) and piece != MASK:
            if _is_field(tokens, position):
                field = piece
                spans |= {(position, position + 1)} if is_plural and _is_random(piece) else set()
            elif not (position + 1 < len(tokens) and tokens[position + 1] in _BOUNDS):
                is_meant = field.lower() in _FIELDS or bool(_NAME.fullmatch(field))
                if _goes(piece, is_tight=is_meant and tokens[position - 1] in (":", "=", " ")):
                    spans.add((position, position + 1))
        position += 1
    return spans, position
