"""The instance metadata does not answer the container, so not even the node's role is to be had.

What it looks for
    Time-outs on 169.254.169.254 from a pod without credentials of its own. The
    answer with the IMDSv2 token travels one hop by default, and a container
    that is not on the host's network is two away.

What to do
    Give the pod a role of its own. Where the node's role is meant, raise the
    instances' hop limit to 2.

Source
    EC2 User Guide, "Instance metadata access considerations";
    kubernetes-sigs/aws-load-balancer-controller issue 3955.
"""

from __future__ import annotations

from ...ack.objects import mapping
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import said

ID = "imds-hop-limit"
TITLE = "The instance metadata does not answer the container, so not even the node's role is to be had"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Give the pod a role of its own; where the node's is meant, raise the instances' hop limit to 2."


def look(case: Case) -> Seen:
    events = case.having("imds-unreachable")
    log, evidence = case.says(events), tuple(said(event) for event in events[:1])
    if case.container is None:
        return Seen(log, "unread", evidence)
    if case.effective.how not in ("node-role", "profile"):
        is_given = case.effective.how in ("pod-env", "pod-identity", "static-keys")
        why = "the container was given credentials of its own" if is_given else case.effective.described
        return Seen(log, "refutes" if is_given else "unread", (why,))
    if mapping(mapping(case.pod).get("spec")).get("hostNetwork"):
        return Seen(log, "refutes", ("the pod is on the host's network, one hop from the metadata",))
    return Seen(log, "no-word", evidence, next=(commands.show_instance(case),))
