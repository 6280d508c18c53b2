"""What the ACK controller writes to an object, as it was recorded: conditions, status, and whose the fields are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

Conditions = tuple[dict[str, str], ...]

_TERMINAL = ("InvalidInput", "MalformedPolicyDocument")
_LATE = "Late initialization successful"
_UNKNOWN = "Unable to determine if desired resource state matches latest observed state"
_EXISTS = "Resource already exists"
_NOT_MANAGED = (
    "This resource already exists but is not managed by ACK. To bring the resource under ACK management, you should "
    "explicitly adopt the resource by enabling the ResourceAdoption feature gate and populating the "
    "`services.k8s.aws/adoption-policy` and `services.k8s.aws/adoption-fields` annotations."
)


def condition(kind: str, status: str, reason: str = "", message: str = "") -> dict[str, str]:
    """A condition as of now."""
    details = {key: text for key, text in (("reason", reason), ("message", message)) if text}
    return {"type": kind, "status": status, **details, "lastTransitionTime": stamp(datetime.now(UTC))}


def synced() -> Conditions:
    """After a loop without an error."""
    message = "Resource synced successfully"
    return condition("ACK.ResourceSynced", "True", "", message), condition("Ready", "True", "", message)


def late() -> dict[str, str]:
    """After what the spec leaves out was filled in from AWS."""
    return condition("ACK.LateInitialized", "True", _LATE, _LATE)


def failed(error: Any) -> Conditions:
    """After an error of AWS (botocore's ClientError), worded as the AWS SDK for Go words it."""
    answer = error.response
    code, message = answer["Error"]["Code"], answer["Error"]["Message"]
    if code in _TERMINAL:
        return terminal("", f"{code}: {message}")
    http = answer["ResponseMetadata"]
    whole = (
        f"operation error IAM: {error.operation_name}, https response error StatusCode: {http['HTTPStatusCode']}, "
        f"RequestID: {http.get('RequestId', '')}, {code}: {message}"
    )
    return recoverable(f"{code}: {message}", whole)


def recoverable(told: str, whole: str) -> Conditions:
    """After an error that is tried again; `whole` is the error as the SDK words it."""
    return (
        condition("ACK.Recoverable", "True", "", told),
        condition("ACK.ResourceSynced", "Unknown", whole, _UNKNOWN),
        condition("Ready", "False", "ACK.Recoverable", told),
    )


def terminal(reason: str, told: str) -> Conditions:
    """After an error that ends the attempts."""
    return (
        condition("ACK.Terminal", "True", reason, told),
        condition("ACK.ResourceSynced", "False", "resource is in terminal condition", "Resource not synced"),
        condition("Ready", "False", "ACK.Terminal", told),
    )


def exists_already() -> Conditions:
    """Over what AWS has and ACK did not make."""
    return terminal(_NOT_MANAGED, _EXISTS)


def metadata(arn: str) -> dict[str, str]:
    """status.ackResourceMetadata."""
    partition, account = arn.split(":")[1], arn.split(":")[4]
    return {"arn": arn, "ownerAccountID": account, "partition": partition, "region": "us-east-1"}


def sign(item: dict[str, Any]) -> None:
    """The entry of managedFields for what the controller writes."""
    metadata = item["metadata"]
    spec: dict[str, Any] = {
        f"f:{key}": {} for key in ("maxSessionDuration", "path", "tags") if key in item.get("spec", {})
    }
    fields: dict[str, Any] = {"f:spec": spec} if spec and item["kind"] == "Role" else {}
    fields["f:status"] = {".": {}, "f:conditions": {}, "f:ackResourceMetadata": {}}
    if metadata.get("finalizers"):
        fields["f:metadata"] = {"f:finalizers": {".": {}, **{f'v:"{entry}"': {} for entry in metadata["finalizers"]}}}
    mine = {
        "manager": "controller",
        "operation": "Update",
        "apiVersion": item["apiVersion"],
        "time": stamp(datetime.now(UTC)),
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    others = [entry for entry in metadata.get("managedFields") or () if entry.get("manager") != "controller"]
    metadata["managedFields"] = [*others, mine]


def stamp(when: datetime) -> str:
    """A time as Kubernetes writes it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
