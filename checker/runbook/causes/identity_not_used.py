"""The pod was given a role, and the proxy works as the node's role all the same.

What it looks for
    Credentials injected into the container (IRSA; for EKS Pod Identity see
    sdk-too-old), and calls in a session that is named after an instance: the
    node's role. The SDK skips what it cannot use. Reasons: in Java an image
    without the STS module, an SDK from before web identity, or a client with a
    credentials provider of its own.

What to do
    Add the SDK's STS module to the proxy's image (Java v2:
    software.amazon.awssdk:sts, v1: aws-java-sdk-sts), or take the default
    credentials chain. The Role manifest is not to blame.

Source
    aws/aws-sdk-java-v2, WebIdentityCredentialsUtils ("the 'sts' service module
    must be on the class path"); snowplow/enrich issue 643.
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.node_role import as_node
from ..evidence.refusals import said

ID = "identity-not-used"
TITLE = "The pod was given a role, and the proxy works as the node's role all the same"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Add the SDK's STS module to the proxy's image, or let its client use the default credentials chain."


def look(case: Case) -> Seen:
    named, fitting = case.having("sts-module-missing"), as_node(case)
    if case.container is None:
        return Seen(case.says(named, fitting), "unread")
    if case.effective.how != "pod-env":
        return Seen("silent", "refutes", ("no role was injected into the container by IRSA",))
    evidence = tuple(said(event) for event in (*named, *fitting)[:2])
    if named or fitting:
        injected = f"the container was given {case.effective.arn or 'a role'} ({case.effective.described})"
        return Seen(case.says(named, fitting), "shows", (injected, *evidence), next=(commands.describe_pod(case),))
    return Seen(case.says((), ()), "refutes", ("no call was made as the node's role",))
