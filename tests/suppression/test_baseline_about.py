"""A known finding on access is known for its resource, and for the policies that it hangs on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.cli import main
from tests.report.worlds import BOTH, CONFIG, role

WIDE = role("acme", BOTH + ', "dynamodb:PutItem"')
UNREAD = role("acme", BOTH).replace("spec:\n", "spec:\n  policies: [arn:aws:iam::111122223333:policy/elsewhere]\n")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("manifests").mkdir()
    Path("checker.yaml").write_text(CONFIG + "policies: [p.yaml]\n", encoding="utf-8")
    Path("p.yaml").write_text(
        "apiVersion: checker/v1\nkind: AccessRequirement\nmetadata: {name: keys}\nspec:\n"
        "  appliesTo: {roles: {names: ['*']}}\n"
        "  require: [{actions: [dynamodb:GetItem], resources: ['arn:aws:dynamodb:us-east-1:111122223333:table/a']}]\n"
        "  forbid: [{actions: [dynamodb:PutItem], resources: ['arn:aws:dynamodb:*:*:table/*']}]\n",
        encoding="utf-8",
    )


def static(text: str) -> int:
    Path("manifests/acme.yaml").write_text(text, encoding="utf-8")
    return main(["static", "--baseline", "known.json"])


@pytest.mark.parametrize(
    ("known", "other"),
    [
        (WIDE, WIDE.replace("table/cell2-auth-keys", "table/billing")),
        (UNREAD.replace("table/cell2-auth-keys", "table/a"), UNREAD.replace("policy/elsewhere", "policy/other")),
    ],
)
def test_another_resource_or_policy_is_a_new_finding(known: str, other: str) -> None:
    Path("manifests/acme.yaml").write_text(known, encoding="utf-8")
    assert main(["static", "--write-baseline", "known.json"]) == 0
    assert static(known) == 0
    assert static(other) == 1
    baseline = json.loads(Path("known.json").read_text("utf-8"))
    for item in baseline["findings"]:
        item["value"] = item["value"].partition(" | ")[0]
    Path("known.json").write_text(json.dumps(baseline), encoding="utf-8")
    assert static(known) == 0
