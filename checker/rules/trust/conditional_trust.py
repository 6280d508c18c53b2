"""A trust policy of which it is not known whether it lets the pod in.

What it does
    Reports conditions in the statements that let pods in (IRSA, EKS Pod
    Identity) on keys whose value is not known here: aws:SourceVpc,
    aws:SourceOrgID, claims of the token other than aud and sub, aws:SourceArn
    and aws:SourceAccount without a cell that has region, account and cluster.
    Where the value is known, it decides. Reports too where, for another
    reason, nobody is known to get in at all: the access of the role is proven,
    and of no use then.

Why it matters
    Whether the pod gets the role hangs on something that the manifests do not
    show. Some of these keys are never part of the call, and then nobody gets
    in.

Example
        "StringEquals": {"aws:SourceVpc": "vpc-1a2b3c4d"}

Use instead
        Conditions on the subject and the audience (IRSA), or on
        aws:RequestTag/kubernetes-namespace and …/kubernetes-service-account

Source
    EKS User Guide, "Create IAM role with trust policy required by EKS Pod
    Identity"; IAM User Guide, "AWS global condition context keys" (which
    requests carry which keys).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import at
from ...findings.problem import Problem
from ...iam.documents.context import look_up
from ...iam.proofs.trust import is_cluster, issuer_of, oidc_providers, token_context
from ...inventory.objects import called
from ...requirements.check import RoleCheck
from ...requirements.pods import SERVICE, PodCaller, request_of
from ..facts import Facts
from ..rule import About
from ..statements._statements import problem_in
from ._policies import allowing
from .untrusted_service_account import refused

ABOUT = About("conditional-trust", "warning", asks_the_cell=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    told = set()
    for problem in _conditions(facts):
        told |= {id(problem.subject)}
        yield problem
    refused_ones = {id(item.role.object) for item in refused(facts)}
    for check in (check for outcome in facts.outcomes for check in outcome.checks):
        if check.trust is not None:
            continue
        role, entry = check.role.object, check.entry
        if entry.truth is True or (entry.truth is None and entry.is_open):
            continue
        if id(role) in told | refused_ones or not _is_granted(check):
            continue
        told.add(id(role))
        who = "a pod" if "${" in entry.service_account else entry.service_account
        wrong = f"cannot tell whether {who} can assume {called(role)}: {entry.reason}"
        if entry.truth is False:
            wrong = f"no pod can assume {called(role)}"
        hint = "let the service account of its pods assume it (IRSA, or EKS Pod Identity)"
        yield Problem(at(role, ("spec", "assumeRolePolicyDocument"), "key"), wrong, _OF_NO_USE, hint, role)


_OF_NO_USE = "the access of the role is proven, and of no use to a pod that does not get the role"


def _is_granted(check: RoleCheck) -> bool:
    """Whether nothing but the way in is wrong."""
    return all(item.proof is not None and item.proof.verdict == "granted" for item in check.required)


def _conditions(facts: Facts) -> Iterator[Problem]:
    values = facts.parameters
    pods = request_of(PodCaller("any", "any", values.get("cluster", "")), values)
    varying = ("aws:requesttag/kubernetes-pod-name", "aws:requesttag/kubernetes-pod-uid")
    clusters = ("aws:requesttag/eks-cluster-name", "aws:requesttag/eks-cluster-arn")
    for written in allowing(facts.project.inventory):
        statement = written.statement
        providers = [provider for provider in oidc_providers(statement) if is_cluster(provider)]
        named = {principal.entry.text for principal in statement.principals}
        if providers:
            context = token_context(written.document, issuer_of(providers[0]), {"aud": "x", "sub": "x"})
        elif SERVICE in named:
            context = pods
        else:
            continue
        for item in statement.conditions:
            if look_up(context, item.key) is not None or item.operator.lower() == "null":
                continue
            what = "differs from pod to pod" if item.key.lower() in varying else "is not known here"
            hint = "drop the condition, or look up whether the call carries the key"
            if item.key.lower() in (*clusters, "aws:sourcearn", "aws:sourceaccount"):
                hint = "give the cell's region, account and cluster: then the value decides"
            wrong = (
                f"who can assume the role hangs on {item.operator} {item.key} {', '.join(item.values)}, which {what}"
            )
            why = "the pod gets the role only where the call carries a fitting value"
            yield problem_in(written, item.path, wrong, why, hint, f"{item.operator} {item.key}")
