"""A trust policy that names another role of the project.

What it does
    Points out principals that are roles of the same project, which must exist
    in IAM before the role that trusts them.

Why it matters
    All objects are applied at once. Where the controller comes to the trusting
    role first, CreateRole is refused (MalformedPolicyDocument, "Invalid
    principal in policy"), and it does not try again (ACK.Terminal) until the
    object changes or the controller restarts.

Example
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/scheduler"}

Use instead
        Apply the trusted role first, or trust the account (…:root) under a
        condition on aws:PrincipalArn.

Source
    IAM User Guide, "AWS JSON policy elements: Principal";
    hashicorp/terraform-provider-aws#8905; iam-controller, generator.yaml
    (MalformedPolicyDocument is a terminal code).
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

ABOUT = About("principal-in-project", "note")


def check_project(facts: Facts) -> Iterator[Problem]:
    for written, principal, role, comes_back in named_roles(facts):
        if comes_back:
            continue  # self-principal says that this never works
        wrong = f"it trusts {called(role.object)}, which must exist in IAM before it"
        why = "applied together, this role may come first: it is refused then, and not tried again"
        hint = "apply the other one first, or trust the account under a condition on aws:PrincipalArn"
        problem = problem_in(written, principal.entry.path, wrong, why, hint, principal.entry.text)
        yield problem._replace(related=(Related(at(role.object, ("spec", "name")), "that role"),))
