"""The shipped schemas: valid by their metaschema, agreed on by both engines, and no laxer than the real CRDs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import yaml

from checker.schemas import load, violations

NAMES = ("ack", "config", "diagnosis", "report", "requirement")
HERE = Path(__file__).parent
CASES = HERE.parent / "rules" / "cases"


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_valid_by_its_metaschema(name: str) -> None:
    schema = load(name)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(schema)


def ack_objects() -> list[dict[str, Any]]:
    """Every plain object of the rule cases: valid and broken ones."""
    found = []
    for path in sorted(CASES.rglob("*.yaml")):
        try:
            documents = list(yaml.load_all(path.read_text(encoding="utf-8"), yaml.CSafeLoader))
        except (yaml.YAMLError, UnicodeDecodeError):
            continue
        found += [
            item for item in documents if isinstance(item, dict) and "services.k8s.aws" in str(item.get("apiVersion"))
        ]
    return [item for item in found if _is_small(item) and _is_json(item)]


def _is_small(value: Any) -> bool:
    """Whether it stays small where aliases are written out: there are bombs among the cases."""
    left, seen = [value], 0
    while left and seen <= 10_000:
        item = left.pop()
        left += item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        seen += 1
    return not left


def _is_json(value: Any) -> bool:
    try:
        return len(json.dumps(value)) < 100_000
    except (TypeError, ValueError):
        return False


@pytest.mark.slow
def test_both_engines_agree_on_every_object() -> None:
    fast = jsonschema_rs.Draft7Validator(load("ack"))
    slow = jsonschema.Draft7Validator(load("ack"))
    objects = ack_objects()
    verdicts = [(fast.is_valid(item), slow.is_valid(item)) for item in objects]
    assert all(one == other for one, other in verdicts)
    assert {one for one, _ in verdicts} == {True, False}


def test_violations_say_where_and_what() -> None:
    role = {
        "apiVersion": "iam.services.k8s.aws/v1alpha1",
        "kind": "Role",
        "metadata": {"name": "a"},
        "spec": {"nam": "x"},
    }
    assert [(item.path, item.keyword) for item in violations("ack", role)] == [
        (("spec", "assumeRolePolicyDocument"), "required"),
        (("spec", "nam"), "additionalProperties"),
        (("spec", "name"), "required"),
    ]


def crds() -> list[dict[str, Any]]:
    folder = os.environ.get("ACK_CRDS")
    if not folder:
        pytest.skip("ACK_CRDS does not name a folder with the real CRDs of the ACK IAM controller")
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(Path(folder).glob("*.yaml"))]


def closed(schema: Any) -> Any:
    """The CRD's schema as the API server prunes by it: what is not listed does not survive."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items() if not key.startswith("x-kubernetes")}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        result["additionalProperties"] = False
    return result


def test_our_fields_are_the_fields_of_the_real_crds() -> None:
    ours = load("ack")["definitions"]
    for crd in crds():
        kind = crd["spec"]["names"]["kind"]
        spec = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
        assert set(ours[kind]["properties"]["spec"]["properties"]) == set(spec["properties"]), kind
        assert set(ours[kind]["else"]["properties"]["spec"]["required"]) == set(spec["required"]), kind
        for name, field in ours[kind]["properties"]["spec"]["properties"].items():
            target = ours[field["$ref"].rsplit("/", 1)[1]] if "$ref" in field else field
            assert target["type"] == spec["properties"][name]["type"], f"{kind}.{name}"


def test_what_our_schema_accepts_the_real_crds_accept() -> None:
    by_kind = {crd["spec"]["names"]["kind"]: crd for crd in crds()}
    theirs = {
        kind: jsonschema.Draft7Validator(
            closed(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"])
        )
        for kind, crd in by_kind.items()
    }
    ours = jsonschema_rs.Draft7Validator(load("ack"))
    checked = 0
    for item in ack_objects():
        crd = by_kind.get(item.get("kind", ""))
        if crd is None or not ours.is_valid(item) or "v1alpha1" not in item["apiVersion"]:
            continue
        if not item["apiVersion"].startswith(crd["spec"]["group"] + "/"):
            continue
        if item.get("spec"):
            theirs[item["kind"]].validate(item["spec"])
            checked += 1
    assert checked > 100
