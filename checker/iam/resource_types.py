"""What a DynamoDB action is authorized on.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon DynamoDB": Query, Scan and
PartiQLSelect name the table and optionally an index, a request with an index being authorized on the index ARN alone;
the other item actions name the table only. An index ARN in a question about GetItem is therefore no question at all.
"""

from __future__ import annotations

from .globs import Glob, Token, compile_tokens
from .policies import EVERYTHING

_FIELD = (Token(None, "field"), Token(None, "field", star=True))
_NAME = (*(Token(None, "segment"),) * 3, Token(None, "segment", star=True))
"""Table and index names have at least three characters (DynamoDB API Reference, TableName)."""


def _shape(name: str, *parts: str | tuple[Token, ...]) -> Glob:
    rows = (tuple(map(Token, part)) if isinstance(part, str) else part for part in parts)
    return compile_tokens(name, tuple(token for row in rows for token in row))


_TABLE_ARN = ("arn:", _FIELD, ":dynamodb:", _FIELD, ":", _FIELD, ":table/", _NAME)
_TABLE = _shape("table", *_TABLE_ARN)
_INDEX = _shape("index", *_TABLE_ARN, "/index/", _NAME)

_ON_INDEXES = frozenset({"dynamodb:query", "dynamodb:scan", "dynamodb:partiqlselect"})
_ON_TABLES = frozenset(
    f"dynamodb:{name}"
    for name in (
        "batchgetitem", "batchwriteitem", "conditioncheckitem", "deleteitem", "describetable", "deletetable", "getitem",
        "partiqldelete", "partiqlinsert", "partiqlupdate", "putitem", "updateitem", "updatetable", "updatetimetolive",
        "describetimetolive", "exporttabletopointintime",
    )
)  # fmt: skip


def resource_shapes(action: str) -> tuple[Glob, ...]:
    """The ARNs an action can be authorized on, as globs; everything for an action not known here."""
    folded = action.lower()
    if folded in _ON_INDEXES:
        return (_TABLE, _INDEX)
    return (_TABLE,) if folded in _ON_TABLES else (EVERYTHING,)
