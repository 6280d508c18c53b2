"""What other tools say of the faults this one is for, and of faults it is not for: docs/comparison.md rests on it.

Usage: python -m benchmarks.comparison FOLDER

Installs each tool into an environment of its own below FOLDER (from PyPI, iam-simulate from npm), makes the inputs from
manifests/, runs every tool on every input and prints the exit code, the seconds, and the line that names the fault, if
one does. ACK_CRDS names a folder with the CRDs of the ACK IAM controller, for check-jsonschema.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).parent.parent
ROLE = ROOT / "manifests" / "tenants" / "acme" / "role.yaml"
SET = ["--set", "region=us-east-1", "--set", "account=111122223333", "--set", "authKeysTable=cell2-auth-keys"]
DENY = """\
    deny-query: |
      {"Version": "2012-10-17", "Statement": [
        {"Sid": "NoQuery", "Effect": "Deny", "Action": "dynamodb:Query", "Resource": "*"}]}
"""
MORE = '{{"Sid": "More", "Effect": "Allow", "Action": {}, "Resource": "*"}}'
SIMULATE = """\
import {runSimulation} from '@cloud-copilot/iam-simulate'
import {readFileSync} from 'fs'
const found = await runSimulation({
  request: {
    principal: 'arn:aws:iam::111122223333:role/acme-reverse-proxy', action: 'dynamodb:Query', contextVariables: {},
    resource: {resource: 'arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys', accountId: '111122223333'}},
  identityPolicies: process.argv.slice(2).map(name => ({name, policy: JSON.parse(readFileSync(name, 'utf8'))})),
  serviceControlPolicies: [], resourceControlPolicies: []}, {})
console.log(JSON.stringify(found.analysis?.result ?? found.overallResult ?? found.errors))
process.exitCode = (found.analysis?.result ?? found.overallResult) === 'Allowed' ? 0 : 1
"""


class Fault(NamedTuple):
    """A fault in a role: its name, and what names it in the output of a tool."""

    name: str
    text: str
    said: str


def faults() -> list[Fault]:
    """The role of manifests/, and the same with one fault each."""
    good = ROLE.read_text(encoding="utf-8")
    end = 'table/cell2-auth-keys"\n          }\n'
    escalation = '["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]'

    def more(actions: str) -> str:
        return good.replace(end, end[:-1] + f",\n          {MORE.format(actions)}\n")

    return [
        Fault("good", good, r"$^"),
        Fault("query-missing", good.replace(', "dynamodb:Query"', ""), r"dynamodb:Query|Denied"),
        Fault("trailing-comma", good.replace(end, end.replace('"\n', '",\n')), r"(?i)trailing comma|JSONDecode|Syntax"),
        Fault("everything", more('"*"'), r"(?i)excess-grant|privilege|CREDENTIALS_EXPOSURE|exfiltration"),
        Fault("deny-elsewhere", good.rstrip("\n") + "\n" + DENY, r"denied-grant|ExplicitlyDenied"),
        Fault("misspelt-field", good.replace("  inlinePolicies:", "  inlinePolicy:"), r"inlinePolicy\b"),
        Fault("escalation", more(escalation), r"(?i)privilege|escalation"),
        Fault(
            "secrets", more('"secretsmanager:GetSecretValue"'), r"(?i)CREDENTIALS_EXPOSURE|exfiltration|GetSecretValue"
        ),
    ]


def lay_out(folder: Path) -> None:
    """Writes every input as a manifest, as a project around it, and its policies as bare JSON."""
    for fault in faults():
        place = folder / fault.name
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(ROOT / "manifests", place / "manifests")
        for name in ("role.yaml", "manifests/tenants/acme/role.yaml"):
            (place / name).write_text(fault.text, encoding="utf-8")
        spec = yaml.safe_load(fault.text)["spec"]
        for name, document in (spec.get("inlinePolicies") or spec.get("inlinePolicy")).items():
            (place / f"{name}.json").write_text(document, encoding="utf-8")
    crds = os.environ.get("ACK_CRDS")
    if crds:
        (folder / "role-schema.json").write_text(json.dumps(strict_schema(Path(crds))), encoding="utf-8")


def strict_schema(crds: Path) -> dict[str, object]:
    """The CRD of Role as a JSON Schema that refuses unknown fields, as converters of CRDs make it."""
    crd = yaml.safe_load((crds / "iam.services.k8s.aws_roles.yaml").read_text(encoding="utf-8"))
    schema: dict[str, object] = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]

    def close(node: object) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("properties"), dict):
                node.setdefault("additionalProperties", False)
            for item in node.values():
                close(item)

    close(schema)
    schema["properties"]["metadata"] = {"type": "object"}  # type: ignore[index]  # plain JSON
    return schema


class Tool(NamedTuple):
    """A tool: the package to install, and its command line for the folder of an input."""

    name: str
    package: str
    command: list[str]
    reads: str = "the manifest"


def tools(folder: Path) -> Iterator[Tool]:
    """Every tool that can be installed from PyPI or npm."""
    yield Tool("checker", str(ROOT), ["checker", "static", *SET, "manifests"])
    quiet = ["--skip-download", "--compact", "--quiet"]
    yield Tool("checkov", "checkov", ["checkov", "-f", "role.yaml", "--framework", "kubernetes", *quiet])
    yield Tool("yamllint", "yamllint", ["yamllint", "-d", "relaxed", "role.yaml"])
    yield Tool("cfn-lint", "cfn-lint", ["cfn-lint", "role.yaml"])
    if os.environ.get("ACK_CRDS"):
        command = ["check-jsonschema", "--schemafile", str(folder / "role-schema.json"), "role.yaml"]
        yield Tool("check-jsonschema + CRD", "check-jsonschema", command)
    yield Tool("parliament --file", "parliament setuptools<81", ["parliament", "--file", "auth-keys.json"], "JSON")
    piped = ["sh", "-c", "parliament --include-community-auditors < auth-keys.json"]
    yield Tool("parliament < FILE", "parliament setuptools<81", piped, "JSON")
    yield Tool(
        "cloudsplaining", "cloudsplaining", ["cloudsplaining", "scan-policy-file", "-i", "auth-keys.json"], "JSON"
    )
    if shutil.which("npm"):
        command = ["sh", "-c", f"node {folder}/npm/simulate.mjs *.json"]
        yield Tool("iam-simulate + script", "@cloud-copilot/iam-simulate", command, "JSON")


def install(tool: Tool, folder: Path) -> Path:
    """The folder with the tool's commands."""
    if tool.package.startswith("@"):
        place = folder / "npm"
        place.mkdir(exist_ok=True)
        (place / "simulate.mjs").write_text(SIMULATE, encoding="utf-8")
        subprocess.run(["npm", "install", "--silent", "--no-audit", tool.package], cwd=place, check=True)
        return place
    place = folder / "venv" / re.sub(r"\W+", "-", tool.package.split()[0])
    if not place.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        pip = [str(place / "bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, *tool.package.split()], check=True)
    return place / "bin"


def main(argv: list[str]) -> int:
    """Runs everything and prints a table."""
    folder = Path(argv[0]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    lay_out(folder)
    for tool in tools(folder):
        try:
            path = install(tool, folder)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"\n{tool.name}: could not be installed here: {error}")
            continue
        print(f"\n{tool.name} ({tool.reads}): {' '.join(tool.command)}")
        environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"}
        for fault in faults():
            started = time.perf_counter()
            done = subprocess.run(
                tool.command, cwd=folder / fault.name, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                text=True, check=False,
            )  # fmt: skip
            seconds = time.perf_counter() - started
            lines = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
            named = next((line for line in lines if re.search(fault.said, line)), "")
            print(f"  {fault.name:<15} exit {done.returncode}  {seconds:4.1f} s  {named[:110] or '-'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
