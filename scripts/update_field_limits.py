"""Writes checker/ack/limits.json: lengths, patterns and numbers that AWS takes for the fields of the ACK kinds.

Usage: python scripts/update_field_limits.py   (needs botocore, Apache-2.0; prints what it wrote)

They come from the shapes of the calls that the controllers make, so every field of every kind that is read has them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import botocore
import botocore.session

TARGET = Path(__file__).parent.parent / "checker" / "ack" / "limits.json"

KINDS = {
    "iam.services.k8s.aws/v1alpha1 Role": ("iam", "CreateRole"),
    "iam.services.k8s.aws/v1alpha1 Policy": ("iam", "CreatePolicy"),
    "iam.services.k8s.aws/v1alpha1 InstanceProfile": ("iam", "CreateInstanceProfile"),
    "iam.services.k8s.aws/v1alpha1 OpenIDConnectProvider": ("iam", "CreateOpenIDConnectProvider"),
    "eks.services.k8s.aws/v1alpha1 PodIdentityAssociation": ("eks", "CreatePodIdentityAssociation"),
}
NAMES = {
    "RoleName": "name", "PolicyName": "name", "InstanceProfileName": "name", "ClientIDList": "clientIDs",
    "ThumbprintList": "thumbprints",
}  # fmt: skip
"""Fields that ACK calls otherwise; the others begin with a small letter."""

DOCUMENTS = ("assumeRolePolicyDocument", "policyDocument")
"""What stands in these is judged by the parser of policy documents, with a place inside."""


def main() -> int:
    kinds = limits()
    value = {"source": f"botocore {botocore.__version__} (Apache-2.0), service models of IAM and EKS", "kinds": kinds}
    TARGET.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {TARGET.name}: {sum(map(len, kinds.values()))} fields of {len(kinds)} kinds")
    return 0


def limits() -> dict[str, dict[str, dict[str, Any]]]:
    """The limits of each field, by kind and by the field's route."""
    session = botocore.session.get_session()
    kinds: dict[str, dict[str, dict[str, Any]]] = {}
    for kind, (service, call) in KINDS.items():
        model = session.get_service_model(service)
        fields: dict[str, dict[str, Any]] = {}
        for name, shape in model.operation_model(call).input_shape.members.items():
            field = NAMES.get(name, name[0].lower() + name[1:])
            if field not in DOCUMENTS:
                gather(fields, field, shape)
        if call == "CreateRole":
            put = model.operation_model("PutRolePolicy").input_shape.members
            gather(fields, "inlinePolicies/{key}", put["PolicyName"])
            gather(fields, "policies/*", model.operation_model("AttachRolePolicy").input_shape.members["PolicyArn"])
        kinds[kind] = dict(sorted(fields.items()))
    return kinds


def gather(fields: dict[str, dict[str, Any]], route: str, shape: Any) -> None:
    """The limits of a shape, and of what is in it."""
    found = {key: shape.metadata[key] for key in ("min", "max", "pattern", "enum") if key in shape.metadata}
    if found:
        fields[route] = {**found, **({"type": "integer"} if shape.type_name == "integer" else {})}
    if shape.type_name == "list":
        gather(fields, f"{route}/*", shape.member)
    elif shape.type_name == "map":
        gather(fields, f"{route}/{{key}}", shape.key)
        gather(fields, f"{route}/*", shape.value)
    elif shape.type_name == "structure":
        for name, member in shape.members.items():
            gather(fields, f"{route}/{name[0].lower()}{name[1:]}", member)


if __name__ == "__main__":
    raise SystemExit(main())
