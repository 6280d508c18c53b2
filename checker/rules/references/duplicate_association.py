"""Two Pod Identity associations for the same service account.

What it does
    Reports PodIdentityAssociations of the same cluster, namespace and service
    account with different names, in the same file or the same folder.

Why it matters
    EKS takes one for each service account and refuses the second
    (ResourceInUseException), so the pods get the role of the first that came,
    which need not be the one that reads the keys.

Example
        metadata.name: a                    metadata.name: b
        spec.serviceAccount: proxy          spec.serviceAccount: proxy
        spec.roleRef.from.name: reader      spec.roleRef.from.name: other

Use instead
        One association for each service account.

Source
    EKS User Guide, "Learn how EKS Pod Identity grants pods access to AWS
    services" (a service account of a cluster has one role); EKS API,
    CreatePodIdentityAssociation, ResourceInUseException
    (eksctl-io/eksctl#7753).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...ack.objects import mapping, text
from ...findings.place import at
from ...findings.problem import Problem, Related
from ...inventory.objects import Object, altered, called
from ..facts import Facts
from ..rule import About

ABOUT = About("duplicate-association", "error")


def check_project(facts: Facts) -> Iterator[Problem]:
    first: dict[tuple[str, ...], Object] = {}
    for association in facts.project.inventory.associations:
        item, account = association.object, association.service_account
        spec = mapping(item.data.get("spec"))
        cluster = text(spec.get("clusterName")) or str(spec.get("clusterRef") or "")
        is_known = bool(account and association.namespace) and not item.holes
        if not is_known or altered(item, "content", "name", "namespace"):
            continue
        # Other folders are often other cells, with a cluster of the same name; other regions are other clusters.
        folder, region = os.path.dirname(item.origin.file), item.annotations.get("services.k8s.aws/region", "")
        holder = first.setdefault((cluster, region, association.namespace, account, folder, item.pool), item)
        if holder is item or (holder.namespace, holder.name) == (item.namespace, item.name):
            continue
        yield Problem(
            place=at(item, ("spec", "serviceAccount")),
            message=f"{called(item)}: {association.namespace}/{account} already has {called(holder)}",
            why="EKS refuses the second, and the pods get the role of the one that came first",
            help="keep one of them",
            subject=item,
            related=(Related(at(holder, ("spec", "serviceAccount")), f"{called(holder)} is for the same one"),),
            value=account,
        )
