"""The audience of the token is not the one that the trust policy or the provider accepts.

What it looks for
    "Incorrect token audience" in the log, a trust policy whose condition on
    the audience does not fit the pod's token, or an OIDC provider that does not
    list it.

What to do
    Align the three: the token's audience (annotation eks.amazonaws.com/audience
    of the service account), the provider's client ids, the trust policy.

Source
    EKS User Guide, "Configure the AWS Security Token Service endpoint for a
    service account"; amazon-eks-pod-identity-webhook README (audience).
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import said
from ..evidence.trust import LETS_IN, audience_of, trust_arrives, trusting

ID = "trust-audience-mismatch"
TITLE = "The audience of the token is not the one that the trust policy or the provider accepts"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Make the audience the same in the service account, the OIDC provider and the trust policy."


def look(case: Case) -> Seen:
    events = case.having("wrong-audience")
    log = case.says(events, case.having("assume-denied"))
    evidence = tuple(said(event) for event in events[:1])
    if case.uses_pod_identity:
        return Seen(log, "refutes", ("the pod uses EKS Pod Identity, which has no audience to choose",))
    audience, command = audience_of(case), (commands.mend_role(case),)
    trust = trusting(case)
    if trust is not None and trust.truth is False and (source := trust_arrives(case)):
        return Seen(log, "refutes", (f"IAM's trust policy shuts the pod out, but {LETS_IN[source]}",))
    if trust is not None and trust.blocker == "audience":
        stated = ", ".join(trust.stated)
        return Seen(
            log,
            "shows",
            (*evidence, f"the trust policy wants audience {stated}, the token has {audience}"),
            next=command,
        )
    provider = case.value("oidc-provider")
    if provider and provider["arn"] and provider["audiences"] is not None and audience not in provider["audiences"]:
        listed = ", ".join(provider["audiences"]) or "none"
        return Seen(log, "shows", (*evidence, f"the OIDC provider accepts audience {listed}, the token has {audience}"))
    # A read log without "Incorrect token audience" settles it too: STS says so where the provider refuses it.
    is_provider_known = (provider or {}).get("audiences") is not None or (case.log.is_read and not events)
    is_settled = trust is not None and trust.truth is not None and is_provider_known
    is_settled = is_settled or case.reading("role").status == "absent"
    return Seen(log, "refutes" if is_settled else "unread", evidence, next=command)
