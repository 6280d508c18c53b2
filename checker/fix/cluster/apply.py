"""From the corrected objects to a healthy index: dry run, diff, consent, apply, ACK, IAM, restart, diagnosis.

Every step can be taken again: what is applied already is not applied twice, and waiting goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from ...ack.cleaning import clean
from ...ack.controller import conditions
from ...ack.objects import make_object, mapping
from ...inventory import Origin
from ...live import writing
from ...live.asking import Refused
from ...live.kubernetes import Cluster
from ...runbook.commands import pod_name
from ...runbook.diagnose import Diagnosis
from ...runbook.trusting import trusting
from ..diff import unified
from ..manifest import as_text
from ..patch import meaning
from ..repair import Change
from .emission import Emission, Object


class World(NamedTuple):
    """What the steps work with: the cluster; `look` diagnoses from the log of the last so many seconds; `say` tells,
    `confirm` asks, `pause` waits so many seconds. Waiting for IAM and for the log ends after `patience` seconds each.
    """

    cluster: Cluster
    look: Callable[[int], Diagnosis]
    say: Callable[[str], None]
    confirm: Callable[[str], bool]
    pause: Callable[[float], None] = time.sleep
    patience: float = 180


class StoppedError(Exception):
    """It went no further; the message says where it stopped, why, and what to do."""


class _Staged(NamedTuple):
    body: dict[str, Any]
    manager: str
    before: dict[str, Any]
    after: dict[str, Any]


_INTERVAL, _STALE = 3.0, 30.0


def apply(world: World, first: Diagnosis, emission: Emission | None) -> Diagnosis:
    """Applies the emission (None: it is applied, and only has to arrive), and returns the last diagnosis. Raises
    StoppedError, and KeyboardInterrupt once it has said how far it came."""
    applied = "nothing was applied"
    try:
        if emission is not None:
            _write(world, emission)
            applied = "the change is applied"
        world.say("waiting for the ACK controller, and for IAM to grant it")
        arrived = _arrived(world, first)
        since = time.monotonic()
        _restart(world, first, arrived)
        return _recovered(world, since)
    except KeyboardInterrupt:
        world.say(f"interrupted: {applied}; run this again to go on from here")
        raise


def _write(world: World, emission: Emission) -> None:
    staged = [_dry_run(world, item) for item in emission.objects]
    old = as_text(item.before for item in staged if item.before)
    new = as_text(item.after for item in staged)
    if old == new:
        world.say("the objects are as they should be already")
        return
    world.say("\n".join(unified(Change("cluster.yaml", old, new, ()))))
    managers = " and ".join(dict.fromkeys(item.manager for item in staged))
    names = ", ".join(_called(item.after) for item in staged)
    if not world.confirm(f"apply this to {names} in {world.cluster.described}, as field manager {managers}?"):
        raise StoppedError("nothing was applied, as you said")
    for item in staged:
        _send(world, item.body, item.manager, dry_run=False)
        world.say(f"applied {_called(item.after)}")


def _dry_run(world: World, item: Object) -> _Staged:
    try:
        live = writing.read(world.cluster, item.after)
    except Refused as error:
        raise StoppedError(f"{_called(item.after)} could not be read: {error.detail}") from None
    now = clean(live) if live else {}
    if meaning(now.get("spec")) != meaning(item.before.get("spec")):
        raise StoppedError(f"{_called(item.after)} has changed since it was diagnosed; run this again")
    after = {**now, "spec": item.after["spec"]} if live else item.after
    manager = writing.manager_for(live)
    body = writing.body_for(manager, now, after, live)
    stored = clean(_send(world, body, manager, dry_run=True))
    if meaning(stored.get("spec")) != meaning(clean(after).get("spec")):
        raise StoppedError(
            f"the API server would store something else of {_called(after)} than what was proven; apply it by hand"
        )
    return _Staged(body, manager, now, stored)


def _send(world: World, body: dict[str, Any], manager: str, *, dry_run: bool) -> dict[str, Any]:
    try:
        return writing.apply(world.cluster, body, manager, dry_run=dry_run)
    except Refused as error:
        what = "the dry run" if dry_run else "the apply"
        hint = ""
        if error.detail.startswith("409"):
            hint = "; change it where the manager named there takes it from, or take it over with what --patch prints"
        elif error.status == "denied":
            hint = "; deploy/fixer.yaml has the rights that --apply needs"
        raise StoppedError(f"{what} of {_called(body)} was refused: {error.detail}{hint}") from None


def _arrived(world: World, first: Diagnosis) -> Diagnosis:
    """The first diagnosis by which IAM grants what is required and lets the pod in."""
    ends = time.monotonic() + world.patience
    # Conditions carry no generation: for a while, a terminal one may be that of the old spec.
    settled = time.monotonic() + _STALE
    said = ""
    while True:
        found = world.look(first.case.record.target.since_seconds)
        if _is_granted(found, first):
            world.say("IAM grants everything that is required")
            return found
        state = _state(found)
        if state.startswith("ACK.Terminal") and (
            _reconciled(found) != _reconciled(first) or time.monotonic() > settled
        ):
            raise StoppedError(f"the change is applied, and the controller refuses it: {state}")
        if state != said:
            world.say(state)
            said = state
        if time.monotonic() > ends:
            raise StoppedError(
                f"the change is applied, and IAM does not have it after {world.patience:.0f} s ({state});"
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
    return granted and (trusts or is_open) and (has_provider or case.uses_pod_identity)


def _state(found: Diagnosis) -> str:
    """What the controller says of the Role, else which check is not well."""
    role = found.case.value("ack-role")
    held = conditions(make_object(role, Origin("cluster", 0, ()))) if role else {}
    for kind in ("ACK.Terminal", "ACK.Recoverable", "ACK.ReferencesResolved"):
        condition = held.get(kind)
        if condition is not None and (condition.status == "True") == (kind != "ACK.ReferencesResolved"):
            return f"{kind}: {condition.message or condition.reason}"
    failed = [check.detail for check in found.checks if check.id in ("role", "trust", "access") and check.state != "ok"]
    return "; ".join(failed) or "IAM does not have it yet"


def _reconciled(found: Diagnosis) -> list[object]:
    """What tells one loop of the controller from the next: every condition with its time."""
    role = found.case.value("ack-role")
    return list(conditions(make_object(role, Origin("cluster", 0, ()))).values()) if role else []


def _restart(world: World, first: Diagnosis, arrived: Diagnosis) -> None:
    """Deletes the pod where the cause needs it, if that is allowed."""
    cause = next((item for item in first.causes[:1] if item.restart_needed), None)
    if cause is None or arrived.case.pod is None:
        return
    namespace, name = arrived.case.namespace, pod_name(arrived.case)
    if not world.confirm(f"restart the pod {namespace}/{name}, which this needs ({cause.title})?"):
        world.say("the pod was not restarted; it keeps what it was made with")
        return
    try:
        writing.delete_pod(world.cluster, namespace, name)
    except Refused as error:
        raise StoppedError(f"IAM is right; the pod {namespace}/{name} could not be deleted: {error.detail}") from None
    world.say(f"deleted pod {namespace}/{name}; its workload makes a new one")


def _recovered(world: World, since: float) -> Diagnosis:
    """The diagnosis once the proxy has logged something since; the last one, where it logs nothing in time."""
    world.say("waiting for the proxy to refresh its keys")
    while True:
        passed = time.monotonic() - since
        found = world.look(int(passed) + 2)
        if found.verdict != "inconclusive" or found.case.log.is_read or passed > world.patience:
            return found
        world.pause(_INTERVAL)


def _called(item: dict[str, Any]) -> str:
    metadata = mapping(item.get("metadata"))
    return f"{item.get('kind')} {metadata.get('namespace', '')}/{metadata.get('name', '')}"
