"""Who we are to AWS, the cluster as EKS describes it, and how it vouches for service accounts.

Read-only; deploy/aws-policy.json allows the calls of this package and no others.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from ...iam.proofs.trust import issuer_of
from ..asking import Asking, Refused, Reply
from ..clients.aws import Aws, show_time
from ..record.record import Reading


def identity(asking: Asking, aws: Aws) -> Reply:
    """Whose credentials these are, and when they expire, where that is known."""

    def read() -> dict[str, Any]:
        answer = aws.call("sts", "get_caller_identity")
        return {"account": answer["Account"], "arn": answer["Arn"], "expires": _expiry(aws)}

    return asking.ask("identity", "sts:GetCallerIdentity", read)


def _expiry(aws: Aws) -> str:
    credentials = aws.session().get_credentials()
    moment = getattr(credentials, "_expiry_time", None)
    if isinstance(moment, datetime):
        return moment.isoformat()
    # Tools that export credentials put their end beside them (AWS CLI, `configure export-credentials --format env`).
    return os.environ.get("AWS_CREDENTIAL_EXPIRATION", "")


def identity_value(asking: Asking) -> dict[str, Any] | None:
    """Who we are, as soon as that is known."""
    answer = asking.answer("identity")
    value = answer.get().value if answer else None
    return value if isinstance(value, dict) else None


def elsewhere(asking: Asking, account: str, what: str, error: Refused) -> Refused:
    """The error; "denied" in place of "absent" where the credentials are not known to be of that account."""
    ours = (identity_value(asking) or {}).get("account", "")
    if error.status != "absent" or ours == account:
        return error
    if not ours:
        return Refused("denied", f"{what} was not found, and it is not known which account the credentials are of")
    return Refused("denied", f"{what} is in account {account}, the credentials are of account {ours}")


def eks_cluster(asking: Asking, aws: Aws, name: str, region: str) -> Reply:
    """The cluster: endpoint, certificate authority, OIDC issuer, VPC."""

    def read() -> dict[str, Any]:
        cluster = aws.call("eks", "describe_cluster", region, name=name)["cluster"]
        kept = {key: cluster.get(key) for key in ("name", "arn", "endpoint", "status", "version")}
        return {
            **kept,
            "certificateAuthority": {"data": (cluster.get("certificateAuthority") or {}).get("data", "")},
            "issuer": ((cluster.get("identity") or {}).get("oidc") or {}).get("issuer", ""),
            "vpc": (cluster.get("resourcesVpcConfig") or {}).get("vpcId", ""),
        }

    return asking.ask("eks-cluster", f"eks:DescribeCluster {name}", read)


def capabilities(asking: Asking, aws: Aws, cluster: str, region: str) -> None:
    """The EKS capabilities of type ACK: they run the controller outside the cluster (EKS API Reference, Capability)."""

    def read() -> list[dict[str, Any]]:
        listed = aws.call("eks", "list_capabilities", region, clusterName=cluster)["capabilities"]
        names = [item["capabilityName"] for item in listed if item.get("type") == "ACK"]
        if not names:
            raise Refused("absent", f"cluster {cluster} has no EKS capability of type ACK")
        described = []
        for name in names:
            query = {"clusterName": cluster, "capabilityName": name}
            answer = aws.call("eks", "describe_capability", region, **query)["capability"]
            issues = (answer.get("health") or {}).get("issues") or []
            ack = (answer.get("configuration") or {}).get("ack") or {}
            described.append(
                {
                    "name": name,
                    "status": answer.get("status", ""),
                    "version": answer.get("version", ""),
                    "roleArn": answer.get("roleArn", ""),
                    "issues": [{"code": item.get("code", ""), "message": item.get("message", "")} for item in issues],
                    "disabledServices": list(ack.get("disabledServices") or []),
                    "enableCrossNamespace": ack.get("enableCrossNamespace"),
                }
            )
        return described

    asking.ask("ack-capability", f"eks:ListCapabilities {cluster}", read)


def association(asking: Asking, aws: Aws, cluster: str, region: str, namespace: str, account: str) -> Reading:
    """The Pod Identity association of a service account; the list has no role, so it takes a second call."""
    shown = f"eks:ListPodIdentityAssociations {cluster} {namespace}/{account}"

    def read() -> dict[str, Any]:
        query = {"clusterName": cluster, "namespace": namespace, "serviceAccount": account}
        associations = aws.call("eks", "list_pod_identity_associations", region, **query)["associations"]
        if not associations:
            raise Refused("absent", f"service account {namespace}/{account} has no Pod Identity association")
        query = {"clusterName": cluster, "associationId": associations[0]["associationId"]}
        answer = aws.call("eks", "describe_pod_identity_association", region, **query)["association"]
        names = ("associationArn", "roleArn", "targetRoleArn", "externalId", "disableSessionTags", "policy", "ownerArn")
        kept = {key: answer[key] for key in names if key in answer}
        return {
            **kept,
            "createdAt": show_time(answer.get("createdAt")),
            "modifiedAt": show_time(answer.get("modifiedAt")),
        }

    return asking.ask("association", shown, read).get()


def oidc_provider(asking: Asking, aws: Aws, issuer: str, account: str, *, with_audiences: bool) -> None:
    """Whether the account of the role knows the cluster's issuer, and, if asked for, which audiences it accepts."""
    wanted = issuer.removeprefix("https://").rstrip("/")

    def read() -> dict[str, Any]:
        arns = [item["Arn"] for item in aws.call("iam", "list_open_id_connect_providers")["OpenIDConnectProviderList"]]
        ours = (identity_value(asking) or {}).get("account", "")
        if account and account != ours and not any(f"::{account}:" in arn for arn in arns):
            raise Refused("denied", f"the role is in account {account}, the credentials are of {ours or 'none'}")
        provider = next((arn for arn in arns if issuer_of(arn) == wanted), "")
        if not provider or not with_audiences:
            return {"providers": arns, "arn": provider, "audiences": None}
        answer = aws.call("iam", "get_open_id_connect_provider", OpenIDConnectProviderArn=provider)
        return {"providers": arns, "arn": provider, "audiences": list(answer.get("ClientIDList") or [])}

    asking.ask("oidc-provider", f"iam:ListOpenIDConnectProviders {wanted}", read)
