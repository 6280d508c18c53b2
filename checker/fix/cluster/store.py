"""One object into the cluster: what the API server would store, and then the apply itself."""

from __future__ import annotations

from typing import Any

from ...ack.cleaning import LAST_APPLIED, clean, late_initialized
from ...ack.objects import mapping
from ...iam.values import NamedTuple
from ...live.asking import Refused
from ...live.clients.kubernetes import Cluster
from ...live.record.trim import custom
from ..edits.patch import meaning
from . import writing
from .emission import Emitted
from .withheld import withheld_for


class StoppedError(Exception):
    """It went no further; the message says where it stopped, why, and what to do."""


class Staged(NamedTuple):
    """What is to be sent, as which manager, and the object before and after the apply, fit to be shown."""

    body: dict[str, Any]
    manager: str
    before: dict[str, Any]
    after: dict[str, Any]


def dry_run(cluster: Cluster, item: Emitted) -> Staged:
    """What the API server would store, as it is to be shown. Nothing but the spec may differ from what is there."""
    live = _live(cluster, item)
    filled_in = late_initialized(live) if live else ()
    now = _shown(live) if live else {}
    if meaning(_spec(clean(live) if live else {})) != meaning(_spec(item.before)):
        raise StoppedError(f"{called(item.after)} has changed since it was diagnosed; run this again")
    held = withheld_for(live) if live else None
    if held is not None:
        raise StoppedError(f"{held.reason}; {held.help}")
    manager = writing.manager_for(live)
    body = writing.body_for(manager, item.before, item.after, live)
    stored = _tried(cluster, body, manager)
    is_other = live is not None and _beside_the_spec(_annotated(live, item)) != _beside_the_spec(stored)
    # An apply makes the applier an owner of all it sends, so only the live object tells what ACK filled in.
    if is_other or meaning(_spec(clean(stored, filled_in))) != meaning(_spec(clean(item.after, filled_in))):
        raise StoppedError(
            f"the API server would store something else of {called(item.after)} than what was proven, since another"
            " manager owns a part of it; take what --patch prints, or edit it where that one takes it from"
        )
    return Staged(body, manager, now, clean(custom(stored), filled_in))


def _live(cluster: Cluster, item: Emitted) -> dict[str, Any] | None:
    try:
        return writing.read(cluster, item.after)
    except Refused as error:
        raise StoppedError(f"{called(item.after)} could not be read: {error.detail}") from None


def _spec(item: dict[str, Any]) -> dict[str, Any]:
    """The spec without empty collections, which mean the same as none."""
    return {key: value for key, value in mapping(item.get("spec")).items() if value not in ([], {})}


def _beside_the_spec(item: dict[str, Any]) -> dict[str, Any]:
    """What an apply must leave as it is."""
    metadata = {key: value for key, value in mapping(item.get("metadata")).items() if key not in _BOOKKEEPING}
    annotations = {key: value for key, value in mapping(metadata.get("annotations")).items() if key != LAST_APPLIED}
    return {**metadata, "annotations": annotations, "labels": mapping(metadata.get("labels"))}


def _annotated(live: dict[str, Any], item: Emitted) -> dict[str, Any]:
    """The live object with the annotations that the apply adds."""
    metadata = mapping(live.get("metadata"))
    annotations = {**mapping(metadata.get("annotations")), **writing.new_annotations(item.before, item.after)}
    return {**live, "metadata": {**metadata, "annotations": annotations}}


_BOOKKEEPING = ("managedFields", "resourceVersion", "generation", "selfLink")


def _shown(item: dict[str, Any]) -> dict[str, Any]:
    """An object fit to be shown: what looks like a secret is masked, as in the evidence."""
    return clean(custom(item))


def store(cluster: Cluster, item: Staged, wanted: Emitted) -> None:
    """The apply itself. Where its answer is lost, the object says whether it arrived; where the object has got another
    version meanwhile, but not another spec, it is sent once more."""
    for attempt in (1, 2, 3):
        try:
            writing.apply(cluster, item.body, item.manager, dry_run=False)
            return
        except Refused as error:
            if _is_anothers(error) or error.status == "denied":
                raise StoppedError(_refused(item.body, error, "the apply")) from None
            live = _live(cluster, wanted)
            if live is not None and meaning(_spec(clean(live))) == meaning(_spec(clean(wanted.after))):
                return
            is_same = live is not None and meaning(_spec(clean(live))) == meaning(_spec(wanted.before))
            if attempt == 3 or not error.detail.startswith("409") or not is_same:
                raise StoppedError(_refused(item.body, error, "the apply")) from None
            item = dry_run(cluster, wanted)


def _tried(cluster: Cluster, body: dict[str, Any], manager: str) -> dict[str, Any]:
    try:
        return writing.apply(cluster, body, manager, dry_run=True)
    except Refused as error:
        raise StoppedError(_refused(body, error, "the dry run")) from None


def _refused(body: dict[str, Any], error: Refused, what: str) -> str:
    hint = ""
    if _is_anothers(error):
        hint = "; change it where the manager named there takes it from, or take it over with what --patch prints"
    elif error.detail.startswith("409"):
        hint = "; it is being changed by somebody else: run this again"
    elif error.status == "denied":
        hint = "; deploy/fixer.yaml has the rights that --apply needs"
    return f"{what} of {called(body)} was refused: {error.detail}{hint}"


def _is_anothers(error: Refused) -> bool:
    """Whether other managers own what is to be changed (metav1, CauseTypeFieldManagerConflict): trying again does not
    help then."""
    return "FieldManagerConflict" in error.reasons


def called(item: dict[str, Any]) -> str:
    """An object as sentences name it."""
    metadata = mapping(item.get("metadata"))
    return f"{item.get('kind')} {metadata.get('namespace', '')}/{metadata.get('name', '')}"
