"""A requirement that can never apply: no request for the action is about such a resource.

What it does
    Looks up what each action of a requirement is authorized on, and reports
    the actions that none of their resources fits.

Why it matters
    What is never asked is never refused: such a forbid is always green, and
    such a require can never be granted.

Example
        forbid:
          - actions: [dynamodb:GetItem]
            resources: ["arn:aws:dynamodb:*:*:table/auth-keys/index/*"]

Use instead
        forbid:
          - actions: [dynamodb:GetItem]
            resources: ["arn:aws:dynamodb:*:*:table/auth-keys"]

        An action that has no resource (sts:GetCallerIdentity,
        dynamodb:ListTables) is asked for on "*".

Source
    Service Authorization Reference, "Resource types" of each service.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import Place
from ...findings.problem import Problem
from ...iam.catalogue.catalogue import edition, expand, find_action
from ...iam.proofs.regions import askable_shapes
from ...requirements.model import Access, fill
from ..facts import Facts
from ..rule import About

ABOUT = About("impossible-access", "error", is_about_the_gate=True, asks_the_cell=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    for outcome in facts.outcomes:
        requirement = outcome.requirement
        values = {**requirement.parameters, **facts.parameters}
        for access in (*requirement.require, *requirement.forbid):
            for number, pattern in enumerate(access.actions):
                if _applies(pattern, access, values):
                    continue
                known = find_action(expand(pattern)[0])
                hint = 'the action has no resource: write resources: ["*"]'
                if known is not None and known.on:
                    hint = f"correct the resources: the action is authorized on {' or '.join(known.on)}"
                yield Problem(
                    Place(requirement.origin.file, requirement.origin.document, (*access.path, "actions", number)),
                    f"{pattern} never concerns {', '.join(access.resources)}, so {requirement.name} asks nothing here",
                    f"no request for it is about such a resource (by the list of {edition()})",
                    hint,
                    value=f"{pattern} {' '.join(access.resources)}",
                )


def _applies(pattern: str, access: Access, values: dict[str, str]) -> bool:
    """Whether a request for the action can be about one of the resources; yes where that cannot be told."""
    filled = [fill(resource, values) for resource in access.resources]
    texts = [item.text for item in filled if not item.unset]
    if len(texts) < len(filled):
        return True
    actions = expand(pattern) or (pattern,)
    return any(askable_shapes(action.lower(), text) for action in actions for text in texts)
