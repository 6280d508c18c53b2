"""The policies allow the table, but not the index that is queried.

What it looks for
    A refused Query whose resource ends in /index/NAME, while the same action
    is allowed on the table itself.

What to do
    Add the index ARN (or TABLE/index/*) to the statement.

Source
    DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained
    access control": a Query with an IndexName is authorized on the index.
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import look_for

ID = "missing-index-arn"
TITLE = "The policies allow the table, but not the index that is queried"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Add the ARN of the index to the resources of the statement in the Role manifest and apply it."


def look(case: Case) -> Seen:
    return look_for(case, ID)._replace(next=(commands.mend_role(case),))
