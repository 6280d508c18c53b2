"""The table, its resource policy, and the customer key that encrypts it. No item of it is ever read."""

from __future__ import annotations

from typing import Any

from ...iam.arns import parse_arn
from ..asking import Asking, Refused, Reply
from ..clients.aws import Aws, show_time
from .account import elsewhere, identity_value


def table(asking: Asking, aws: Aws, arn: str) -> None:
    """The table, its resource policy, and the customer key that encrypts it, if there is one. No item is read."""
    named = parse_arn(arn)
    if named is None:
        asking.note("table", f"dynamodb:DescribeTable {arn}", "failed", f"{arn} is no ARN of a table")
        return
    region, account, name = named.region, named.account, named.resource.removeprefix("table/")

    def described() -> dict[str, Any]:
        try:
            # A name alone means a table of our own account; another account's table is asked for by its ARN.
            metadata = aws.call("dynamodb", "describe_table", region, TableName=_named(asking, account, name, arn))[
                "Table"
            ]
        except Refused as error:
            raise elsewhere(asking, account, f"table {arn}", error) from None
        sse = metadata.get("SSEDescription") or {}
        indexes = [*(metadata.get("GlobalSecondaryIndexes") or ()), *(metadata.get("LocalSecondaryIndexes") or ())]
        return {
            "arn": metadata["TableArn"],
            "status": metadata["TableStatus"],
            "keySchema": metadata.get("KeySchema") or [],
            "indexes": {item["IndexName"]: item.get("KeySchema") or [] for item in indexes},
            "encryption": {"type": sse.get("SSEType", ""), "key": sse.get("KMSMasterKeyArn", "")},
            "inaccessibleSince": show_time(sse.get("InaccessibleEncryptionDateTime")),
            "consistency": metadata.get("MultiRegionConsistency", ""),
            "replicas": [
                {"region": item.get("RegionName", ""), "status": item.get("ReplicaStatus", "")}
                for item in metadata.get("Replicas") or ()
            ],
        }

    def policy_of_table() -> dict[str, Any]:
        answer = aws.call("dynamodb", "get_resource_policy", region, ResourceArn=arn)
        return {"document": answer["Policy"]}

    answer = asking.ask("table", f"dynamodb:DescribeTable {name}", described)
    asking.ask("table-policy", f"dynamodb:GetResourcePolicy {name}", policy_of_table)

    def key() -> None:
        arn_of_key = ((answer.get().value or {}).get("encryption") or {}).get("key", "")
        if arn_of_key:
            _key(asking, aws, arn_of_key)

    asking.run(key)


def _key(asking: Asking, aws: Aws, arn: str) -> Reply:
    region = _region_of(arn)

    def described() -> dict[str, Any]:
        metadata = aws.call("kms", "describe_key", region, KeyId=arn)["KeyMetadata"]
        return {"arn": arn, "state": metadata["KeyState"], "manager": metadata.get("KeyManager", "")}

    return asking.ask("key", f"kms:DescribeKey {arn}", described)


def key_policy(asking: Asking, aws: Aws) -> None:
    """The policy of the table's key, once the key is known to be a customer's."""
    table_answer = asking.answer("table")
    arn = ((table_answer.get().value if table_answer else None) or {}).get("encryption", {}).get("key", "")
    if not arn or (_key(asking, aws, arn).get().value or {}).get("manager") == "AWS":
        return

    def read() -> dict[str, Any]:
        answer = aws.call("kms", "get_key_policy", _region_of(arn), KeyId=arn, PolicyName="default")
        return {"document": answer["Policy"]}

    asking.ask("key-policy", f"kms:GetKeyPolicy {arn}", read)


def _named(asking: Asking, account: str, name: str, arn: str) -> str:
    ours = (identity_value(asking) or {}).get("account", "")
    return arn if ours and ours != account else name


def _region_of(arn: str) -> str:
    named = parse_arn(arn)
    return named.region if named else ""
