"""A trust policy that names the role itself, or a role that names this one back.

What it does
    Looks for the role's own ARN among the principals of its trust policy, and
    for roles of the project whose trust policies name each other.

Why it matters
    IAM takes a principal only if it exists. When the role is created it does
    not exist yet, so CreateRole is refused (MalformedPolicyDocument, "Invalid
    principal in policy"), and the controller does not try again (ACK.Terminal).

Example
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/acme-reverse-proxy"}

Use instead
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Condition": {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::…:role/…"}}

Source
    IAM User Guide, "AWS JSON policy elements: Principal" (a role's ARN is
    stored as its unique id, so the role must exist); the refusal:
    hashicorp/terraform-provider-aws#27034 and #8905.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import at
from ...findings.problem import Problem, Related
from ...inventory.objects import called
from ..facts import Facts
from ..rule import About
from ..statements._statements import problem_in
from ._policies import named_roles

ABOUT = About("self-principal", "error")


def check_project(facts: Facts) -> Iterator[Problem]:
    for written, principal, role, comes_back in named_roles(facts):
        owner = written.text.owner
        if role.object is owner:
            wrong = f"{principal.entry.text} is the role itself, which does not exist when IAM is asked to create it"
        elif comes_back:
            wrong = f"it trusts {called(role.object)}, which trusts it in turn: none of them can be created first"
        else:
            continue
        why = "CreateRole is refused (Invalid principal), and the controller does not try again"
        hint = "trust the account (…:root) under a condition on aws:PrincipalArn, which is not looked up"
        problem = problem_in(written, principal.entry.path, wrong, why, hint, principal.entry.text)
        seen = (Related(at(role.object, ("spec", "name")), "that role"),) if role.object is not owner else ()
        yield problem._replace(related=seen)
