"""The corrected objects of an incident, ready to be applied: the smallest change that cures what the diagnosis found.

A fix reconciles the whole role, not only what it changes, so what the controller would take away besides is said too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ...ack.cleaning import gitops_owner
from ...ack.controller import OWN_TAGS, standstill
from ...ack.objects import make_object, mapping
from ...inventory import Origin
from ...live.redaction import MASK
from ...requirements.model import Requirement
from ...runbook.delivery import next_steps, waiting
from ...runbook.diagnose import Diagnosis
from ..effects import told
from ..manifest import as_text, from_text, ready_to_apply
from ..propose import Admitted
from ..repair import Change, Repair, difference, repair
from . import objects
from .built import missing_provider, missing_role

_PROVEN = ("missing-grant", "denied-grant", "conditional-grant", "untrusted-service-account", "missing-tag-session")


class Object(NamedTuple):
    """An object to be applied, and as it is now (empty where there is none)."""

    before: dict[str, Any]
    after: dict[str, Any]


class Emission(NamedTuple):
    """What to apply. `change` is the difference as text; `titles` say what is done and why, `effects` what it does to
    access, `warnings` what else will happen."""

    objects: tuple[Object, ...]
    change: Change
    titles: tuple[str, ...]
    effects: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def is_masked(self) -> bool:
        """Whether a label or an annotation is masked in the evidence: then only what changes may be sent."""
        return MASK in str([item.after["metadata"] for item in self.objects])


class Withheld(NamedTuple):
    """Why there is no manifest, and what to do instead. `is_waiting`: what is declared is right, and only has to
    arrive in IAM."""

    reason: str
    help: str = ""
    is_waiting: bool = False


def emit(diagnosis: Diagnosis, requirements: Iterable[Requirement], admitted: Admitted) -> Emission | Withheld:
    """The manifest that cures what the diagnosis found; pure."""
    case = diagnosis.case
    if diagnosis.verdict == "healthy":
        return Withheld("nothing is wrong, so there is nothing to fix")
    role = case.value("ack-role")
    if role is None:
        return _without_role(diagnosis, requirements, admitted)
    held = _held(role)
    if held is not None:
        return held
    items = objects.declared(case)
    if _is_applied_by_git(diagnosis):
        return _made(
            items, objects.in_git(case), ("apply the manifests as they are: they grant what the cluster lacks",)
        )
    found = repair(
        objects.prepared(case, items, case.declared), admitted, lambda finding: finding.location.file == objects.NAME
    )
    if not found.changes:
        return _nothing(diagnosis, found, items)
    after = from_text(objects.NAME, found.changes[0].after)
    if any(cause.id == "oidc-provider-missing" for cause in diagnosis.causes[:1]):
        return _provider(diagnosis) or _emission(diagnosis, items, after, found)
    return _emission(diagnosis, items, after, found)


def _held(role: dict[str, Any]) -> Withheld | None:
    """Why an edit in the cluster would be lost or have no effect."""
    name = f"Role {role['metadata'].get('namespace', '')}/{role['metadata'].get('name', '')}"
    why = standstill(make_object({**role, "status": {}, "spec": {}}, Origin("cluster", 0, ())))
    if "deleted" in why:
        return Withheld(
            f"{name} is being deleted; an edit would not survive", "find out who deleted it, and apply it anew"
        )
    if why:
        return Withheld(f"{name}: {why}", "take the annotation off first, if the controller is to write again")
    owner = gitops_owner(role)
    if owner:
        return Withheld(
            f"{name} is applied by {owner}, which would undo an edit in the cluster",
            "edit it in Git: run again with --manifests DIR",
        )
    return None


def _is_applied_by_git(diagnosis: Diagnosis) -> bool:
    return bool(diagnosis.causes) and diagnosis.causes[0].id == "not-applied"


def _without_role(diagnosis: Diagnosis, requirements: Iterable[Requirement], admitted: Admitted) -> Emission | Withheld:
    case = diagnosis.case
    if case.in_git is not None:
        return _made([], objects.in_git(case), ("apply the manifests: the cluster has no such Role",))
    reading = case.reading("ack-role")
    if reading.status != "absent":
        return Withheld(
            f"the ACK Role object could not be read: {reading.detail or reading.status}",
            "checker live shows what is missing",
        )
    if not any(cause.id == "role-missing" for cause in diagnosis.causes):
        return Withheld("no ACK Role object stands for this role, so no manifest of ACK's can mend it")
    built = missing_role(case, requirements)
    if isinstance(built, str):
        return Withheld(built)
    danger = "what else the role had, nobody can tell from here"
    if not admitted(built.plan(danger)):
        return Withheld(
            f"a new Role can be made, which is unsafe: {danger}",
            "--unsafe admits it; the manifest in Git is better (--manifests DIR)",
        )
    return _made([], [built.item], (built.title,), (danger,))


def _provider(diagnosis: Diagnosis) -> Emission | Withheld | None:
    built = missing_provider(diagnosis.case)
    return _made([], [built.item], (built.title,)) if built else None


def _nothing(diagnosis: Diagnosis, found: Repair, items: list[dict[str, Any]]) -> Emission | Withheld:
    provider = _provider(diagnosis) if diagnosis.causes and diagnosis.causes[0].id == "oidc-provider-missing" else None
    if provider is not None:
        return provider
    unsafe = next((item for item in found.refusals if item.plan is not None), None)
    if unsafe is not None and unsafe.plan is not None:
        return Withheld(f"{unsafe.plan.title} is unsafe: {unsafe.plan.danger}", "--unsafe admits it")
    if found.refusals:
        left = found.refusals[0]
        return Withheld(f"{left.finding.message}: {left.reason}", left.finding.help)
    if not diagnosis.causes:
        return Withheld("no cause was found that a manifest could cure")
    first = diagnosis.causes[0]
    if first.id == "drift":
        return _nudge(items)
    if waiting(diagnosis.case):
        reason = f"{first.title}; the Role object says what it must, and has to arrive in IAM"
        return Withheld(reason, first.remediation, is_waiting=True)
    command = f" ({first.next[0]})" if first.next else ""
    return Withheld(f"{first.title}; no change of the Role object mends that", f"{first.remediation}{command}")


def _nudge(items: list[dict[str, Any]]) -> Emission | Withheld:
    """White space in the trust policy: the controller acts on any change of the spec, puts everything right that
    differs, and does not count white space there (runtime, `GenerationChangedPredicate`; iam-controller, trust policies
    are compared by meaning)."""
    role, *rest = items
    trust = str(mapping(role.get("spec")).get("assumeRolePolicyDocument", ""))
    toggled = trust.removesuffix("\n") if trust.endswith("\n") else trust + "\n"
    after = {**role, "spec": {**role["spec"], "assumeRolePolicyDocument": toggled}}
    title = "change white space in the trust policy: the controller then reconciles, and puts back what IAM lacks"
    return _made(items, [after, *rest], (title,), (), ("gains and loses nothing beyond what the Role object says",))


def _emission(
    diagnosis: Diagnosis, before: list[dict[str, Any]], after: list[dict[str, Any]], found: Repair
) -> Emission | Withheld:
    titles = tuple(dict.fromkeys(f"{item.plan.title}: {item.plan.why}" for item in found.fixes))
    warnings = [f"{item.plan.title}: {item.plan.danger}" for item in found.fixes if item.plan.danger]
    warnings += [note for item in found.fixes for note in item.plan.notes]
    warnings += _besides(diagnosis)
    warnings += [
        f"left: {item.finding.message}: {item.reason}" for item in found.refusals if item.finding.rule in _PROVEN
    ]
    effects = tuple(line for effect in found.effects for line in told(effect))
    return _made(before, after, titles, tuple(dict.fromkeys(warnings)), effects)


def _besides(diagnosis: Diagnosis) -> list[str]:
    """What the next reconcile does besides: what is in IAM and not in the spec goes."""
    takes = {
        "iam:DetachRolePolicy": "detach", "iam:DeleteRolePolicy": "delete the inline policy",
        "iam:DeleteRolePermissionsBoundary": "remove the boundary", "iam:UntagRole": "remove the tag",
    }  # fmt: skip
    return [
        f"the controller will also {takes[step.operation]} {step.about}, which is in IAM and not in the Role object"
        for step in next_steps(diagnosis.case)
        if step.operation in takes and step.about not in OWN_TAGS
    ]


def _made(
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    titles: tuple[str, ...],
    warnings: tuple[str, ...] = (),
    effects: tuple[str, ...] = (),
) -> Emission | Withheld:
    """The emission of everything that differs."""
    now = {_key(item): item for item in before}
    changed = [
        Object(now.get(_key(item), {}), ready_to_apply(now.get(_key(item), {}), item))
        for item in after
        if now.get(_key(item)) != item
    ]
    if not changed:
        return Withheld("the objects in the cluster are what they should be already", is_waiting=True)
    if MASK in str([item.after.get("spec") for item in changed]):
        return Withheld("the spec holds a value that is masked in the evidence", "edit the object by hand, or in Git")
    old, new = as_text(item.before for item in changed if item.before), as_text(item.after for item in changed)
    return Emission(tuple(changed), Change(objects.NAME, old, new, difference(old, new)), titles, effects, warnings)


def _key(item: dict[str, Any]) -> tuple[str, str, str]:
    metadata = mapping(item.get("metadata"))
    return str(item.get("kind")), str(metadata.get("namespace", "")), str(metadata.get("name", ""))
