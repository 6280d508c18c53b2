"""Names of actions in requirements: a misspelt one forbids nothing, and asks for what nobody can grant."""

from __future__ import annotations

from collections.abc import Iterator

from ..iam.catalogue.catalogue import closest_action, edition, expand, find_action, service
from ..iam.catalogue.synonyms import authorized_by
from ..schemas.validated import Validated, place
from ..text.nodes import find
from ..text.yaml_nodes import start_of


def odd_actions(item: Validated) -> Iterator[str]:
    """What is wrong with the actions of one requirement, each with its place. A service that is not listed is no error:
    see the rule unlisted-service."""
    source, base = item.document.piece.source, item.document.piece.start
    spec = item.value["spec"]
    for name in ("require", "forbid"):
        for number, access in enumerate(spec.get(name, [])):
            for action_number, action in enumerate(access["actions"]):
                wrong = _wrong(action)
                if wrong:
                    node = find(item.document.root, ("spec", name, number, "actions", action_number))
                    yield place(source, base + start_of(node), wrong)


def _wrong(action: str) -> str:
    known = service(action.partition(":")[0])
    if known is None:
        return ""
    if "*" in action or "?" in action:
        return "" if expand(action) else f"no action of {known.name} matches {action}{_NEWER.format(edition())}"
    if action.lower() == "sts:getsessiontoken":
        return f"{action} is nothing that a role can be granted or denied: only long-term credentials may call it"
    if find_action(action) is not None:
        return ""
    meant = authorized_by(action)
    if meant:
        return f"{action} is an operation and no action: write {meant}, which authorize it"
    close = closest_action(action)
    did_you_mean = f"; did you mean {close}?" if close else ""
    return f"{known.name} has no action {action.partition(':')[2]}{did_you_mean}{_NEWER.format(edition())}"


_NEWER = " (by the list of {}; for a newer one see catalogue: in docs/requirements.md)"
