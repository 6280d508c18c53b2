"""The manifests are right, but have not been applied to the cluster.

What it looks for
    With --manifests DIR: a Role in the files that grants what IAM refuses,
    while the object in the cluster does not.

What to do
    Apply the manifest, or let Argo CD or Flux sync it.

Source
    The runbook, step 8.
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.delivery import says
from ..evidence.refusals import arrives, refusals
from ..evidence.trust import trust_arrives, trusting

ID = "not-applied"
TITLE = "The manifests are right, but have not been applied to the cluster"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Apply the manifest, or have Argo CD or Flux sync it."


def look(case: Case) -> Seen:
    log, manifests = says(case), case.reading("manifests")
    if manifests.status == "skipped":
        return Seen("unread", "unread", ("no manifests were given to compare with (--manifests DIR)",))
    manifest = manifests.value
    if manifest is None or case.deployed is None:
        return Seen("unread", "unread", (manifests.detail,))
    waiting = [item for item in refusals(case.deployed) if arrives(case, item.question) == "manifests"]
    trust = trusting(case)
    if trust is not None and trust.truth is False and trust_arrives(case) == "manifests":
        evidence = f"IAM's trust policy shuts the pod out; {manifest['file']} lets it in"
        return Seen(log, "shows", (evidence,), next=(commands.command("kubectl", "apply", "-f", manifest["file"]),))
    if waiting:
        evidence = f"{waiting[0].sentence}; {manifest['file']} grants it"
        return Seen(log, "shows", (evidence,), next=(commands.command("kubectl", "apply", "-f", manifest["file"]),))
    return Seen(log, "refutes", ("the manifests grant no more than the cluster has",))
