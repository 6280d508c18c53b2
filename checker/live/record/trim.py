"""Kubernetes objects reduced to what diagnosis reads; everything else, and every secret, stays out of the record.

Values of environment variables are kept only for the names below: others may hold secrets, and only their names matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...ack.cleaning import LAST_APPLIED, late_initialized
from ...ack.objects import mapping, sequence, string_map, text
from ...iam.expressions import expression
from .arguments import arguments
from .redaction import redact, redact_pair
from .setting_names import names_the_endpoint, names_the_region, names_the_table
from .variables import names_of

_VALUES = expression(
    r"AWS_(?:ROLE_ARN|ROLE_SESSION_NAME|WEB_IDENTITY_TOKEN_FILE"
    r"|CONTAINER_AUTHORIZATION_TOKEN_FILE|STS_REGIONAL_ENDPOINTS|ACCOUNT_ID_ENDPOINT_MODE|PROFILE"
    r"|EC2_METADATA_DISABLED|USE_FIPS_ENDPOINT|IGNORE_CONFIGURED_ENDPOINT_URLS)"
)
_REGION = expression(r"[a-z]{2}(?:-[a-z]+)+-\d")
_TABLE = expression(r"(?:arn:aws[a-z-]*:dynamodb:[\w:/.-]+|[A-Za-z0-9_.-]{3,255})")
_ADDRESS = expression(r"(?=https?://|[\w.-]*\.)(https?://)?(?:[^/@\s]*@)?([\w.-]+|\[[0-9a-fA-F:]+\])(?=[:/?#]|$)")
"""Scheme and host of a URL: what stands before or behind may be secret, and so may a host that is not one of AWS."""
_OF_AWS = expression(r"(?:[\w-]+\.)*(?:amazonaws\.com(?:\.cn)?|api\.aws|amazonwebservices\.com\.cn)")
ANOTHER_HOST = "another.host"
_ANNOTATIONS = expression(r"(?:[\w.-]*\.)?(?:eks\.amazonaws\.com|services\.k8s\.aws|argocd\.argoproj\.io)/.*")


def pod(item: dict[str, Any]) -> dict[str, Any]:
    """A Pod: who runs it, how its containers get credentials, and how they fare."""
    spec, status = mapping(item.get("spec")), mapping(item.get("status"))
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(item),
        "spec": {
            "serviceAccountName": text(spec.get("serviceAccountName")) or "default",
            "nodeName": text(spec.get("nodeName")) or "",
            "hostNetwork": bool(spec.get("hostNetwork")),
            **_security(spec),
            "containers": [_container(entry) for entry in sequence(spec.get("containers"))],
            "initContainers": [_container(entry) for entry in sequence(spec.get("initContainers"))],
            "volumes": [volume for entry in sequence(spec.get("volumes")) if (volume := _token_volume(entry))],
        },
        "status": {
            "phase": text(status.get("phase")) or "",
            "reason": text(status.get("reason")) or "",
            "message": redact(text(status.get("message")) or ""),
            "unmet": [unmet for entry in sequence(status.get("conditions")) if (unmet := _unmet(mapping(entry)))],
            "startTime": text(status.get("startTime")) or "",
            "containerStatuses": [_status(entry) for entry in sequence(status.get("containerStatuses"))],
            "initContainerStatuses": [_status(entry) for entry in sequence(status.get("initContainerStatuses"))],
        },
    }


def service_account(item: dict[str, Any]) -> dict[str, Any]:
    """A ServiceAccount: its metadata is all that matters."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(item)}


def custom(item: dict[str, Any]) -> dict[str, Any]:
    """An object of the ACK controller: spec and status, redacted except for the policy documents, which matter."""
    kept = {key: item.get(key) for key in ("apiVersion", "kind") if item.get(key) is not None}
    parts = {key: _cleaned(item[key], key) for key in ("spec", "status") if item.get(key) is not None}
    # A corrected manifest is made from this: all annotations are kept, except the copy of the object in one of them.
    annotations = {
        key: redact_pair(key, value)
        for key, value in string_map(mapping(item.get("metadata")).get("annotations")).items()
        if key != LAST_APPLIED
    }
    filled_in = list(late_initialized(item))
    late = {"lateInitialized": filled_in} if filled_in else {}
    return {**kept, **parts, "metadata": {**metadata(item), "annotations": annotations, **late}}


_DOCUMENTS = ("assumeRolePolicyDocument", "inlinePolicies", "policyDocument", "policy")


def _cleaned(value: Any, name: str) -> Any:
    if name in _DOCUMENTS:
        return value
    if isinstance(value, dict):
        if isinstance(value.get("key"), str) and isinstance(value.get("value"), str):
            return {**value, "value": redact_pair(value["key"], value["value"])}
        return {key: _cleaned(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [_cleaned(part, name) for part in value]
    return redact_pair(name, value) if isinstance(value, str) else value


def deployment(item: dict[str, Any]) -> dict[str, Any]:
    """A Deployment: how many of its pods should run, and how many do."""
    spec, status = mapping(item.get("spec")), mapping(item.get("status"))
    return {
        "metadata": metadata(item),
        "spec": {"replicas": spec.get("replicas")},
        "status": {"availableReplicas": status.get("availableReplicas"), "replicas": status.get("replicas")},
    }


def metadata(item: dict[str, Any]) -> dict[str, Any]:
    """Names, times, labels, owners, the annotations that bear on identity, and who wrote the object."""
    fields = mapping(item.get("metadata"))
    kept = {
        key: fields[key]
        for key in ("name", "namespace", "uid", "generation", "creationTimestamp", "deletionTimestamp", "finalizers")
        if fields.get(key) is not None
    }
    annotations = mapping(fields.get("annotations"))
    managers = [
        {"manager": entry.get("manager"), "operation": entry.get("operation"), "time": entry.get("time")}
        for entry in sequence(fields.get("managedFields"))
        if isinstance(entry, dict) and not entry.get("subresource")
    ]
    return {
        **kept,
        "labels": {key: redact_pair(key, value) for key, value in string_map(fields.get("labels")).items()},
        "annotations": {
            key: redact_pair(key, str(value)) for key, value in annotations.items() if _ANNOTATIONS.fullmatch(key)
        },
        "ownerReferences": [
            {"kind": entry.get("kind"), "name": entry.get("name")}
            for entry in sequence(fields.get("ownerReferences"))
            if isinstance(entry, dict)
        ],
        "managers": managers,
    }


def _container(entry: Any) -> dict[str, Any]:
    container = mapping(entry)
    variables = []
    before: dict[str, str] = {}
    for item in map(mapping, sequence(container.get("env"))):
        name, value = text(item.get("name")) or "", text(item.get("value"))
        if value is not None:
            value = _REFERENCE.sub(lambda reference: before.get(reference[1], reference[0]), value)
            before[name] = value
        variables.append({"name": name, **_variable(name, item if value is None else {"value": value})})
    return {
        "name": text(container.get("name")) or "",
        "image": redact(text(container.get("image")) or ""),
        "restartPolicy": text(container.get("restartPolicy")) or "",
        **_security(container),
        "env": variables,
        "envFrom": [entry for item in sequence(container.get("envFrom")) for entry in _sources(mapping(item))],
        **({"arguments": stated} if (stated := arguments(container, _kept)) else {}),
        "mounts": [
            {"name": mapping(mount).get("name"), "mountPath": mapping(mount).get("mountPath")}
            for mount in sequence(container.get("volumeMounts"))
        ],
    }


_REFERENCE = expression(r"\$\((\w+)\)")
"""A variable that is stated before, which Kubernetes fills in (API Reference, EnvVar: value)."""


def _security(given: dict[str, Any]) -> dict[str, Any]:
    """Which user runs it, and which group may read its volumes; nothing where it does not say."""
    context = mapping(given.get("securityContext"))
    kept = {key: context[key] for key in ("runAsUser", "fsGroup") if isinstance(context.get(key), int)}
    return {"securityContext": kept} if kept else {}


def _sources(given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for kind, reference in given.items():
        if kind.endswith("Ref"):
            name, prefix = text(mapping(reference).get("name")) or "", text(given.get("prefix")) or ""
            yield {"from": kind, "of": name, "prefix": prefix, **_optional(reference)}


def config_map(item: dict[str, Any], container: dict[str, Any]) -> dict[str, Any]:
    """A ConfigMap, as far as a container (as the record has it) takes variables from it."""
    fields = metadata(item)
    entries = {key: value for key, value in mapping(item.get("data")).items() if isinstance(value, str)}
    taken = names_of(container, str(fields.get("name")), tuple(entries))
    data = {}
    for key, names in taken.items():
        if key in entries:
            kept = [_variable(name, {"value": entries[key]}) for name in names]
            data[key] = next((entry for entry in kept if "value" in entry), kept[0])
    changed = [entry["time"] for entry in fields["managers"] if entry["time"]]
    return {"changed": max(changed, default=""), "data": data}


def _variable(name: str, given: dict[str, Any]) -> dict[str, Any]:
    value = text(given.get("value"))
    if value is not None:
        return _kept(name, value)
    origin, reference = next(iter(mapping(given.get("valueFrom")).items()), ("", None))
    parts = {"of": "name", "key": "key"} if origin in ("configMapKeyRef", "secretKeyRef") else {}
    named = {kept: text(mapping(reference).get(field)) or "" for kept, field in parts.items()}
    return {"from": origin, **named, **_optional(reference)} if origin else {"value": ""}


def _optional(reference: Any) -> dict[str, bool]:
    return {"optional": True} if mapping(reference).get("optional") is True else {}


def _kept(name: str, value: str) -> dict[str, str]:
    """What the record keeps of a variable: its value only where that is what diagnosis goes by, and no secret."""
    bare = value.strip()
    if (names_the_region(name) and _REGION.fullmatch(bare)) or (names_the_table(name) and _TABLE.fullmatch(bare)):
        return {"value": redact(bare)}
    if not value or _VALUES.fullmatch(name):
        return {"value": redact(value)}
    address = _ADDRESS.match(bare)
    if address and (names_the_endpoint(name) or name == "AWS_ENDPOINT_URL_STS"):
        return {"value": f"{address[1] or ''}{address[2] if _OF_AWS.fullmatch(address[2]) else ANOTHER_HOST}"}
    if address and name == "AWS_CONTAINER_CREDENTIALS_FULL_URI":
        # Whose path and query are no secret: the agent of EKS Pod Identity.
        agent = _AGENT.fullmatch(bare)
        host = address[2] if _NUMBERED.fullmatch(address[2]) else ANOTHER_HOST
        return {"value": agent[0] if agent else f"{address[1] or ''}{host}"}
    return {"from": "value not recorded"}


_NUMBERED = expression(r"localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]")
_AGENT = expression(r"http://(?:169\.254\.170\.23|\[fd00:ec2::23\])/v1/credentials")


def _token_volume(entry: Any) -> dict[str, Any] | None:
    """A projected service account token: its audience and its lifetime in seconds."""
    volume = mapping(entry)
    for source in sequence(mapping(volume.get("projected")).get("sources")):
        token = mapping(mapping(source).get("serviceAccountToken"))
        if token.get("audience"):
            seconds = token.get("expirationSeconds")
            return {"name": volume.get("name"), "audience": token["audience"], "expirationSeconds": seconds}
    return None


def _unmet(entry: dict[str, Any]) -> dict[str, str] | None:
    """A condition of the pod that does not hold, with its reason and message."""
    if entry.get("status") == "True":
        return None
    texts = {key: redact(text(entry.get(key)) or "") for key in ("type", "reason", "message")}
    return texts if texts["message"] or texts["reason"] else None


def _states(given: Any) -> dict[str, Any]:
    """The state of a container by its kind; why it waits or ended is said in `reason` and `message`."""
    states: dict[str, Any] = {}
    for kind, detail in mapping(given).items():
        kept = {key: mapping(detail)[key] for key in ("reason", "exitCode", "startedAt") if key in mapping(detail)}
        message = text(mapping(detail).get("message"))
        states[kind] = {**kept, **({"message": redact(message)[:500]} if message else {})}
    return states


def _status(entry: Any) -> dict[str, Any]:
    status = mapping(entry)
    return {
        "name": text(status.get("name")) or "",
        "ready": bool(status.get("ready")),
        "restartCount": status.get("restartCount") if isinstance(status.get("restartCount"), int) else 0,
        "state": _states(status.get("state")),
        "lastState": _states(status.get("lastState")),
    }
