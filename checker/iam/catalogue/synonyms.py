"""Actions that do what another action does, and API operations that are no actions at all.

Source: DynamoDB Developer Guide, "IAM security policies with PartiQL for DynamoDB" (PartiQL statements have actions of
their own, and a SELECT that scans the table carries dynamodb:FullTableScan), "Amazon DynamoDB Transactions: How it
works" (a transaction is authorized by the actions of its parts); DynamoDB API Reference, BatchWriteItem (puts and
deletes), ExportTableToPointInTime (writes every item to S3).
"""

from __future__ import annotations

from ..values import NamedTuple


class Synonym(NamedTuple):
    """An action that does what another does, and what its request then carries: (condition key, value), or none."""

    action: str
    carries: tuple[tuple[str, str], ...] = ()


_FULL = (("dynamodb:FullTableScan", "true"),)
_SYNONYMS: dict[str, tuple[Synonym, ...]] = {
    "dynamodb:getitem": (Synonym("dynamodb:BatchGetItem"), Synonym("dynamodb:PartiQLSelect")),
    "dynamodb:query": (Synonym("dynamodb:PartiQLSelect"),),
    "dynamodb:scan": (Synonym("dynamodb:PartiQLSelect", _FULL), Synonym("dynamodb:ExportTableToPointInTime")),
    "dynamodb:putitem": (Synonym("dynamodb:BatchWriteItem"), Synonym("dynamodb:PartiQLInsert")),
    "dynamodb:updateitem": (Synonym("dynamodb:PartiQLUpdate"),),
    "dynamodb:deleteitem": (Synonym("dynamodb:BatchWriteItem"), Synonym("dynamodb:PartiQLDelete")),
}

_NO_ACTIONS = {
    "dynamodb:transactgetitems": "dynamodb:GetItem",
    "dynamodb:transactwriteitems": "dynamodb:PutItem, UpdateItem, DeleteItem and ConditionCheckItem",
    "dynamodb:executestatement": "dynamodb:PartiQLSelect, PartiQLInsert, PartiQLUpdate and PartiQLDelete",
    "dynamodb:batchexecutestatement": "dynamodb:PartiQLSelect, PartiQLInsert, PartiQLUpdate and PartiQLDelete",
    "dynamodb:executetransaction": "dynamodb:PartiQLSelect, PartiQLInsert, PartiQLUpdate and PartiQLDelete",
}


ALWAYS_CARRIED: dict[str, tuple[tuple[str, str], ...]] = {
    "dynamodb:conditioncheckitem": (("dynamodb:EnclosingOperation", "TransactWriteItems"),),
}
"""What every request for an action carries: a condition check is always part of a transaction that writes."""


def synonyms(action: str) -> tuple[Synonym, ...]:
    """The other names of what an action (`service:Name`, any case) does."""
    return _SYNONYMS.get(action.lower(), ())


def authorized_by(operation: str) -> str:
    """The actions that authorize an API operation that is no action itself; "" for any other text."""
    return _NO_ACTIONS.get(operation.lower(), "")
