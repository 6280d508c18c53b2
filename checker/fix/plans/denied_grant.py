"""Narrows a Deny so that it leaves out what the reverse proxy needs. Always unsafe: a Deny is there for a reason.

Source: IAM User Guide, "Policy evaluation logic": an explicit Deny outweighs every Allow, so nothing but the Deny
itself can be changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...findings.finding import Finding
from ...findings.place import inside
from ...iam.decisions.policies import Attached
from ...iam.documents.document import Document, Statement, parse
from ...iam.proofs.comparison import compare_changed
from ...iam.proofs.prove import prove
from ...inventory.objects import PolicyText, called
from ...requirements.check import Answer
from ...rules.access._answers import text_of
from ..edits import patch
from ..edits.patch import Patch
from ..planning.plan import Candidates, Need, NoPlan, Plan, Survey, need_of
from ..planning.simulate import edited, labels_of, with_document

RULES = ("denied-grant",)


def plan(survey: Survey, finding: Finding) -> Candidates:
    """The narrowest change of the Deny after which the required access is granted and no other is gained."""
    answers = finding.answers
    clause = answers[0].proof.decision.clauses[0] if answers else None
    if clause is None or clause.statement is None:
        return
    if clause.layer in ("resource", "key"):
        yield NoPlan(f"the Deny stands in the {clause.policy.label}, which bears on others too; narrow it by hand")
        return
    text = text_of(answers[0].check, clause)
    if text is None or text.parsed.document is None:
        yield NoPlan(
            f"the Deny stands in {clause.policy.label}, which is not in this project; its owner has to narrow it"
        )
        return
    needs = tuple(dict.fromkeys(need_of(answer.question) for answer in answers))
    for title, patches in _narrower(text, text.parsed.document, clause.statement, needs):
        after = edited(text, patches)
        if after is not None and _is_narrow(answers, text, after):
            named = f"statement {clause.statement.sid}" if clause.statement.sid else "the statement"
            others = survey.others(text.owner, answers[0].check.role)
            notes = tuple(f"{called(role.object)} is no longer denied this either" for role in others[:5])
            danger = f"{named} denies this on purpose, as far as anybody can tell from here; ask who wrote it"
            shown = f"{title} ({called(text.owner)})"
            # Whether it is allowed at all shows only once it is not denied.
            yield Plan(shown, "an Allow cannot outweigh a Deny", tuple(patches), danger, notes, reveals=True)
    yield NoPlan("no change of this Deny leaves out the required access alone; it has to be rewritten by hand")


def _narrower(
    text: PolicyText, document: Document, statement: Statement, needs: tuple[Need, ...]
) -> Iterator[tuple[str, list[Patch]]]:
    """Ways to narrow a Deny, the smallest first."""
    actions = {need.action.lower() for need in needs}
    resources = list(dict.fromkeys(need.resource for need in needs))
    listed = [entry for entry in statement.actions if entry.text.lower() in actions]
    if not statement.not_actions and listed and len(listed) < len(statement.actions):
        names = " and ".join(entry.text for entry in listed)
        yield f"take {names} out of the Deny", [patch.remove(inside(text, entry.path)) for entry in listed]
    if statement.not_actions:
        missing = list(dict.fromkeys(need.action for need in needs))
        place = inside(text, (*statement.path, "NotAction"))
        yield f"add {' and '.join(missing)} to NotAction of the Deny", [patch.append(place, *missing)]
    is_everywhere = [entry.text for entry in statement.resources] == ["*"] and not statement.not_resources
    if is_everywhere and listed and len(listed) < len(statement.actions) and not statement.conditions:
        denied = [entry.text for entry in listed]
        rest = {"Effect": "Deny", "Action": denied, "NotResource": resources}
        beside = patch.append(inside(text, ("Statement",)), rest)
        yield (
            f"deny {' and '.join(denied)} on everything but {' and '.join(resources)}",
            [*(patch.remove(inside(text, entry.path)) for entry in listed), beside],
        )
    if [entry.text for entry in statement.resources] == ["*"] and not statement.not_resources:
        place = inside(text, (*statement.path, "Resource"))
        value: Any = resources if len(resources) > 1 else resources[0]
        renamed = [patch.rename(place, "NotResource"), patch.replace(inside(text, statement.resources[0].path), value)]
        if statement.resources[0].path == place.inner:
            yield f"leave out {' and '.join(resources)} from the Deny", renamed
            rest = {"Effect": "Deny", "NotAction": [need.action for need in needs], "Resource": value}
            beside = patch.append(inside(text, ("Statement",)), rest)
            yield (
                f"leave out {' and '.join(n.action for n in needs)} on {' and '.join(resources)} from the Deny",
                [*renamed, beside],
            )
    if len(document.statements) > 1 and len(listed) == len(statement.actions) and not statement.not_actions:
        yield "remove the Deny", [patch.remove(inside(text, statement.path))]


def _is_narrow(found: tuple[Answer, ...], text: PolicyText, after: Document) -> bool:
    """Whether the edited document no longer denies the needs, and nothing but them is gained."""
    check = found[0].check
    layers = with_document(check.stack.layers, labels_of(check.stack.sources, text), after)
    proofs = [prove(answer.question.action, answer.question.resource, layers) for answer in found]
    if any(proof is None or proof.decision.outcome == "explicit-deny" for proof in proofs):
        return False
    # Denying the needs again has to lead back to where it began: then nothing else was freed.
    deny = [{"Effect": "Deny", "Action": item.question.action, "Resource": item.question.resource} for item in found]
    again = Attached("the needs", parse(json.dumps({"Version": "2012-10-17", "Statement": deny})).document)
    back = tuple(
        layer._replace(policies=(*layer.policies, again)) if layer.name == "identity" else layer for layer in layers
    )
    return compare_changed(check.stack.layers, back).is_same
