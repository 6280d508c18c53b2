"""A requirement on a service that the list of actions does not have.

What it does
    Looks up the service of every action in a requirement. Actions of a listed
    service must be listed (else the requirement is refused); of a service that
    is not listed no name can be checked.

Why it matters
    AWS takes any name, and so does a requirement on such a service: a typo in
    forbid forbids nothing, and what an action is authorized on is not known.

Example
        forbid:
          - {actions: ["dynamdb:Scan"], resources: ["*"]}

Use instead
        forbid:
          - {actions: ["dynamodb:Scan"], resources: ["arn:aws:dynamodb:*:*:table/*"]}

Source
    Service Authorization Reference; checker/iam/catalogue/actions/SOURCE names the
    collection, `catalogue:` in checker.yaml a newer one.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import Place
from ...findings.problem import Problem
from ...iam.catalogue.catalogue import closest_action, edition, service
from ..facts import Facts
from ..rule import About

ABOUT = About("unlisted-service", "warning", is_about_the_gate=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    for outcome in facts.outcomes:
        requirement = outcome.requirement
        for access in (*requirement.require, *requirement.forbid):
            for number, action in enumerate(access.actions):
                prefix = action.partition(":")[0]
                if service(prefix) is not None:
                    continue
                close = closest_action(action)
                yield Problem(
                    Place(requirement.origin.file, requirement.origin.document, (*access.path, "actions", number)),
                    f"the list of services has no {prefix!r}, so the name {action} cannot be checked",
                    f"a misspelt name is never granted and never forbidden; the list is of {edition()}",
                    f"did you mean {close}?" if close else "see the Service Authorization Reference",
                    value=action,
                )
