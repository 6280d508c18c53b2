"""The JSON Schemas that editors take, as SchemaStore asks for them: draft-07, with files to pass and files to fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from checker.init.schemas import for_editors
from checker.rules import BY_ID
from checker.schemas import load, violations

HERE = Path(__file__).parent / "schemas"
NAMES = ("config", "requirement")


def files(kind: str) -> list[Any]:
    found = [(name, path) for name in NAMES for path in sorted((HERE / kind / name).iterdir())]
    return [pytest.param(name, path, id=f"{name}/{path.stem}") for name, path in found]


def read(path: Path) -> Any:
    """The value with YAML's dates as texts, as editors take them."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader if "raw" in path.stem else _Loader)


class _Loader(yaml.SafeLoader):
    """YAML without dates, which JSON does not know."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.mark.parametrize("name", NAMES)
def test_they_are_schemas_of_draft_7(name: str) -> None:
    schema = load(name)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(schema)
    for where, part in walk(schema):
        assert part.get("description") or where == "", f"{where} has no description to show"


def walk(schema: dict[str, Any], where: str = "") -> list[tuple[str, dict[str, Any]]]:
    found = [(where, schema)]
    for name, part in schema.get("properties", {}).items():
        found += walk(part, f"{where}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            found += walk(schema[key], f"{where}.{key}")
    return found


@pytest.mark.parametrize(("name", "path"), files("positive"))
def test_what_must_pass(name: str, path: Path) -> None:
    jsonschema.validate(read(path), load(name))
    assert violations(name, read(path)) == []


@pytest.mark.parametrize(("name", "path"), files("negative"))
def test_what_must_not_pass(name: str, path: Path) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(read(path), load(name))
    assert violations(name, read(path))


def test_an_editor_can_complete_the_names_of_rules() -> None:
    schema = for_editors("config")
    jsonschema.Draft7Validator.check_schema(schema)
    assert list(schema["properties"]["rules"]["properties"]) == list(BY_ID)
    assert schema["properties"]["rules"]["properties"]["missing-grant"]["description"].startswith("A required action")
    jsonschema.validate({"version": 1, "rules": {"missing-grant": {"severity": "off"}}}, schema)
    for rules in ("missing-grant", ["missing-grant", "open-trust"]):
        entry = {"rule": rules, "subject": "x", "reason": "y"}
        jsonschema.validate({"version": 1, "ignore": [entry]}, schema)
    for wrong in (
        {"rules": {"missing-grants": {"severity": "off"}}},
        {"ignore": [{"rule": "missing-grants", "subject": "x", "reason": "y"}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"version": 1, **wrong}, schema)


@pytest.mark.parametrize(("name", "path"), files("positive"))
def test_what_must_pass_does_so_in_an_editor(name: str, path: Path) -> None:
    jsonschema.validate(read(path), for_editors(name))
