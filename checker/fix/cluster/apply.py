"""From the corrected objects to a healthy index: dry run, diff, consent, apply, ACK, IAM, restart, diagnosis.

Every step can be taken again: what is applied already is not applied twice, and waiting goes on where it stopped.
"""

from __future__ import annotations

import time

from ...ack.controller import conditions
from ...ack.objects import mapping
from ...live.asking import Refused
from ...runbook.commands import is_bare, pod_name, restart
from ...runbook.diagnose import Diagnosis
from ...runbook.evidence.key import may_decrypt
from ...runbook.evidence.standing import held_by, objects, told
from ...runbook.evidence.trust import trusting
from ..edits.diff import unified
from ..edits.manifest import as_text
from ..planning.repair import FileChange
from . import writing
from .emission import Emission
from .objects import NAME
from .store import StoppedError, called, dry_run, store
from .world import World

_INTERVAL = 3.0


def apply(world: World, first: Diagnosis, emission: Emission | None) -> Diagnosis:
    """Applies the emission (None: it is applied, and only has to arrive), and returns the last diagnosis. Raises
    StoppedError, and KeyboardInterrupt once it has said how far it came."""
    applied: list[str] = []
    try:
        if emission is not None:
            _write(world, emission, applied)
        elif held_by(first.case, "ACK.Terminal"):
            item, at = held_by(first.case, "ACK.Terminal")[0]
            raise StoppedError(f"the controller has given up on it, and waiting changes nothing: {told(item, at)}")
        world.say("waiting for the ACK controller, and for IAM to grant it")
        arrived = _arrived(world, first)
        since = time.monotonic()
        return _recovered(world, since, _restart(world, first, arrived))
    except StoppedError as error:
        done = f"{', '.join(applied)} applied; " if applied else ""
        raise StoppedError(f"{done}{error}") from None
    except KeyboardInterrupt:
        done = f"{', '.join(applied)} applied" if applied else "nothing was applied in this run"
        world.say(f"interrupted: {done}; run this again to go on from here")
        raise


def _write(world: World, emission: Emission, applied: list[str]) -> None:
    for text in (*emission.titles, *(f"access: {line}" for line in emission.effects), *emission.warnings):
        world.say(text)
    if emission.is_partial:
        raise StoppedError("the fix mends only a part of it, so nothing was applied; see what is left above")
    staged = [dry_run(world.cluster, item) for item in emission.objects]
    old = as_text(item.before for item in staged if item.before)
    new = as_text(item.after for item in staged)
    if old == new:
        world.say("the objects are as they should be already")
        return
    world.say("\n".join(unified(FileChange(NAME, old, new))))
    managers = " and ".join(dict.fromkeys(item.manager for item in staged))
    names = ", ".join(called(item.after) for item in staged)
    if not world.confirm(f"apply this to {names} in {world.cluster.described}, as field manager {managers}?"):
        raise StoppedError("nothing was applied, as you said")
    for item, wanted in zip(staged, emission.objects, strict=True):
        store(world.cluster, item, wanted)
        applied.append(called(item.after))
        world.say(f"applied {called(item.after)}")


def _arrived(world: World, first: Diagnosis) -> Diagnosis:
    """The first diagnosis by which IAM grants what is required and lets the pod in."""
    ends = time.monotonic() + world.patience
    last_said = ""
    while True:
        diagnosis = world.look(first.case.record.target.since_seconds, False)
        if _is_granted(diagnosis, first):
            world.say("IAM grants everything that is required")
            return diagnosis
        state = _state(diagnosis)
        # Conditions carry no generation: a terminal one that has not changed may be that of the old spec.
        if ": ACK.Terminal True" in state and _reconciled(diagnosis) != _reconciled(first):
            raise StoppedError(f"the controller refuses it: {state}")
        if state != last_said:
            world.say(state)
            last_said = state
        if time.monotonic() > ends:
            raise StoppedError(
                f"IAM does not have it after {world.patience:.0f} s ({state});"
                " run this again to go on waiting, or see what `checker live` says"
            )
        world.pause(_INTERVAL)


def _is_granted(found: Diagnosis, first: Diagnosis) -> bool:
    """Whether IAM has what is required. A trust policy that could not be judged before the fix is not waited for."""
    case = found.case
    trust, before = trusting(case), trusting(first.case)
    trusts = trust is not None and trust.truth is True
    is_open = (trust is None or trust.truth is None) and (before is None or before.truth is None)
    provider = case.value("oidc-provider")
    has_provider = provider is None or bool(provider["arn"])
    granted = case.deployed is not None and case.deployed.verdict == "granted"
    if any(cause.id == "kms-denied" for cause in first.causes):
        granted = granted and may_decrypt(case) is not False
    return granted and (trusts or is_open) and (has_provider or case.uses_pod_identity)


def _state(found: Diagnosis) -> str:
    """What the controller says of the Role and its Policies, else which check is not well."""
    for item in objects(found.case):
        held = conditions(item)
        for kind in ("ACK.Terminal", "ACK.Recoverable", "ACK.ReferencesResolved"):
            condition = held.get(kind)
            if condition is not None and (condition.status == "True") == (kind != "ACK.ReferencesResolved"):
                return told(item, condition)
    failed = [check.detail for check in found.checks if check.id in ("role", "trust", "access") and check.state != "ok"]
    return "; ".join(failed) or "IAM does not have it yet"


def _reconciled(found: Diagnosis) -> list[object]:
    """What tells one loop of the controller from the next: every condition with its time."""
    return [condition for item in objects(found.case) for condition in conditions(item).values()]


def _restart(world: World, first: Diagnosis, arrived: Diagnosis) -> str:
    """Deletes the pod where the cause needs it, if that is allowed; the `uid` of the pod that was deleted, or ""."""
    cause = next((item for item in first.causes[:1] if item.restart_needed), None)
    if cause is None or arrived.case.pod is None:
        return ""
    namespace, name = arrived.case.namespace, pod_name(arrived.case)
    if is_bare(arrived.case):
        world.say(f"pod {namespace}/{name} has no workload that would make it again, so it is not deleted; replace it:")
        world.say(restart(arrived.case))
        return ""
    if not world.confirm(f"restart the pod {namespace}/{name}, which this needs ({cause.title})?"):
        world.say("the pod was not restarted; it keeps what it was made with")
        return ""
    uid = _uid(arrived)
    try:
        writing.delete_pod(world.cluster, namespace, name, uid)
    except Refused as error:
        hint = "; it was replaced meanwhile: run this again" if error.detail.startswith("409") else ""
        reason = f"IAM is right; the pod {namespace}/{name} could not be deleted: {error.detail}{hint}"
        raise StoppedError(reason) from None
    world.say(f"deleted pod {namespace}/{name}; its workload makes a new one")
    return uid


def _uid(diagnosis: Diagnosis) -> str:
    """The `uid` of the pod that was diagnosed; "" where there is none."""
    pod = diagnosis.case.pod
    return str(mapping(pod.get("metadata")).get("uid", "")) if pod is not None else ""


def _recovered(world: World, since: float, deleted: str) -> Diagnosis:
    """The diagnosis once the proxy has logged something since; the last one, where it logs nothing in time. Not final
    are a refusal while the change spreads through IAM and, where a pod was `deleted` (its uid), anything before its
    successor has started and refreshed its keys."""
    world.say("waiting for the proxy to refresh its keys")
    began = time.monotonic()
    while True:
        now = time.monotonic()
        diagnosis = world.look(max(1, int(now - since)), bool(deleted))
        is_ending = bool(deleted) and (_uid(diagnosis) in ("", deleted) or _ends(diagnosis))
        if now - began > world.patience:
            if is_ending:
                raise StoppedError(
                    f"the pod that was deleted still ends after {world.patience:.0f} s, or nothing has taken its place;"
                    " `checker live` tells how it goes on"
                )
            return diagnosis
        passing = {"propagation", "pod-pending"} if deleted else {"propagation"}
        is_settling = bool(diagnosis.causes) and {cause.id for cause in diagnosis.causes} <= passing
        is_silent = diagnosis.verdict == "inconclusive" and (bool(deleted) or not diagnosis.case.log.is_read)
        if not (is_settling or is_ending or is_silent):
            return diagnosis
        world.pause(_INTERVAL)


def _ends(diagnosis: Diagnosis) -> bool:
    """Whether the pod that was diagnosed is being deleted."""
    pod = diagnosis.case.pod
    return pod is not None and bool(mapping(pod.get("metadata")).get("deletionTimestamp"))
