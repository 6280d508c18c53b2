"""AWS's managed policies, from the shipped snapshot (written by scripts/update_managed_policies.py).

A role names them by ARN only; their documents are not in any manifest. A policy that is newer than the snapshot is not
known, and what it grants is then unknown, never assumed.
"""

from __future__ import annotations

import os
from functools import lru_cache

from ..iam.documents.document import Parsed, parse

_SNAPSHOT = os.path.join(os.path.dirname(__file__), "policies.tsv")


@lru_cache(maxsize=256)
def find(arn: str) -> Parsed | None:
    """The document behind an AWS-managed policy's ARN, or None for one the snapshot does not hold."""
    data = _snapshot()
    start = data.find(f"\n{arn}\t".encode())
    if start < 0:
        return None
    line = data[start + 1 : data.find(b"\n", start + 1)].decode()
    return parse(line.split("\t", 2)[2])


def closest(arn: str) -> str | None:
    """The known ARN that an unknown one was perhaps meant to be."""
    name = arn.rpartition("/")[2].lower()
    alike = [known for start, end, known in _ends() if name.startswith(start) or name.endswith(end)]
    import difflib

    close = difflib.get_close_matches(arn, alike[:_MOST_ALIKE], 1, 0.85)
    return close[0] if close else None


_MOST_ALIKE = 50
"""Names that are compared with an unknown one: some begin like hundreds of others."""


@lru_cache(maxsize=1)
def _ends() -> tuple[tuple[str, str, str], ...]:
    """How the name of each known policy begins and ends, and its ARN."""
    known = [line.split(b"\t", 1)[0].decode() for line in _snapshot().split(b"\n")[1:]]
    names = [(arn.rpartition("/")[2].lower(), arn) for arn in known]
    return tuple((name[:10], name[-10:], arn) for name, arn in names if name)


def provenance() -> str:
    """One line: which package and version the snapshot is from."""
    return _snapshot().split(b"\n", 1)[0].decode().strip("# ")


@lru_cache(maxsize=1)
def _snapshot() -> bytes:
    with open(_SNAPSHOT, "rb") as file:
        return file.read()
