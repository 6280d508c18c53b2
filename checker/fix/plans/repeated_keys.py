"""A key that stands twice: the first, which never counts, goes if both say the same; else only when asked for.

Source: YAML 1.2, section 3.2.1.1 (keys are unique); encoding/json and the YAML reader of kubectl let the last one win.
"""

from __future__ import annotations

import json

from yaml.nodes import MappingNode

from ...findings.finding import Finding
from ...findings.place import at
from ...text.json_nodes import compose_json
from ...text.nodes import find, plain
from ...text.yaml_nodes import start_of
from ..edits import block as block_edit
from ..edits import flow as flow_edit
from ..edits import patch
from ..edits.patch import meaning
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("duplicate-key", "duplicate-policy-key")


def plan(survey: Survey, finding: Finding) -> Candidates:
    """Without the first of the two."""
    if finding.rule == "duplicate-policy-key":
        yield from _in_policy(survey, finding)
        return
    project = survey.facts.project
    for file, number, repeated in project.repeated:
        document = project.documents[file, number]
        base = document.piece.start
        if file != finding.place.file or base + start_of(repeated.key) != finding.place.offset:
            continue
        node = find(document.root, repeated.path)
        if not isinstance(node, MappingNode):
            continue
        positions = [position for position, (key, _) in enumerate(node.value) if key.value == repeated.key.value]
        first, last = (node.value[position][1] for position in (positions[0], positions[-1]))
        text = document.piece.text
        edit = flow_edit.remove if node.flow_style else block_edit.remove
        splices = edit(text, node, [positions[0]])
        if splices is None:
            yield NoPlan("the first of the two stands where it cannot be cut out by machine")
            continue
        changes = tuple(patch.splice(file, base + cut.start, base + cut.end, cut.text) for cut in splices)
        same = bool(meaning(plain(first)) == meaning(plain(last)))
        danger = (
            "" if same else "the two differ, and the one that goes, which never counted, may be the one that is meant"
        )
        why = "the last one is what counts" + (", and both say the same" if same else "")
        yield Plan(f"remove the first {repeated.key.value}", why, changes, danger)


def _in_policy(survey: Survey, finding: Finding) -> Candidates:
    inner = finding.place.inner or ()
    text = survey.text_at(finding.place)
    node = find(compose_json(text.text), inner[:-1]) if text is not None and text.text is not None else None
    if text is None or not isinstance(node, MappingNode):
        return
    positions = [position for position, (key, _) in enumerate(node.value) if key.value == inner[-1]]
    values = {json.dumps(meaning(plain(node.value[position][1])), sort_keys=True) for position in positions}
    if len(values) > 1:
        yield NoPlan("the two differ, and IAM refuses both; which one counts has to be decided by hand")
        return
    splices = flow_edit.remove(text.text or "", node, [positions[0]]) or []
    changes = tuple(patch.retext(at(text.owner, text.path), cut.start, cut.end, cut.text) for cut in splices)
    yield Plan(f"remove the first {inner[-1]}", "both say the same", changes, reveals=True)
