"""A container that EKS is told to leave without credentials, in a pod that has a role.

What it does
    Reports workloads whose pods run as a service account with a role and whose
    annotation eks.amazonaws.com/skip-containers names the container
    `reverse-proxy`, or all containers.

Why it matters
    The webhook of EKS puts neither the token nor AWS_ROLE_ARN into a container
    that the annotation names. The SDK in it finds no credentials, or those of
    the node.

Example
        metadata: {annotations: {eks.amazonaws.com/skip-containers: "reverse-proxy"}}

Use instead
        metadata: {annotations: {eks.amazonaws.com/skip-containers: "index"}}

Source
    aws/amazon-eks-pod-identity-webhook, README (pod annotations).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import at
from ...findings.problem import Problem
from ...inventory.objects import called
from ...requirements.select import users_of
from ..facts import Facts
from ..rule import About

ABOUT = About("skipped-container", "warning", asks_the_cell=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    with_role = {(user.namespace, user.name) for user in users_of(facts.names)}
    for workload in facts.project.inventory.workloads:
        item, skipped = workload.object, workload.without_credentials
        if skipped and (item.namespace, workload.service_account) in with_role:
            named = ", ".join(sorted(skipped))
            yield Problem(
                at(item, ("metadata", "name")),
                f"{called(item)}: eks.amazonaws.com/skip-containers leaves {named} without credentials",
                f"the pod runs as {workload.service_account}, which has a role, and the container does not get it",
                f"take {named} out of the annotation",
                item,
                value=named,
            )
