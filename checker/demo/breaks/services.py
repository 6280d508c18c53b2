"""The way to the services, and the services themselves."""

from __future__ import annotations

from .. import lines
from ..cell import Cell
from ..names import ACCOUNT, REGION, TABLE
from .staging import stages


@stages("clock-skew")
def _clock_skew(cell: Cell, index: str) -> None:
    """Sets the node's clock back."""
    cell.log(index, *[lines.CLOCK] * 7)


@stages("network-unreachable")
def _network_unreachable(cell: Cell, index: str) -> None:
    """Cuts the way to DynamoDB."""
    cell.log(index, *[lines.unreachable(f"dynamodb.{REGION}.amazonaws.com")] * 7)


@stages("account-endpoint-blocked")
def _account_endpoint_blocked(cell: Cell, index: str) -> None:
    """Cuts the way to the account's own endpoint of DynamoDB."""
    cell.log(index, *[lines.unreachable(f"{ACCOUNT}.ddb.{REGION}.amazonaws.com")] * 7)


@stages("sts-unreachable")
def _sts_unreachable(cell: Cell, index: str) -> None:
    """Cuts the way to STS."""
    cell.log(index, *[lines.unreachable("sts.amazonaws.com", "STS: AssumeRoleWithWebIdentity")] * 7)


@stages("dynamodb-throttled")
def _dynamodb_throttled(cell: Cell, index: str) -> None:
    """Has DynamoDB throttle the table."""
    cell.log(index, *[lines.THROTTLED] * 7)


@stages("sts-throttled")
def _sts_throttled(cell: Cell, index: str) -> None:
    """Has STS throttle the proxy."""
    cell.log(index, *[lines.STS_THROTTLED] * 7)


@stages("table-missing")
def _table_missing(cell: Cell, index: str) -> None:
    """Deletes the table."""
    cell.client("dynamodb").delete_table(TableName=TABLE)
    cell.log(index, *[lines.TABLE_MISSING] * 7)


@stages("key-schema-mismatch")
def _key_schema_mismatch(cell: Cell, index: str) -> None:
    """Has the proxy ask with a key that the table does not have."""
    cell.log(index, *[lines.KEY_SCHEMA] * 7)


@stages("connection-pool-exhausted")
def _connection_pool_exhausted(cell: Cell, index: str) -> None:
    """Has the proxy keep every connection of its SDK."""
    cell.log(index, *[lines.POOL_EXHAUSTED] * 7)


@stages("egress-intercepted")
def _egress_intercepted(cell: Cell, index: str) -> None:
    """Puts a proxy that reads TLS between the pod and AWS."""
    cell.log(index, *[lines.INTERCEPTED] * 7)


@stages("replication-not-authorized")
def _replication_not_authorized(cell: Cell, index: str) -> None:
    """Refuses DynamoDB's replication role on a table of multi-Region strong consistency."""
    replica = {"RegionName": "us-east-2", "ReplicaStatus": "REPLICATION_NOT_AUTHORIZED"}
    cell.aws.table_state = {"MultiRegionConsistency": "STRONG", "Replicas": [replica]}
    cell.log(index, *[lines.denied(index, "GetItem", why=lines.NO_REASON)] * 7)
