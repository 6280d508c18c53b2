"""What IAM lacks that the Role object would bring. How the object stands with the controller is in `standing`.

Source: aws-controllers-k8s/runtime, `pkg/condition/condition.go` and `pkg/runtime/reconciler.go`. Conditions carry no
observedGeneration, so ResourceSynced may speak of an older spec: what IAM has is read from IAM.
"""

from __future__ import annotations

from ..ack.controller import Current, Step, steps, wanted
from ..ack.objects import mapping
from ..inventory import Reference
from ..live.record import under
from .case import Case
from .refusals import IN_THE_MANIFEST, refusals, undelivered
from .seen import Api, Log
from .sources import deployed
from .trusting import trust_arrives, trusting


def lacking(case: Case) -> tuple[str, ...]:
    """What is not as it must be in IAM and a Role object could mend, in sentences: no role, refused calls, a trust
    policy that shuts the pod out."""
    if case.reading("role").status == "absent":
        return (f"IAM has no role {case.arn}",)
    found = [item.sentence for item in refusals(case.deployed) if item.cause in IN_THE_MANIFEST and not item.is_open]
    trust = trusting(case)
    if trust is not None and trust.truth is False:
        found.append(_SHUT_OUT)
    return tuple(found)


def waiting(case: Case) -> tuple[str, ...]:
    """What the object in the cluster would mend if it arrived."""
    if case.declared is None:
        return ()
    if case.reading("role").status == "absent":
        return (f"IAM has no role {case.arn}",)
    found = [item.sentence for item in undelivered(case)]
    trust = trusting(case)
    if trust is not None and trust.truth is False and trust_arrives(case).startswith("the ACK Role"):
        found.append(_SHUT_OUT)
    return tuple(found)


_SHUT_OUT = "the trust policy does not let the pod in"


def is_known(case: Case) -> Api | None:
    """Whether anything can be said: "unread" where IAM or the object was not read, "refutes" where IAM lacks nothing
    that the object would bring, or there is no object; None where the cause itself has to look. An object that cannot
    be understood (a broken document, an unresolved reference) might bring anything."""
    if case.reading("ack-role").status == "absent":
        return "refutes"
    role = case.reading("role")
    if case.declared is None or (case.deployed is None and role.status != "absent"):
        return "unread"
    if not lacking(case):
        is_open = case.deployed is not None and case.deployed.verdict == "unknown"
        return "unread" if is_open else "refutes"
    if not waiting(case) and case.declared.verdict != "unknown":
        return "refutes"
    return None


def says(case: Case) -> Log:
    """The log as a witness for anything that keeps permissions from arriving."""
    return case.says((), (*case.denials, *case.having("assume-denied", "pod-identity-denied", "kms-denied")))


def next_steps(case: Case) -> tuple[Step, ...]:
    """What the controller would do next, from what IAM has; () where that is not known."""
    source = deployed(case.record, case.arn, case.namespace, case.account_name)
    attached, boundary = case.reading("attached"), mapping(case.value("role")).get("boundary", "")
    complete = case.reading("role").status == attached.status == case.reading("inline-names").status == "ok"
    if case.declared is None or source is None or not complete:
        return ()
    arns = {
        policy.object.name: str(
            mapping(mapping(policy.object.data.get("status")).get("ackResourceMetadata")).get("arn", "")
        )
        for policy in case.declared.source.inventory.policies
    }

    def resolve(reference: Reference) -> str:
        return arns.get(reference.name, "")

    spec = wanted(case.declared.source.role, resolve)
    inline = {name: mapping(item.value).get("document", "") for name, item in under(case.record, "inline/").items()}
    trust = mapping(case.value("role")).get("trust", "")
    held = Current(tuple(attached.value), inline, boundary, trust, mapping(case.value("role")).get("tags"))
    return () if isinstance(spec, str) else steps(spec, held)
