"""What of two sides cannot be compared: what was not read, or is read on both sides and means something unknown."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..project.inputs import named_by
from ..requirements.layers import stack
from .pairs import Pair
from .sides import Side


def not_compared(side: Side, other: Side) -> Iterator[str]:
    """What of a side could not be compared; files that are the same on both sides are left out."""
    yield from (f"{path}: {reason}" for path, reason in side.unreadable)
    project, same = side.facts.project, _same_files(side, other)
    same -= _open_and_differing(side, other) | _with_other_inputs(side, other)
    for broken in project.broken:
        if broken.source.name not in same:
            yield f"{broken.source.name} is no YAML: {broken.message}"
    for skipped in project.skipped:
        if skipped.file not in same:
            what = (
                "a change by kustomize" if skipped.reason.startswith("kustomize-") else f"a template ({skipped.reason})"
            )
            yield f"{skipped.file} holds {what}, which was not compared"


def _open_and_differing(side: Side, other: Side) -> set[str]:
    """The files of roles with holes whose verdicts differ between the sides: policies in other files have changed."""
    mine, theirs = _open_verdicts(side), _open_verdicts(other)
    return {file for file, verdicts in mine.items() if theirs.get(side.file_of(file), verdicts) != verdicts}


def _open_verdicts(side: Side) -> dict[str, list[tuple[str, ...]]]:
    by_file: dict[str, list[tuple[str, ...]]] = {}
    for check in (check for outcome in side.facts.outcomes for check in outcome.checks):
        item = check.role.object
        if item.holes or item.within:
            for question in (*check.required, *check.excess):
                verdict = question.proof.verdict if question.proof else ""
                row = (item.namespace, item.name, question.action, question.resource, verdict)
                by_file.setdefault(item.origin.file, []).append(row)
    return {file: sorted(rows) for file, rows in by_file.items()}


def _same_files(side: Side, other: Side) -> set[str]:
    texts = {other.file_of(name): source.text for name, source in other.facts.project.sources.items()}
    sources = side.facts.project.sources.items()
    return {name for name, source in sources if texts.get(side.file_of(name)) == source.text}


def _with_other_inputs(side: Side, other: Side) -> set[str]:
    """The files of kustomizations that name a file that is not the same on both sides: a patch, or what a build that
    fails takes in. What such a file changes is known by what is built, and by nothing else where nothing was."""
    if not any(item.reason.startswith("kustomize-") for item in side.facts.project.skipped):
        return set()
    texts: dict[str, bool] = {}

    def is_same(path: str) -> bool:
        shown = side.file_of(os.path.relpath(path))
        if shown not in texts:
            is_known = side.identity_of(shown) == other.identity_of(shown)
            texts[shown] = is_known or side.text_of(shown) == other.text_of(shown)
        return texts[shown]

    project = side.facts.project
    texts_of = {name: source.text for name, source in project.sources.items()}
    return {
        one.file for one in project.kustomizations if not all(map(is_same, named_by(one, texts_of.get(one.file, ""))))
    }


_OF_ACCESS = ("inlinePolicies", "policies", "policyRefs", "permissionsBoundary", "permissionsBoundaryRef")


def edited_unread(pair: Pair, before: Side, after: Side) -> str:
    """That policies which cannot be read on either side, for the same reason, are not written as they were; "" where
    there are none."""
    was, now = pair
    if was is None or now is None:
        return ""
    old, new = stack(was, before.facts.names, None), stack(now, after.facts.names, None)
    unread = [policy for layer in new.layers for policy in layer.policies if policy.document is None]
    specs = [role.object.data.get("spec") for role in (was, now)]
    written = [[repr(spec.get(name)) for name in _OF_ACCESS] if isinstance(spec, dict) else [] for spec in specs]
    texts = [
        [source.text.text if source.text is not None else "" for source in one.sources.values()] for one in (old, new)
    ]
    if not unread or (written[0] == written[1] and texts[0] == texts[1]):
        return ""
    said = "; ".join(dict.fromkeys(f"{policy.label}: {policy.reason}" for policy in unread))
    return f"what an edit of its policies does ({said})"
