"""The plan of the house holds: arrows run down, none go in circles, and a new thing is a file and an entry."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "progress", "version", "iam"),
    ("text", "inventory", "managed"),
    ("schemas", "ack", "kept"),
    ("kustomize", "requirements"),
    ("project", "findings"),
    ("config", "rules", "live"),
    ("suppression", "revisions", "rendering", "init", "runbook"),
    ("gate", "incident"),
    ("fix", "diff"),
    ("report", "demo"),
    ("lsp",),
    ("cli", "api", "start", "unconcerned"),
    ("__main__",),
)
"""From the ground up. A room imports from its own floor and from those below."""


one_worker = pytest.mark.xdist_group("imports")
"""To read all imports takes seconds: one process does it for all that ask."""


def modules() -> dict[str, Path]:
    """Every module of the package, by its dotted name."""
    found = {}
    for path in sorted((ROOT / "checker").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules of ours that a module imports, for types alone or late as well."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            target = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                whole = f"{target}.{alias.name}"
                if whole in known or target in known:
                    yield whole if whole in known else target


def room(name: str) -> str:
    return f"{name}.".split(".")[1]


@lru_cache
def graph() -> dict[str, set[str]]:
    known = modules()
    return {name: set(imports(name, path, known)) - {name} for name, path in known.items()}


@pytest.mark.long
@one_worker
def test_arrows_run_down() -> None:
    floor = {name: number for number, names in enumerate(FLOORS) for name in names}
    found = graph()
    assert {room(name) for name in found} - {""} == set(floor)
    up = [
        f"{name} imports {target}"
        for name, targets in found.items()
        for target in targets
        if room(name) and room(target) and floor[room(target)] > floor[room(name)]
    ]
    assert up == []


@pytest.mark.long
@one_worker
def test_nothing_goes_in_circles() -> None:
    left = dict(graph())
    while True:
        # What imports nothing that is left is in no circle.
        free = {name for name, targets in left.items() if not targets & left.keys()}
        if not free:
            break
        left = {name: targets for name, targets in left.items() if name not in free}
    assert left == {}


@pytest.mark.long
@one_worker
def test_the_policy_language_knows_nothing_of_ours() -> None:
    assert {
        target
        for name, targets in graph().items()
        if room(name) == "iam"
        for target in targets
        if room(target) != "iam"
    } == set()


@pytest.mark.long
@one_worker
def test_the_runbook_asks_nobody() -> None:
    """It reads the record and its log; it imports no client and no question."""
    found = {target for name, targets in graph().items() if room(name) == "runbook" for target in targets}
    assert {".".join(name.split(".")[:3]) for name in found if room(name) == "live"} == {
        "checker.live.record",
        "checker.live.log",
    }


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A scratch copy of the package, where things can be added; what was compiled of it is not compiled again."""
    shutil.copytree(ROOT / "checker", tmp_path / "checker")
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    return tmp_path


def run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "checker", *arguments]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=60)


def register(path: Path, package: str, module: str, before: str, entry: str = "{}") -> None:
    """Adds a module to a registry: its import, and its place in the order, as such an entry."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(\nfrom __future__ import annotations\n)", rf"\1\nfrom {package} import {module}\n", text, count=1)
    text, count = re.subn(
        rf"(?s)(\n[A-Z]+: tuple\[.*?\n)(    {re.escape(entry.format(before))},\n)",
        rf"\1    {entry.format(module)},\n\2",
        text,
        count=1,
    )
    assert count == 1
    path.write_text(text, encoding="utf-8")


def test_a_rule_is_a_file_and_an_entry_in_one_registry(copy: Path) -> None:
    (copy / "checker/rules/manifest/short_name.py").write_text(
        '"""A name of one letter.\n\nWhat it does\n    Reports it.\n"""\n'
        "from ...findings.place import at\nfrom ...findings.problem import Problem\nfrom ..rule import About\n\n"
        'ABOUT = About("short-name", "warning")\n\n\n'
        "def check_document(document):\n    for role in document.inventory.roles:\n"
        "        yield Problem(at(role.object), 'short', 'it says nothing', 'write more', role.object)\n",
        encoding="utf-8",
    )
    register(copy / "checker/rules/__init__.py", ".manifest", "short_name", "invalid_yaml")
    (copy / "role.yaml").write_text(
        "apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata: {name: r}\nspec: {name: r}\n",
        encoding="utf-8",
    )
    assert "short-name" in run(copy, "explain").stdout
    assert "warning short-name" in run(copy, "static", "role.yaml", "--select", "short-name").stdout.replace("[", " ")


def test_a_format_is_a_file_and_a_name_in_one_table(copy: Path) -> None:
    (copy / "checker/report/static/brief.py").write_text(
        "CARRIES_FIXES = False\n\n\ndef render(report, look):\n    return f'{len(report.findings)} found\\n'\n",
        encoding="utf-8",
    )
    table = copy / "checker/report/formats.py"
    table.write_text(table.read_text(encoding="utf-8").replace('"static": (', '"static": ("brief", '), encoding="utf-8")
    (copy / "role.yaml").write_text(
        "apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata: {name: r}\nspec: {}\n", encoding="utf-8"
    )
    assert re.search(r"^\d+ found$", run(copy, "static", "role.yaml", "--format", "brief").stdout, re.MULTILINE)


def test_a_cause_is_a_file_and_an_entry_in_one_registry(copy: Path) -> None:
    (copy / "checker/runbook/causes/full_moon.py").write_text(
        '"""The moon is full.\n\nWhat it looks for\n    Nothing.\n"""\n'
        "from ..case.witnesses import Seen\n\nID, TITLE = 'full-moon', 'The moon is full'\n"
        "MANIFEST_HELPS = RESTART_NEEDED = False\nREMEDIATION = 'Wait.'\n\n\n"
        "def look(case):\n    return Seen('silent', 'refutes')\n",
        encoding="utf-8",
    )
    register(copy / "checker/runbook/causes/__init__.py", ".", "full_moon", "region_missing", "known({})")
    assert "full-moon" in run(copy, "explain").stdout
    assert "The moon is full" in run(copy, "explain", "full-moon").stdout


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_kind_is_a_row_and_a_definition(copy: Path) -> None:
    replace(
        copy / "checker/ack/kinds.py",
        "\nKINDS = (\n",
        '\nKINDS = (\n    Kind(IAM, "Group", "groups", ("inlinePolicies",)),\n',
    )
    schema = copy / "checker/schemas/ack.json"
    value = json.loads(schema.read_text(encoding="utf-8"))
    is_group = {"properties": {"kind": {"const": "Group"}}, "required": ["kind"]}
    value["allOf"].append({"if": is_group, "then": {"$ref": "#/definitions/Group"}})
    spec = {"type": "object", "additionalProperties": False, "properties": {"name": {"type": "string"}}}
    value["definitions"]["Group"] = {"properties": {"spec": spec}}
    schema.write_text(json.dumps(value), encoding="utf-8")
    (copy / "group.yaml").write_text(
        "apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Group\nmetadata: {name: g}\nspec: {nmae: g}\n",
        encoding="utf-8",
    )
    assert "[unknown-field]" in run(copy, "static", "group.yaml", "--select", "unknown-field").stdout
    (copy / "group.yaml").write_text(
        "apiVersion: ${GROUP}/v1\nkind: Group\nmetadata: {name: g}\nspec: {inlinePolicies: {}}\n", encoding="utf-8"
    )
    assert "[templated-manifest]" in run(copy, "static", "group.yaml", "--select", "templated-manifest").stdout


def test_a_layer_is_a_row_and_what_reads_its_policies(copy: Path) -> None:
    layers = copy / "checker/iam/decisions/policies.py"
    replace(layers, '"key", "trust"]', '"key", "trust", "perimeter"]')
    replace(
        layers,
        '\n    "scp": ',
        '\n    "perimeter": LayerKind("resource", "gate", "the perimeter shuts it out"),\n    "scp": ',
    )
    replace(
        copy / "checker/runbook/case/sources.py",
        '    endpoints = list(value(record, "vpc-endpoints") or [])\n',
        '    for document in value(record, "perimeters") or ():\n'
        '        layers.append(Layer("perimeter", (attached("the perimeter", document, None, "resource"),)))\n'
        '    endpoints = list(value(record, "vpc-endpoints") or [])\n',
    )
    (copy / "ask.py").write_text(
        "from checker.iam import *\n"
        "from checker.live.record.record import Reading, Record, Target\n"
        "from checker.runbook.case.sources import above\n"
        'everything = \'{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}\'\n'
        "own = Layer('identity', (Attached('own', parse(everything, 'identity').document),))\n"
        "request = Request('dynamodb:Query', 'arn:aws:dynamodb:us-east-1:111122223333:table/t')\n"
        "refusing = everything.replace('Allow', 'Deny').replace('}}', ', \"Principal\": \"*\"}}')\n"
        "readings = {'perimeters': Reading('ok', [refusing], '', '', 0)}\n"
        "read = above(Record(Target('acme'), '', 0, readings))\n"
        "for layers in ((own,), (own, Layer('perimeter', ())), (own, *read)):\n"
        "    print(evaluate(request, layers).outcome, evaluate(request, layers).layer)\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, "ask.py"], cwd=copy, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["allowed None", "implicit-deny perimeter", "explicit-deny None"], done.stderr


def test_a_command_is_a_file_and_a_name(copy: Path) -> None:
    (copy / "checker/cli/greet.py").write_text(
        '"""`checker greet`."""\n\n\ndef add_to(commands):\n'
        '    commands.add_parser("greet", help="says hello").set_defaults(run=run)\n\n\n'
        'def run(arguments):\n    print("hello")\n    return 0\n',
        encoding="utf-8",
    )
    replace(copy / "checker/cli/__init__.py", 'COMMANDS = ("static", ', 'COMMANDS = ("greet", "static", ')
    assert run(copy, "greet").stdout == "hello\n"
    assert "says hello" in run(copy, "--help").stdout


def test_a_fix_is_a_file_and_an_entry_in_one_registry(copy: Path) -> None:
    (copy / "checker/fix/plans/missing_version.py").write_text(
        '"""Writes the Version that a policy lacks."""\n'
        "from ..planning.plan import NoPlan\n\nRULES = ('missing-version',)\n\n\n"
        "def plan(survey, finding):\n    yield NoPlan('somebody has to look at the moon first')\n",
        encoding="utf-8",
    )
    registry = copy / "checker/fix/plans/__init__.py"
    replace(
        registry, "    missing_grant,\n    references,\n", "    missing_grant,\n    missing_version,\n    references,\n"
    )
    replace(registry, "fields, json_syntax)", "fields, json_syntax, missing_version)")
    (copy / "role.yaml").write_text(
        "apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata: {name: r}\n"
        "spec: {name: r, inlinePolicies: {p: '{\"Statement\": []}'}}\n",
        encoding="utf-8",
    )
    assert "look at the moon" in run(copy, "fix", "role.yaml", "--select", "missing-version").stdout
