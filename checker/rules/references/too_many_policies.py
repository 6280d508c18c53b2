"""More managed policies on a role than AWS attaches.

What it does
    Counts the policies and policyRefs of a role: 10, a quota that can be
    raised to 20.

Why it matters
    AWS answers LimitExceeded. The controller attaches before it detaches and
    stops at the first error, so no later change to the role arrives either.

Example
        A Role with eleven entries under policyRefs.

Use instead
        Fewer Policies with more statements each, or inline policies.

Source
    IAM User Guide, "IAM and AWS STS quotas" (managed policies attached to an
    IAM role); iam-controller, pkg/resource/role/sdk.go (order of updates).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import at
from ...findings.problem import Problem
from ...inventory.objects import called
from ...project.project import DocumentFacts
from ..rule import About

ABOUT = About("too-many-policies", "error")

QUOTA, RAISED = 10, 20


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for role in document.inventory.roles:
        attached = [entry.path for entry in role.policy_arns] + [entry.path for entry in role.policy_refs]
        if len(attached) > QUOTA:
            raised = len(attached) <= RAISED
            limit = f"{QUOTA}, unless the quota was raised" if raised else f"{RAISED} at the most"
            path = attached[QUOTA if raised else RAISED][:3]
            yield Problem(
                at(role.object, path),
                f"{called(role.object)}: {len(attached)} managed policies, AWS attaches {limit}",
                "AWS refuses the next one, and no later change to the role arrives",
                "join some of them, or move statements into inlinePolicies",
                role.object,
                value=str(len(attached)),
            )
