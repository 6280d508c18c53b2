"""The clock of the node is wrong, so AWS refuses the signatures.

What it looks for
    "Signature expired", "Signature not yet current" or RequestTimeTooSkewed.

What to do
    Replace the node, or mend its time synchronisation.

Source
    AWS General Reference, "Troubleshoot Signature Version 4 signing".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.log_only import in_log

ID = "clock-skew"
TITLE = "The clock of the node is wrong, so AWS refuses the signatures"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Replace the node, or mend its time synchronisation."


def look(case: Case) -> Seen:
    return in_log(case, case.having("clock"), commands.cordon(case))
