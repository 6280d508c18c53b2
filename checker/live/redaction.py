"""Secrets out of text, before anything is stored or shown.

What counts as one: AWS access keys and session tokens (IAM User Guide, "IAM identifiers": AKIA and ASIA prefixes),
signed URLs (SigV4 query parameters), JSON Web Tokens, EKS bearer tokens (`k8s-aws-v1.`), authorization headers, values
that stand after a name such as password or api key, user information in URLs, and long random words on their own, as
API keys are. Kept are ARNs, unique ids of roles (AROA…), request ids and UUIDs: AWS support asks for them and they open
nothing.
"""

from __future__ import annotations

import re

MASK = "[redacted]"

_STRONG = (
    r"(?:x[-_])?api[-_ ]?key|secret(?:[-_ ]?(?:access)?[-_ ]?key)?|pass(?:word|wd|phrase)?|pwd|authorization"
    r"|(?:set-)?cookie|session[-_ ]?id|private[-_ ]?key|client[-_ ]?secret"
)
_WEAK = r"(?:[a-z]+[-_])*(?:token|signature|credential|(?:auth|api)[-_ ]?key)s?"
_QUOTED = r"\"(?!\[redacted\])(?:[^\"\\]|\\.)*\"|'(?!\[redacted\])(?:[^'\\]|\\.)*'|\[(?!redacted\])[^\]]*\]"
_ATTRIBUTE = r"(?:&?\{\s*[\"']?(?:S|N|B|Value)[\"']?\s*:\s*)?"
_PLAIN = r"(?!true\b|false\b|null\b|nil\b)[^\s,;&(){}\[\]\"']+"
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), replacement)
    for pattern, replacement in (
        (r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|$)", MASK),
        (r"\bk8s-aws-v1\.[\w-]+", MASK),
        (r"\bey[\w-]{8,}(?:\.[\w-]*)+", MASK),
        (r"(X-Amz-(?:Security-Token|Signature|Credential)(?:=|%3D))[^&\s\"']+", rf"\1{MASK}"),
        (r"((?:Credential|Signature)=)[^,\s\"']+", rf"\1{MASK}"),
        (r"\b((?:proxy-)?authorization[\"']?\s*[:=]+\s*[\"']?)(?!\s|[\"'\[{])[^\r\n\"']+", rf"\1{MASK}"),
        (r"\b(bearer|basic)\s+(?!\[redacted\])[\w.~+/=-]{6,}", rf"\1 {MASK}"),
        (r"([a-z][a-z0-9+.-]*://)[^/\s:@\"']+(?::[^/\s@\"']*)?@", rf"\1{MASK}@"),
        (r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}\b", MASK),
        # IAM's authorization ids can be exchanged for the details of policies.
        (r"(authorization-details/|authorization id:\s*)(?!\[redacted\])[\w-]+", rf"\1{MASK}"),
        (r"(encoded authorization failure message:\s*)(?!\[redacted\])\S+", rf"\1{MASK}"),
        # A name and its value: `api_key=…`, `"apiKey": "…"`, `{"api_key": {"S": "…"}}`, `api_key:{S:…}`.
        (rf"(?<![a-z])((?:{_STRONG})[\"']?\s*(?:[:=]|=>)\s*{_ATTRIBUTE})(?:{_QUOTED}|{_PLAIN})", rf"\1{MASK}"),
        # Sentences name keys and tokens too ("could not refresh auth keys: operation error"): there, a value is what
        # is quoted, follows without a blank, or has a digit in it.
        (
            rf"(?<![a-z])((?:{_WEAK})[\"']?\s*(?:[:=]|=>)\s*{_ATTRIBUTE})(?:{_QUOTED})"
            rf"|(?<![a-z])((?:{_WEAK})(?:[:=]|=>|[\"']?\s*(?:[:=]|=>)\s*{_ATTRIBUTE}(?=[^\s,;]*\d)))(?:{_PLAIN})",
            rf"\1\2{MASK}",
        ),
    )
)
_WORD = re.compile(r"[\w+/=~-]{20,}")
_KEPT = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # a UUID
    r"|A(?:ROA|IDA|GPA|NPA|NVA|IPA|PKA|SCA)[A-Z0-9]{12,}"  # a unique id, which is no key
    r"|[A-Z0-9]{52}",  # a request id of DynamoDB
    re.IGNORECASE,
)
_ARN = re.compile(r"arn:aws[a-z-]*:[^\s\"',;)\]}]+")
_PLACE = re.compile(r"(?:https?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:/[\w./-]*)?", re.IGNORECASE)


def redact(text: str) -> str:
    """The text with every secret replaced by `[redacted]`. Redacting twice changes nothing more."""
    for pattern, replacement in _FORMS:
        text = pattern.sub(replacement, text)
    kept = [found.span() for pattern in (_ARN, _PLACE) for found in pattern.finditer(text)]

    def judge(found: re.Match[str]) -> str:
        start, end = found.span()
        is_kept = any(first <= start and end <= last for first, last in kept)
        return found[0] if is_kept or not _is_random(found[0]) else MASK

    return _WORD.sub(judge, text)


def _is_random(word: str) -> bool:
    """Whether a long word looks like a key rather than like a name: letters and digits mixed without a system."""
    if _KEPT.fullmatch(word):
        return False
    if len(word) == 40 and re.search(r"[a-z]", word) and re.search(r"[A-Z]", word):
        return True  # the form of a secret access key
    pieces = [piece for piece in re.split(r"[-_/=+~]", word) if piece]
    longest = max(pieces, key=len, default="")
    digits = sum(char.isdigit() for char in longest)
    if len(longest) >= 16 and digits >= 3 and digits < len(longest):
        return True
    # Random letters change case every other letter; names in camel case are made of words.
    return len(longest) >= 24 and len(re.findall(r"[A-Z]?[a-z]*", longest)) - 1 > len(longest) // 3
