"""A case of `generate` decided by checker.iam, and the named reasons for which the other engine may say otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from checker.iam import Attached, Caller, Layer, Request, evaluate, make_context, parse
from checker.iam.decisions.policies import LayerName
from checker.iam.documents.document import PolicyKind

from .generate import ROLE, SESSION, Case

SAYS = {"Allowed": "allowed", "ExplicitlyDenied": "explicit-deny", "ImplicitlyDenied": "implicit-deny"}
"""The other engine's words in ours."""


def layers_of(case: Case) -> tuple[Layer, ...]:
    """The layers of a case."""
    return tuple(_layers(case))


def request_of(case: Case) -> Request:
    """The request of a case, with every condition key known or known to be absent."""
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in case["context"].items()}
    caller = Caller("role", ROLE, SESSION)
    return Request(case["action"], case["resource"], make_context(values, closed=True), caller, case["owner"])


def outcome(case: Case) -> str:
    """What checker.iam decides."""
    return evaluate(request_of(case), layers_of(case)).outcome


def _layers(case: Case) -> Iterator[Layer]:
    yield _layer("identity", case["identity"])
    if case["boundary"] is not None:
        yield _layer("boundary", case["boundary"])
    if case["session"] is not None:
        yield _layer("session", [case["session"]])
    yield from (_layer("scp", documents) for documents in case["scps"])
    yield from (_layer("rcp", documents, "resource") for documents in case["rcps"])
    if case["own"] is not None:
        yield _layer("key" if case["action"].startswith("kms:") else "resource", [case["own"]], "resource")
    elif case["owner"] not in case["principal"]:
        yield _layer("resource", [])


def _layer(name: LayerName, documents: list[dict[str, Any]], kind: PolicyKind = "identity") -> Layer:
    return Layer(name, tuple(_attached(f"{name} {place}", item, kind) for place, item in enumerate(documents)))


def _attached(label: str, document: dict[str, Any], kind: PolicyKind) -> Attached:
    parsed = parse(json.dumps(document), kind)
    assert parsed.document is not None, parsed.problems
    return Attached(label, parsed.document)


def deviation(case: Case, ours: str, theirs: str) -> str | None:
    """The name of the documented reason why the two differ on this case; None where there is none, which is a bug.

    Each holds only where the case has what the reason speaks of, and only in the direction it explains.
    """
    if ours == "unknown":
        return next((name for name, found in _UNDOCUMENTED.items() if found(case)), None)
    return next((name for name, found in _DIFFERENT.items() if found(case, ours, theirs)), None)


def _statements(case: Case, *layers: str) -> Iterator[Case]:
    for layer in layers or ("identity", "boundary", "session", "scps", "rcps", "own"):
        for document in _flat(case[layer]):
            yield from document["Statement"]


def _flat(found: Any) -> Iterator[Case]:
    if isinstance(found, dict):
        yield found
    elif isinstance(found, list):
        for item in found:
            yield from _flat(item)


def _is_limited(case: Case) -> bool:
    return case["boundary"] is not None or case["session"] is not None


def _names_everyone(case: Case) -> bool:
    principals = [item.get("Principal") for item in _statements(case, "own") if item["Effect"] == "Allow"]
    return _is_limited(case) and any(item in ("*", {"AWS": "*"}) for item in principals)


def _names_the_session(case: Case, ours: str, theirs: str) -> bool:
    allowed_here = ours == "allowed" and theirs == "implicit-deny"
    return allowed_here and _is_limited(case) and SESSION in json.dumps(case["own"])


def _everyone_by_arn(case: Case, ours: str, theirs: str) -> bool:
    arn = "aws:principalarn"
    named = any(arn in json.dumps(item).lower() for item in _statements(case, "own") if '"*"' in json.dumps(item))
    return ours == "allowed" and theirs == "implicit-deny" and named and case["session"] is not None


def _has_resource(case: Case, *patterns: str) -> bool:
    listed = [item.get("Resource", item.get("NotResource", [])) for item in _statements(case)]
    return any(pattern in json.dumps(entry) for entry in listed for pattern in patterns)


def _ends_early(case: Case) -> bool:
    return '"arn:aws:dynamodb:*"' in json.dumps(case)


def _is_valueless_in_not_resource(case: Case) -> bool:
    valueless = "${aws:PrincipalTag/nothing}"
    return any(valueless in json.dumps(item.get("NotResource", "")) for item in _statements(case))


_UNDOCUMENTED: dict[str, Callable[[Case], bool]] = {
    "bare-star-against-a-limit": _names_everyone,
    "NotPrincipal-lists-the-role-alone": lambda case: any("NotPrincipal" in item for item in _statements(case, "own")),
    "NotResource-with-a-variable-without-value": lambda case: _is_valueless_in_not_resource(case),
    "number-that-is-none": lambda case: '"1e3"' in json.dumps(case),
    "ARN-with-too-few-fields": lambda case: _has_resource(case, "dynamodb:*:table") or _ends_early(case),
}
"""What AWS documents nowhere: we cannot tell, the other engine decides."""

_DIFFERENT: dict[str, Callable[[Case, str, str], bool]] = {
    "session-ARN-grant-is-not-limited": _names_the_session,
    "everyone-by-PrincipalArn-is-not-limited": _everyone_by_arn,
    "wildcard-in-the-type-part": lambda case, *_: _has_resource(case, ":*/", ":t*/"),
    "star-ends-a-field": lambda case, *_: _has_resource(case, "dynamodb:*:table") or _ends_early(case),
    "NotResource-with-a-variable-without-value": lambda case, ours, theirs: (
        {ours, theirs} == {"implicit-deny", "explicit-deny"} and _is_valueless_in_not_resource(case)
    ),
    "variables-need-version-2012": lambda case, *_: "2008-10-17" in json.dumps(case) and "${" in json.dumps(case),
    "epoch-seconds": lambda case, *_: "1796083200" in json.dumps(case),
    "ForAllValues-of-an-empty-string": lambda case, *_: '"dynamodb:LeadingKeys": ""' in json.dumps(case),
}
"""What the other engine is known to do differently (docs/decisions.md names the source for each)."""
