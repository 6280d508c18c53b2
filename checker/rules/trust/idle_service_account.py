"""A service account with a role that no pod of the project runs as.

What it does
    Where the project has workloads in a namespace that name their service
    account, reports service accounts of that namespace that carry
    eks.amazonaws.com/role-arn and are named by no pod of any kind.

Why it matters
    The role is there for nobody, or, more often, the pod runs as another
    service account and has no role.

Example
        kind: Deployment
        spec: {template: {spec: {serviceAccountName: proxy, containers: […]}}}

Use instead
        spec: {template: {spec: {serviceAccountName: reverse-proxy-acme, containers: […]}}}

Source
    Kubernetes documentation, "Configure Service Accounts for Pods" (pods
    without serviceAccountName run as default).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...findings.place import at
from ...findings.problem import Problem
from ...inventory.objects import altered, called
from ..facts import Facts
from ..rule import About

ABOUT = About("idle-service-account", "warning", asks_the_cell=True, precision="medium")


def check_project(facts: Facts) -> Iterator[Problem]:
    running: dict[str, set[str]] = {}
    for workload in facts.project.inventory.workloads:
        running.setdefault(workload.object.namespace, set()).add(workload.service_account)
    for account in facts.project.inventory.service_accounts:
        item = account.object
        # A manifest without a namespace may end up in any.
        names = running.get(item.namespace, set()) | running.get("", set())
        if not account.role_arn or item.namespace not in running or not item.namespace or item.name in names:
            continue
        if altered(item, "name", "namespace") or _is_named_anywhere(facts, item.name):
            continue
        others = ", ".join(sorted(running[item.namespace]))
        yield Problem(
            at(item, ("metadata", "name")),
            f"{called(item)} has a role, and no pod of {item.namespace} runs as it (they run as {others})",
            "the pod that needs the role runs without it",
            f"set serviceAccountName: {item.name} on that pod, or remove the annotation",
            item,
            value=item.name,
        )


def _is_named_anywhere(facts: Facts, name: str) -> bool:
    """Whether a pod of a kind that is not read here (a Rollout, a custom resource) may run as it."""
    named = re.compile(rf"serviceAccount(Name)?[\"']?\s*:\s*[\"']?{re.escape(name)}\b")
    return any(named.search(source.text) for source in facts.project.sources.values())
