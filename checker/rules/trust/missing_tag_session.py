"""A trust policy for EKS Pod Identity without sts:TagSession.

What it does
    Asks whether a trust policy that lets pods.eks.amazonaws.com assume the
    role also lets it tag the session. Associations of the project that switch
    session tags off, or carry a session policy (which does), are left alone.

Why it matters
    EKS Pod Identity tags every session. Without the permission it cannot
    assume the role, and the pod gets no credentials.

Example
        {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
         "Action": "sts:AssumeRole"}

Use instead
        {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
         "Action": ["sts:AssumeRole", "sts:TagSession"]}

Source
    EKS User Guide, "Create IAM role with trust policy required by EKS Pod
    Identity" ("sts:TagSession").
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.decisions.principals import Caller
from ...iam.documents.context import Context
from ...iam.proofs.trust import may_assume
from ...inventory.names import role_of_pods
from ..facts import Facts
from ..rule import About
from ..statements._statements import problem_in
from ._policies import allowing, allows

ABOUT = About("missing-tag-session", "error")

_PODS = "pods.eks.amazonaws.com"


def check_project(facts: Facts) -> Iterator[Problem]:
    untagged = _without_tags(facts)
    for written in allowing(facts.project.inventory):
        names = [item.entry.text for item in written.statement.principals if item.kind == "Service"]
        if _PODS not in names or not allows(written, "sts:AssumeRole") or id(written.text.owner) in untagged:
            continue
        if may_assume(written.document, Caller("Service", _PODS), "sts:TagSession", Context()) is False:
            wrong = f"{_PODS} may assume the role and may not tag the session"
            why = "EKS Pod Identity tags every session, so the pod gets no credentials"
            path = (*written.statement.path, "NotAction" if written.statement.not_actions else "Action")
            yield problem_in(written, path, wrong, why, 'write "Action": ["sts:AssumeRole", "sts:TagSession"]', _PODS)


def _without_tags(facts: Facts) -> set[int]:
    """The roles, by the identity of their object, whose associations all have session tags switched off."""
    tagged: set[int] = set()
    untagged: set[int] = set()
    for item in facts.names.inventory.associations:
        spec = item.object.data.get("spec")
        is_off = item.session is not None or (isinstance(spec, dict) and spec.get("disableSessionTags") is True)
        roles = {id(role.object) for role in role_of_pods(facts.names, item)}
        (untagged if is_off else tagged).update(roles)
    return untagged - tagged
