"""What tells a finding again: our own digest of what it is about, and code scanning's hash of the line it is on."""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections import Counter
from typing import TYPE_CHECKING

from ...iam.expressions import expression

if TYPE_CHECKING:
    from ...findings.finding import Finding


def fingerprint(finding: Finding) -> str:
    """Stable while lines move: a digest of the rule, the object, the path in it and the offending value."""
    subject = finding.subject
    parts = [finding.rule, finding.path, finding.value]
    parts += [subject.kind, subject.namespace, subject.name] if subject else [finding.location.file]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


_WINDOW, _FACTOR, _MASK = 100, 37, 2**64 - 1
_END_OF_FILE = 0xFFFF
_UNDECODABLE = expression("[\\udc80-\\udcff]")


def line_hashes(text: str) -> list[str]:
    """The primaryLocationLineHash of every line, as `upload-sarif` computes it: a hash of the 100 characters from the
    line's start, white space left out, and how many times it came so far. It warns if a report has another.

    Source: github/codeql-action, src/fingerprints.ts and the vectors in src/fingerprints.test.ts.
    """
    normal = _UNDECODABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    normal = normal.replace(" ", "").replace("\t", "")
    units = array("H", normal.encode(f"utf-16-{sys.byteorder[0]}e", "surrogatepass"))
    starts = [0, *(offset + 1 for offset, unit in enumerate(units) if unit == 0x0A)]
    units.extend((_END_OF_FILE, *(0,) * _WINDOW))
    seen: Counter[int] = Counter()
    hashes = []
    for start in starts:
        value = 0
        for unit in units[start : start + _WINDOW]:
            value = (value * _FACTOR + unit) & _MASK
        seen[value] += 1
        hashes.append(f"{value:x}:{seen[value]}")
    return hashes
