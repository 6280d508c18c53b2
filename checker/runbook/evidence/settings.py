"""What the pods tell the AWS SDK: whether it asks for the table that the verdict is about.

`AWS_REGION` and the endpoint decide where a request goes ("AWS SDKs and Tools Reference Guide", AWS Region and
Service-specific endpoints). Every replica is looked at: one of them may have been made from another template.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...iam.arns import parse_arn
from ...iam.expressions import expression
from ...live.record.effective_role import container_of, environment
from ...live.record.parameters import table_in, table_name
from ...live.record.trim import ANOTHER_HOST
from ..case.case import Case
from ..check import Check

_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_ENDPOINTS = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL")
_OF_DYNAMODB = expression(
    r"https?://(?:[\w-]+\.)*(?:dynamodb|ddb)(?:-fips)?\.[\w.-]*"
    r"(?:amazonaws\.com(?:\.cn)?|api\.aws|amazonwebservices\.com\.cn)"
)


def settings_check(case: Case) -> Iterator[Check]:
    """A check where a pod's settings lead elsewhere than to the table that was judged; nothing where they do not."""
    prefix = f"pod/{case.namespace}/"
    pods = {
        name.rpartition("/")[2]: item.value
        for name, item in sorted(case.record.readings.items())
        if name.startswith(prefix) and item.status == "ok" and item.value
    }
    wrong = [f"{name}: {what}" for name, pod in pods.items() for what in _wrong(case, pod)]
    if wrong:
        more = f"; and {len(wrong) - _MOST} more" if len(wrong) > _MOST else ""
        yield Check("settings", 5, "unknown", "; ".join(wrong[:_MOST]) + more)


_MOST = 3


def _wrong(case: Case, pod: dict[str, Any]) -> Iterator[str]:
    container = container_of(pod, case.record.target.container)
    table = parse_arn(case.table_arn)
    if container is None or table is None:
        return
    variables = environment(container)
    named, judged = table_in(container), table.resource.removeprefix("table/")
    arn = parse_arn(named)
    asked = (arn or table)._replace(resource=f"table/{table_name(named)}")
    if named and asked != table:
        yield f"its table is {named}, and {judged if arn is None else case.table_arn} was judged"
    for name in _REGIONS:
        if variables.get(name, "") not in ("", table.region):
            yield f"{name} is {variables[name]}, and the table that was judged is in {table.region}"
    for name in _ENDPOINTS:
        if variables.get(name):
            yield from _elsewhere(name, variables[name], table.region)
            return
        if name in variables:
            yield f"{name} is set to what is not recorded, so where its requests go is not known"
            return


def _elsewhere(name: str, endpoint: str, region: str) -> Iterator[str]:
    if not _OF_DYNAMODB.fullmatch(endpoint):
        yield f"{name} names {endpoint.replace(ANOTHER_HOST, 'another host')}, which is no endpoint of DynamoDB"
    elif f".{region}." not in endpoint:
        yield f"{name} names {endpoint}, and the table that was judged is in {region}"
