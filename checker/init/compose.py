"""The text of a first configuration and of a first requirement, with comments that say what to change. Pure."""

from __future__ import annotations

import json

from ..iam.expressions import expression
from .cells import FoundCell, folders_of
from .survey import ManifestSurvey

SCHEMAS = ".checker"
"""The folder that the JSON Schemas for editors are written to."""

REQUIREMENT = "reverse-proxy-auth-keys.yaml"


def configuration(found: ManifestSurvey, cluster: tuple[str, str], folder: str, with_schemas: bool) -> str:
    """checker.yaml. `cluster` is (cluster name, kubeconfig context), each "" where it is not known; `folder` is where
    requirements are."""
    lines = [f"# yaml-language-server: $schema={SCHEMAS}/config.json"] if with_schemas else []
    lines += [
        "# What checker checks. `checker static` reads this file from here or from any folder below.",
        "version: 1",
        "",
        "# Where the manifests are; references resolve over all of them.",
        f"manifests: {_flow(found.manifests or ('.',))}",
        "",
        "# What every reverse proxy must be able to do, and what it must not.",
        f"policies: [{folder}]",
        "",
        "# Values for ${…} in requirements, by cell. Several cells are judged in one run where each says which folders",
        "# are its own (manifests:); else --cell NAME chooses one.",
        "cells:",
    ]
    folders = folders_of(found.cells) if len(found.cells) > 1 else {}
    for cell in found.cells or (FoundCell(name="cell1", region="", account="", issuer="", table="", files=()),):
        lines += _cell(cell, cluster if len(found.cells) <= 1 else ("", ""), folders.get(cell.name, ()))
        lines += _placeholders(found.placeholders)
    lines += [
        "",
        "# Findings that are known and accepted, each with a reason, perhaps until a day:",
        "# ignore:",
        "#   - {rule: excess-grant, subject: tenant-acme/acme-reverse-proxy, reason: rotates keys, until: 2027-01-31}",
        "",
        "# A rule's severity (error, warning, note, off); `checker explain` lists the rules:",
        "# rules:",
        "#   broad-action: {severity: error}",
    ]
    return "\n".join(lines) + "\n"


def _cell(cell: FoundCell, cluster: tuple[str, str], folders: tuple[str, ...]) -> list[str]:
    name, context = cluster
    rows = [
        ("cluster", name, "MY-EKS-CLUSTER"),
        ("context", context, "MY-KUBECONFIG-CONTEXT"),
        ("region", cell.region, "us-east-1"),
        ("account", cell.account, "111122223333"),
        ("oidcIssuer", cell.issuer, "https://oidc.eks.REGION.amazonaws.com/id/ID"),
    ]
    lines = [f"  {_scalar(cell.name)}:", *([f"    manifests: {_flow(folders)}"] if folders else [])]
    lines += [f"    {'' if value else '# '}{key}: {_scalar(value or example)}" for key, value, example in rows]
    table = _scalar(cell.table or "MY-AUTH-KEYS-TABLE")
    lines += ["    parameters:", f"      authKeysTable: {table}" + ("" if cell.table else "  # the table's name")]
    return lines


_MOST_PLACEHOLDERS = 20


def _placeholders(names: tuple[str, ...]) -> list[str]:
    """Comments with the values that a cell has to give for templates."""
    if not names:
        return []
    lines = ["    # What templates are filled in with here (parameters too: ${region}, ${account}, ${authKeysTable}):"]
    lines.append("    # placeholders:")
    for name in names[:_MOST_PLACEHOLDERS]:
        folded = name.lower()
        meant = next((value for word, value in _MEANT if word in folded), "…")
        lines.append(f"    #   {_scalar(name)}: {meant}")
    return lines


_MEANT = (("table", "${authKeysTable}"), ("account", "${account}"), ("region", "${region}"))


def requirement(found: ManifestSurvey, with_schemas: bool) -> str:
    """The first requirement: read access to the auth keys table, and no writing."""
    names = found.role_names or ("*-reverse-proxy",)
    accounts = found.account_names or ("reverse-proxy-*",)
    partition = found.cells[0].partition if found.cells else "aws"
    head = [f"# yaml-language-server: $schema=../{SCHEMAS}/requirement.json"] if with_schemas else []
    return "\n".join([*head, _REQUIREMENT.format(names=_flow(names), accounts=_flow(accounts), partition=partition)])


_REQUIREMENT = """\
# What every reverse-proxy role must be able to do, and what it must not.
# ${{region}}, ${{account}} and ${{authKeysTable}} come from a cell in checker.yaml or from --set.
apiVersion: checker/v1
kind: AccessRequirement
metadata:
  name: reverse-proxy-auth-keys
spec:
  description: The reverse proxy reads its API keys from the auth keys table.
  consequence: Without it keys go stale and end users are locked out.
  # Which roles: by name (of the object or in IAM), or those that these service accounts work with; * is anything.
  appliesTo:
    roles:
      names: {names}
    serviceAccounts:
      names: {accounts}
  # Every action on every resource must be granted. Add table/${{authKeysTable}}/index/* if the proxy queries an index.
  require:
    - actions: [dynamodb:GetItem, dynamodb:Query]
      resources: ["arn:{partition}:dynamodb:${{region}}:${{account}}:table/${{authKeysTable}}"]
  # None of these may be within reach: writes and scans, under all of their names.
  forbid:
    - actions:
        - dynamodb:PutItem
        - dynamodb:UpdateItem
        - dynamodb:DeleteItem
        - dynamodb:BatchWriteItem
        - dynamodb:ConditionCheckItem
        - dynamodb:PartiQLInsert
        - dynamodb:PartiQLUpdate
        - dynamodb:PartiQLDelete
        - dynamodb:PartiQLSelect
        - dynamodb:Scan
        - dynamodb:SearchVectors
        - dynamodb:ExportTableToPointInTime
      resources: ["arn:{partition}:dynamodb:*:*:table/${{authKeysTable}}*"]
"""


def _flow(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(json.dumps(value, ensure_ascii=False) for value in values) + "]"


_PLAIN = expression(r"[A-Za-z][\w./-]*\Z|https://[\w./-]+\Z")


def _scalar(value: str) -> str:
    """A value as YAML has it: plain where it can only be read as a string, else in quotes."""
    is_word = value.lower() in ("true", "false", "null", "yes", "no", "on", "off")
    return value if _PLAIN.match(value) and not is_word else json.dumps(value, ensure_ascii=False)
