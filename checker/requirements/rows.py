"""What a requirement asks, action by action: patterns spelled out, and deeds under all of their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..iam.arns import parse_arn
from ..iam.catalogue.catalogue import expand
from ..iam.catalogue.synonyms import ALWAYS_CARRIED, synonyms
from ..iam.decisions.policies import Layer
from ..iam.documents.paths import Path
from ..iam.patterns.globs import arn_glob
from ..iam.patterns.language import overlap
from ..iam.proofs.prove import Proof
from ..iam.values import NamedTuple
from ..inventory.objects import Object
from .model import Access, Requirement
from .resources import Sealed


class Row(NamedTuple):
    """One action on one resource (which may hold `${parameter}`), and the place of the resource in the requirement.

    `instead` is the action that this one does the same as, `carries` what a request for it then has: (condition key,
    value). With `is_beyond`, `action` is a pattern and stands for those of its matches that no catalogue lists.
    `because` says why a row is asked that the requirement does not have, `cause` is the object it comes from; with
    `is_unresolved`, its resource is a pattern for one that is not known. `layers` bear on this row alone; `but` are
    resources on which the action is required and therefore not forbidden.
    """

    action: str
    resource: str
    path: Path
    instead: str = ""
    carries: tuple[tuple[str, str], ...] = ()
    is_beyond: bool = False
    because: str = ""
    is_unresolved: bool = False
    layers: tuple[Layer, ...] = ()
    cause: Object | None = None
    but: tuple[str, ...] = ()


def required_rows(requirement: Requirement) -> list[Row]:
    """Every required action on every resource; a pattern stands for the listed actions it matches, or, where there are
    none, for itself, about which nothing can be told."""
    return [
        Row(action, resource, path, carries=ALWAYS_CARRIED.get(action.lower(), ()))
        for access in requirement.require
        for resource, path in _resources(access)
        for action in dict.fromkeys(action for pattern in access.actions for action in expand(pattern) or (pattern,))
    ]


def forbidden_rows(requirement: Requirement) -> list[Row]:
    """Every forbidden action on every resource. A pattern also stands for those of its matches that no catalogue lists,
    and an action for others that do the same, except on resources where the requirement asks for these."""
    required: dict[str, list[str]] = {}
    for row in required_rows(requirement):
        required.setdefault(row.action.lower(), []).append(row.resource)
    rows: list[Row] = []
    for access in requirement.forbid:
        listed = dict.fromkeys(action for pattern in access.actions for action in expand(pattern))
        named = {action.lower() for action in listed}
        others: dict[str, Row] = {}
        for action in listed:
            for synonym in synonyms(action):
                if synonym.action.lower() not in named:
                    but = tuple(required.get(synonym.action.lower(), ()))
                    others.setdefault(synonym.action, Row(synonym.action, "", (), action, synonym.carries, but=but))
        for resource, path in _resources(access):
            rows += (Row(action, resource, path, carries=ALWAYS_CARRIED.get(action.lower(), ())) for action in listed)
            rows += (row._replace(resource=resource, path=path) for row in others.values())
            for pattern in access.actions:
                if "*" in pattern or "?" in pattern:
                    is_listed = bool(expand(pattern))
                    rows.append(Row(pattern, resource, path, is_beyond=is_listed))
    return rows


_ITEMS = (
    "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem",
    "dynamodb:GetItem", "dynamodb:PartiQLDelete", "dynamodb:PartiQLInsert", "dynamodb:PartiQLSelect",
    "dynamodb:PartiQLUpdate", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:SearchVectors",
    "dynamodb:UpdateItem",
)  # fmt: skip
"""Actions on items: what is in them is encrypted."""


def decrypting_rows(required: list[Question], sealed: Iterable[Sealed]) -> list[Row]:
    """What required access to items takes besides where a customer managed key encrypts the table: to decrypt with the
    key, through DynamoDB. A requirement that names the key is about another request, a direct one."""
    rows: dict[tuple[str, str], Row] = {}
    for table in sealed:
        on_it = [item for item in required if item.action in _ITEMS and item.proof and _is_on(item.resource, table.arn)]
        if not on_it:
            continue
        arn = parse_arn(table.arn)
        region, account = (arn.region, arn.account) if arn else ("", "")
        carries = {
            "kms:ViaService": f"dynamodb.{region}.amazonaws.com",
            "kms:EncryptionContext:aws:dynamodb:tableName": table.name,
            "kms:CallerAccount": account,
            "kms:EncryptionContext:aws:dynamodb:subscriberId": account,
            "aws:ViaAWSService": "true",
            "aws:CalledVia": "dynamodb.amazonaws.com",
            "aws:CalledViaFirst": "dynamodb.amazonaws.com",
            "aws:CalledViaLast": "dynamodb.amazonaws.com",
        }
        because = f"Table {table.name} is encrypted with this key, and DynamoDB asks KMS in the caller's name"
        is_open = "*" in table.key
        carried = tuple((key, value) for key, value in carries.items() if "*" not in value)
        row = Row(
            action="kms:Decrypt",
            resource=table.key,
            path=on_it[0].path,
            instead="",
            carries=carried,
            is_beyond=False,
            because=because,
            is_unresolved=is_open,
        )
        own = (Layer("key", (table.policy.attached,)),) if table.policy else ()
        rows.setdefault((table.key, table.name), row._replace(layers=own, cause=table.table))
    return list(rows.values())


def _is_on(resource: str, arn: str) -> bool:
    return any(resource == pattern or overlap(arn_glob(resource), arn_glob(pattern)) for pattern in (arn, f"{arn}/*"))


def _resources(access: Access) -> Iterator[tuple[str, Path]]:
    for number, resource in enumerate(access.resources):
        yield resource, (*access.path, "resources", number)


class Question(NamedTuple):
    """One action on one resource, and what came of it. Without a proof, `unset` names the parameters that have no
    value; where that is empty too, the action is never authorized on such a resource and cannot be asked for.

    `instead` is the forbidden action that this one does the same as, "" for one that the requirement names itself;
    `because` says why an access is needed that the requirement does not name, `through` is the service that asks for it
    in the caller's name (the value of kms:ViaService), where it is known, `cause` the object that it comes from.
    """

    action: str
    resource: str
    proof: Proof | None
    unset: tuple[str, ...]
    path: Path
    instead: str = ""
    because: str = ""
    through: str = ""
    cause: Object | None = None
