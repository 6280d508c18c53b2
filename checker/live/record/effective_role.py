"""Which IAM role a container works with: the live pod decides, not its service account.

The EKS webhook changes pods on creation only and fails silently, so what the service account says now may differ from
what the pod got (amazon-eks-pod-identity-webhook, `pkg/handler/handler.go`; eks-pod-identity-agent issue 153). The
order of the sources is that of the SDKs (botocore, `credentials.py`): static keys, profile, web identity, container
credentials, and the node's role last.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from ...ack.kinds import ROLE_ARN_ANNOTATION
from ...ack.objects import mapping, sequence, status_arn, text
from ...iam.expressions import expression
from ...iam.values import NamedTuple
from ..log.log import Session

How = Literal["pod-env", "pod-identity", "static-keys", "profile", "node-role", "log", "unknown"]


class Effective(NamedTuple):
    """The role of a container: its ARN ("" where unknown), where that comes from, and the same in words."""

    arn: str
    how: How
    described: str


def containers(pod: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The containers that run as long as the pod does: ordinary ones, then native sidecars (init containers that are
    always restarted)."""
    spec = mapping(pod.get("spec"))
    sidecars = (entry for entry in sequence(spec.get("initContainers")) if entry.get("restartPolicy") == "Always")
    return tuple(dict(entry) for entry in (*sequence(spec.get("containers")), *sidecars))


def container_of(pod: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The container of this name, or None."""
    return next((entry for entry in containers(pod) if entry.get("name") == name), None)


def status_of(pod: dict[str, Any], name: str) -> dict[str, Any]:
    """The status of a container; {} where the pod has none yet."""
    status = mapping(pod.get("status"))
    entries = [*sequence(status.get("containerStatuses")), *sequence(status.get("initContainerStatuses"))]
    return next((dict(entry) for entry in entries if entry.get("name") == name), {})


def environment(container: dict[str, Any]) -> dict[str, str]:
    """Environment variables by name; the value is "" where it is not recorded."""
    return {entry["name"]: text(entry.get("value")) or "" for entry in sequence(container.get("env"))}


def _is_empty(container: dict[str, Any], name: str) -> bool:
    """Whether a variable is set to nothing, which the SDKs take for not set (botocore, `credentials.py`, EnvProvider;
    aws-sdk-go-v2, `config/env_config.go`)."""
    stated = [entry for entry in sequence(container.get("env")) if entry.get("name") == name]
    return bool(stated) and stated[-1].get("value") == "" and "valueFrom" not in stated[-1]


def annotated_role(service_account: dict[str, Any] | None) -> str:
    """The role that the service account's annotation names, or ""."""
    annotations = mapping(mapping((service_account or {}).get("metadata")).get("annotations"))
    return text(annotations.get(ROLE_ARN_ANNOTATION)) or ""


def uses_pod_identity(container: dict[str, Any] | None) -> bool:
    """Whether a container gets its credentials from EKS Pod Identity."""
    variables = environment(container) if container else {}
    return _FULL_URI in variables and "AWS_ROLE_ARN" not in variables and not _is_of_another(variables[_FULL_URI])


_FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_ANOTHER = expression(r"https?://(?!169\.254\.170\.23[:/]|\[fd00:ec2::23\])", re.IGNORECASE)
"""An address that is not the one of EKS Pod Identity (EKS User Guide, "Understand how EKS Pod Identity works"): the
SDKs take credentials from any loopback address, such as a sidecar's."""


def _is_of_another(uri: str) -> bool:
    return _ANOTHER.match(uri or "") is not None


def in_question(effective: Effective, expected: str) -> str:
    """The ARN of the role to examine: the one the pod has, or, where it has none of its own, the one that it should
    have (`expected`); "" where neither is known."""
    return expected if effective.how == "node-role" else effective.arn or expected


def role_of(ack: dict[str, Any] | None, account: str) -> str:
    """The ARN of the role that a Role object stands for: what its status says, else what its spec makes of it in the
    account; "" where there is no object, or no account is known."""
    spec = mapping(mapping(ack).get("spec"))
    name = text(spec.get("name"))
    built = f"arn:aws:iam::{account}:role{text(spec.get('path')) or '/'}{name}" if account and name else ""
    return status_arn(ack) or built


def resolve(
    container: dict[str, Any],
    association: dict[str, Any] | None,
    logged: Session | None,
) -> Effective:
    """The effective role. `association` is what eks:DescribePodIdentityAssociation gave, `logged` the role session that
    a log line names: where the pod does not say, it is the only witness.
    """
    variables = environment(container)
    if "AWS_ACCESS_KEY_ID" in variables and not _is_empty(container, "AWS_ACCESS_KEY_ID"):
        return _from_log(logged, "static-keys", "the container has AWS_ACCESS_KEY_ID set, which wins over any role")
    if "AWS_PROFILE" in variables:
        return _from_log(logged, "profile", "the container has AWS_PROFILE set, so a file in it decides")
    if "AWS_ROLE_ARN" in variables and "AWS_WEB_IDENTITY_TOKEN_FILE" in variables:
        arn = variables["AWS_ROLE_ARN"]
        if arn:
            return Effective(arn, "pod-env", "AWS_ROLE_ARN in the pod's environment (IRSA)")
        return _from_log(logged, "unknown", "AWS_ROLE_ARN comes from elsewhere, so its value is not known")
    if _FULL_URI in variables and _is_of_another(variables[_FULL_URI]):
        return _from_log(logged, "unknown", f"{_FULL_URI} names another source of credentials than EKS Pod Identity")
    if _FULL_URI in variables:
        fields = association or {}
        arn = text(fields.get("targetRoleArn")) or text(fields.get("roleArn")) or ""
        if arn:
            return Effective(arn, "pod-identity", "the Pod Identity association of its service account")
        return _from_log(logged, "unknown", "the pod uses EKS Pod Identity, but its association is not known")
    if container.get("envFrom"):
        return _from_log(logged, "unknown", "variables come from a ConfigMap or Secret, which is not read")
    return _from_log(logged, "node-role", "the pod has no credentials of its own, so the node's role remains")


def _from_log(logged: Session | None, how: How, described: str) -> Effective:
    if logged is None:
        return Effective("", how, described)
    if how == "unknown" and logged.is_of_a_node:
        how, described = "node-role", f"{described}; the log names a session of the node's role"
    witness = "" if how in ("static-keys", "profile", "node-role") else "; the log names the session"
    shown: How = how if how in ("static-keys", "profile", "node-role") else "log"
    return Effective(f"arn:{logged.partition}:iam::{logged.account}:role/{logged.role}", shown, described + witness)
