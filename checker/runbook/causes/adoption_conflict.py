"""AWS has the role already, and the ACK object was not told to adopt it.

What it looks for
    "Resource already exists" (Role) or EntityAlreadyExists (Policy) in the
    object's conditions, while IAM lacks what the pod needs: the controller
    leaves alone what it did not make.

What to do
    Write the two adoption annotations into the manifest and apply it together
    with a change of the spec (annotations alone start no loop), or restart the
    controller. With adopt-or-create the spec wins: what IAM has and the spec
    does not is deleted, and the evidence lists it. With adopt IAM wins.

Source
    ACK documentation, "Resource Adoption"; aws-controllers-k8s/community
    issues 2671, 1002, 2459.
"""

from __future__ import annotations

import json

from ...ack.kinds import BY_NAME
from ...iam.arns import Arn, parse_arn
from ...inventory.objects import Object
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.delivery import is_known, lacking, next_steps, says
from ..evidence.standing import being_deleted, existing, told

ID = "adoption-conflict"
TITLE = "AWS has the role already, and the ACK object was not told to adopt it"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Write the adoption annotations into the manifest and apply it with a change of the spec."

_POLICY, _FIELDS = "services.k8s.aws/adoption-policy", "services.k8s.aws/adoption-fields"
_NUDGE = "Make the controller reconcile: annotations alone start no loop, a change of the spec or a restart does."
_LOSES = ("iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:DeleteRolePermissionsBoundary")


def look(case: Case) -> Seen:
    known, log = is_known(case), says(case)
    if known is not None:
        return Seen(log, known)
    clashes = existing(case)
    if not clashes or being_deleted(case):
        return Seen(log, "refutes", ("no object of the role clashes with what AWS has",))
    item, at = clashes[0]
    if _POLICY in item.annotations and _FIELDS in item.annotations:
        asked = "the object asks for the adoption already, and the controller has not looked at it since"
        return Seen(log, "shows", (told(item, at), asked), _NUDGE, (commands.nudge_role(case),), is_partial=True)
    adopting = [f"adopting it would {step.operation} {step.about}" for step in next_steps(case)]
    losing = [sentence for sentence in adopting if sentence.split()[3] in _LOSES]
    evidence = (told(item, at), *losing, *(line for line in adopting if line not in losing), *lacking(case)[:1])
    return Seen(log, "shows", evidence, next=(_annotate(case, item), commands.nudge_role(case)))


def _annotate(case: Case, item: Object) -> str:
    """The command that writes the annotations; a Policy is adopted by its ARN, a Role by its name."""
    spec = item.data.get("spec") or {}
    name = str(spec.get("name") or item.name)
    role = parse_arn(case.arn) or Arn("aws", "iam", "", "ACCOUNT", "")
    arn = str(role._replace(resource=f"policy{spec.get('path') or '/'}{name}"))
    kind, known = BY_NAME[item.kind], {"name": name, "arn": arn}
    fields = json.dumps({key: known.get(key, key.upper()) for key in kind.adopted_by})
    pairs = (f"{_POLICY}=adopt-or-create", f"{_FIELDS}={fields}")
    words = ("kubectl", "annotate", kind.resource, item.name, "-n", item.namespace, "--overwrite")
    return commands.command(*words, *pairs)
