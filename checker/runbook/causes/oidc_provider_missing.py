"""The role's account does not know the cluster's token issuer, or the role trusts another one.

What it looks for
    "No OpenIDConnect provider found" in the log, no provider in IAM with the
    cluster's issuer, or a trust policy that names the issuer of another
    cluster, as after the cluster was rebuilt.

What to do
    Create the provider (ACK: an OpenIDConnectProvider object), or name the
    cluster's issuer in the trust policy.

Source
    EKS User Guide, "Create an IAM OIDC provider for your cluster".
"""

from __future__ import annotations

from ...requirements.parameters import issuer_in
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import said
from ..evidence.trust import LETS_IN, trust_arrives, trusting

ID = "oidc-provider-missing"
TITLE = "The role's account does not know the cluster's token issuer, or the role trusts another one"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = (
    "Create the OIDC provider of the cluster in the role's account, or name the cluster's issuer in the trust policy."
)


def look(case: Case) -> Seen:
    events = case.having("no-oidc-provider")
    log = case.says(events, case.having("assume-denied"))
    evidence = tuple(said(event) for event in events[:1])
    if case.uses_pod_identity:
        return Seen(log, "refutes", ("the pod uses EKS Pod Identity, which needs no OIDC provider",))
    issuer = issuer_in(case.parameters)
    command = ("aws iam list-open-id-connect-providers",)
    provider, trust = case.value("oidc-provider"), trusting(case)
    if provider is not None and not provider["arn"]:
        return Seen(
            log, "shows", (*evidence, f"no OIDC provider in IAM has the cluster's issuer {issuer}"), next=command
        )
    if trust is not None and trust.blocker == "issuer" and (source := trust_arrives(case)):
        return Seen(log, "refutes", (f"IAM's trust policy names another issuer, but {LETS_IN[source]}",))
    if trust is not None and trust.blocker == "issuer":
        stated = ", ".join(trust.stated) or "no OIDC provider"
        shown = f"the trust policy names {stated}; the cluster's issuer is {issuer}"
        return Seen(log, "shows", (*evidence, shown), next=(commands.mend_role(case),))
    if provider is not None:
        return Seen(log, "refutes", (f"IAM has the provider {provider['arn']}",))
    return Seen(log, "unread", evidence, next=command)
