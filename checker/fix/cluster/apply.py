"""From the corrected objects to a healthy index: dry run, diff, consent, apply, ACK, IAM, restart, diagnosis.

Every step can be taken again: what is applied already is not applied twice, and waiting goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from ...ack.cleaning import clean
from ...ack.controller import conditions
from ...ack.objects import mapping
from ...live import writing
from ...live.asking import Refused
from ...live.kubernetes import Cluster
from ...live.trim import custom
from ...runbook.commands import pod_name
from ...runbook.decrypting import may_decrypt
from ...runbook.delivery import objects
from ...runbook.diagnose import Diagnosis
from ...runbook.trusting import trusting
from ..diff import unified
from ..manifest import as_text
from ..patch import meaning
from ..repair import Change
from .emission import Emission, Object, withheld_for


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


_INTERVAL = 3.0


def apply(world: World, first: Diagnosis, emission: Emission | None) -> Diagnosis:
    """Applies the emission (None: it is applied, and only has to arrive), and returns the last diagnosis. Raises
    StoppedError, and KeyboardInterrupt once it has said how far it came."""
    applied: list[str] = []
    try:
        if emission is not None:
            _write(world, emission, applied)
        world.say("waiting for the ACK controller, and for IAM to grant it")
        arrived = _arrived(world, first)
        since = time.monotonic()
        _restart(world, first, arrived)
        return _recovered(world, since)
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
    for item, wanted in zip(staged, emission.objects, strict=True):
        _store(world, item, wanted)
        applied.append(_called(item.after))
        world.say(f"applied {_called(item.after)}")


def _dry_run(world: World, item: Object) -> _Staged:
    """What the API server would store, as it is to be shown. Nothing but the spec may differ from what is there."""
    live = _live(world, item)
    now = _shown(live) if live else {}
    if meaning(_spec(clean(live) if live else {})) != meaning(_spec(item.before)):
        raise StoppedError(f"{_called(item.after)} has changed since it was diagnosed; run this again")
    held = withheld_for(live) if live else None
    if held is not None:
        raise StoppedError(f"{held.reason}; {held.help}")
    manager = writing.manager_for(live)
    body = writing.body_for(manager, item.before, item.after, live)
    stored = _send(world, body, manager, dry_run=True)
    is_other = live is not None and _beside_the_spec(live) != _beside_the_spec(stored)
    if is_other or meaning(_spec(clean(stored))) != meaning(_spec(clean(item.after))):
        raise StoppedError(
            f"the API server would store something else of {_called(item.after)} than what was proven, since another"
            " manager owns a part of it; take what --patch prints, or edit it where that one takes it from"
        )
    return _Staged(body, manager, now, _shown(stored))


def _live(world: World, item: Object) -> dict[str, Any] | None:
    try:
        return writing.read(world.cluster, item.after)
    except Refused as error:
        raise StoppedError(f"{_called(item.after)} could not be read: {error.detail}") from None


def _spec(item: dict[str, Any]) -> dict[str, Any]:
    """The spec without empty collections, which mean the same as none."""
    return {key: value for key, value in mapping(item.get("spec")).items() if value not in ([], {})}


def _beside_the_spec(item: dict[str, Any]) -> dict[str, Any]:
    """What an apply must leave as it is."""
    metadata = {key: value for key, value in mapping(item.get("metadata")).items() if key not in _BOOKKEEPING}
    annotations = {key: value for key, value in mapping(metadata.get("annotations")).items() if key != _LAST_APPLIED}
    return {**metadata, "annotations": annotations, "labels": mapping(metadata.get("labels"))}


_BOOKKEEPING = ("managedFields", "resourceVersion", "generation", "selfLink")
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def _shown(item: dict[str, Any]) -> dict[str, Any]:
    """An object fit to be shown: what looks like a secret is masked, as in the evidence."""
    return clean(custom(item))


def _store(world: World, item: _Staged, wanted: Object) -> None:
    """The apply itself. Where its answer is lost, the object says whether it arrived; where the object has got another
    version meanwhile, but not another spec, it is sent once more."""
    for attempt in (1, 2, 3):
        try:
            writing.apply(world.cluster, item.body, item.manager, dry_run=False)
            return
        except Refused as error:
            if "conflict with" in error.detail or error.status == "denied":
                raise StoppedError(_refused(item.body, error, "the apply")) from None
            live = _live(world, wanted)
            if live is not None and meaning(_spec(clean(live))) == meaning(_spec(clean(wanted.after))):
                return
            is_same = live is not None and meaning(_spec(clean(live))) == meaning(_spec(wanted.before))
            if attempt == 3 or not error.detail.startswith("409") or not is_same:
                raise StoppedError(_refused(item.body, error, "the apply")) from None
            item = _dry_run(world, wanted)


def _send(world: World, body: dict[str, Any], manager: str, *, dry_run: bool) -> dict[str, Any]:
    try:
        return writing.apply(world.cluster, body, manager, dry_run=dry_run)
    except Refused as error:
        raise StoppedError(_refused(body, error, "the dry run")) from None


def _refused(body: dict[str, Any], error: Refused, what: str) -> str:
    hint = ""
    if "conflict with" in error.detail:
        hint = "; change it where the manager named there takes it from, or take it over with what --patch prints"
    elif error.detail.startswith("409"):
        hint = "; it is being changed by somebody else: run this again"
    elif error.status == "denied":
        hint = "; deploy/fixer.yaml has the rights that --apply needs"
    return f"{what} of {_called(body)} was refused: {error.detail}{hint}"


def _arrived(world: World, first: Diagnosis) -> Diagnosis:
    """The first diagnosis by which IAM grants what is required and lets the pod in."""
    ends = time.monotonic() + world.patience
    said = ""
    while True:
        found = world.look(first.case.record.target.since_seconds)
        if _is_granted(found, first):
            world.say("IAM grants everything that is required")
            return found
        state = _state(found)
        # Conditions carry no generation: a terminal one that has not changed may be that of the old spec.
        if state.startswith("ACK.Terminal") and _reconciled(found) != _reconciled(first):
            raise StoppedError(f"the controller refuses it: {state}")
        if state != said:
            world.say(state)
            said = state
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
                return f"{kind} of {item.kind} {item.name}: {condition.message or condition.reason}"
    failed = [check.detail for check in found.checks if check.id in ("role", "trust", "access") and check.state != "ok"]
    return "; ".join(failed) or "IAM does not have it yet"


def _reconciled(found: Diagnosis) -> list[object]:
    """What tells one loop of the controller from the next: every condition with its time."""
    return [condition for item in objects(found.case) for condition in conditions(item).values()]


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
    """The diagnosis once the proxy has logged something since; the last one, where it logs nothing in time. A refusal
    while the change makes its way through IAM is no last word."""
    world.say("waiting for the proxy to refresh its keys")
    while True:
        passed = time.monotonic() - since
        found = world.look(max(1, int(passed)))
        is_settling = {cause.id for cause in found.causes} == {"propagation"}
        is_open = is_settling or (found.verdict == "inconclusive" and not found.case.log.is_read)
        if not is_open or passed > world.patience:
            return found
        world.pause(_INTERVAL)


def _called(item: dict[str, Any]) -> str:
    metadata = mapping(item.get("metadata"))
    return f"{item.get('kind')} {metadata.get('namespace', '')}/{metadata.get('name', '')}"
