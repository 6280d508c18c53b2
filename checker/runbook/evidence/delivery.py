"""What IAM lacks that the Role object would bring. How the object stands with the controller is in `standing`.

Source: aws-controllers-k8s/runtime, `pkg/condition/condition.go` and `pkg/runtime/reconciler.go`. Conditions carry no
observedGeneration, so ResourceSynced may speak of an older spec: what IAM has is read from IAM.
"""

from __future__ import annotations

from ...ack.controller import Unresolved, resolve_policy, wanted
from ...ack.objects import mapping
from ...ack.role_calls import Current, IamCall, bad_escape, same_document, steps
from ...live.record.record import under
from ...requirements.rows import Question
from ..case.case import Case
from ..case.signatures import Event
from ..case.sources import deployed
from ..case.witnesses import Api, Log
from .refusals import IN_THE_MANIFEST, refusals, undelivered
from .trust import trust_arrives, trusting


def lacking(case: Case) -> tuple[str, ...]:
    """What is wrong in IAM that a Role object could mend, in sentences: no role, refused calls, a trust policy that
    shuts the pod out."""
    if case.reading("role").status == "absent":
        return (f"IAM has no role {case.arn}",)
    gaps = [item.sentence for item in refusals(case.deployed) if item.how in IN_THE_MANIFEST and not item.is_open]
    trust = trusting(case)
    if trust is not None and trust.truth is False:
        gaps.append(_SHUT_OUT)
    return tuple(gaps)


def waiting(case: Case) -> tuple[str, ...]:
    """What `lacking` names and the object in the cluster would mend once it is delivered to IAM."""
    if case.declared is None:
        return ()
    if case.reading("role").status == "absent":
        return (f"IAM has no role {case.arn}",)
    gaps = [item.sentence for item in undelivered(case)]
    trust = trusting(case)
    if trust is not None and trust.truth is False and trust_arrives(case) == "object":
        gaps.append(_SHUT_OUT)
    return tuple(gaps)


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
    """The log as a witness for anything that keeps permissions from arriving: a refusal fits where IAM lacks what was
    refused, or where it is not known what IAM lacks."""
    of_the_pod = case.having("assume-denied", "pod-identity-denied")
    of_keys = case.having("kms-denied")
    gaps = [item.question for item in refusals(case.deployed) if item.how in IN_THE_MANIFEST]
    trust = trusting(case)
    is_shut_out = trust is not None and trust.truth is False
    if case.reading("role").status == "absent" or not (gaps or is_shut_out):
        return case.says((), (*case.denials, *of_the_pod, *of_keys))
    fitting = list(of_the_pod) if is_shut_out else []
    fitting += [event for event in case.decided_denials if any(_is_about(event, gap) for gap in gaps)]
    fitting += of_keys if any(gap.action.startswith("kms:") for gap in gaps) else ()
    return case.says((), fitting)


def _is_about(event: Event, gap: Question) -> bool:
    is_same = event.action.lower() in ("", gap.action.lower())
    return is_same and event.resource.partition("/index/")[0] in ("", gap.resource.partition("/index/")[0])


def next_steps(case: Case) -> tuple[IamCall, ...]:
    """What the controller would do next, from what IAM has; () where that is not known."""
    source = deployed(case.record, case.arn, case.namespace, case.account_name)
    attached, boundary = case.reading("attached"), mapping(case.value("role")).get("boundary", "")
    complete = case.reading("role").status == attached.status == case.reading("inline-names").status == "ok"
    if case.declared is None or source is None or not complete:
        return ()
    policies = {policy.object.name: policy.object for policy in case.declared.source.inventory.policies}
    spec = wanted(case.declared.source.role, lambda reference: resolve_policy(reference, policies.get(reference.name)))
    inline = {name: mapping(item.value).get("document", "") for name, item in under(case.record, "inline/").items()}
    role = mapping(case.value("role"))
    held = Current(tuple(attached.value), inline, boundary, role.get("trust", ""), role.get("tags"))
    if isinstance(spec, Unresolved) or bad_escape(spec.inline):
        return ()
    held = held._replace(settings={key: str(role[key]) for key in spec.settings if role.get(key)})
    # The controller also rewrites a document that differs in white space alone: no change worth telling.
    return tuple(step for step in steps(spec, held) if not _says_the_same(step, inline))


def _says_the_same(step: IamCall, inline: dict[str, str]) -> bool:
    return step.operation == "iam:PutRolePolicy" and same_document(step.document, inline.get(step.about, ""))
