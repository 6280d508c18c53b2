"""The corrected objects of an incident, ready to be applied: the smallest change that cures what the diagnosis found.

A fix reconciles the whole role, not only what it changes, so what the controller would take away besides is said too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...ack.objects import mapping
from ...ack.role_calls import OWN_TAGS
from ...iam.values import NamedTuple
from ...live.record.record import under
from ...live.record.redaction_tokens import MASK
from ...requirements.model import Requirement
from ...runbook.diagnose import Diagnosis
from ...runbook.evidence.delivery import next_steps, waiting
from ..edits.manifest import as_text, from_text, key_of, ready_to_apply
from ..planning.effects import NOTHING_ELSE, told
from ..planning.plan import Plan
from ..planning.propose import Admitted
from ..planning.repair import FileChange, Repair, repair
from . import objects
from .arriving import Step, needed, nudge
from .built import missing_provider, missing_role
from .withheld import Withheld, withheld_for

_PROVEN = ("missing-grant", "denied-grant", "conditional-grant", "untrusted-service-account", "missing-tag-session")


class Emitted(NamedTuple):
    """An object to be applied, and as it is now (empty where there is none)."""

    before: dict[str, Any]
    after: dict[str, Any]


class Emission(NamedTuple):
    """What to apply. `change` is the difference as text; `titles` say what is done and why, `effects` what it does to
    access, `warnings` what else will happen. `is_partial`: something that is required stays out of reach."""

    objects: tuple[Emitted, ...]
    change: FileChange
    titles: tuple[str, ...]
    effects: tuple[str, ...]
    warnings: tuple[str, ...]
    is_partial: bool = False

    @property
    def is_masked(self) -> bool:
        """Whether a label or an annotation is masked in the evidence: then only what changes may be sent."""
        return MASK in str([item.after["metadata"] for item in self.objects])


def emit(diagnosis: Diagnosis, requirements: Iterable[Requirement], admitted: Admitted) -> Emission | Withheld:
    """The manifest that cures what the diagnosis found; pure."""
    case = diagnosis.case
    if diagnosis.verdict == "healthy":
        return Withheld("nothing is wrong, so there is nothing to fix")
    role = case.value("ack-role")
    if role is None:
        return _without_role(diagnosis, requirements, admitted)
    if role.get("namesakes", 1) > 1:
        reason = f"{role['namesakes']} Role objects could stand for {case.arn}"
        return Withheld(reason, "delete those that are not meant, or edit the right one by hand")
    held = withheld_for(role)
    if held is not None:
        return held
    items = objects.declared(case)
    first = diagnosis.causes[0].id if diagnosis.causes else ""
    if first == "not-applied":
        return _from_git(diagnosis, items, admitted)
    if first == "oidc-provider-missing":
        provider = _provider(diagnosis, admitted)
        if provider is not None:
            return provider
    mended = repair(
        objects.prepared(case, items, case.declared), admitted, lambda finding: finding.location.file == objects.NAME
    )
    after = from_text(objects.NAME, mended.changes[0].after) if mended.changes else items
    besides = needed(case, after)
    if besides is None:
        return _emission(diagnosis, items, after, mended) if mended.changes else _nothing(diagnosis, mended, items)
    if besides.danger and not admitted(Plan(besides.title, "", (), besides.danger)):
        return Withheld(f"{besides.title}; unsafe: {besides.danger}", "--unsafe admits it")
    return _emission(diagnosis, items, besides.objects, mended, besides)


def _from_git(diagnosis: Diagnosis, items: list[dict[str, Any]], admitted: Admitted) -> Emission | Withheld:
    """The specs of the manifests for the objects in the cluster. What only the cluster has would be removed, so that
    needs --unsafe."""
    after = objects.in_git(diagnosis.case)
    lacking = [
        f"{before['kind']} {before['metadata']['name']}: {', '.join(gone)}"
        for before in items
        for item in after
        if key_of(item) == key_of(before) and (gone := _gone(before.get("spec"), item.get("spec")))
    ]
    title = "apply the specs of the manifests: they grant what the cluster lacks"
    danger = f"the manifests lack what the cluster has ({'; '.join(lacking)})" if lacking else ""
    if danger and not admitted(Plan(title, "", (), danger)):
        return Withheld(
            f"{title}, which is unsafe: {danger}", "bring the manifests up to date, or admit it by --unsafe"
        )
    return _made(diagnosis, items, after, (title,), (danger,) if danger else ())


def _gone(before: Any, after: Any, route: str = "spec") -> list[str]:
    """The members that only the first has, and lists that got shorter."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [text for key, item in before.items() for text in _gone(item, after.get(key), f"{route}.{key}")]
    is_shorter = isinstance(before, list) and isinstance(after, list) and any(item not in after for item in before)
    return [route] if (before is not None and after is None) or is_shorter else []


def _without_role(diagnosis: Diagnosis, requirements: Iterable[Requirement], admitted: Admitted) -> Emission | Withheld:
    case = diagnosis.case
    if case.in_git is not None:
        return _made(diagnosis, [], objects.in_git(case), ("apply the manifests: the cluster has no such Role",))
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
    return _made(diagnosis, [], [built.item], (built.title,), (danger,))


def _provider(diagnosis: Diagnosis, admitted: Admitted) -> Emission | Withheld | None:
    built = missing_provider(diagnosis.case)
    if built is None or isinstance(built, str):
        return Withheld(built) if built else None
    danger = "it serves the whole cluster; make sure that no object for it stands elsewhere"
    if not admitted(built.plan(danger)):
        return Withheld(f"{built.title}: unsafe, since {danger}", "--unsafe admits it")
    return _made(diagnosis, [], [built.item], (built.title,), (danger,))


def _nothing(diagnosis: Diagnosis, found: Repair, items: list[dict[str, Any]]) -> Emission | Withheld:
    unsafe = next((item for item in found.refusals if item.plan is not None), None)
    if unsafe is not None and unsafe.plan is not None:
        return Withheld(f"{unsafe.plan.title} is unsafe: {unsafe.plan.danger}", "--unsafe admits it")
    if found.refusals:
        left = found.refusals[0]
        return Withheld(f"{left.finding.message}: {left.reason}", left.finding.help)
    if not diagnosis.causes:
        return Withheld("no cause was found that a manifest could cure")
    first = diagnosis.causes[0]
    if first.id in ("drift", "role-missing"):
        step = nudge(items)
        return _made(diagnosis, items, step.objects, (step.title,))
    if waiting(diagnosis.case):
        reason = f"{first.title}; the Role object says what it must, and has to arrive in IAM"
        return Withheld(reason, first.remediation, is_waiting=first.id not in _NEVER_ARRIVES)
    command = f" ({first.next[0]})" if first.next and not first.next[0].startswith("checker fix") else ""
    could = "that could be proven " if first.manifest_helps else ""
    reason = f"{first.title}; no change of the Role object {could}mends that"
    return Withheld(reason, f"{first.remediation}{command}", first.id in _AFTER_A_FIX)


_NEVER_ARRIVES = ("ack-terminal", "ack-read-only", "controller-not-reconciling", "ack-capability-unwell")
"""Where waiting changes nothing: somebody has to mend what the cause names first."""

_AFTER_A_FIX = ("propagation", "stale-credentials", "expired-token", "credentials-not-injected")
"""What time or a restart mends once the policies are right: applying goes on from there."""


def _emission(
    diagnosis: Diagnosis,
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    found: Repair,
    besides: Step | None = None,
) -> Emission | Withheld:
    titles = tuple(dict.fromkeys(f"{item.plan.title}: {item.plan.why}" for item in found.fixes))
    titles += (besides.title,) if besides else ()
    warnings = [besides.danger] if besides and besides.danger else []
    warnings += [f"{item.plan.title}: {item.plan.danger}" for item in found.fixes if item.plan.danger]
    warnings += [note for item in found.fixes for note in item.plan.notes]
    left = [item for item in found.refusals if item.finding.rule in _PROVEN]
    warnings += [f"left: {item.finding.message}: {item.reason}" for item in left]
    effects = tuple(line for effect in found.effects for line in told(effect))
    emission = _made(diagnosis, before, after, titles, tuple(dict.fromkeys(warnings)), effects)
    return emission._replace(is_partial=bool(left)) if isinstance(emission, Emission) else emission


def _besides(diagnosis: Diagnosis) -> tuple[str, ...]:
    """What the next reconcile does besides: the controller makes IAM what the Role says, whatever it is now."""
    case = diagnosis.case
    inline, boundary = under(case.record, "inline/"), mapping(case.value("role")).get("boundary", "")
    sentences = {
        "iam:DetachRolePolicy": "detach {}, which is in IAM and not in the Role object",
        "iam:DeleteRolePolicy": "delete the inline policy {}, which is in IAM and not in the Role object",
        "iam:DeleteRolePermissionsBoundary": "remove the boundary {}, which is in IAM and not in the Role object",
        "iam:UntagRole": "remove the tag {}, which is in IAM and not in the Role object",
        "iam:UpdateAssumeRolePolicy": "replace the trust policy, which is another one in IAM",
    }
    warnings = []
    steps = next_steps(case)
    changed = {step.about for step in steps if step.operation == "iam:TagRole"}
    for step in steps:
        text = sentences.get(step.operation)
        if step.operation == "iam:UntagRole" and step.about in changed:
            text = "set the tag {} and then take it away, until its next loop: conditions on it do not hold meanwhile"
        if step.operation == "iam:PutRolePolicy" and step.about in inline:
            text = "replace the inline policy {}, which is another one in IAM"
        if step.operation == "iam:PutRolePermissionsBoundary" and boundary:
            text = "replace the boundary, which is another one in IAM"
        if text and step.about not in OWN_TAGS:
            warnings.append(f"the controller will also {text.format(step.about)}")
    return tuple(warnings)


def _made(
    diagnosis: Diagnosis,
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    titles: tuple[str, ...],
    warnings: tuple[str, ...] = (),
    effects: tuple[str, ...] = (),
) -> Emission | Withheld:
    """The emission of everything that differs, unless an object in the cluster must not be edited there."""
    now = {key_of(item): item for item in before}
    changed = [
        Emitted(now.get(key_of(item), {}), ready_to_apply(now.get(key_of(item), {}), item))
        for item in after
        if now.get(key_of(item)) != item
    ]
    if not changed:
        return Withheld("the objects in the cluster are what they should be already", is_waiting=True)
    keys = {key_of(item.after) for item in changed}
    for raw in objects.as_read(diagnosis.case):
        held = withheld_for(raw) if key_of(raw) in keys else None
        if held is not None:
            return held
    if MASK in str([item.after.get("spec") for item in changed]):
        return Withheld("the spec holds a value that is masked in the evidence", "edit the object by hand, or in Git")
    besides = _besides(diagnosis)
    if besides:
        # The effects compare Role objects; where IAM differs from the Role, "nothing else" would be untrue.
        effects = tuple(text.replace(NOTHING_ELSE, ", by the Role object") for text in effects)
    old, new = as_text(item.before for item in changed if item.before), as_text(item.after for item in changed)
    change = FileChange(objects.NAME, old, new)
    return Emission(tuple(changed), change, titles, effects, (*warnings, *besides))
