"""What the manifest grants does not arrive in IAM."""

from __future__ import annotations

from .. import lines
from ..cell import Cell
from ..names import ACCOUNT
from . import edits
from .staging import stages


@stages("ack-terminal")
def _ack_terminal(cell: Cell, index: str) -> None:
    """Takes dynamodb:Query out of the Role, then puts it back with a comma too many, which AWS refuses."""
    edits.edit_inline(cell, index, lambda text: text.replace(', "dynamodb:Query"', ""))
    cell.reconcile()
    edits.edit_inline(
        cell, index, lambda text: text.replace('["dynamodb:GetItem"]', '["dynamodb:GetItem", "dynamodb:Query",]')
    )
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "Query")] * 7)


@stages("ack-not-synced", "borealis")
def _ack_not_synced(cell: Cell, index: str) -> None:
    """Refers to a Policy that does not exist, after the right one was detached by hand."""
    edits.detach_all(cell, index)
    edits.edit_role(cell, index, lambda spec: spec["policyRefs"].append({"from": {"name": "auth-keys-raed"}}))
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("ack-read-only")
def _ack_read_only(cell: Cell, index: str) -> None:
    """Marks the Role read-only, after its inline policy was deleted by hand."""
    cell.client("iam").delete_role_policy(RoleName=cell.role_of(index), PolicyName="auth-keys")
    edits.annotate_role(cell, index, {"services.k8s.aws/read-only": "true"})
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("ack-controller-down")
def _ack_controller_down(cell: Cell, index: str) -> None:
    """Scales the ACK controller to nothing, after the role's inline policy was deleted by hand."""
    cell.client("iam").delete_role_policy(RoleName=cell.role_of(index), PolicyName="auth-keys")
    cell.run_controller(0)
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("ack-capability-unwell")
def _ack_capability_unwell(cell: Cell, index: str) -> None:
    """Has EKS run the ACK controller as a capability that may not reach IAM, after the policy was deleted by hand."""
    cell.kubernetes.delete("Deployment", "ack-system", "ack-iam-controller")
    cell.aws.capabilities.append(
        {
            "capabilityName": "ack",
            "type": "ACK",
            "status": "DEGRADED",
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/ack-capability",
            "version": "1.0.0",
            "configuration": {"ack": {"enableCrossNamespace": False, "disabledServices": []}},
            "health": {"issues": [{"code": "AccessDenied", "message": "the capability role may not call iam:GetRole"}]},
        }
    )
    cell.client("iam").delete_role_policy(RoleName=cell.role_of(index), PolicyName="auth-keys")
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("controller-not-reconciling")
def _controller_not_reconciling(cell: Cell, index: str) -> None:
    """Has the controller watch other namespaces only, and makes the Role object anew; nobody writes a status to it."""
    cell.client("iam").delete_role_policy(RoleName=cell.role_of(index), PolicyName="auth-keys")
    cell.unwatched.add(f"tenant-{index}")
    edits.make_anew(cell, index)
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("role-being-deleted")
def _role_being_deleted(cell: Cell, index: str) -> None:
    """Deletes the Role object; an instance profile holds the deletion up, after the policies were taken off."""
    edits.delete_object(cell, index)
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("adoption-conflict")
def _adoption_conflict(cell: Cell, index: str) -> None:
    """Makes the Role object anew over a role that IAM has already, with a policy of its own."""
    edits.replace_inline(cell, index, "logs")
    edits.make_anew(cell, index)
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("drift")
def _drift(cell: Cell, index: str) -> None:
    """Deletes the role's inline policy by hand; the controller has not looked since."""
    cell.client("iam").delete_role_policy(RoleName=cell.role_of(index), PolicyName="auth-keys")
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("not-applied")
def _not_applied(cell: Cell, index: str) -> None:
    """Mends the manifest in Git and does not apply it."""
    cell.manifests = edits.write_manifests(cell)
    edits.edit_inline(cell, index, lambda text: text.replace('"dynamodb:GetItem", ', ""))
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)
