"""What came of a run: the report, and what a later run of the same terms may take over."""

from __future__ import annotations

from collections.abc import Mapping

from ..iam.values import NamedTuple
from ..rules.facts import Facts
from .engine import Found
from .report import Report


class Judged(NamedTuple):
    """The report, the facts it rests on, and what was found in each document by itself."""

    report: Report
    facts: Facts
    found: Mapping[int, Found]
