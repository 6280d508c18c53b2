"""Golden tables: one request a line, decided by hand from AWS's documentation.

A file is a list of rules, each with the cases that stand for it:

    ## where AWS says so, and what
    allowed: GetItem T; identity: Allow GetItem T
    implicit-deny(boundary): GetItem T; identity: Allow * *; boundary: Allow s3:* *; with: aws:SourceVpce=v

Before the first semicolon stand the outcome, the action and the ARN; then the layers, each with its statements
(separated by commas), and what is known of the request: `with` keys and values, `without` keys, `closed` (everything
else is absent), `caller`. A statement is `EFFECT ACTIONS RESOURCES [to PRINCIPALS] [if OPERATOR KEY VALUES]…`; lists
are separated by bars, a leading `!` stands for NotAction, NotResource or NotPrincipal, `~` for a space inside a value.
Names in capitals are the ARNs below; an action without a service is DynamoDB's. For `prove`, the ARN is a pattern.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from checker.iam import Attached, Caller, Context, Layer, Request, make_context, parse
from checker.iam.decisions.policies import WITH_PRINCIPALS, LayerName

ACCOUNT, OTHER = "111122223333", "444455556666"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/auth-keys"
NAMES = {
    "T": TABLE,
    "T2": f"{TABLE}2",
    "OLD": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/old",
    "INDEX": f"{TABLE}/index/by-tenant",
    "STREAM": f"{TABLE}/stream/2026-11-24",
    "FAR": f"arn:aws:dynamodb:us-east-1:{OTHER}:table/auth-keys",
    "KEY": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd",
    "FARKEY": f"arn:aws:kms:us-east-1:{OTHER}:key/1234abcd",
    "ROLE": f"arn:aws:iam::{ACCOUNT}:role/team/proxy",
    "ROLE2": f"arn:aws:iam::{ACCOUNT}:role/other",
    "SESSION": f"arn:aws:sts::{ACCOUNT}:assumed-role/proxy/pod-1",
    "SESSION2": f"arn:aws:sts::{ACCOUNT}:assumed-role/proxy/pod-2",
    "USER": f"arn:aws:iam::{ACCOUNT}:user/ann",
    "ROOT": f"arn:aws:iam::{ACCOUNT}:root",
    "ACCOUNT": ACCOUNT,
    "OTHERROOT": f"arn:aws:iam::{OTHER}:root",
    "PROVIDER": f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/E",
    "PODS": "pods.eks.amazonaws.com",
}
CALLERS = {
    "role": Caller("role", NAMES["ROLE"], NAMES["SESSION"]),
    "unnamed-session": Caller("role", NAMES["ROLE"]),
    "user": Caller("user", NAMES["USER"]),
    "root": Caller("root", NAMES["ROOT"]),
    "provider": Caller("Federated", NAMES["PROVIDER"]),
    "pods": Caller("Service", NAMES["PODS"]),
    "nobody": None,
}


class Case(NamedTuple):
    """One line: what is asked, and what must come out."""

    line: str
    rule: str
    expected: str
    request: Request
    layers: tuple[Layer, ...]


def read(name: str) -> Iterator[Case]:
    """The cases of one table."""
    rule = ""
    for number, line in enumerate((Path(__file__).parent / name).read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("## "):
            rule = line[3:]
        elif line.strip() and not line.startswith("#"):
            assert rule, f"{name}:{number} stands for no rule"
            yield _case(f"{name}:{number}", line, rule)


def _case(place: str, line: str, rule: str) -> Case:
    head, *parts = line.split("; ")
    expected, _, asked = head.partition(": ")
    action, resource = asked.split()
    known: dict[str, str | tuple[str, ...]] = {}
    absent: tuple[str, ...] = ()
    closed, caller = False, "role"
    layers: list[Layer] = []
    for part in parts:
        name, _, body = part.partition(": ")
        if name == "with":
            known |= {key: _values(text) for key, _, text in (item.partition("=") for item in body.split())}
        elif name == "without":
            absent += tuple(body.split())
        elif name == "closed":
            closed = True
        elif name == "caller":
            caller = body
        else:
            layers.append(_layer(cast("LayerName", name.rstrip("0123456789")), body, place))
    request = Request(_action(action), _arn(resource), make_context(known, absent, closed=closed), CALLERS[caller])
    return Case(place, rule, expected, request, tuple(layers))


def _values(text: str) -> str | tuple[str, ...]:
    items = tuple(_arn(item).replace("~", " ") for item in text.split("|"))
    return items if len(items) > 1 else items[0]


def _layer(name: LayerName, body: str, place: str) -> Layer:
    if body == "unreadable":
        return Layer(name, (Attached(name, None, "it cannot be read"),))
    version, _, rest = body.partition(" @ ") if " @ " in body else ("2012-10-17", "", body)
    kind = "trust" if name == "trust" else "resource" if name in WITH_PRINCIPALS else "identity"
    statements = [_statement(text, kind) for text in rest.split(", ") if text not in ("-", "")]
    parsed = parse(json.dumps({"Version": version, "Statement": statements}), kind)  # type: ignore[arg-type]  # a name of the table
    assert parsed.document is not None, (place, parsed.problems)
    return Layer(name, (Attached(name, parsed.document),))


def _statement(text: str, kind: str) -> dict[str, Any]:
    front, *conditions = re.split(r" if | and ", text)
    front, _, principals = front.partition(" to ")
    effect, actions, *resources = front.split()
    found: dict[str, Any] = {"Effect": effect}
    found |= _negatable("Action", actions, _action)
    if resources:
        found |= _negatable("Resource", resources[0], _arn)
    if kind != "identity":
        found |= _principals(principals or "*")
    for condition in conditions:
        operator, key, *values = condition.split()
        listed = [_arn(item).replace("~", " ") for item in " ".join(values).split("|")] if values else []
        found.setdefault("Condition", {}).setdefault(operator, {})[key] = listed
    return found


def _negatable(name: str, text: str, read_one: Any) -> dict[str, Any]:
    negated = text.startswith("!")
    return {f"Not{name}" if negated else name: [read_one(item) for item in text.removeprefix("!").split("|")]}


def _principals(text: str) -> dict[str, Any]:
    name = "NotPrincipal" if text.startswith("!") else "Principal"
    items = [_arn(item) for item in text.removeprefix("!").split("|")]
    if items == ["*"]:
        return {name: "*"}
    by_kind: dict[str, list[str]] = {}
    for item in items:
        kind = "Service" if item.endswith(".amazonaws.com") else "Federated" if ":oidc-provider/" in item else "AWS"
        by_kind.setdefault(kind, []).append("*" if item == "AWS*" else item)
    return {name: by_kind}


def _action(text: str) -> str:
    return text if ":" in text or text == "*" else f"dynamodb:{text}"


def _arn(text: str) -> str:
    head, slash, tail = text.partition("/")
    if head in NAMES and slash:
        return f"{NAMES[head]}/{tail}"
    stem = text.rstrip("*?")
    return NAMES[stem] + text[len(stem) :] if stem in NAMES else text


OPEN = Context()
