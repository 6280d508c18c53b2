"""Writes the records that the format tests replay. Run by hand, from the top: python -m tests.report.live.make_records"""

from __future__ import annotations

from pathlib import Path

from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.live.collect import collect
from checker.live.record.record import dump

HERE = Path(__file__).parent


def main() -> None:
    """A healthy index, one with a missing action, one of which nothing could be read."""
    with Cell() as cell:
        (HERE / "healthy.json").write_text(dump(collect(cell.target("acme"), cell.access(), cell.search)))
        BREAKS["missing-action"].change(cell, "acme")
        (HERE / "missing-action.json").write_text(dump(collect(cell.target("acme"), cell.access(), cell.search)))
        cell.kubernetes.users.clear()
        cell.aws.denied |= {"sts:GetCallerIdentity", "eks:DescribeCluster", "dynamodb:DescribeTable"}
        target = cell.target("acme")._replace(credentials_url="https://escalator.example.com/")
        (HERE / "nothing-read.json").write_text(dump(collect(target, cell.access(), cell.search)))


if __name__ == "__main__":
    main()
