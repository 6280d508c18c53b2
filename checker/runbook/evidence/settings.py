"""What the pods tell the AWS SDK: whether it asks for the table that the verdict is about.

`AWS_REGION` and the endpoint decide where a request goes ("AWS SDKs and Tools Reference Guide", AWS Region and
Service-specific endpoints). Every replica is looked at: one of them may have been made from another template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...ack.objects import mapping, sequence
from ...iam.arns import Arn, parse_arn
from ...iam.expressions import expression
from ...live.log.moments import seconds
from ...live.record.effective_role import container_of, status_of
from ...live.record.parameters import table_name, tables_in
from ...live.record.setting_names import as_variable, names_the_endpoint, names_the_region, names_the_table
from ...live.record.trim import ANOTHER_HOST
from ...live.record.variables import CONFIG_MAP, config_maps, filled_in
from ..case.case import Case
from ..check import Check

_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_ENDPOINTS = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL")
_OF_DYNAMODB = expression(
    r"(?:https?://)?(?:[\w-]+\.)*(?:dynamodb|ddb)(?:-fips)?\.[\w.-]*"
    r"(?:amazonaws\.com(?:\.cn)?|api\.aws|amazonwebservices\.com\.cn)",
    re.IGNORECASE,
)


def settings_check(case: Case) -> Iterator[Check]:
    """A check where a pod's settings lead elsewhere than to the table that was judged; nothing where they do not."""
    prefix = f"pod/{case.namespace}/"
    pods = {
        name.rpartition("/")[2]: item.value
        for name, item in sorted(case.record.readings.items())
        if name.startswith(prefix) and item.status == "ok" and item.value
    }
    wrong = [f"{name}: {what}" for name, pod in pods.items() for what in (*_wrong(case, pod), *_outdated(case, pod))]
    if wrong:
        more = f"; and {len(wrong) - _MOST} more" if len(wrong) > _MOST else ""
        yield Check("settings", 5, "unknown", "; ".join(wrong[:_MOST]) + more)


_MOST = 3


def _wrong(case: Case, pod: dict[str, Any]) -> Iterator[str]:
    stated = container_of(pod, case.record.target.container)
    table = parse_arn(case.table_arn)
    if stated is None or table is None:
        return
    container = filled_in(stated, case.record.readings)
    settings = [*sequence(container.get("arguments")), *sequence(container.get("env"))]
    yield from _of_the_table(case, settings, container, table)
    variables = {as_variable(item["name"]): item for item in reversed(settings)}
    for name, item in variables.items():
        value = item.get("value", "")
        if names_the_region(name) and value not in ("", table.region):
            yield f"{item['name']} is {value}, and the table that was judged is in {table.region}"
        elif name in _REGIONS and "value" not in item:
            yield f"{item['name']} {_whence(item, case)}, so what it says is not known"
    yield from _of_the_endpoint(variables, table.region)


def _of_the_table(case: Case, settings: list[dict[str, Any]], container: dict[str, Any], table: Arn) -> Iterator[str]:
    judged = case.table_arn
    of_table = [item for item in settings if names_the_table(as_variable(item["name"]))]
    for item in [item for item in of_table if item in sequence(container.get("arguments"))] or of_table:
        if "value" not in item:
            yield f"{item['name']} {_whence(item, case)}, so what it says is not known"
    named = tables_in(container)
    others = [
        name for name in named if (parse_arn(name) or table)._replace(resource=f"table/{table_name(name)}") != table
    ]
    if len(others) < len(named):
        # Beside the right one, tables for other keys (TENANT_KEYS_TABLE) may well be others.
        of_keys = {item.get("value") for item in of_table if _OF_AUTH_KEYS.search(as_variable(item["name"]))}
        others = [name for name in others if name in of_keys]
    if others:
        beside = f", beside {judged}," if len(others) < len(named) else ", and"
        shown = judged if any(name.startswith("arn:") for name in others) else table.resource.removeprefix("table/")
        yield f"its table is {' or '.join(others)}{beside} {shown} was judged"


_OF_AUTH_KEYS = expression("AUTH|API")


def _of_the_endpoint(variables: dict[str, dict[str, Any]], region: str) -> Iterator[str]:
    is_ignored = variables.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", {}).get("value", "").lower() == "true"
    asked = [] if is_ignored else [name for name in _ENDPOINTS if name in variables][:1]
    for name in (*asked, *(name for name in variables if names_the_endpoint(name) and name not in _ENDPOINTS)):
        shown, value = variables[name]["name"], variables[name].get("value")
        if value:
            yield from _elsewhere(shown, value, region)
        elif value is None or name in _ENDPOINTS:
            yield f"{shown} is set to what is not recorded, so where its requests go is not known"


def _outdated(case: Case, pod: dict[str, Any]) -> Iterator[str]:
    """What a container that fails has not taken in: variables are set when it starts (Kubernetes, "Configure a Pod to
    Use a ConfigMap")."""
    stated = container_of(pod, case.record.target.container)
    started = mapping(mapping(status_of(pod, case.record.target.container).get("state")).get("running"))
    for name in config_maps(stated) if case.events else ():
        changed = mapping(case.value(f"{CONFIG_MAP}{name}")).get("changed", "")
        if changed and seconds(changed) > seconds(started.get("startedAt") or "") > 0:
            yield f"ConfigMap {name} was changed at {changed}, after the container started: it counts from a restart on"


def _whence(item: dict[str, Any], case: Case) -> str:
    origin, name = item.get("from", ""), item.get("of", "")
    if origin == "configMapKeyRef" and name:
        status = case.reading(f"{CONFIG_MAP}{name}").status
        missing = {"ok": f"has no key {item.get('key', '')} now", "absent": "is not there now"}
        return f"comes from ConfigMap {name}, which {missing.get(status, f'was not read ({status})')}"
    if origin == "secretKeyRef":
        return f"comes from Secret {name}".rstrip() + ", which is never read"
    return "comes from a field of the pod" if origin.endswith("Ref") else "is set to what is not recorded"


def _elsewhere(name: str, endpoint: str, region: str) -> Iterator[str]:
    if not _OF_DYNAMODB.fullmatch(endpoint):
        yield f"{name} names {endpoint.replace(ANOTHER_HOST, 'another host')}, which is no endpoint of DynamoDB"
    elif f".{region}." not in endpoint:
        yield f"{name} names {endpoint}, and the table that was judged is in {region}"
