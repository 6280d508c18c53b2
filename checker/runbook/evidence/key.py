"""Whether the role may decrypt the table's key through DynamoDB: role and key policy together.

Source: DynamoDB Developer Guide, "Encryption at rest: How it works", section on customer managed keys; KMS Developer
Guide, "Key policies" and "kms:ViaService". Grants are not read, so "no" is said only where the key's policy could be
read, or where the role's own policies deny it.
"""

from __future__ import annotations

from ...ack.objects import mapping
from ...iam.arns import parse_arn
from ...iam.decisions.conditions import Truth
from ...iam.decisions.evaluate import Request, evaluate
from ...iam.decisions.policies import WITH_PRINCIPALS, Layer
from ...iam.decisions.principals import Caller
from ...iam.documents.context import make_context
from ..case.case import Case
from ..case.sources import attached


def may_decrypt(case: Case) -> Truth:
    """True, False, or None where it cannot be told."""
    key, policy = mapping(case.value("key")), case.reading("key-policy")
    if case.deployed is None or not key.get("arn") or not case.deployed.checks:
        return None
    named = parse_arn(str(key["arn"]))
    region = named.region if named else ""
    known = {
        "kms:ViaService": f"dynamodb.{region}.amazonaws.com",
        "kms:CallerAccount": case.parameters.get("account", ""),
    }
    layers = [layer for layer in case.deployed.checks[0].stack.layers if layer.name not in WITH_PRINCIPALS]
    request = Request("kms:Decrypt", key["arn"], make_context(known), Caller("role", case.arn))
    if not policy.value:
        # No key policy and no grant lifts a denial (IAM User Guide, "Policy evaluation logic").
        return False if evaluate(request, tuple(layers)).outcome == "explicit-deny" else None
    layers.append(Layer("key", (attached("the key's policy", policy.value["document"], policy, "resource"),)))
    outcome = evaluate(request, tuple(layers)).outcome
    return None if outcome == "unknown" else outcome == "allowed"
