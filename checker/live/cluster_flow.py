"""What is read from the cluster: the pods of the index, their logs, identity, and the ACK objects behind the role.

Every read is a GET; the rights it takes are in deploy/. A right that is missing costs the one question, and once one is
missing the cluster is asked which others are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..ack.kinds import IAM
from ..ack.objects import mapping, sequence, text
from . import log, trim
from .asking import Answer, Asking, Refused
from .effective_role import container_of, resolve, status_of
from .kubernetes import PARTIAL, Cluster
from .log_file import stamped
from .log_sorting import Site
from .pods import Candidate, Meaning, as_json, candidates, find, named_for, narrow, nearest
from .record import Reading, Target

LOG_BYTES = 8 * 1024 * 1024
LOG_LINES = 20_000
MOST_PODS = 10
MOST_CANDIDATES = 5
_PAGE = "2000"

RIGHTS = (
    ("", "pods", "", "list"), ("", "pods", "", "get"), ("", "pods", "log", "get"), ("", "serviceaccounts", "", "get"),
    ("apps", "deployments", "", "list"), ("iam.services.k8s.aws", "roles", "", "list"),
    ("iam.services.k8s.aws", "policies", "", "list"), ("iam.services.k8s.aws", "policies", "", "get"),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "", "get"),
)  # fmt: skip
"""(group, resource, subresource, verb) of every read below; deploy/kubernetes.yaml grants these and no others."""


class Search(NamedTuple):
    """How the pods are found: a label selector with `{index}` in it, or "" for a search by name, in one namespace or
    all; a pod's name where the user gave one; what account_id means; the namespace of the ACK controller; the
    proxy's own wording for a refresh that succeeded or failed; the sidecar's log, where it comes from a file; and how
    pods of an index are named (`index-{index}-{hash}`), "" for as the cell's other pods are."""

    selector: str = ""
    pod: str = ""
    meaning: Meaning = Meaning()
    ack_namespace: str = "ack-system"
    wording: Site = Site()
    log: bytes | None = None
    pod_name: str = ""


class Subject(NamedTuple):
    """The pod that is examined, and its container; None where the pod has none of that name."""

    namespace: str
    pod: dict[str, Any]
    container: dict[str, Any] | None


def find_pods(asking: Asking, cluster: Cluster, target: Target, search: Search) -> Candidate | None:
    """The pods of the index, or None when there are none, or several workloads could be meant; the reading `pods` then
    says which."""
    scope = f"/api/v1/namespaces/{target.namespace}/pods" if target.namespace else "/api/v1/pods"
    query = {"limit": _PAGE}
    if search.selector:
        query["labelSelector"] = search.selector.replace("{index}", target.index_name)

    def read() -> dict[str, Any]:
        items = list(cluster.pages(scope, query, PARTIAL))

        if search.pod:
            named = (item for item in items if mapping(item.get("metadata")).get("name") == search.pod)
            found = candidates(named, "its name was given")
        elif search.selector:
            found = candidates(items, "the label selector of the configuration")
        else:
            found = find(items, target.index_name, search.pod_name)
        fitting = narrow(found, target.account_id, search.meaning)
        near = () if found else nearest(items, target.index_name)
        return {
            "seen": len(items), "candidates": [as_json(item) for item in fitting], "before": len(found),
            "nearest": list(near),
        }  # fmt: skip

    where = f"in {target.namespace}" if target.namespace else "in all namespaces"
    how = f" with {query['labelSelector']}" if search.selector else ""
    reading = asking.ask("pods", f"list pods {where}{how}", read).get()
    left = [Candidate(**item) for item in mapping(reading.value).get("candidates", [])]
    if 1 < len(left) <= MOST_CANDIDATES:
        left = _with_container(asking, cluster, target, left)
    return left[0] if len(left) == 1 else None


def _with_container(asking: Asking, cluster: Cluster, target: Target, found: list[Candidate]) -> list[Candidate]:
    """Those of several candidates whose newest pod has the container; all of them where one could not be read."""
    answers = [ask_pod(asking, cluster, item.namespace, item.pods[0]) for item in found]
    values = [answer.get().value for answer in answers]
    if None in values:
        return found
    having = [item for item, pod in zip(found, values, strict=True) if container_of(pod, target.container)]
    kept = having or found
    value = {"candidates": [as_json(item) for item in kept], "before": len(found)}
    asking.note("pods-with-container", f"pods with a container {target.container}", "ok", value=value)
    return kept


def ask_pod(asking: Asking, cluster: Cluster, namespace: str, name: str) -> Answer:
    """One pod, whole."""
    call = _getter(cluster, f"/api/v1/namespaces/{namespace}/pods/{name}", trim.pod, "Pod")
    return asking.ask(f"pod/{namespace}/{name}", f"get pod {namespace}/{name}", call)


def examine(asking: Asking, cluster: Cluster, target: Target, candidate: Candidate, search: Search) -> Subject | None:
    """Reads the pods and their logs and returns, of those that have not ended, the pod with the most failures, else one
    without credentials of its own, else the newest; None where no pod could be read."""
    read: list[tuple[Answer, Answer]] = []
    for name in candidate.pods[:MOST_PODS]:
        base = f"/api/v1/namespaces/{candidate.namespace}/pods/{name}"
        shown = f"{candidate.namespace}/{name}"
        pod = ask_pod(asking, cluster, candidate.namespace, name)
        given = asking.answer(GIVEN_LOG) if search.log is not None else None
        asked = given or _ask_log(asking, cluster, target, base, shown, name, search.wording, previous=False)
        read.append((pod, asked))
    subjects: list[tuple[tuple[bool, int, bool, int], Subject]] = []
    for place, (pod, lines) in enumerate(read):
        value = pod.get().value
        if value is None:
            continue
        subject = Subject(candidate.namespace, value, container_of(value, target.container))
        name = value["metadata"].get("name", "")
        if search.log is None and status_of(value, target.container).get("restartCount"):
            base = f"/api/v1/namespaces/{candidate.namespace}/pods/{name}"
            _ask_log(
                asking, cluster, target, base, f"{candidate.namespace}/{name}", name, search.wording, previous=True
            )
        # Only where there is a choice is it worth waiting for the logs.
        said = mapping(lines.get().value) if len(read) > 1 else {}
        failures = said.get("failures", 0) if not said.get("refreshesSince") else 0
        is_without = subject.container is None or resolve(subject.container, None, None).how == "node-role"
        # A pod that was evicted stays listed; what counts is one that took its place.
        is_there = mapping(value.get("status")).get("phase") not in ("Failed", "Succeeded")
        subjects.append(((is_there, failures, is_without, -place), subject))
    if not subjects:
        return None
    chosen = max(subjects, key=lambda item: item[0])[1]
    asking.note("subject", "", "ok", value={"namespace": chosen.namespace, "pod": chosen.pod["metadata"].get("name")})
    return chosen


GIVEN_LOG = "log/file"


def role_by_name(asking: Asking, cluster: Cluster, target: Target) -> Reading:
    """The ACK Role that an index without a pod would have, by its name: the index stands in it where the names of the
    cell's other roles have theirs. Several are a question, not an answer."""
    scope = f"/apis/{IAM}/namespaces/{target.namespace}/roles" if target.namespace else f"/apis/{IAM}/roles"

    def read() -> dict[str, Any]:
        items = [_with_kind(item, "Role") for item in cluster.pages(scope, {"limit": "500"})]
        named = [(_id(item)[0], text(mapping(item.get("spec")).get("name")) or _id(item)[1]) for item in items]
        meant = named_for(named, target.index_name)
        found = [item for item, name in zip(items, named, strict=True) if name in meant]
        if len(found) != 1:
            shown = ": " + ", ".join("/".join(_id(item)) for item in found[:4]) if found else ""
            number = f"{len(found) or 'no'} Role objects are named for the index{shown}"
            raise Refused("absent", f"no pod leads to a role, and {number}")
        return {**trim.custom(found[0]), "namesakes": 1, "others": [], "byName": True}

    where = target.namespace or "all namespaces"
    return asking.ask("ack-role", f"list roles.iam.services.k8s.aws in {where}", read).get()


def given_log(asking: Asking, search: Search) -> None:
    """The log that came from a file, in place of the pods'."""
    if search.log is not None:
        found = log.read(stamped(search.log), LOG_BYTES, LOG_LINES, search.wording)
        asking.note(GIVEN_LOG, "the log that was given", "ok", value=found)


def _ask_log(
    asking: Asking, cluster: Cluster, target: Target, base: str, shown: str, name: str, wording: Site, *, previous: bool
) -> Answer:
    query = {"container": target.container, "timestamps": "true", "limitBytes": str(LOG_BYTES)}
    query |= {"tailLines": str(LOG_LINES)}
    query |= {"previous": "true"} if previous else {"sinceSeconds": str(target.since_seconds)}
    kind = "log-previous" if previous else "log"

    def read() -> dict[str, Any]:
        found = log.read(cluster.text(f"{base}/log", query, LOG_BYTES), LOG_BYTES, LOG_LINES, wording)
        if found["lineCount"] and not found["first"]:
            raise Refused("malformed", "no line of the log has the time that was asked for")
        return found

    return asking.ask(f"{kind}/{name}", f"{kind} of {shown} -c {target.container}", read)


def service_account(asking: Asking, cluster: Cluster, namespace: str, name: str) -> Reading:
    """The service account of the pod."""
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}"
    call = _getter(cluster, path, trim.service_account, "ServiceAccount")
    return asking.ask("service-account", f"get serviceaccount {namespace}/{name}", call).get()


def webhook(asking: Asking, cluster: Cluster) -> Answer:
    """Whether the webhook that injects credentials is registered; it has this name on EKS."""
    path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/pod-identity-webhook"

    def shown(item: dict[str, Any]) -> dict[str, Any]:
        hooks = [mapping(hook) for hook in sequence(item.get("webhooks"))]
        return {"failurePolicies": [hook.get("failurePolicy") for hook in hooks]}

    call = _getter(cluster, path, shown, "MutatingWebhookConfiguration")
    return asking.ask("webhook", "get mutatingwebhookconfiguration pod-identity-webhook", call)


def identity_agent(asking: Asking, cluster: Cluster, node: str) -> Answer:
    """The EKS Pod Identity agent on the pod's node (EKS User Guide, "Set up the Amazon EKS Pod Identity Agent")."""
    query = {"labelSelector": "app.kubernetes.io/name=eks-pod-identity-agent", "limit": _PAGE}
    query |= {"fieldSelector": f"spec.nodeName={node}"} if node else {}

    def read() -> dict[str, Any]:
        pods = [trim.pod(item) for item in cluster.pages("/api/v1/namespaces/kube-system/pods", query)]
        ready = [all(entry["ready"] for entry in pod["status"]["containerStatuses"]) for pod in pods]
        return {"pods": len(pods), "ready": sum(ready)}

    return asking.ask("pod-identity-agent", f"list pods of eks-pod-identity-agent on node {node}", read)


def controller(asking: Asking, cluster: Cluster, namespace: str) -> Answer:
    """The Deployment of the ACK IAM controller; absent where it runs elsewhere, as an EKS capability for one."""

    def read() -> list[dict[str, Any]]:
        items = cluster.pages(f"/apis/apps/v1/namespaces/{namespace}/deployments", {"limit": "500"})
        found = [item for item in items if "iam" in (text(mapping(item.get("metadata")).get("name")) or "")]
        if not found:
            raise Refused("absent", f"namespace {namespace} has no Deployment with iam in its name")
        return [trim.deployment(item) for item in found]

    return asking.ask("ack-controller", f"list deployments in {namespace}", read)


def ack_role(asking: Asking, cluster: Cluster, namespace: str, rank: Callable[[dict[str, Any]], int]) -> Reading:
    """The ACK Role that stands for a role, by `rank` (0: not at all; the higher the surer): looked for in the pod's
    namespace, then, unless one is as sure as can be, in all. Of several equally sure ones, that with the controller's
    finalizer comes first: the controller manages it, and refuses the others, though it writes the ARN to all of them.
    `namesakes` counts those that cannot be told apart, `others` names all that lose.
    """

    def read() -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        for scope in (f"/apis/{IAM}/namespaces/{namespace}/roles", f"/apis/{IAM}/roles"):
            if namespace or scope.endswith(f"{IAM}/roles"):
                listed = [item for item in cluster.pages(scope, {"limit": "500"}) if rank(item)]
                found += [item for item in listed if _id(item) not in map(_id, found)]
            if any(rank(item) == SUREST for item in found):
                break
        if not found:
            raise Refused("absent", "no Role object of the ACK controller manages this role")
        found.sort(key=lambda item: (rank(item), _is_managed(item), _has_arn(item)), reverse=True)
        equal = [item for item in found if _standing(item, rank) == _standing(found[0], rank)]
        others = ["/".join(_id(item)) for item in found[1:]]
        return {**trim.custom(_with_kind(found[0], "Role")), "namesakes": len(equal), "others": others}

    return asking.ask("ack-role", f"list roles.iam.services.k8s.aws in {namespace or 'all namespaces'}", read).get()


SUREST = 2
"""The rank of a Role object whose own status names the role."""


def _standing(item: dict[str, Any], rank: Callable[[dict[str, Any]], int]) -> tuple[int, bool, bool]:
    return rank(item), _is_managed(item), _has_arn(item)


def _id(item: dict[str, Any]) -> tuple[str, str]:
    metadata = mapping(item.get("metadata"))
    return text(metadata.get("namespace")) or "", text(metadata.get("name")) or ""


def _is_managed(item: dict[str, Any]) -> bool:
    finalizers = sequence(mapping(item.get("metadata")).get("finalizers"))
    return "finalizers.iam.services.k8s.aws/Role" in finalizers


def _has_arn(item: dict[str, Any]) -> bool:
    return bool(mapping(mapping(item.get("status")).get("ackResourceMetadata")).get("arn"))


def ack_policies(asking: Asking, cluster: Cluster, role: dict[str, Any]) -> None:
    """The Policy objects a Role refers to, by reference or by ARN."""
    namespace = mapping(role.get("metadata")).get("namespace", "")
    spec = mapping(role.get("spec"))
    references = [mapping(mapping(entry).get("from")) for entry in sequence(spec.get("policyRefs"))]
    references.append(mapping(mapping(spec.get("permissionsBoundaryRef")).get("from")))
    names = [(item.get("namespace") or namespace, item["name"]) for item in references if item.get("name")]
    arns = [arn for arn in [*sequence(spec.get("policies")), spec.get("permissionsBoundary")] if isinstance(arn, str)]
    is_local = any(scope == namespace for scope, _ in names) or any(":iam::aws:" not in arn for arn in arns)

    def listed() -> list[dict[str, Any]]:
        items = cluster.pages(f"/apis/{IAM}/namespaces/{namespace}/policies", {"limit": "500"})
        wanted = {name for scope, name in names if scope == namespace}
        return [trim.custom(_with_kind(item, "Policy")) for item in items if _is_meant(item, wanted, arns)]

    if is_local:
        asking.ask("ack-policies", f"list policies.iam.services.k8s.aws in {namespace}", listed)
    for scope, name in names:
        if scope != namespace:
            path = f"/apis/{IAM}/namespaces/{scope}/policies/{name}"
            call = _getter(cluster, path, trim.custom, "Policy")
            asking.ask(f"ack-policy/{scope}/{name}", f"get policies.iam.services.k8s.aws {scope}/{name}", call)


def review_rights(asking: Asking, cluster: Cluster, namespace: str) -> None:
    """Asks for each right whether we have it, so that all that are missing can be named at once."""
    for group, resource, subresource, verb in RIGHTS:
        shown = "/".join(part for part in (resource + (f".{group}" if group else ""), subresource) if part)
        where = "" if resource.startswith("mutating") else namespace

        def call(
            group: str = group, resource: str = resource, sub: str = subresource, verb: str = verb, where: str = where
        ) -> bool:
            return cluster.review(group, resource, verb, where, sub)

        asking.ask(f"right/{verb} {shown}", f"SelfSubjectAccessReview {verb} {shown}", call)


def _is_meant(item: dict[str, Any], names: set[str], arns: list[str]) -> bool:
    status = mapping(mapping(item.get("status")).get("ackResourceMetadata"))
    spec, metadata = mapping(item.get("spec")), mapping(item.get("metadata"))
    endings = tuple(arn.rpartition("/")[2] for arn in arns)
    return metadata.get("name") in names or status.get("arn") in arns or spec.get("name") in endings


def _with_kind(item: dict[str, Any], kind: str) -> dict[str, Any]:
    """Items of a list come without apiVersion and kind."""
    return {"apiVersion": IAM, "kind": kind, **item}


def _getter(
    cluster: Cluster, path: str, shown: Callable[[dict[str, Any]], dict[str, Any]], kind: str
) -> Callable[[], dict[str, Any]]:
    def read() -> dict[str, Any]:
        item = cluster.get(path)
        if item.get("kind") != kind or not mapping(item.get("metadata")).get("name"):
            raise Refused("malformed", f"the answer is no {kind}")
        return shown(item)

    return read
