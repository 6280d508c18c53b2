"""What a plain scalar is: for Kubernetes, still YAML 1.1 (`yes` and `on` are true, `0x10` and `1e3` numbers),
and in the files of this project, which are YAML 1.2 (`severity: off` is a word).

Source: sigs.k8s.io/yaml, goyaml.v2/resolve.go, by which kubectl, Helm and the API server read; kubernetes#34146. A date
stays a string there, and so do sixties (`12:30`).
"""

from __future__ import annotations

import math

from ..iam.expressions import expression

Scalar = str | int | float | bool | None

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_NUMBER = frozenset("+-.0123456789")
_WHOLE = expression(r"[-+]?(?:0[xX][0-9a-fA-F]{1,100}|0[bB][01]{1,100}|0[oO]?[0-7]{1,100}|0|[1-9][0-9]{0,99})")
_REAL = expression(r"[-+]?(?:\.[0-9]{1,100}|[0-9]{1,100}(?:\.[0-9]{0,100})?)(?:[eE][-+]?[0-9]{1,100})?")
_LONGEST = 200
"""Characters of a number: what is longer means nothing to any field, and stays the text it is."""


def resolve(text: str) -> Scalar:
    """Null, true, false, a number, or the text itself. Whole numbers are not rounded. Decimal numbers that no float
    can hold stay text, as do infinities and NaN, which JSON cannot carry."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER or len(text) > _LONGEST:
        return text
    digits = text.replace("_", "") if text[0] != "." else text
    if _WHOLE.fullmatch(digits):
        return _whole(digits)
    if _REAL.fullmatch(digits):
        number = float(digits)
        return text if math.isinf(number) else number
    return text


def resolve_core(text: str) -> Scalar:
    """The same by YAML 1.2, as far as whole and decimal numbers go."""
    if _DECIMAL.fullmatch(text):
        return float(text) if "." in text else int(text)
    value = _WORDS.get(text, text)
    return text if isinstance(value, bool) and text.lower() not in ("true", "false") else value


_DECIMAL = expression(r"[-+]?[0-9]{1,100}(?:\.[0-9]{1,100})?")


def _whole(digits: str) -> int:
    bare = digits.lstrip("+-")
    base = {"0x": 16, "0b": 2, "0o": 8}.get(bare[:2].lower(), 8 if bare.startswith("0") and bare != "0" else 10)
    number = int(bare, base)
    return -number if digits.startswith("-") else number
