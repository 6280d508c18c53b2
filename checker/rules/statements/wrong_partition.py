"""A policy document with an ARN of another partition.

What it does
    Compares the partition of each resource ARN, of each principal, and of each
    policy or role that a field names, with the one that the cell's region
    belongs to: `aws-cn` for China, `aws-us-gov` for GovCloud, else `aws`.
    Without a region, with the first ARN of the document. A `*` as the partition
    is left alone.

Why it matters
    IAM refuses the whole document: "Partition "aws" is not valid for resource".
    The role ends in ACK.Terminal, and the good statements beside it are not in
    place either.

Example
        "Resource": ["arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys",
                     "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/auth-keys"]

Use instead
        "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys"

Source
    IAM User Guide, "Amazon Resource Names (ARNs)" (partitions); the refusal:
    aws/chalice#777, terraform-aws-modules/terraform-aws-iam#309, kops#6763.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...ack.objects import mapping
from ...ack.objects import text as text_of
from ...findings.place import at, inside
from ...findings.problem import Problem
from ...iam.documents.partitions import foreign
from ...iam.documents.paths import Path
from ...iam.documents.regions import partition_in, partition_of
from ...inventory.objects import Object, called
from ..facts import Facts
from ..rule import About

ABOUT = About("wrong-partition", "error")


def check_project(facts: Facts) -> Iterator[Problem]:
    due = partition_of(facts.parameters.get("region", ""))
    for text in facts.project.inventory.texts:
        for entry in foreign(text.parsed.document, due) if text.parsed.document else ():
            where = f"the cell is in {due}" if due else "the document names another one as well"
            wrong = (
                f"{entry.text} is in the partition {partition_in(entry.text)}, and {where}: IAM refuses the document"
            )
            why = "nothing of the document comes into force, and what stands there now stays"
            hint = f"write arn:{due}:…, or delete it" if due else "keep the ARNs of one partition"
            item = text.owner
            yield Problem(inside(text, entry.path), f"{called(item)}: {wrong}", why, hint, item, value=entry.text)
    for item, path, arn in _named(facts) if due else ():
        partition = partition_in(arn)
        if partition not in ("", due):
            wrong = f"{called(item)}: {arn} is in the partition {partition}, and the cell is in {due}: AWS refuses it"
            why = "the call that carries it fails, and what the controller would do after it is not done"
            yield Problem(at(item, path), wrong, why, f"write arn:{due}:…", item, value=arn)


def _named(facts: Facts) -> Iterator[tuple[Object, Path, str]]:
    """The ARNs of policies and roles that fields of objects name."""
    inventory = facts.project.inventory
    for role in inventory.roles:
        for managed in (*role.policy_arns, *([role.boundary_arn] if role.boundary_arn else [])):
            yield role.object, managed.path, managed.arn
    for association in inventory.associations:
        spec = mapping(association.object.data.get("spec"))
        for field in ("roleARN", "targetRoleARN"):
            if arn := text_of(spec.get(field)):
                yield association.object, ("spec", field), arn
