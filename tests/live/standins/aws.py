"""As much of the AWS CLI as the printed commands use: operations and parameters are those of botocore's models, as they
are for the real one, and the call is made."""

from __future__ import annotations

import sys

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

GLOBAL = {"--region", "--query", "--output", "--profile"}


def main() -> None:
    service, operation, *rest = sys.argv[1:]
    if (service, operation) == ("configure", "list-profiles"):
        return
    options: dict[str, list[str]] = {}
    name = ""
    for word in rest:
        if word.startswith("--"):
            name = word
            options[name] = []
        else:
            options[name].append(word)
    region = options.get("--region", ["us-east-1"])[0]
    client = boto3.client(service, region_name=region)
    known = {xform_name(item, "-"): item for item in client.meta.service_model.operation_names}
    if operation not in known:
        sys.exit(f"aws: {service} has no operation {operation}")
    shape = client.meta.service_model.operation_model(known[operation]).input_shape
    members = {"--" + xform_name(item, "-"): item for item in shape.members} if shape else {}
    parameters: dict[str, object] = {}
    for option, values in options.items():
        if option in GLOBAL:
            continue
        if option not in members:
            sys.exit(f"aws: {service} {operation} takes no {option}")
        if not values:
            sys.exit(f"aws: {option} takes a value")
        is_list = shape.members[members[option]].type_name == "list"
        parameters[members[option]] = [_filter(item) for item in values] if is_list else values[0]
    try:
        getattr(client, operation.replace("-", "_"))(**parameters)
    except ClientError as error:
        # What is broken may well be that it is not there, or not allowed; the command was right.
        if error.response["Error"]["Code"] in ("ValidationException", "ValidationError", "InvalidParameterValue"):
            sys.exit(str(error))


def _filter(text: str) -> dict[str, object]:
    name, values = text.split(",", 1)
    return {"Name": name.removeprefix("Name="), "Values": [values.removeprefix("Values=")]}


if __name__ == "__main__":
    main()
