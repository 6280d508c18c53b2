"""Settings that the proxy takes from ConfigMaps, Secrets and arguments: what says which table it reads, and what is not
known of it."""

from __future__ import annotations

from typing import Any

import pytest

from checker.demo.cell import Cell
from checker.demo.names import CONTAINER, PODS, TABLE, TABLE_ARN
from checker.live.record.effective_role import resolve
from checker.live.record.record import Reading, dump, load
from checker.live.record.trim import config_map, pod
from checker.live.record.variables import filled_in
from checker.requirements.load import load_requirements
from checker.requirements.shipped import shipped_policies
from checker.runbook.diagnose import Diagnosis, diagnose

from .conftest import Collect

REQUIREMENTS = load_requirements((shipped_policies(),)).requirements

pytestmark = pytest.mark.xdist_group("clusters")


def proxy(cell: Cell, **fields: Any) -> None:
    """Gives the proxy of borealis these fields; variables are added to those that the webhook injected."""
    item = cell.kubernetes.get("Pod", "tenant-borealis", PODS["borealis"])
    (container,) = [one for one in item["spec"]["containers"] if one["name"] == CONTAINER]
    kept = [one for one in container["env"] if one["name"] not in ("AUTH_KEYS_TABLE", "AWS_REGION")]
    container |= {"env": [*kept, *fields.pop("env", [])], **fields}
    cell.kubernetes.put(item)


def setting(name: str, kind: str, of: str, key: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {f"{kind}KeyRef": {"name": of, "key": key}}}


def says(cell: Cell, **data: str) -> None:
    metadata = {"name": "reverse-proxy", "namespace": "tenant-borealis"}
    cell.kubernetes.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def told(gather: Collect) -> tuple[Diagnosis, list[str]]:
    diagnosis = diagnose(load(dump(gather("borealis")), "x"), REQUIREMENTS)
    return diagnosis, [check.detail for check in diagnosis.checks if check.id == "settings"]


FROM_MAP = setting("AUTH_KEYS_TABLE", "configMap", "reverse-proxy", "authKeysTable")
ALL = [{"configMapRef": {"name": "reverse-proxy"}}]
HEALTHY: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "a key of a ConfigMap": ({"env": [FROM_MAP]}, {"authKeysTable": TABLE}),
    "all of a ConfigMap": ({"envFrom": ALL}, {"AUTH_KEYS_TABLE": TABLE, "AWS_REGION": "us-east-1"}),
    "with a prefix": ({"envFrom": [{**ALL[0], "prefix": "AUTH_"}]}, {"KEYS_TABLE": TABLE, "TABLE": "other"}),
    "what is stated wins": ({"env": [{"name": "AUTH_KEYS_TABLE", "value": TABLE}], "envFrom": ALL}, {"AUTH_KEYS_TABLE": "other"}),
    "an argument": ({"env": [FROM_MAP], "args": ["serve", f"--auth-keys-table={TABLE}", "--token", "hush"]}, {"authKeysTable": "other"}),
    "a name and an ARN": ({"env": [{"name": "AUTH_KEYS_TABLE", "value": TABLE}, {"name": "AUTH_KEYS_TABLE_ARN", "value": TABLE_ARN}]}, {}),
    "the key attribute of the table": ({"env": [FROM_MAP, {"name": "AUTH_TABLE_KEY", "value": "key_hash"}], "args": ["--table-key", "key_hash"]}, {"authKeysTable": TABLE}),
    "an argument in quotes": ({"command": ["sh", "-c", f'proxy --auth-keys-table="{TABLE}"']}, {}),
    "an argument that names another variable": ({"env": [{"name": "T2", "value": TABLE}], "args": ["--auth-keys-table=$(T2)"]}, {}),
    "an endpoint that is ignored": ({"env": [FROM_MAP, {"name": "AWS_ENDPOINT_URL", "value": "http://localstack:4566"}, {"name": "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "value": "true"}]}, {"authKeysTable": TABLE}),
    "a region with a line end": ({"env": [FROM_MAP, {"name": "AWS_REGION", "value": "us-east-1\n"}]}, {"authKeysTable": TABLE}),
    "a table of other keys beside it": ({"env": [FROM_MAP, {"name": "TENANT_KEYS_TABLE", "value": "cell2-tenant-keys"}]}, {"authKeysTable": TABLE}),
    "an empty endpoint": ({"env": [FROM_MAP, {"name": "DYNAMODB_ENDPOINT", "value": ""}]}, {"authKeysTable": TABLE}),
    "an endpoint in capitals": ({"env": [FROM_MAP, {"name": "AWS_ENDPOINT_URL", "value": "https://DynamoDB.us-east-1.amazonaws.com"}]}, {"authKeysTable": TABLE}),
    "a variable in a variable": ({"env": [{"name": "CELL", "value": "cell2"}, {"name": "AUTH_KEYS_TABLE", "value": "$(CELL)-auth-keys"}]}, {}),
    "a variable in an argument": ({"env": [{"name": "CELL", "value": "cell2"}], "args": ["--auth-keys-table=$(CELL)-auth-keys"]}, {}),
    "a default of the shell": ({"env": [{"name": "AUTH_KEYS_TABLE", "value": TABLE}], "command": ["sh", "-c", "export AUTH_KEYS_TABLE=${AUTH_KEYS_TABLE:-other}; export AWS_REGION=${AWS_REGION:-us-east-1}; exec proxy"]}, {}),
    "a variable of the shell": ({"env": [], "command": ["sh", "-c", f'TABLE={TABLE}; exec proxy --auth-keys-table "$TABLE"']}, {}),
    "a line that goes on": ({"env": [FROM_MAP], "command": ["sh", "-c", f"exec proxy --auth-keys-table \\\n  {TABLE}"]}, {"authKeysTable": TABLE}),
    "what a shell says": ({"env": [FROM_MAP], "command": ["sh", "-c", 'if [ -z "$AUTH_KEYS_TABLE" ]; then echo "--auth-keys-table required"; exit 1; fi; exec proxy']}, {"authKeysTable": TABLE}),
    "a comment of a shell": ({"env": [FROM_MAP], "command": ["sh", "-c", "# AUTH_KEYS_TABLE=legacy-keys\nexec proxy"]}, {"authKeysTable": TABLE}),
    "another command of a shell": ({"env": [FROM_MAP], "command": ["sh", "-c", "aws s3 cp s3://b/x /x --region us-west-2 && exec proxy"]}, {"authKeysTable": TABLE}),
    "an argument that names a variable": ({"env": [FROM_MAP], "args": ["--auth-keys-table", "$(AUTH_KEYS_TABLE)"]}, {"authKeysTable": TABLE}),
}  # fmt: skip
OTHER = "its table is other, and cell2-auth-keys was judged"
NOT_KNOWN = "so what it says is not known"
UNKNOWN: dict[str, tuple[dict[str, Any], dict[str, str], str]] = {
    "another table": ({"env": [FROM_MAP]}, {"authKeysTable": "other"}, OTHER),
    "another table among all": ({"envFrom": ALL}, {"AUTH_KEYS_TABLE": "other"}, OTHER),
    "another region": ({"envFrom": ALL}, {"AWS_REGION": "eu-west-1"}, "AWS_REGION is eu-west-1"),
    "another endpoint": ({"envFrom": ALL}, {"AWS_ENDPOINT_URL": "http://localstack:4566"}, "AWS_ENDPOINT_URL names http://another host"),
    "an argument": ({"args": ["--auth-keys-table", "other"]}, {}, OTHER),
    "a Secret": ({"env": [setting("AUTH_KEYS_TABLE", "secret", "proxy", "table")]}, {}, f"AUTH_KEYS_TABLE comes from Secret proxy, which is never read, {NOT_KNOWN}"),
    "a field": ({"env": [{"name": "AUTH_KEYS_TABLE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.annotations['table']"}}}]}, {}, f"AUTH_KEYS_TABLE comes from a field of the pod, {NOT_KNOWN}"),
    "two names, both others": ({"env": [{"name": "AUTH_KEYS_TABLE", "value": "other"}, {"name": "API_KEYS_TABLE_NAME", "value": "others"}]}, {}, "its table is other or others, and cell2-auth-keys was judged"),
    "one of two": ({"args": [f"--auth-keys-table={TABLE}", "--auth-keys-table=other"]}, {}, "its table is other, beside"),
    "another by name and by ARN": ({"env": [{"name": "AUTH_KEYS_TABLE", "value": "other"}, {"name": "AUTH_KEYS_TABLE_ARN", "value": TABLE_ARN.replace("cell2-auth-keys", "other")}]}, {}, f"its table is {TABLE_ARN.replace('cell2-auth-keys', 'other')}"),
    "an argument in quotes": ({"env": [FROM_MAP], "command": ["sh", "-c", "proxy --auth-keys-table='other'"]}, {"authKeysTable": TABLE}, OTHER),
    "an argument that cannot be read": ({"env": [FROM_MAP], "args": ["--auth-keys-table=$(T2)"]}, {"authKeysTable": TABLE}, f"auth-keys-table is set to what is not recorded, {NOT_KNOWN}"),
    "a system property": ({"env": [FROM_MAP], "args": ["-Dauth.keys.table=other"]}, {"authKeysTable": TABLE}, OTHER),
    "what a shell assigns": ({"env": [FROM_MAP], "command": ["sh", "-c", "export AUTH_KEYS_TABLE=other; exec proxy"]}, {"authKeysTable": TABLE}, OTHER),
    "what a shell assigns before a command": ({"env": [FROM_MAP], "command": ["sh", "-c"], "args": ["AUTH_KEYS_TABLE=other exec proxy"]}, {"authKeysTable": TABLE}, OTHER),
    "what a shell may assign": ({"env": [FROM_MAP], "command": ["sh", "-c", '[ "$X" ] || AUTH_KEYS_TABLE=other; exec proxy']}, {"authKeysTable": TABLE}, f"AUTH_KEYS_TABLE is set to what is not recorded, {NOT_KNOWN}"),
    "what env assigns": ({"env": [FROM_MAP], "command": ["env", "AUTH_KEYS_TABLE=other", "proxy"]}, {"authKeysTable": TABLE}, OTHER),
    "a region among the arguments": ({"env": [FROM_MAP], "args": ["--aws-region", "eu-west-1"]}, {"authKeysTable": TABLE}, "aws-region is eu-west-1"),
    "a region of its own": ({"env": [FROM_MAP, {"name": "DYNAMODB_REGION", "value": "eu-west-1"}]}, {"authKeysTable": TABLE}, "DYNAMODB_REGION is eu-west-1"),
    "an endpoint among the arguments": ({"env": [FROM_MAP], "args": ["--dynamodb-endpoint=http://localstack:4566"]}, {"authKeysTable": TABLE}, "dynamodb-endpoint names http://another host"),
    "an endpoint of its own": ({"env": [FROM_MAP, {"name": "DYNAMODB_ENDPOINT", "value": "localstack:4566"}]}, {"authKeysTable": TABLE}, "DYNAMODB_ENDPOINT is set to what is not recorded"),
    "a key that is not there": ({"env": [setting("AUTH_KEYS_TABLE", "configMap", "reverse-proxy", "gone")]}, {"authKeysTable": TABLE}, f"AUTH_KEYS_TABLE comes from ConfigMap reverse-proxy, which has no key gone now, {NOT_KNOWN}"),
    "no name of a table": ({"env": [FROM_MAP]}, {"authKeysTable": "$(OTHER)"}, f"AUTH_KEYS_TABLE is set to what is not recorded, {NOT_KNOWN}"),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("case", HEALTHY)
def test_it_is_healthy_where_it_is_the_table_that_was_judged(case: str, gather: Collect, cell: Cell) -> None:
    fields, data = HEALTHY[case]
    proxy(cell, **fields)
    says(cell, **data, banner="hush")
    diagnosis, settings = told(gather)
    assert (diagnosis.verdict, settings) == ("healthy", [])


@pytest.mark.long
@pytest.mark.parametrize("case", UNKNOWN)
def test_it_is_not_where_it_is_another_or_cannot_be_told(case: str, gather: Collect, cell: Cell) -> None:
    fields, data, wording = UNKNOWN[case]
    proxy(cell, **fields)
    says(cell, **data)
    diagnosis, settings = told(gather)
    is_one = "its table is" in wording and " or " not in wording and "beside" not in wording
    assert diagnosis.verdict == ("cause-found" if is_one else "inconclusive")
    assert wording in settings[0]


def test_only_settings_are_recorded(gather: Collect, cell: Cell) -> None:
    proxy(cell, envFrom=ALL, args=["--auth-keys-table", TABLE, "--api-token", "hush"])
    says(cell, AUTH_KEYS_TABLE=TABLE, PASSWORD="hush", REDIS_URL="redis://:hush@cache")
    recorded = dump(gather("borealis"))
    assert "hush" not in recorded
    assert "PASSWORD" in recorded


SECRETS = (
    "DYNAMODB_TABLE_ACCESS_KEY",
    "TABLE_API_KEY",
    "AUTH_TABLE_API_KEY",
    "AUTH_KEYS_TABLE_ACCESS_KEY",
    "TABLE_KEY",
)


def test_names_of_secrets_are_not_those_of_tables(gather: Collect, cell: Cell) -> None:
    arguments = ["--auth-keys-table", "", "hunter2-orange"]
    arguments += [f"--{name.lower().replace('_', '-')}=hunter2-orange" for name in SECRETS]
    uri = {
        "name": "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "value": "http://hunter2:p/w@127.0.0.1:1/hunter2-orange?k=hunter2-orange",
    }
    proxy(
        cell, env=[*({"name": name, "value": "hunter2-orange"} for name in SECRETS), uri], envFrom=ALL, args=arguments
    )
    says(cell, **dict.fromkeys(SECRETS, "hunter2-orange"))
    assert "hunter2" not in dump(gather("borealis"))


def test_one_that_is_not_there_sets_nothing(gather: Collect, cell: Cell) -> None:
    proxy(cell, envFrom=[{"configMapRef": {"name": "none", "optional": True}}])
    assert told(gather)[0].verdict == "healthy"


def test_one_that_may_not_be_read_is_named(gather: Collect, cell: Cell) -> None:
    record = gather("borealis")
    denied = Reading("denied", None, "configmaps is forbidden", "get configmap tenant-borealis/reverse-proxy", 1)
    record = record._replace(readings={**record.readings, "config-map/reverse-proxy": denied})
    diagnosis = diagnose(record, REQUIREMENTS)
    assert diagnosis.verdict == "inconclusive"
    assert f"AUTH_KEYS_TABLE comes from ConfigMap reverse-proxy, which was not read (denied), {NOT_KNOWN}" in str(
        diagnosis.unknowns
    )


def test_a_change_after_the_start_is_told_where_refreshes_fail(gather: Collect, cell: Cell) -> None:
    item = cell.kubernetes.get("Pod", "tenant-borealis", PODS["borealis"])
    item["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": "2026-11-01T08:00:00Z"}}
    cell.kubernetes.put(item)
    record = gather("borealis")
    changed = {"changed": "2026-11-02T08:00:00Z", "data": {"authKeysTable": {"value": TABLE}}}
    reading = record.readings["config-map/reverse-proxy"]._replace(value=changed)
    record = record._replace(readings={**record.readings, "config-map/reverse-proxy": reading})
    assert diagnose(record, REQUIREMENTS).verdict == "healthy"
    cell.log("borealis", 'level=error msg="auth keys refresh failed" err="ResourceNotFoundException: not found"', ago=1)
    logs = {name: item for name, item in gather("borealis").readings.items() if name.startswith("log/")}
    failing = diagnose(record._replace(readings={**record.readings, **logs}), REQUIREMENTS)
    assert "changed at 2026-11-02T08:00:00Z, after the container started" in str(failing.unknowns)


def test_credentials_that_no_variable_gives_are_those_of_the_node() -> None:
    made = pod({"metadata": {"name": "x"}, "spec": {"containers": [{"name": "x", "envFrom": ALL}]}})
    (container,) = made["spec"]["containers"]
    read = config_map({"metadata": {"name": "reverse-proxy"}, "data": {"LEVEL": "info"}}, container)
    assert resolve(container, None, None).how == "unknown"
    filled = filled_in(container, {"config-map/reverse-proxy": Reading("ok", read, "", "", 1)})
    assert resolve(filled, None, None).how == "node-role"


def stated(**container: Any) -> list[dict[str, Any]]:
    """What the record keeps of the settings of a container, arguments first."""
    made = pod({"metadata": {"name": "x"}, "spec": {"containers": [{"name": "x", **container}]}})
    (kept,) = made["spec"]["containers"]
    return [*kept.get("arguments", []), *kept["env"]]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["proxy", "--auth-keys-table", "other"], [{"name": "auth-keys-table", "value": "other"}]),
        (["proxy", "--authKeysTable=other"], [{"name": "authKeysTable", "value": "other"}]),
        (["java", "-Dauth.keys.table=other"], [{"name": "auth.keys.table", "value": "other"}]),
        (["env", "AUTH_KEYS_TABLE=other", "proxy"], [{"name": "AUTH_KEYS_TABLE", "value": "other"}]),
        (["sh", "-c", "AUTH_KEYS_TABLE='other' exec proxy"], [{"name": "AUTH_KEYS_TABLE", "value": "other"}]),
        (["/sbin/tini", "--", "sh", "-c", "export AUTH_KEYS_TABLE=other; exec proxy"], [{"name": "AUTH_KEYS_TABLE", "value": "other"}]),
        (["proxy", "--shell", "sh"], []),
        (["sh", "-ec", "A=other; proxy --auth-keys-table $A"], [{"name": "auth-keys-table", "value": "other"}]),
        (["sh", "-c", "proxy --auth-keys-table $B"], [{"name": "auth-keys-table", "from": "value not recorded"}]),
        (["sh", "-c", "[ $X ] && AUTH_KEYS_TABLE=other; proxy"], [{"name": "AUTH_KEYS_TABLE", "from": "value not recorded"}]),
        (["sh", "-c", "echo --auth-keys-table required; proxy"], []),
        (["sh", "-c", "# AUTH_KEYS_TABLE=other\nproxy"], []),
        (["sh", "-c", "proxy 'it"], []),
        (["proxy", "--auth-keys-table", "", "hush"], [{"name": "auth-keys-table", "from": "value not recorded"}]),
        (["proxy", "--auth-table-access-key", "hush"], []),
        (["proxy", "--auth-keys-table"], []),
    ],
)  # fmt: skip
def test_the_settings_of_a_command_line(words: list[str], kept: list[dict[str, str]]) -> None:
    assert stated(command=words[:1], args=words[1:]) == kept


def test_variables_in_variables_are_filled_in() -> None:
    cell = {"name": "CELL", "value": "cell2"}
    made = stated(env=[cell, {"name": "AUTH_KEYS_TABLE", "value": "$(CELL)-auth-keys"}])
    assert made[1] == {"name": "AUTH_KEYS_TABLE", "value": "cell2-auth-keys"}


def test_variables_that_hold_arguments_are_read() -> None:
    options = {"name": "JAVA_TOOL_OPTIONS", "value": "-Xmx1g -Dauth.keys.table=other -Dpassword=hush"}
    assert stated(env=[options])[0] == {"name": "auth.keys.table", "value": "other"}
    assert "hush" not in str(stated(env=[options]))
