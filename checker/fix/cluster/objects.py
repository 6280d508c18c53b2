"""The objects of an incident as the gate reads them: the role and its policies as editable text, and beside it what
gives the role to the pod."""

from __future__ import annotations

from typing import Any

from ...ack.cleaning import clean
from ...ack.objects import mapping
from ...gate.engine import Settings
from ...gate.prepared import Material, Prepared, Terms
from ...iam.arns import parse_arn
from ...live.record.record import under
from ...project.file_facts import facts_of
from ...requirements.load import Loaded
from ...requirements.model import Access, Requirement
from ...rules import BY_ID
from ...runbook.case.access import View
from ...runbook.case.case import Case
from ...runbook.case.sources import giver
from ...text.source import Source
from ..edits.manifest import as_text, key_of

NAME = "cluster.yaml"
"""What the text is called in diffs."""

RULES = (
    "policies-and-refs", "empty-reference", "dangling-reference", "not-an-arn", "lossy-inline-encoding",
    "invalid-policy-json", "duplicate-policy-key", "oversized-policy", "missing-grant", "denied-grant",
    "conditional-grant", "untrusted-service-account", "wrong-issuer", "foreign-provider", "mismatched-principal",
    "missing-tag-session",
)  # fmt: skip
"""What keeps a pod from its keys. In an incident nothing else is touched."""


def as_read(case: Case) -> list[dict[str, Any]]:
    """The Role in the cluster and the Policies it refers to, as the record has them; none without a Role object."""
    role = case.value("ack-role")
    if role is None:
        return []
    items = [role, *(case.value("ack-policies") or ())]
    return items + [item.value for item in under(case.record, "ack-policy/").values() if item.value]


def declared(case: Case) -> list[dict[str, Any]]:
    """The same, cleaned."""
    return [clean(item) for item in as_read(case)]


def in_git(case: Case) -> list[dict[str, Any]]:
    """The objects of the manifests, with the metadata of the same object in the cluster where there is one. A manifest
    without a namespace goes where the Role is, else where the pod is."""
    manifests = case.value("manifests")
    live = declared(case)
    home = live[0]["metadata"].get("namespace", "") if live else case.namespace
    items = []
    for item in [clean(raw, ()) for raw in (manifests["role"], *manifests["policies"])] if manifests else []:
        kind, namespace, name = key_of(item)
        metadata = {**item["metadata"], "namespace": namespace or home}
        same = next((existing for existing in live if key_of(existing) == (kind, namespace or home, name)), None)
        items.append({**item, "metadata": same["metadata"] if same else metadata})
    return items


def prepared(case: Case, items: list[dict[str, Any]], view: View | None) -> Prepared:
    """What the gate rests on: the objects, the requirements of the view, and the cell's values.

    The key of the table counts as required where its refusal is what the diagnosis is about.
    """
    asked = asked_of(case, view)
    parameters = {
        **case.parameters,
        "account": case.parameters.get("roleAccount") or case.parameters.get("account", ""),
    }
    values = {key: value for key, value in parameters.items() if value}
    givers = facts_of([Source("given.yaml", as_text(giver(case.record, case.arn, case.namespace, case.account_name)))])
    return Prepared(
        Material(facts_of([Source(NAME, as_text(items))]), givers, file_count=1),
        Terms(
            requirements=Loaded(asked, {}, {}),
            asked=asked,
            settings=Settings(tuple(BY_ID[name] for name in RULES), {}),
            parameters=values,
            is_partial=True,
        ),
    )


def asked_of(case: Case, view: View | None) -> tuple[Requirement, ...]:
    """The requirements of a view, with what else the log says was refused."""
    return tuple(_with_key(outcome.requirement, case) for outcome in view.outcomes) if view else ()


def _with_key(requirement: Requirement, case: Case) -> Requirement:
    key = mapping(case.value("key"))
    is_ours = key.get("arn") and key.get("manager") != "AWS"
    if not is_ours or not case.having("kms-denied"):
        return requirement
    named = parse_arn(str(key["arn"]))
    region = named.region if named else ""
    access = Access(("kms:Decrypt",), (str(key["arn"]),), ("spec", "require", len(requirement.require)))
    context = {**requirement.context, "kms:ViaService": (f"dynamodb.{region}.amazonaws.com",)}
    return requirement._replace(require=(*requirement.require, access), context=context)
