"""A reference to a Policy or Role that the project does not have.

What it does
    Looks for the target of each reference (by metadata.name, in the namespace
    of the reference or else of its owner) over the whole project. Where the
    target may be hidden in a template, nothing is reported.

Why it matters
    The controller waits for the target and attaches nothing until it appears.
    References go by the Kubernetes name; the IAM name in spec.name is often
    another one, and AWS-managed policies are no Kubernetes objects at all.

Example
        policyRefs: [{from: {name: AuthKeysRead}}]      # the spec.name

Use instead
        policyRefs: [{from: {name: auth-keys-read}}]    # the metadata.name

Source
    iam-controller, references.go (getReferencedResourceState_Policy);
    community issues 2036 and 1610.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import at
from ...findings.problem import Problem
from ...inventory.names import (
    Names,
    hop_of_association,
    may_be_a_template,
    resolve_policy,
    role_of_association,
)
from ...inventory.objects import Reference, called
from ..facts import Facts
from ..rule import About

ABOUT = About("dangling-reference", "error")


def check_project(facts: Facts) -> Iterator[Problem]:
    inventory = facts.project.inventory
    for role in inventory.roles:
        for reference in (*role.policy_refs, *([role.boundary_ref] if role.boundary_ref else [])):
            resolved = resolve_policy(facts.names, reference)
            if reference.name and not resolved.policies and not resolved.unread:
                why = "the controller attaches nothing until it exists, so the role stays without the grant"
                yield _problem(reference, why, _hint(facts.names, reference))
    for association in inventory.associations:
        for target, resolve in ((association.role_ref, role_of_association), (association.hop_ref, hop_of_association)):
            if target is None or not target.name or resolve(facts.names, association):
                continue
            if not may_be_a_template(inventory, target):
                why = "the controller makes no association until it exists, so the pods get no role"
                yield _problem(target, why, "add the Role to the project, or correct the name")
    keys = {(item.object.namespace, item.object.name) for item in inventory.keys}
    for table in inventory.tables:
        target = table.key_ref
        if target is None or not target.name or may_be_a_template(inventory, target):
            continue
        if (target.namespace or target.owner.namespace, target.name) not in keys:
            why = "the controller makes no table until it exists"
            yield _problem(target, why, "add the Key to the project, or correct the name")


def _problem(reference: Reference, why: str, hint: str) -> Problem:
    owner = reference.owner
    namespace = reference.namespace or owner.namespace
    where = f"namespace {namespace}" if namespace else "this project"
    message = f"{called(owner)}: no {reference.kind} {reference.name} in {where}"
    return Problem(at(owner, (*reference.path, "name")), message, why, hint, owner, value=reference.name)


def _hint(names: Names, reference: Reference) -> str:
    elsewhere = resolve_policy(names, reference).elsewhere
    if elsewhere:
        spaces = ", ".join(sorted({policy.object.namespace for policy in elsewhere}))
        return f"a Policy of this name is in namespace {spaces}; move it here"
    for policy in names.inventory.policies:
        if policy.name == reference.name:
            return f"write {policy.object.name}: references go by metadata.name, {policy.name} is the spec.name"
    if reference.name.startswith(("Amazon", "AWS")):
        return "an AWS-managed policy is no Kubernetes object; name its ARN in policies, or write an inline policy"
    return "add the Policy to the project, or correct the name"
