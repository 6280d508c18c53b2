"""The proxy does not get its role: trust, service account, injection, agent, tokens."""

from __future__ import annotations

from .. import lines
from ..cell import Cell
from ..names import ACCOUNT
from . import edits
from .staging import stages


@stages("trust-subject-mismatch")
def _trust_subject_mismatch(cell: Cell, index: str) -> None:
    """Names another service account in the Role's trust policy and applies it."""
    edits.edit_trust(cell, index, lambda text: text.replace(f":reverse-proxy-{index}", ":reverse-proxy"))
    cell.reconcile()
    cell.log(index, *[lines.ASSUME_DENIED] * 7)


@stages("trust-audience-mismatch")
def _trust_audience_mismatch(cell: Cell, index: str) -> None:
    """Asks for another audience in the Role's trust policy and applies it."""
    edits.edit_trust(cell, index, lambda text: text.replace('"sts.amazonaws.com"', '"sts.us-east-1.amazonaws.com"'))
    cell.reconcile()
    cell.log(index, *[lines.ASSUME_DENIED] * 7)


@stages("oidc-provider-missing")
def _oidc_provider_missing(cell: Cell, index: str) -> None:
    """Deletes the cluster's OIDC provider from IAM."""
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{cell.issuer.removeprefix('https://')}"
    cell.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)
    cell.log(index, *[lines.no_provider(cell.issuer)] * 7)


@stages("malformed-role-arn")
def _malformed_role_arn(cell: Cell, index: str) -> None:
    """Annotates the service account with something that is no ARN, and restarts the pod."""
    edits.annotate(cell, index, f"arn:aws:iam::{ACCOUNT}:acme-reverse-proxy")
    cell.start_pod(index)
    cell.log(index, *[lines.MALFORMED_ARN] * 7)


@stages("service-account-unannotated")
def _service_account_unannotated(cell: Cell, index: str) -> None:
    """Takes the annotation off the service account, and restarts the pod."""
    edits.annotate(cell, index, "")
    cell.start_pod(index)
    cell.log(index, *[lines.denied_as_node("GetItem")] * 7)


@stages("credentials-not-injected")
def _credentials_not_injected(cell: Cell, index: str) -> None:
    """Restarts the pod while the webhook is away, so that nothing is injected."""
    cell.start_pod(index, inject=False)
    cell.log(index, *[lines.denied_as_node("GetItem")] * 7)


@stages("identity-not-used")
def _identity_not_used(cell: Cell, index: str) -> None:
    """Leaves the SDK's STS module out of the proxy's image, so that it works as the node's role."""
    cell.log(index, *[lines.STS_MODULE_MISSING, lines.denied_as_node("GetItem")] * 7)


@stages("pod-identity-agent-down", "cobalt")
def _pod_identity_agent_down(cell: Cell, index: str) -> None:
    """Takes the Pod Identity agent on the pod's node down."""
    cell.run_agent(ready=False)
    cell.log(index, *[lines.AGENT_REFUSED] * 7)


@stages("role-missing")
def _role_missing(cell: Cell, index: str) -> None:
    """Deletes the role and its object."""
    cell.kubernetes.delete("Role", f"tenant-{index}", cell.role_of(index))
    edits.delete_role(cell, index)
    cell.log(index, *[lines.ASSUME_DENIED] * 7)


@stages("expired-token")
def _expired_token(cell: Cell, index: str) -> None:
    """Has the proxy hold on to credentials that have expired."""
    cell.log(index, *[lines.EXPIRED] * 7)


@stages("sdk-too-old", "cobalt")
def _sdk_too_old(cell: Cell, index: str) -> None:
    """Runs a proxy whose SDK does not know EKS Pod Identity."""
    cell.log(index, *[lines.SDK_REFUSES, lines.denied_as_node("GetItem")] * 4)


@stages("token-unreadable")
def _token_unreadable(cell: Cell, index: str) -> None:
    """Runs the proxy as a user that may not read the mounted token."""
    cell.start_pod(index, spec={"securityContext": {"runAsUser": 1000}})
    cell.log(index, *[lines.TOKEN_UNREADABLE] * 7)


@stages("region-missing")
def _region_missing(cell: Cell, index: str) -> None:
    """Leaves the region out of the proxy's environment and configuration."""
    cell.log(index, *[lines.REGION_MISSING] * 7)


@stages("session-duration-refused")
def _session_duration_refused(cell: Cell, index: str) -> None:
    """Has the proxy ask for sessions of twelve hours."""
    cell.log(index, *[lines.SESSION_TOO_LONG] * 7)


@stages("oidc-keys-unreachable")
def _oidc_keys_unreachable(cell: Cell, index: str) -> None:
    """Takes the issuer's signing keys out of STS's reach."""
    cell.log(index, *[lines.NO_VERIFICATION_KEY] * 7)


@stages("host-network-pod-identity", "cobalt")
def _host_network_pod_identity(cell: Cell, index: str) -> None:
    """Puts the pod on the host's network."""
    cell.start_pod(index, spec={"hostNetwork": True})
    cell.log(index, *[lines.POD_IDENTITY_DENIED] * 7)


@stages("imds-hop-limit")
def _imds_hop_limit(cell: Cell, index: str) -> None:
    """Has the proxy's configuration name a profile for the node's role, which no container reaches in one hop."""
    cell.start_pod(index, inject=False, profile="node")
    cell.log(index, *[lines.IMDS_TIMEOUT] * 7)
