"""What is read from the cluster: the pods of the index, their logs, identity, and the ACK objects behind the role.

Every read is a GET; the rights it takes are in deploy/. A missing right costs only its own question; once one
is missing, the cluster is asked which others are missing too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...ack.objects import mapping, sequence
from ...iam.values import NamedTuple
from ..asking import Asking, Refused, Reply
from ..clients.kubernetes import PARTIAL, Cluster
from ..log import log
from ..log.file import stamped
from ..log.words import Site
from ..record import trim
from ..record.effective_role import container_of, resolve, status_of
from ..record.record import Reading, Target
from ..record.variables import CONFIG_MAP, config_maps, filled_in
from .pods import Candidate, Meaning, as_json, candidates, find, narrow, nearest

LOG_BYTES = 8 * 1024 * 1024
LOG_LINES = 20_000
MOST_PODS = 10
MOST_LISTED = 50
MOST_CANDIDATES = 5
_PAGE = "2000"

RIGHTS = (
    ("", "pods", "", "list"), ("", "pods", "", "get"), ("", "pods", "log", "get"), ("", "serviceaccounts", "", "get"),
    ("", "configmaps", "", "get"),
    ("apps", "deployments", "", "list"), ("iam.services.k8s.aws", "roles", "", "list"),
    ("iam.services.k8s.aws", "policies", "", "list"), ("iam.services.k8s.aws", "policies", "", "get"),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "", "get"),
)  # fmt: skip
"""(group, resource, subresource, verb) of every read below; deploy/kubernetes.yaml grants these and no others."""


class Search(NamedTuple):
    """How the pods are found: a label selector with `{index}` in it, or "" for a search by name, in one namespace or
    all; a pod's name where the user gave one; what account_id means; the namespace of the ACK controller; the
    proxy's own wording for a refresh that succeeded or failed; the sidecar's log, where it comes from a file; and how
    pods of an index are named (`index-{index}-{hash}`), "" for like the cell's other pods."""

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
            matches = candidates(named, "its name was given")
        elif search.selector:
            matches = candidates(items, "the label selector of the configuration")
        else:
            matches = find(items, target.index_name, search.pod_name)
        fitting = narrow(matches, target.account_id, search.meaning)
        near = () if matches else nearest(items, target.index_name)
        return {
            "seen": len(items), "candidates": [as_json(item) for item in fitting], "before": len(matches),
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


def ask_pod(asking: Asking, cluster: Cluster, namespace: str, name: str) -> Reply:
    """One pod, whole."""
    call = getter(cluster, f"/api/v1/namespaces/{namespace}/pods/{name}", trim.pod, "Pod")
    return asking.ask(f"pod/{namespace}/{name}", f"get pod {namespace}/{name}", call)


def examine(asking: Asking, cluster: Cluster, target: Target, candidate: Candidate, search: Search) -> Subject | None:
    """Reads the pods and their logs and returns, of those that have not ended, one that does not stay up, else the pod
    with the most failures, else one without credentials of its own, else the newest; None where none could be read."""
    read: list[tuple[Reply, Reply]] = []
    for position, name in enumerate(candidate.pods[:MOST_LISTED]):
        # Evicted pods stay listed, and may be many: beyond the first MOST_PODS, reading stops at one that lives.
        if position >= MOST_PODS and any(_is_living(pod.get().value) for pod, _ in read):
            break
        base = f"/api/v1/namespaces/{candidate.namespace}/pods/{name}"
        shown = f"{candidate.namespace}/{name}"
        pod = ask_pod(asking, cluster, candidate.namespace, name)
        file_log = asking.answer(GIVEN_LOG) if search.log is not None else None
        log_reply = file_log or _ask_log(asking, cluster, target, base, shown, name, search.wording, previous=False)
        read.append((pod, log_reply))
    subjects: list[tuple[tuple[bool, bool, int, bool, int], Subject]] = []
    for position, (pod, pod_log) in enumerate(read):
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
        summary = mapping(pod_log.get().value) if len(read) > 1 else {}
        failures = summary.get("failures", 0) if not summary.get("refreshesSince") else 0
        is_without = subject.container is None or resolve(subject.container, None, None).how == "node-role"
        waiting_reason = mapping(mapping(status_of(value, target.container).get("state")).get("waiting")).get("reason")
        is_looping = waiting_reason in ("CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull")
        subjects.append(((_is_living(value), is_looping, failures, is_without, -position), subject))
    if not subjects:
        return None
    chosen = max(subjects, key=lambda item: item[0])[1]
    asking.note("subject", "", "ok", value={"namespace": chosen.namespace, "pod": chosen.pod["metadata"].get("name")})
    return chosen


def _is_living(pod: dict[str, Any] | None) -> bool:
    return pod is not None and mapping(pod.get("status")).get("phase") not in ("Failed", "Succeeded")


GIVEN_LOG = "log/file"


def given_log(asking: Asking, search: Search) -> None:
    """The log that came from a file, in place of the pods'."""
    if search.log is not None:
        summary = log.read(stamped(search.log), LOG_BYTES, LOG_LINES, search.wording)
        asking.note(GIVEN_LOG, "the log that was given", "ok", value=summary)


def _ask_log(
    asking: Asking, cluster: Cluster, target: Target, base: str, shown: str, name: str, wording: Site, *, previous: bool
) -> Reply:
    query = {"container": target.container, "timestamps": "true", "limitBytes": str(LOG_BYTES)}
    query |= {"tailLines": str(LOG_LINES)}
    query |= {"previous": "true"} if previous else {"sinceSeconds": str(target.since_seconds)}
    kind = "log-previous" if previous else "log"

    def read() -> dict[str, Any]:
        summary = log.read(cluster.text(f"{base}/log", query, LOG_BYTES), LOG_BYTES, LOG_LINES, wording)
        if summary["lineCount"] and not summary["first"]:
            raise Refused("malformed", "no line of the log has the time that was asked for")
        return summary

    return asking.ask(f"{kind}/{name}", f"{kind} of {shown} -c {target.container}", read)


def service_account(asking: Asking, cluster: Cluster, namespace: str, name: str) -> Reading:
    """The service account of the pod."""
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}"
    call = getter(cluster, path, trim.service_account, "ServiceAccount")
    return asking.ask("service-account", f"get serviceaccount {namespace}/{name}", call).get()


def with_variables(asking: Asking, cluster: Cluster, subject: Subject) -> dict[str, Any]:
    """The container with the variables that it takes from ConfigMaps, as far as these can be read."""
    container = subject.container or {}
    asked = []
    for name in config_maps(container):
        path = f"/api/v1/namespaces/{subject.namespace}/configmaps/{name}"
        call = getter(cluster, path, lambda item: trim.config_map(item, container), "ConfigMap")
        asked.append(asking.ask(f"{CONFIG_MAP}{name}", f"get configmap {subject.namespace}/{name}", call))
    return filled_in(container, {reply.name: reply.get() for reply in asked})


def webhook(asking: Asking, cluster: Cluster) -> Reply:
    """Whether the webhook that injects credentials is registered; it has this name on EKS."""
    path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/pod-identity-webhook"

    def shown(item: dict[str, Any]) -> dict[str, Any]:
        hooks = [mapping(hook) for hook in sequence(item.get("webhooks"))]
        return {"failurePolicies": [hook.get("failurePolicy") for hook in hooks]}

    call = getter(cluster, path, shown, "MutatingWebhookConfiguration")
    return asking.ask("webhook", "get mutatingwebhookconfiguration pod-identity-webhook", call)


def identity_agent(asking: Asking, cluster: Cluster, node: str) -> Reply:
    """The EKS Pod Identity agent on the pod's node (EKS User Guide, "Set up the Amazon EKS Pod Identity Agent")."""
    query = {"labelSelector": "app.kubernetes.io/name=eks-pod-identity-agent", "limit": _PAGE}
    query |= {"fieldSelector": f"spec.nodeName={node}"} if node else {}

    def read() -> dict[str, Any]:
        pods = [trim.pod(item) for item in cluster.pages("/api/v1/namespaces/kube-system/pods", query)]
        ready = [all(entry["ready"] for entry in pod["status"]["containerStatuses"]) for pod in pods]
        return {"pods": len(pods), "ready": sum(ready)}

    return asking.ask("pod-identity-agent", f"list pods of eks-pod-identity-agent on node {node}", read)


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


def getter(
    cluster: Cluster, path: str, shown: Callable[[dict[str, Any]], dict[str, Any]], kind: str
) -> Callable[[], dict[str, Any]]:
    def read() -> dict[str, Any]:
        item = cluster.get(path)
        if item.get("kind") != kind or not mapping(item.get("metadata")).get("name"):
            raise Refused("malformed", f"the answer is no {kind}")
        return shown(item)

    return read
