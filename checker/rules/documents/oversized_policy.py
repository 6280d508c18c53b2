"""A policy document larger than AWS accepts.

What it does
    Counts the characters of policy documents without white space: 6,144 for a
    Policy, 10,240 for all inline policies of a role together, 2,048 for a
    trust policy (a quota that can be raised to 4,096). The policy of a table
    may have 20 KB, with white space.

Why it matters
    AWS answers LimitExceeded. ACK retries for ever, and since it stops at the
    first error, later changes do not arrive either.

Example
        A Policy that lists 200 table ARNs.

Use instead
        Wildcards or fewer statements; several Policies.

Source
    IAM User Guide, "IAM and AWS STS quotas" ("IAM doesn't count white space");
    DynamoDB Developer Guide, "Resource-based policy considerations".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import Place, at
from ...findings.problem import Problem
from ...iam.documents.paths import Path
from ...iam.expressions import expression
from ...inventory.objects import Object, called
from ...project.project import DocumentFacts
from ..rule import About

ABOUT = About("oversized-policy", "error")

MANAGED, INLINE, TRUST, TRUST_RAISED = 6_144, 10_240, 2_048, 4_096
OF_A_TABLE = 20 * 1024
_WHITE_SPACE = expression(r"\s+")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    inventory = document.inventory
    for policy in inventory.policies:
        if policy.document and policy.document.text:
            yield from _judge(
                policy.object, policy.document.path, "the policy document has", (policy.document.text,), MANAGED
            )
    for role in inventory.roles:
        inline = tuple(text.text or "" for text in role.inline)
        yield from _judge(role.object, ("spec", "inlinePolicies"), "all inline policies together have", inline, INLINE)
        if role.trust and role.trust.text:
            limit = TRUST_RAISED if counted(role.trust.text) > TRUST_RAISED else TRUST
            yield from _judge(role.object, role.trust.path, "the trust policy has", (role.trust.text,), limit)
    for table in inventory.tables:
        size = len((table.policy.text or "").encode("utf-8", "surrogatepass")) if table.policy else 0
        if table.policy and size > OF_A_TABLE:
            message = f"{called(table.object)}: the resource policy has {size:,} bytes, AWS takes {OF_A_TABLE:,}"
            why = "AWS refuses it, and the table has no policy, or keeps the one it had"
            place = at(table.object, table.policy.path, "key")
            yield Problem(
                place, message, why, "shorten it; white space counts too", table.object, value=str(OF_A_TABLE)
            )


def counted(text: str) -> int:
    """The size of a document as IAM counts it: characters without white space."""
    return len(_WHITE_SPACE.sub("", text))


def _judge(item: Object, path: Path, what: str, texts: tuple[str, ...], limit: int) -> Iterator[Problem]:
    size = sum(map(counted, texts))
    if size > limit:
        place: Place = at(item, path, "key")
        extra = ", unless the quota was raised" if limit == TRUST else ""
        yield Problem(
            place,
            f"{called(item)}: {what} {size:,} characters without white space, AWS takes {limit:,}{extra}",
            "AWS refuses it, and no later change to the role arrives",
            "shorten it: join statements, use wildcards, or move some of it into another Policy",
            item,
            value=str(limit),
        )
