"""The false-positive test: what the rules say of AWS's own managed policies.

AWS's policies are right by definition, so no rule of severity error may fire on them, and every warning must have an
explanation. The explanations stand here, by rule, with the number of findings on the shipped snapshot: a change in
either is to be read before the number is changed.
"""

from __future__ import annotations

from collections import Counter

import pytest

from checker.ack import build as ack_build
from checker.ack.build import build
from checker.ack.objects import make_object
from checker.inventory import Inventory, Origin
from checker.managed import _SNAPSHOT
from checker.project import load
from checker.resolution import make_index
from checker.rules import RULES
from checker.rules.problem import Facts

EXPLAINED = {
    # AWS adds services and actions every week, and removes old ones; the catalogue has those of its day.
    "unknown-action": 1304,
    # Actions of other resource types than the statement names: they really grant nothing there, which AWS's authors
    # do not mind; and types the catalogue does not list yet.
    "mismatched-resource": 193,
    # Keys that the Service Authorization Reference does not list for these actions, or lists nowhere.
    "unknown-condition-key": 53,
    # Proven: each is covered by another statement of its document.
    "redundant-statement": 31,
    # ARNs of resource types the catalogue does not list: sign-in service principals and the like.
    "malformed-resource": 5,
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


@pytest.mark.slow
def test_every_finding_on_aws_s_own_policies_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ack_build, "LONGEST", 200_000)  # of customers' documents, IAM takes 131,072 characters
    with open(_SNAPSHOT, encoding="utf-8") as file:
        rows = [line.split("\t", 2) for line in file.read().splitlines()[1:]]
    objects = [
        make_object(
            {
                "apiVersion": "iam.services.k8s.aws/v1alpha1",
                "kind": "Policy",
                "metadata": {"name": f"policy-{number}", "namespace": "aws"},
                "spec": {"name": arn.rpartition("/")[2], "policyDocument": document},
            },
            Origin("policies.yaml", number, ()),
        )
        for number, (arn, _, document) in enumerate(rows)
    ]
    inventory: Inventory = build(objects, ())
    assert len(inventory.policies) > 1_500
    project = load(())._replace(inventory=inventory)
    facts = Facts(project, make_index(inventory, None), (), parameters={"region": "us-east-1"})
    found = Counter(rule.ID for rule in RULES if rule.ID not in NOT_ASKED for _ in rule.check(facts))
    severities = {rule.ID: rule.SEVERITY for rule in RULES}
    assert [rule for rule in found if severities[rule] == "error"] == []
    assert dict(found) == EXPLAINED
