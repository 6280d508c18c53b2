"""Writes recorded.txt: what the other engine decides on the cases of seeds 0 to 19,999, a letter each.

Usage: ORACLE=FOLDER python -m tests.iam.differential.record   (oracle.mjs says what FOLDER is; needs Node)

With the decisions recorded, the test suite needs neither Node nor the engine. The first line names the engine's
version and a digest of the cases, so that a changed generator is noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from .decide import SAYS
from .generate import Case, case

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.txt"
COUNT = 20_000
LETTERS = {"a": "allowed", "e": "explicit-deny", "i": "implicit-deny"}


def digest(cases: Iterable[Case]) -> str:
    """A short digest of cases."""
    found = hashlib.sha256()
    for item in cases:
        found.update(json.dumps(item, sort_keys=True).encode())
    return found.hexdigest()[:16]


def ask(cases: list[Case]) -> list[str]:
    """The other engine's decisions, in our words. Needs ORACLE in the environment."""
    lines = "\n".join(map(json.dumps, cases))
    command = ["node", str(HERE / "oracle.mjs")]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [SAYS[line] for line in done.stdout.splitlines()]


def recorded() -> tuple[str, str]:
    """The digest of the recorded cases, and a letter for each decision."""
    first, *lines = RECORDED.read_text(encoding="utf-8").splitlines()
    return first.rpartition(" ")[2], "".join(lines)


def main() -> int:
    cases = [case(seed) for seed in range(COUNT)]
    letters = {outcome: letter for letter, outcome in LETTERS.items()}
    row = "".join(letters[outcome] for outcome in ask(cases))
    package = Path(os.environ["ORACLE"]) / "node_modules/@cloud-copilot/iam-simulate/package.json"
    version = json.loads(package.read_text(encoding="utf-8"))["version"]
    head = f"# @cloud-copilot/iam-simulate {version}, {COUNT} cases, digest {digest(cases)}"
    rows = [row[start : start + 100] for start in range(0, COUNT, 100)]
    RECORDED.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    print(head)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
