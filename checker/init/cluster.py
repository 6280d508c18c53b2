"""What a cluster has, for a first configuration: the objects of the ACK IAM controller and the pods, read only.

The rights are those of `checker live` (deploy/kubernetes.yaml).
"""

from __future__ import annotations

from typing import Any

from ..ack.kinds import BY_NAME
from ..ack.objects import mapping, sequence
from ..errors import UsageError
from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..live.asking import Refused
from ..live.clients.connection import from_kubeconfig
from ..live.clients.kubernetes import Cluster
from ..live.record.trim import custom
from .survey import CONTAINER

_CLUSTER = expression(r"arn:[^:]+:eks:([^:]+):(\d{12}):cluster/(.+)")


class SeenInCluster(NamedTuple):
    """The cluster's name ("" where the context does not say), the objects, and what could not be read."""

    name: str
    objects: list[dict[str, Any]]
    unread: list[str]


def look(context: str) -> SeenInCluster:
    """Reads a cluster. Raises UsageError where it cannot be reached."""
    try:
        connection = from_kubeconfig(context)
    except Refused as error:
        raise UsageError(f"--context {context}: {error.detail}") from None
    objects, unread = read(Cluster(connection))
    if unread and not objects:
        raise UsageError(f"--context {context}: nothing could be read: {unread[0]}")
    named = _CLUSTER.search(context)
    return SeenInCluster(named[3] if named else "", objects, unread)


def read(cluster: Cluster) -> tuple[list[dict[str, Any]], list[str]]:
    """The objects of a cluster that bear on roles, and what could not be read."""
    objects: list[dict[str, Any]] = []
    unread: list[str] = []
    for kind in (BY_NAME["Role"], BY_NAME["Policy"]):
        try:
            for item in cluster.pages(f"/apis/{kind.api_version}/{kind.plural}", {"limit": "250"}):
                objects.append({**custom(item), "apiVersion": kind.api_version, "kind": kind.name})
        except Refused as error:
            unread.append(f"{kind.resource}: {error.detail}")
    try:
        pods = [item for item in cluster.pages("/api/v1/pods", {"limit": "250"}) if _is_proxy(item)]
    except Refused as error:
        unread.append(f"pods: {error.detail}")
        pods = []
    objects += [_pod(item) for item in pods]
    for namespace, name in dict.fromkeys(_account_of(item) for item in pods):
        try:
            account = cluster.get(f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}")
            objects.append({**custom(account), "apiVersion": "v1", "kind": "ServiceAccount"})
        except Refused as error:
            if error.status != "absent":
                unread.append(f"service account {namespace}/{name}: {error.detail}")
    return objects, unread


def _is_proxy(pod: dict[str, Any]) -> bool:
    spec = mapping(pod.get("spec"))
    containers = [*sequence(spec.get("containers")), *sequence(spec.get("initContainers"))]
    return any(mapping(item).get("name") == CONTAINER for item in containers)


def _account_of(pod: dict[str, Any]) -> tuple[str, str]:
    metadata, spec = mapping(pod.get("metadata")), mapping(pod.get("spec"))
    return str(metadata.get("namespace", "")), str(spec.get("serviceAccountName") or "default")


def _pod(item: dict[str, Any]) -> dict[str, Any]:
    """A pod reduced to what tells its role: no environment, no volumes."""
    namespace, account = _account_of(item)
    name = str(mapping(item.get("metadata")).get("name", ""))
    spec = {"serviceAccountName": account, "containers": [{"name": CONTAINER}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace}, "spec": spec}
