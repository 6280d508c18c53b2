"""The proxy asks STS for a longer session than the role allows.

What it looks for
    "The requested DurationSeconds exceeds the MaxSessionDuration set for this
    role" in the log; what the role allows is read from IAM.

What to do
    Ask for less in the proxy's configuration, or raise maxSessionDuration in
    the Role manifest (3600 to 43200 seconds).

Source
    STS API Reference, AssumeRoleWithWebIdentity (DurationSeconds).
"""

from __future__ import annotations

from ...ack.objects import mapping
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import said

ID = "session-duration-refused"
TITLE = "The proxy asks STS for a longer session than the role allows"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Ask for a shorter session in the proxy, or raise maxSessionDuration in the Role manifest."

LONGEST = 43_200
"""The longest session a role can allow, in seconds (IAM API Reference, UpdateRole)."""


def look(case: Case) -> Seen:
    events = case.having("session-duration")
    log, evidence = case.says(events), tuple(said(event) for event in events[:1])
    allowed = mapping(case.value("role")).get("maxSessionDuration")
    command = (commands.describe_role(case),)
    if any("1 hour session limit" in event.line for event in events):
        # Role chaining: no setting of the role raises the one-hour limit (IAM User Guide, "Roles terms and concepts").
        chained = "Ask for an hour at most: a session that another role's session asks for cannot be longer."
        return Seen(log, "no-word", evidence, chained, (commands.describe_pod(case),))
    if not isinstance(allowed, int) or not events:
        return Seen(log, "no-word", evidence, next=command)
    if allowed >= LONGEST:
        return Seen(log, "no-word", (*evidence, f"the role allows {allowed} s, the longest there is"), next=command)
    return Seen(log, "shows", (*evidence, f"the role allows sessions of {allowed} s"), next=command)
