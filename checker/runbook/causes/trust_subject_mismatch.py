"""The role's trust policy does not name the pod's service account.

What it looks for
    "Not authorized to perform sts:AssumeRoleWithWebIdentity" in the log, and a
    trust policy whose condition on the token's subject does not fit
    system:serviceaccount:NAMESPACE:NAME of the pod.

What to do
    Correct the subject in the trust policy of the Role manifest. The SDK asks
    again by itself.

Source
    EKS User Guide, "Assign IAM roles to Kubernetes service accounts".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import said
from ..evidence.trust import LETS_IN, trust_arrives, trusting

ID = "trust-subject-mismatch"
TITLE = "The role's trust policy does not name the pod's service account"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Write the pod's service account into the trust policy of the Role manifest and apply it."


def look(case: Case) -> Seen:
    events = case.having("assume-denied")
    log = case.says(events)
    evidence = tuple(said(event) for event in events[:1])
    trust = trusting(case)
    command = (commands.mend_role(case),)
    if trust is None or trust.truth is None:
        settled = case.reading("role").status == "absent" or case.uses_pod_identity
        remedy = ""
        if trust is not None:
            evidence = (*evidence, "the trust policy asks for more than the token, which cannot be told from here")
            remedy = (
                "Look at the conditions of the trust policy: the subject is right, and something else is asked for."
            )
        return Seen(log, "refutes" if settled else "unread", evidence, remedy, command)
    if trust.blocker == "principal" and not case.uses_pod_identity:
        shown = "no statement lets a token of the cluster in: provider, action or the keys of conditions are others"
        remedy = "Let the cluster's OIDC provider in by sts:AssumeRoleWithWebIdentity, with its own condition keys."
        if source := trust_arrives(case):
            return Seen(log, "refutes", (f"IAM's trust policy shuts the pod out, but {LETS_IN[source]}",))
        return Seen(log, "shows", (*evidence, shown), remedy, command, is_partial=_may_be_mended(case))
    if trust.blocker == "subject" and (source := trust_arrives(case)):
        return Seen(log, "refutes", (f"IAM's trust policy shuts the pod out, but {LETS_IN[source]}",))
    if trust.blocker == "subject":
        stated = ", ".join(trust.stated) or "no subject"
        return Seen(
            log,
            "shows",
            (*evidence, f"the trust policy wants {stated}; the pod is {case.subject}"),
            next=command,
            is_partial=_may_be_mended(case),
        )
    return Seen(log, "refutes", ("the trust policy names the pod's service account",))


def _may_be_mended(case: Case) -> bool:
    """Whether the Role object, which was not read, may have the right trust policy already."""
    return not case.reading("ack-role").is_settled
