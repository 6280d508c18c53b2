"""A policy still names the role by the id it had before it was recreated.

What it looks for
    A resource policy of the table or of its key that allows a read to a
    principal like AROA… that is not the role's id, or denies it to all but
    such an id: when a role is deleted, AWS shows its id where its ARN stood,
    and a new role of the same name has another id.

What to do
    Write the policy again with the role's ARN as principal.

Source
    IAM User Guide, "AWS JSON policy elements: Principal" ("the role's unique
    principal ID … if the role is deleted and recreated").
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...ack.objects import mapping
from ...iam.decisions.statements import action_matches
from ...iam.expressions import expression
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.key import may_decrypt

ID = "stale-principal-id"
TITLE = "A policy still names the role by the id it had before it was recreated"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Put the resource policy anew with the role's ARN as principal."


_ROLE_ID = expression(r"AROA[A-Z0-9]{12,}")


_NONE = "no resource policy names another role's id"
_NOT_THE_TABLES = "the table's resource policy names no other role's id"


def look(case: Case) -> Seen:
    ours = mapping(case.value("role")).get("id", "")
    read = [(name, case.reading(name)) for name in ("table-policy", "key-policy")]
    texts = [(name, mapping(item.value).get("document", "")) for name, item in read if item.value]
    named = [(name, *item) for name, text in texts for item in _named(text, _READS[name], {ours, case.arn})]
    stale = [(name, role_id) for name, role_id, _ in named]
    log = case.says((), case.having("denied-table-policy", "denied", "kms-denied"))
    # A refusal that names the table's policy says that it is in the way, whatever is granted beside it.
    if stale and not case.having("denied-table-policy") and not _is_in_the_way(case, {name for name, _ in stale}):
        return Seen(log, "refutes", ("an id of another role stands there, and is not what is in the way",))
    if stale and ours:
        evidence = tuple(
            f"the {name.replace('-', ' ')} names {role_id}, the role's id is {ours}" for name, role_id in stale
        )
        is_of_the_table = any(name == "table-policy" for name, _ in stale)
        of_the_key = commands.show_key_policy(case, str(mapping(case.value("key")).get("arn") or ""))
        command = commands.table(case, "get-resource-policy") if is_of_the_table else of_the_key
        # Whoever is excepted from a Deny may as well be somebody else, who lives.
        return Seen(log, "shows", evidence, next=(command,), is_partial=not any(allows for *_, allows in named))
    if stale:
        shown = tuple(f"the {name.replace('-', ' ')} names {role_id}" for name, role_id in stale)
        return Seen(log, "unread", (*shown, "the role was not read, so whether that is its id is not known"))
    if all(item.is_settled for name, item in read if name == "table-policy"):
        return Seen(log, "refutes", (_NONE if all(item.is_settled for _, item in read) else _NOT_THE_TABLES,))
    return Seen(
        log, "unread", tuple(f"the {name.replace('-', ' ')} was not read" for name, item in read if not item.value)
    )


def _named(text: str, reads: tuple[str, ...], ours: set[str]) -> Iterator[tuple[str, bool]]:
    """The ids of roles that a policy's statements on these actions go by, and whether that is an Allow; without
    statements that go by the role itself as well."""
    for statement in _statements(text):
        allows = statement.get("Effect") == "Allow"
        goes_by = json.dumps([statement.get(name) for name in (_OF_ALLOW if allows else _OF_DENY)])
        if any(name and name in goes_by for name in ours) or not _is_about(statement, reads):
            continue
        yield from ((role_id, allows) for role_id in dict.fromkeys(_ROLE_ID.findall(goes_by)))


def _statements(text: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(text or "{}")
    except ValueError:
        return []
    stated = mapping(document).get("Statement")
    return [mapping(item) for item in (stated if isinstance(stated, list) else [stated])]


def _is_about(statement: dict[str, Any], reads: tuple[str, ...]) -> bool:
    patterns = statement.get("Action", statement.get("NotAction", "*"))
    stated = [item for item in (patterns if isinstance(patterns, list) else [patterns]) if isinstance(item, str)]
    is_negated = "Action" not in statement and "NotAction" in statement
    return any(any(action_matches(item, action.lower()) for item in stated) is not is_negated for action in reads)


_OF_ALLOW, _OF_DENY = ("Principal",), ("NotPrincipal", "Condition")
_READS = {
    "table-policy": ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem"),
    "key-policy": ("kms:Decrypt",),
}


def _is_in_the_way(case: Case, names: set[str]) -> bool:
    """Whether the access may hang on what such a policy grants: ids of roles that are gone may stay in it for years."""
    is_granted = case.deployed is not None and case.deployed.verdict == "granted"
    of_the_table = "table-policy" in names and not is_granted
    key = mapping(case.value("key"))
    of_the_key = "key-policy" in names and key.get("state") in (None, "Enabled") and may_decrypt(case) is not True
    return of_the_table or of_the_key
