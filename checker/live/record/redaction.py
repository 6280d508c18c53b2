"""Secrets out of text, before anything is stored or shown.

What counts as one: AWS access keys and session tokens (IAM User Guide, "IAM identifiers": AKIA and ASIA prefixes),
signed URLs (SigV4 query parameters), JSON Web Tokens, EKS bearer tokens (`k8s-aws-v1.`), authorization headers, values
that stand after a name such as password or api key, user information in URLs, and long random words on their own, as
API keys are. Kept are ARNs, unique ids of roles (AROA…), request ids and UUIDs: AWS support asks for them and they open
nothing.
"""

from __future__ import annotations

import re

from ...iam.expressions import expression
from .redaction_tokens import MASK, mask_named

_LONGEST = 8192
"""Characters that are looked at; what is longer is cut, so that no input takes long."""

_QUOTE = r"\\*[\"']"
_STRONG = (
    r"(?<!:)(?<!check_)(?<!use_)(?<!bio_)(?:pass(?:word|wd|phrase)|secret"
    r"|(?:api|access|encryption|signing|private|license)[-_ ]?key|session[-_ ]?id"
    r"|x-auth|session[-_ ]?token)(?!s)(?![\w-]{0,20}(?:table|_FILE|_PATH|_URI)\b)"
)
_SHORT = r"(?:db[-_]?)?pass|pwd|pw|otp|pin|key"
_WEAK = r"(?:[a-z]{1,20}[-_]){0,3}(?:token|signature|credential|(?:auth|api)[-_ ]?key)s?"
_QUOTED = (
    # Within a string that is escaped once, a quote that is escaped twice does not end it.
    r"\"(?!\[redacted\])(?:[^\"\\]++|\\.)*\""
    r"|(?<!\\)\\\"(?!\[redacted\])(?:\\{3}\"|(?!\\{1,3}\")[^\"])*\\\""
    r"|\\+\"(?!\[redacted\])[^\"]*\"|\\*'(?!\[redacted\])[^']*'|\[(?!redacted\])[^\]]*\]"
)
_ATTRIBUTE = (
    rf"(?:\s*(?:(?:Some|Ok|String|Secret|Value|[SNB])\()+(?:\d{{1,6}}\)\s*|(?!\d{{1,6}}\)))"
    rf"|&?\{{\s*(?:{_QUOTE})?(?:S|N|B|Value)(?:{_QUOTE})?\s*:\s*)?"
)
"""What SDKs and languages wrap a value in: `Some("…")`, `S("…")`, `{"S": "…"}`, PHP's `string(7) "…"`."""
_PLAIN = (
    r"(?!(?:Some|Ok|String|Secret|Value|[SNB]s?)\()(?!(?:str|string|bytes)\s*=)(?!(?:true|false|null|nil)(?![\w/+=.-]))"
    r"[^\s,;&(){}\[\]\"'\\]++(?![(\[{])"
)
_IS = r"\s{0,3}\]?\s{0,3}(?:=>|:(?!:)|=(?!>)|%3D|\\u003d)(?:\s|\\{1,4}n){0,6}"
# What may follow "auth keys:" and has to stay visible: an ARN, a host, an address, a field, a library's own words.
_NO_NAME = (
    r"(?!arn:|(?:https?://)?(?:(?:[\w-]{1,63}\.){1,8}(?:amazonaws\.com|api\.aws|internal|local|svc)\b|(?:\d{1,3}\.){3}\d)"
    r"|x509:|[IWEF]\d{4}\s\d\d:|[\w./-]{1,200}@sha256:|\w{1,40}_(?:TABLE|FILE|PATH|URI|URL|NAME)=|[\w./-]{1,200}\.(?:go|lua|py|js|ts|java|rs|cs|rb|php):\d|\w{1,40}=\d{1,6}\b|(?:x-)?(?:api|auth|access)[-_]?keys?\b"
    r"|[45]\d\d\b|(?:table|operation|op|region|endpoint|err|error|cause|status|code|request_?id)=)"
)
# A word that follows "key" or "token" in a sentence and is no part of it: letters and digits, no ARN or address.
_VALUE = _NO_NAME + r"(?=[^\s\"'\\,;]*\d)(?=[^\s\"'\\,;]*[a-zA-Z])(?!https?:|\[redacted)[\w+/=~.-]{6,}"
_SPOKEN = (
    r"(?:is|was|are|were|be|been|not|no|and|or|of|for|in|to|from|on|at|with|has|have|had|cannot|could|must|may|file|fields?"
    r"|required|missing|expired|invalid|wrong|given|set|used|unknown|refused|rejected|empty|manager|store|name|id|provider|authentication|reset|pair|policy|auth|protected|prompt|variable|environment|env"
    r"|rotation|hash|manager|mismatch|changed|lookup)\b"
)
# In a sentence: "api key: not found", "session token: dispatch failure".
_NOT_A_VALUE = (
    r"(?<=: )(?:not|no|unknown|missing|expired|invalid|dispatch|failed|failure|timeout|error|unable)(?![\w/+=.-])"
)
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (expression(pattern, re.IGNORECASE | re.DOTALL), replacement)
    for pattern, replacement in (
        (r"-----BEGIN [A-Z ]{1,40}-----.*?(?:-----END [A-Z ]{1,40}-----|$)", MASK),
        (r"\bk8s-aws-v1\.[\w-]+", MASK),
        (r"\bey[\w-]{8,}(?:\.[\w-]*)+", MASK),
        (r"(X-Amz-(?:Security-Token|Signature|Credential)(?:=|%3D))[^&\s\"']+", rf"\1{MASK}"),
        (r"((?:Credential|Signature)=)(?!\[redacted\])[^,\s\"']+", rf"\1{MASK}"),
        (
            rf"\b((?:proxy-)?authorization(?:{_QUOTE})?\s*[:=]+\s*(?:{_QUOTE})?)(?!\s|[\"'\[{{\\])"
            r"(?!(?:AccessDenied\w*|failed|denied|ok|required|missing|none|not)(?![\w/+=~-]|\.\w))[^\r\n\"'\\]+",
            rf"\1{MASK}",
        ),
        (
            rf"((?:set[-_])?cookie(?:{_QUOTE})?\s*(?:=>|[:=])(?!\s*\[redacted)\s*+\[?+\s*+(?:{_QUOTE}|(?!{_QUOTE})))"
            r"(?!\[redacted\]|not |missing|\s)[^\r\n\"']+",
            rf"\1{MASK}",
        ),
        (
            r"\b(bearer(?:\s+token)?)(?:\s+|:\s?)[\"']?(?!\[redacted\]|(?:token|realm|expired|is|was|auth|invalid|missing|error)\b)[\w.~+/=-]{3,}",
            rf"\1 {MASK}",
        ),
        (r"\b(basic)\s+(?=\S*[\d=])[\w.~+/=-]{6,}", rf"\1 {MASK}"),
        (r"(://)(?!\[redacted\]@)[^/\s\"'<>]{1,500}@", rf"\1{MASK}@"),
        # A password may have a slash in it; a port before a path looks alike, and is none.
        (r"(://)[\w.-]{1,100}:(?!\d{1,5}/)[^\s\"'<>@]{1,200}@(?=[\w.-])", rf"\1{MASK}@"),
        (r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}", MASK),
        (r"\b(?:(?:sk|pk|rk)_(?:live|test)_|xox[abprs]-|AIza|gh[pousr]_|glpat-)[\w-]{4,}", MASK),
        # IAM's authorization ids can be exchanged for the details of policies.
        (r"(authorization-details/|authorization id:\s{0,3})(?!\[redacted\])[\w-]+", rf"\1{MASK}"),
        (r"(encoded authorization failure message:\s{0,3})(?!\[redacted\])\S+", rf"\1{MASK}"),
        # Items of a table: AttributeValue(S=…), {"S": "…"} behind a name is below.
        (r"(\((?:S|N|B)=)(?!\[redacted\])[^)]*", rf"\1{MASK}"),
        # Items and structs of other languages: S("…"), ApiKey("…"), AuthKey { id: 1, value: "…" }.
        (rf"(\b(?:Ss?|Ns?|Bs?)\()({_QUOTE})(?!\[redacted\])[^\"']*?{_QUOTE}", rf"\1{MASK}"),
        (
            rf"(\b\w{{0,30}}(?:Key|Token|Secret|Password|Credential)\()({_QUOTE})(?!\[redacted\])[^\"']*?{_QUOTE}",
            rf"\1{MASK}",
        ),
        (
            rf"(\b\w{{0,30}}(?:Key|Token|Secret|Credential)s?\s*\{{[^{{}}\n]{{0,200}}?\b(?:value|secret|plain(?:text)?|raw|hash|data)"
            rf"(?:{_QUOTE})?\s*[:=]\s*{_ATTRIBUTE})(?!\[redacted\])(?:{_QUOTE}[^\"']*?{_QUOTE}|{_PLAIN})",
            rf"\1{MASK}",
        ),
        (
            rf"(\{{\s*(?:{_QUOTE})?(?:S|N|B|SS|NS|BS)(?:{_QUOTE})?\s*[:=]\s*)"
            rf"(?:{_QUOTE}(?!\[redacted\])[^\"']*?{_QUOTE}|\[(?!redacted\])[^\]]*\]|(?!\[redacted)[^\s,}}\[\]\"']+)",
            rf"\1{MASK}",
        ),
        (r"(\b(?:Ss|Ns|Bs)\(\[)(?!\[redacted)[^\]]*", rf"\1{MASK}"),
        (r"(MemberS?SS\{Value:)\s?\[(?!redacted\])[^\]]*\]", rf"\1{MASK}"),
        # Rows of a database.
        (r"(Duplicate entry [\"'])(?!\[redacted\])[^\"']+", rf"\1{MASK}"),
        (r"(\bVALUES\s*\()(?!\[redacted\])[^)]+", rf"\1{MASK}"),
        # user:password without an address around it, and the second of a pair.
        (
            r"((?<![\w/:.-])[\w.-]{1,60}:)(?!//|\[redacted\])[^\s:/@\"',]{3,100}(?=@(?:tcp|unix|\w[\w.-]*:\d)\b)",
            rf"\1{MASK}",
        ),
        (
            rf"(\b(?:basic_?)?auth(?:{_QUOTE})?\s*[:=]\s*\(?\s*{_QUOTE}[^\"':]{{1,60}}(?::|{_QUOTE}\s*,\s*{_QUOTE}))"
            rf"(?!\[redacted\])[^\"']+",
            rf"\1{MASK}",
        ),
        (rf"(?<![a-z])((?:\w{{1,20}}_)?pass(?:{_QUOTE})?\s*:\s*)(?:{_QUOTED}|{_PLAIN})", rf"\1{MASK}"),
        (r"(\b\w{0,20}_AUTH=)(?!\[redacted\])[^\s\"']+", rf"\1{MASK}"),
        # Lists and objects that call a value just "key": what is quoted and has a digit in it.
        (
            rf"((?<!\\){_QUOTE}keys?{_QUOTE}\s{{0,3}}:\s{{0,3}}\[?\s{{0,3}})({_QUOTE})(?!arn:|\[redacted\])(?=[^\"']*\d)[^\"']*?{_QUOTE}",
            rf"\1{MASK}",
        ),
        (
            rf"(\b\w{{0,30}}(?:Key|Token|Secret|Credential)\(\w{{0,20}}=(?:{_QUOTE})?)(?!\[redacted\])[^\s,)\"']+",
            rf"\1{MASK}",
        ),
        # In a sentence: key mq-…, token ab12… is invalid, client-secret X, password is: X.
        (rf"((?<![\w/:-])(?<!kms )(?:keys?|tokens?|secrets?)[\s:#]{{1,3}}){_VALUE}", rf"\1{MASK}"),
        (
            rf"((?:client|app|shared|consumer|webhook)[-_ ]secret\s+(?:is:?\s+|was\s+)?)"
            rf"(?!{_SPOKEN}|\[redacted)[^\s\"',;\\]+",
            rf"\1{MASK}",
        ),
        (rf"(pass(?:word|phrase|wd)\s+(?:(?:is|was):?\s+)?)(?!{_SPOKEN}|\[redacted|[:=])[^\s\"',;\\]+", rf"\1{MASK}"),
        # Segments of a path behind the collection of keys, and the user of a request.
        (
            r"(/(?:[a-z]{1,20}[-_])?(?:keys?|tokens?|secrets?)/)(?!\[redacted\])(?=[^/\s\"'?]*\d)"
            r"(?![\w-]{1,60}\.(?:go|rs|py|js|ts|java|lua|cs|rb|php|kt):\d)[^/\s\"'?]+",
            rf"\1{MASK}",
        ),
        (r"((?:\s-u|--user)[\s=]\s{0,3}[\"']?[^\s:\"']{1,100}:)(?!\[redacted\])[^\s\"']+", rf"\1{MASK}"),
        # Options and elements.
        (
            r"(?<![\w-])(--?[\w-]{0,30}(?:password|token|secret|key|pass)[\w-]{0,20}\s++)(?!\[redacted\]|-|=)[^\s\"']+",
            rf"\1{MASK}",
        ),
        (r"(<\w{0,30}(?:password|token|secret|key)\w{0,20}>)(?!\[redacted\])[^<]+", rf"\1{MASK}"),
        # A name and its value: `api_key=…`, `"apiKey": "…"`, `{"api_key": {"S": "…"}}`, `api_key:{S:…}`.
        (rf"((?:pass(?:word|phrase)):\s+)(?!\[redacted\]|{_QUOTE})[^\r\n,;}})\]\"']+", rf"\1{MASK}"),
        (
            rf"({_STRONG}[\w-]{{0,20}}(?:{_QUOTE})?{_IS}{_ATTRIBUTE})"
            rf"(?:{_QUOTED}|(?!{_NOT_A_VALUE}){_PLAIN})",
            rf"\1{MASK}",
        ),
        (rf"(?<![a-z])((?:{_SHORT})(?:=|%3D))(?:{_QUOTED}|{_PLAIN})", rf"\1{MASK}"),
        (rf"((?<=[a-z])Pass=)(?:{_QUOTED}|{_PLAIN})", rf"\1{MASK}"),
        # Sentences name keys and tokens too ("could not refresh auth keys: operation error"): there, a value is what
        # is quoted, follows without a blank, or has a digit in it.
        (
            rf"(?<![a-z])((?:{_WEAK})(?:{_QUOTE})?{_IS}{_ATTRIBUTE})(?:{_QUOTED})"
            rf"|(?<![a-z])((?:{_WEAK})(?:[:=](?!:|(?:refresh|sync|load|fetch|error|keys?)\b)|=>|%3D|\\u003d|(?:{_QUOTE})?{_IS}{_ATTRIBUTE}(?=[^\s,;]*\d)))(?:{_NO_NAME}{_PLAIN})",
            rf"\1\2{MASK}",
        ),
        # Keys that a sentence quotes. Comes after the names, since what is quoted may be a name (`key "api_key": "…"`).
        (
            rf"\b((?:password|token|secret|key)s?(?: is)? {_QUOTE})(?!arn:|\[redacted\]|/[\w./-]+\.(?:key|pem|crt)"
            rf"|[a-z.-]+{_QUOTE}(?: not found| is forbidden| already))[^\"'\\\s]{{3,}}",
            rf"\1{MASK}",
        ),
    )
)
_WORD = expression(r"[\w+/=~-]{20,}")
_SHORT_WORD = expression(r"(?<![\w./:-])(?=[a-z_-]{0,11}[A-Za-z0-9]{8})[A-Za-z0-9_-]{8,19}(?![\w.:/-])")
_KEPT = expression(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # a UUID
    r"|A(?:ROA|IDA|GPA|NPA|NVA|IPA|PKA|SCA)[A-Z0-9]{12,}"  # a unique id, which is no key
    r"|(?:vpce|vpc|subnet|eni|sg|rtb|nat|acl|i)-[0-9a-f]{8,17}"  # a resource of EC2
    r"|[A-Z0-9]{52}",  # a request id of DynamoDB
    re.IGNORECASE,
)
_ARN = expression(r"arn:aws[a-z-]{0,10}:[^\s\"',;)\]}]+")
# Ids of requests, traces and images with the name before them: they open nothing.
_TRACED = expression(
    r"(?:Root|Parent|Self|traceparent|trace_?id|span_?id|request_?id|requestid)[\"']?[=:]\s?[\"']?[\w-]{8,80}|sha256:[0-9a-f]{64}",
    re.IGNORECASE,
)
_INVISIBLE = expression(
    "\x1b\\[[0-9;]*[A-Za-z]|\\\\{1,4}u001b\\[[0-9;]*m|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
_PLACE = expression(
    r"(?:https?://)?(?<![a-z0-9-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,20}(?::\d{1,5})?(?:/[\w./-]{0,500})?",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """The text with every secret replaced by `[redacted]`, and without what only hides text (colours, zero widths).
    Redacting twice changes nothing more.
    """
    text = _INVISIBLE.sub("", text)
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "…"
    for pattern, replacement in _FORMS:
        text = pattern.sub(replacement, text)
    text = mask_named(text)
    kept = [found.span() for pattern in (_ARN, _PLACE, _TRACED) for found in pattern.finditer(text)]

    def judge(found: re.Match[str]) -> str:
        start, end = found.span()
        is_kept = any(first <= start and end <= last for first, last in kept)
        return found[0] if is_kept or not _is_random(found[0]) else MASK

    text = _WORD.sub(judge, text)
    text = _SHORT_WORD.sub(lambda found: MASK if _is_mixed(found[0]) else found[0], text)
    # Masks may be longer than what they mask.
    return text if len(text) <= _LONGEST + 1 else text[:_LONGEST] + "…"


def redact_pair(name: str, value: str) -> str:
    """The value of a label, tag or annotation, redacted by its name too."""
    shown = redact(value)
    return shown if MASK in shown or MASK not in redact(f"{name}={value}") else MASK


def _is_mixed(word: str) -> bool:
    """Whether a short word can only be a key: digits between letters whose case changes without a system. In names,
    as in AuthKeys2Prod3V1, a capital begins a word."""
    longest = max(re.split(r"[-_]", word), key=len)
    digits, letters = re.findall(r"\d+", longest), re.findall(r"[A-Za-z]+", longest)
    is_cased = longest != longest.lower() and longest != longest.upper()
    is_wild = any(2 * sum(char.isupper() for char in run) > len(run) > 2 for run in letters)
    return is_cased and is_wild and len(digits) >= 2 and sum(map(len, digits)) >= 3


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
