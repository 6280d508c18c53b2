"""What makes the controller carry out an object whose spec is right, or right but for what the controller stops at: a
nudge, the adoption of what AWS has, the removal of an ARN that AWS does not have.

Source: aws-controllers-k8s/runtime, `pkg/runtime/reconciler.go` (`GenerationChangedPredicate`: only edits of the spec
start a loop; adoption before the finalizer is set); iam-controller, `pkg/resource/role/sdk.go` (the first error ends
the loop; trust policies are compared by meaning, so white space there changes nothing in AWS).
"""

from __future__ import annotations

import json
from typing import Any

from ...ack.kinds import BY_NAME
from ...ack.objects import mapping, sequence
from ...iam.arns import Arn, parse_arn
from ...iam.expressions import expression
from ...iam.values import NamedTuple
from ...runbook.case.case import Case
from ...runbook.evidence.delivery import next_steps
from ...runbook.evidence.standing import existing, held_by

_ABSENT = expression(r"Policy (arn:aws[\w-]*:iam::\d*(?:aws)?:policy/\S+?) does not exist or is not attachable")
_DOCUMENT = {"Role": "assumeRolePolicyDocument", "Policy": "policyDocument"}
_LOSSES = {
    "iam:DetachRolePolicy": "detach {}", "iam:DeleteRolePolicy": "delete the inline policy {}",
    "iam:DeleteRolePermissionsBoundary": "remove the boundary {}",
    "iam:UpdateAssumeRolePolicy": "replace the trust policy",
}  # fmt: skip


class Step(NamedTuple):
    """The objects afterwards, what is done in words, and what makes it unsafe ("" for nothing)."""

    objects: list[dict[str, Any]]
    title: str
    danger: str = ""


NUDGE = "change white space in the trust policy: the controller then reconciles, and puts back what IAM lacks"


def nudge(items: list[dict[str, Any]]) -> Step:
    """White space in the trust policy of the Role, which comes first."""
    role, *rest = items
    return Step([_nudged(role), *rest], NUDGE)


def needed(case: Case, items: list[dict[str, Any]]) -> Step | None:
    """The step without which the controller carries out no edit of the grants; None where none is needed."""
    return _adoption(case, items) or _without_absent(case, items)


def _adoption(case: Case, items: list[dict[str, Any]]) -> Step | None:
    clashing = {(item.kind, item.name) for item, _ in existing(case)}
    if not clashing:
        return None
    after = [
        _nudged(_adopted(case, item)) if (item["kind"], item["metadata"]["name"]) in clashing else item
        for item in items
    ]
    named = ", ".join(f"{kind} {name}" for kind, name in sorted(clashing))
    steps = next_steps(case)
    losses = [_LOSSES[step.operation].format(step.about) for step in steps if step.operation in _LOSSES]
    danger = f"the spec wins over what AWS has: the controller will {', '.join(losses)}" if losses else ""
    if case.reading("inline-names").status != "ok" or case.reading("attached").status != "ok":
        danger = "what AWS has on the role was not read, and the controller deletes what the spec does not list"
    return Step(
        after, f"adopt {named}: AWS has it already, and the controller leaves alone what it did not make", danger
    )


def _adopted(case: Case, item: dict[str, Any]) -> dict[str, Any]:
    """The object with the annotations that have the controller adopt what is there: a Role by its name, a Policy by its
    ARN."""
    spec, metadata = mapping(item.get("spec")), mapping(item.get("metadata"))
    known = {"name": str(spec.get("name")), "arn": policy_arn(case, spec)}
    fields = {key: known[key] for key in BY_NAME[item["kind"]].adopted_by}
    annotations = {
        **mapping(metadata.get("annotations")),
        "services.k8s.aws/adoption-policy": "adopt-or-create",
        "services.k8s.aws/adoption-fields": json.dumps(fields),
    }
    return {**item, "metadata": {**metadata, "annotations": annotations}}


def policy_arn(case: Case, spec: dict[str, Any]) -> str:
    """The ARN that a Policy with this spec has in the account of the role."""
    role = parse_arn(case.arn) or Arn("aws", "iam", "", "", "")
    return str(role._replace(resource=f"policy{spec.get('path') or '/'}{spec.get('name', '')}"))


def _without_absent(case: Case, items: list[dict[str, Any]]) -> Step | None:
    """The Role without the managed policies that AWS says it does not have."""
    messages = " ".join(f"{at.message} {at.reason}" for _, at in held_by(case, "ACK.Recoverable", "ACK.ResourceSynced"))
    role, *rest = items
    listed = sequence(mapping(role.get("spec")).get("policies"))
    gone = [arn for arn in listed if arn in _ABSENT.findall(messages)]
    if not gone:
        return None
    spec = {**role["spec"], "policies": [arn for arn in listed if arn not in gone]}
    title = f"take {', '.join(gone)} out of spec.policies: AWS does not have it, and the controller goes no further"
    return Step([{**role, "spec": spec}, *rest], title)


def _nudged(item: dict[str, Any]) -> dict[str, Any]:
    field = _DOCUMENT[item["kind"]]
    document = str(mapping(item.get("spec")).get(field, ""))
    toggled = document.removesuffix("\n") if document.endswith("\n") else document + "\n"
    return {**item, "spec": {**item["spec"], field: toggled}}
