"""Our quick yes is the engine's yes: over every schema that is read, and values that miss it by a little."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from checker import schemas
from checker.schemas import load
from checker.schemas.fitting import fits

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "rules" / "cases"

ROLE: dict[str, Any] = {
    "apiVersion": "iam.services.k8s.aws/v1alpha1",
    "kind": "Role",
    "metadata": {"name": "acme", "namespace": "tenants"},
    "spec": {
        "name": "acme-reverse-proxy",
        "assumeRolePolicyDocument": "{}",
        "maxSessionDuration": 3600,
        "policyRefs": [{"from": {"name": "keys", "namespace": "iam"}}],
        "policies": ["arn:aws:iam::111122223333:policy/keys"],
        "inlinePolicies": {"keys": "{}"},
        "tags": [{"key": "team", "value": "search"}],
    },
}
BASELINE = {
    "schemaVersion": 1,
    "findings": [
        {"rule": "a", "subject": subject, "path": "spec", "value": "b", "file": "c.yaml"}
        for subject in (None, {"group": "iam", "kind": "Role", "namespace": "", "name": "a"})
    ],
}
STRANGE: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        3600,
        43200.0,
        1e300,
        1.5,
        "",
        "a",
        "a\n",
        "111122223333\n",
        "us-east-1",
        "2026-11-29",
    ),
    *(
        "x" * 300,
        "é",
        [],
        {},
        [None],
        ["a", "a"],
        ["irsa", "irsa"],
        [True, 1],
        {"a": 1},
        {"": "x"},
        {"from": {"name": "x\n"}},
    ),
)


def _read(*paths: Path) -> list[Any]:
    texts = [path.read_text(encoding="utf-8") for path in paths]
    # As JSON has them: YAML's dates are texts to us.
    return [json.loads(json.dumps(item, default=str)) for text in texts for item in yaml.safe_load_all(text) if item]


def _values(name: str) -> list[Any]:
    return {
        "ack": [ROLE, *_read(*sorted((ROOT / "manifests").rglob("*.yaml")))],
        "config": _read(*sorted({*ROOT.glob("checker.yaml"), *CASES.rglob("checker.yaml")})),
        "requirement": _read(*sorted((ROOT / "policies").rglob("*.yaml"))),
        "baseline": [BASELINE],
    }[name]


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in the value, with one of its keys or indexes."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield value, key
        yield from _spots(item)


def _changed(value: Any, chance: random.Random) -> Any:
    """The value with one to three changes: something else in a place, a field more, a field less."""
    value = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        spots = list(_spots(value))
        if not spots:
            break
        holder, key = chance.choice(spots)
        act = chance.randrange(4)
        if act == 0:
            del holder[key]
        elif act == 1 and isinstance(holder, dict):
            holder[chance.choice(("more", "name", "from", "kind", "", "a/b"))] = copy.deepcopy(chance.choice(STRANGE))
        elif act == 2 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        else:
            holder[key] = copy.deepcopy(chance.choice(STRANGE))
    return value


@pytest.mark.long
@pytest.mark.parametrize("name", ["ack", "config", "requirement", "baseline"])
def test_it_says_what_the_engine_says(name: str) -> None:
    schema = load(name)
    engine = jsonschema_rs.Draft7Validator(schema)
    chance = random.Random(7)
    values = _values(name)
    made = [*values, *STRANGE, *(_changed(chance.choice(values), chance) for _ in range(3000))]
    answers = [(engine.is_valid(value), fits(schema, value, schema)) for value in made]
    wrong = [value for value, (theirs, ours) in zip(made, answers, strict=True) if theirs != ours]
    assert wrong == []
    assert len({theirs for theirs, _ in answers}) == 2


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "checker" / "schemas").glob("*.json")))
def test_it_knows_every_keyword_of_a_shipped_schema(name: str) -> None:
    def keywords(schema: Any) -> Iterator[str]:
        if isinstance(schema, dict):
            for keyword, asked in schema.items():
                yield keyword
                if keyword in ("properties", "definitions"):
                    for part in asked.values():
                        yield from keywords(part)
                elif keyword not in ("const", "enum", "required"):
                    yield from keywords(asked)
        if isinstance(schema, list):
            for part in schema:
                yield from keywords(part)

    from checker.schemas import fitting

    assert {*keywords(load(name))} <= {*fitting._CHECKS, "$ref"}


def test_reasons_are_written_in_any_script() -> None:
    [config] = [item for item in _values("config") if item.get("ignore")][:1]
    entry = {**config["ignore"][0], "reason": "必要"}
    assert schemas.is_valid("config", {**config, "ignore": [entry]})
    assert jsonschema_rs.Draft7Validator(load("config")).is_valid({**config, "ignore": [entry]})
    assert not schemas.is_valid("config", {**config, "ignore": [{**entry, "reason": "..."}]})


@pytest.mark.parametrize("number", [10**400, 3600.0, 1e300])
def test_any_number_is_answered(number: float) -> None:
    named = {**ROLE, "spec": {**ROLE["spec"], "maxSessionDuration": number}}
    assert fits(load("ack"), named, load("ack")) is (number == 3600)


def test_a_line_break_at_the_end_is_part_of_the_text() -> None:
    """In Python a dollar also stands before the last line break; AWS and the API server take no such name."""
    named = {**ROLE, "spec": {**ROLE["spec"], "name": "acme-reverse-proxy\n"}}
    assert fits(load("ack"), ROLE, load("ack"))
    assert not fits(load("ack"), named, load("ack"))


def test_the_engine_answers_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    class Engine:
        def is_valid(self, value: Any) -> bool:
            asked.append(value)
            return True

    monkeypatch.setattr(schemas, "_validator", lambda _name: Engine())
    monkeypatch.setattr(schemas, "_asked", type(schemas._asked)())
    assert all(schemas.is_valid("ack", ROLE) for _ in range(schemas._FEW + 5))
    assert len(asked) == 5
