"""What to do before anything can be diagnosed: credentials, the kubeconfig, the way to the cluster (runbook, 1 to 3).

Each failure has its own line: whoever has no network is not helped by new credentials.
"""

from __future__ import annotations

import shlex

from ...live.clients.unusable import NO_CONTEXT, NO_KUBECONFIG, PLUGIN_FAILED
from ...live.record.record import Reading, Status
from ...runbook.diagnose import Diagnosis

_NO_ACCESS: tuple[Status, ...] = ("no-credentials", "expired")
_NO_WAY: tuple[Status, ...] = ("unreachable", "timeout")


def first_step(diagnosis: Diagnosis) -> str:
    """The sentence, or "" where nothing of the kind stands in the way."""
    case = diagnosis.case
    identity, cluster = case.reading("identity"), case.reading("cluster")
    pods = case.reading("pods")
    if identity.status in _NO_WAY and (cluster.status in _NO_WAY or pods.status in _NO_WAY):
        return "no network: neither AWS nor the cluster answers; look at the VPN, the proxy (HTTPS_PROXY) and the DNS"
    steps = [_aws(diagnosis, identity), _kubeconfig(diagnosis, cluster)]
    return "; then: ".join(filter(None, steps)) or _cluster(diagnosis, cluster, pods)


def _aws(diagnosis: Diagnosis, identity: Reading) -> str:
    if identity.status in _NO_ACCESS:
        state = "have expired" if identity.status == "expired" else "are missing or not valid"
        return f"AWS credentials {state}: {_source(diagnosis)}, export them in this terminal, and run this again"
    if identity.status == "misconfigured":
        detail = identity.detail.partition(": ")[2] or identity.detail
        if "ProfileNotFound" in identity.detail:
            choose = "unset it, or choose one of `aws configure list-profiles`"
            return f"AWS_PROFILE names no profile of ~/.aws/config: {detail}; {choose}"
        if "NoRegionError" in identity.detail:
            return "no AWS region is known: give --region, or a cell in checker.yaml"
        return f"AWS cannot be asked: {detail}"
    if identity.status in _NO_WAY:
        return "AWS does not answer: look at the proxy (HTTPS_PROXY), the DNS and the route to sts.amazonaws.com"
    return ""


def _kubeconfig(diagnosis: Diagnosis, cluster: Reading) -> str:
    if cluster.status != "misconfigured":
        return ""
    target = diagnosis.case.record.target
    instead = "give --cluster NAME and --region R, which needs AWS credentials alone"
    if cluster.detail.startswith(NO_KUBECONFIG):
        return f"{cluster.detail}: {_update(diagnosis)} makes one (runbook, step 3); or {instead}"
    if cluster.detail.startswith(NO_CONTEXT):
        configured = f"; cell {target.cell} of checker.yaml names it" if target.cell else ""
        return f"{cluster.detail}: give one of them with --context{configured}; or {instead}"
    if cluster.detail.startswith(PLUGIN_FAILED):
        return f"{cluster.detail}: mend what it says (its command, its profile); or {instead}"
    return f"{cluster.detail}; mend it, or {instead}"


def _cluster(diagnosis: Diagnosis, cluster: Reading, pods: Reading) -> str:
    if any(item.status in _NO_ACCESS for item in (cluster, pods)):
        steps = f"{_source(diagnosis)}, then {_update(diagnosis)}"
        return f"the cluster does not accept the credentials: {steps} (runbook, step 3)"
    if any(item.status in _NO_WAY for item in (cluster, pods)):
        return "the cluster's API does not answer: look at the VPN, the proxy, and whether its endpoint is private"
    return ""


def _source(diagnosis: Diagnosis) -> str:
    url = diagnosis.case.record.target.credentials_url
    return f"get admin credentials from {url}" if url else "get admin credentials (runbook, steps 1 and 2)"


def _update(diagnosis: Diagnosis) -> str:
    target = diagnosis.case.record.target
    where = ("--region", target.region or "REGION", "--name", target.cluster or "CLUSTER")
    return shlex.join(["aws", "eks", "update-kubeconfig", *where])
