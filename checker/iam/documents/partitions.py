"""Which ARNs of a document IAM refuses for their partition.

Source: IAM refuses a whole document for one ARN of another partition ("MalformedPolicyDocument: Partition "aws" is not
valid for resource …"): aws/chalice#777, terraform-aws-modules/terraform-aws-iam#309, kubernetes/kops#6763.
"""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, Entry
from .holes import has_hole
from .regions import partition_in


def foreign(document: Document, due: str) -> Iterator[Entry]:
    """The resources and principals of a document that are not in the partition `due`; where that is not known (""),
    those in another partition than the first of them, since no account takes both."""
    entries = [entry for statement in document.statements for entry in statement.resources]
    entries += [principal.entry for statement in document.statements for principal in statement.principals]
    named = [(entry, partition) for entry in entries if (partition := partition_in(entry.text))]
    named = [item for item in named if not has_hole(item[1], document.holes)]
    due = due or (named[0][1] if named else "")
    yield from (entry for entry, partition in named if partition != due)
