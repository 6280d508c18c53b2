"""A Deny statement of the role itself takes the access away.

What it looks for
    "explicit deny in an identity-based policy" in the log, and the Deny
    statement that covers the call. The inline policy AWSRevokeOlderSessions is
    what the console's "revoke sessions" leaves: it denies every session older
    than its date, so new credentials are enough.

What to do
    Narrow the Deny; an Allow elsewhere cannot outweigh it. After a revocation
    restart the pod instead.

Source
    IAM User Guide, "Policy evaluation logic"; "Revoke IAM role temporary
    security credentials" (policy AWSRevokeOlderSessions, aws:TokenIssueTime).
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import look_for

ID = "explicit-deny"
TITLE = "A Deny statement of the role itself takes the access away"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Narrow the Deny statement so that it leaves out the auth keys table; no Allow outweighs a Deny."


_REVOKED = "AWSRevokeOlderSessions"


def look(case: Case) -> Seen:
    seen = look_for(case, ID, "denied-explicitly", manifest_can_grant=False)
    if case.reading(f"inline/{_REVOKED}").status == "ok" and seen.log != "silent":
        # That no policy is in the way holds for new sessions alone.
        quoted = seen.evidence if seen.api != "refutes" else ()
        evidence = (*quoted, f"inline policy {_REVOKED}: the sessions of this role were revoked")
        remedy = "Sessions of the role were revoked: restart the pod, so that it gets a new one."
        return Seen(seen.log, "shows", evidence, remedy, (commands.restart(case),), restart=True)
    return seen._replace(next=(commands.mend_role(case),))
