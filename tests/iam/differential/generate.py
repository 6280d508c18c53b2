"""Random requests with random policies, DynamoDB and KMS, the same for the same seed.

A case is plain JSON: the documents by layer, the request, and every condition key it carries (the context is closed:
what is not listed is absent). What AWS documents nowhere and what the other engine is known to do differently comes up
rarely, so that it stays tested without drowning the rest.
"""

from __future__ import annotations

from random import Random
from typing import Any

ACCOUNT, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/proxy"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/proxy/pod-1"
Case = dict[str, Any]

_TABLES = ("auth-keys", "auth-keys-old", "Orders")
_ACTIONS = {
    "dynamodb:GetItem": ("dynamodb:LeadingKeys",),
    "dynamodb:Query": ("dynamodb:LeadingKeys", "dynamodb:Select"),
    "dynamodb:PutItem": ("dynamodb:LeadingKeys",),
    "dynamodb:Scan": ("dynamodb:Select",),
    "dynamodb:DescribeTable": (),
    "kms:Decrypt": ("kms:ViaService", "kms:CallerAccount"),
}
"""The actions asked about, with the keys of their own that requests for them can carry."""
_ACTION_PATTERNS = (
    "*", "dynamodb:*", "dynamodb:Get*", "dynamodb:?etItem", "dynamodb:*Item", "DynamoDB:getitem", "dynamodb:Query",
    "dynamodb:GetItem", "dynamodb:Q*y", "s3:*", "kms:*", "iam:PassRole", "dynamodb:BatchGetItem",
)  # fmt: skip
_KEY_PATTERNS = ("*", "kms:*", "kms:Decrypt", "kms:De*", "kms:GenerateDataKey*", "KMS:decrypt", "dynamodb:*")
_KEYS = ("1234abcd-12ab-34cd-56ef-1234567890ab", "0987dcba-09fe-87dc-65ba-ab0987654321")


def case(seed: int) -> Case:
    """The case of this seed."""
    rng = Random(seed)
    for_key = rng.random() < 0.25
    owner = OTHER if rng.random() < 0.2 else ACCOUNT
    action = "kms:Decrypt" if for_key else rng.choice([name for name in _ACTIONS if name.startswith("dynamodb:")])
    found: Case = {
        "seed": seed,
        "principal": SESSION,
        "action": action,
        "resource": _key(rng, owner) if for_key else _table(rng, owner, action),
        "owner": owner,
        "context": _context(rng, owner, action),
        "identity": [_document(rng, for_key, owner) for _ in range(rng.randint(0, 2))],
        "boundary": [_document(rng, for_key, owner, generous=True)] if rng.random() < 0.25 else None,
        "session": _document(rng, for_key, owner, generous=True) if rng.random() < 0.2 else None,
        "scps": [[_document(rng, for_key, owner, generous=True)] for _ in range(rng.randint(1, 2))]
        if rng.random() < 0.25
        else [],
        "rcps": [[_denials(rng, for_key, owner)]] if rng.random() < 0.15 else [],
        "own": _document(rng, for_key, owner, named=True) if for_key or rng.random() < 0.4 else None,
    }
    return found


def _table(rng: Random, owner: str, action: str) -> str:
    has_indexes = action in ("dynamodb:Query", "dynamodb:Scan")
    index = f"/index/{rng.choice(('by-tenant', 'by-date'))}" if has_indexes and rng.random() < 0.4 else ""
    return f"arn:aws:dynamodb:us-east-1:{owner}:table/{rng.choice(_TABLES)}{index}"


def _key(rng: Random, owner: str) -> str:
    return f"arn:aws:kms:us-east-1:{owner}:key/{rng.choice(_KEYS)}"


def _document(rng: Random, for_key: bool, owner: str, *, generous: bool = False, named: bool = False) -> Case:
    statements = [_statement(rng, for_key, owner, named=named) for _ in range(rng.randint(1, 3))]
    if generous and rng.random() < 0.6:
        statements.append({"Effect": "Allow", "Action": "*", "Resource": "*"})
    if named:
        for item in statements:
            item.update(_principal(rng, owner, item["Effect"]))
    version = "2008-10-17" if rng.random() < 0.03 else "2012-10-17"
    return {"Version": version, "Statement": statements}


def _denials(rng: Random, for_key: bool, owner: str) -> Case:
    statement = {**_statement(rng, for_key, owner), "Effect": "Deny", "Principal": "*"}
    # A resource control policy takes neither NotAction nor the bare star.
    statement.pop("NotAction", None)
    statement["Action"] = rng.choice(("kms:*", "kms:Decrypt") if for_key else ("dynamodb:*", "dynamodb:Get*"))
    return {"Version": "2012-10-17", "Statement": [statement]}


def _statement(rng: Random, for_key: bool, owner: str, *, named: bool = False) -> Case:
    found: Case = {"Effect": "Deny" if rng.random() < 0.18 else "Allow"}
    patterns = _KEY_PATTERNS if for_key else _ACTION_PATTERNS
    actions = [rng.choice(patterns) for _ in range(rng.randint(1, 3))]
    found["NotAction" if rng.random() < 0.12 else "Action"] = actions if len(actions) > 1 else actions[0]
    resources = [_pattern(rng, for_key, owner) for _ in range(rng.randint(1, 3))]
    if named and for_key:
        resources = ["*"]
    found["NotResource" if rng.random() < 0.1 and not named else "Resource"] = resources
    if rng.random() < 0.4:
        found["Condition"] = _conditions(rng)
    return found


def _pattern(rng: Random, for_key: bool, owner: str) -> str:
    if rng.random() < 0.3:
        return "*"
    account = owner if rng.random() < 0.8 else rng.choice((ACCOUNT, OTHER, "*"))
    region = rng.choice(("us-east-1", "us-east-1", "us-*", "*", "eu-west-1", "us-east-?"))
    partition = rng.choice(("aws", "aws", "aws", "*", "aws-cn"))
    if for_key:
        name = rng.choice((*_KEYS, "*", "1234*", "*ab"))
        return f"arn:{partition}:kms:{region}:{account}:key/{name}"
    table = rng.choice(
        (*_TABLES, *_TABLES, "auth-keys*", "auth-*", "*", "auth?keys", "Orders*", "orders",
         "${aws:PrincipalTag/table}", "${aws:PrincipalTag/nothing}", "auth${*}keys",
         "${aws:PrincipalTag/nothing, 'Orders'}")
    )  # fmt: skip
    if rng.random() < 0.02:
        return rng.choice(
            (f"arn:aws:dynamodb:us-east-1:{account}:*", f"arn:aws:dynamodb:us-east-1:{account}:*/auth-keys",
             "arn:aws:dynamodb:*:table/auth-keys", f"arn:aws:dynamodb:us-east-1:{account}:t*/Orders",
             "arn:aws:dynamodb:*")
        )  # fmt: skip
    tail = rng.choice(("", "", "", "/index/*", "/*", "/index/by-tenant", "/stream/*"))
    return f"arn:{partition}:dynamodb:{region}:{account}:table/{table}{tail}"


def _context(rng: Random, owner: str, action: str) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = {
        "aws:PrincipalArn": ROLE,
        "aws:PrincipalAccount": ACCOUNT,
        "aws:ResourceAccount": owner,
        "aws:RequestedRegion": "us-east-1",
        "aws:SecureTransport": rng.choice(("true", "false")),
        "aws:CurrentTime": "2026-11-24T10:00:00Z",
        "aws:PrincipalTag/table": rng.choice(("auth-keys", "Orders", "x")),
    }
    optional: dict[str, tuple[str | list[str], ...]] = {
        "aws:SourceVpce": ("vpce-1", "vpce-2"),
        "aws:SourceIp": ("10.1.2.3", "203.0.113.9"),
        "aws:PrincipalOrgID": ("o-1", "o-2"),
        "dynamodb:LeadingKeys": (["a"], ["a", "b"], ["tenant-1"]),
        "dynamodb:Select": ("ALL_ATTRIBUTES", "COUNT", "SPECIFIC_ATTRIBUTES"),
        "aws:PrincipalTag/team": ("payments", "Payments"),
        "aws:MultiFactorAuthAge": ("30", "3600"),
        "kms:ViaService": ("dynamodb.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"),
        "kms:CallerAccount": (ACCOUNT,),
    }
    for key, values in optional.items():
        if rng.random() < 0.6 and (key.startswith("aws:") or key in _ACTIONS[action]):
            found[key] = rng.choice(values)
    return found


_CONDITIONS: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("StringEquals", "aws:SourceVpce", ("vpce-1", ["vpce-2", "vpce-3"], "vpce-*")),
    ("StringNotEquals", "aws:SourceVpce", ("vpce-1", ["vpce-1", "vpce-2"])),
    ("StringEqualsIfExists", "aws:SourceVpce", ("vpce-1",)),
    ("StringNotEqualsIfExists", "aws:sourcevpce", ("vpce-1",)),
    ("StringLike", "aws:SourceVpce", ("vpce-?", "*2", "vpc-*")),
    ("StringNotLike", "aws:SourceVpce", ("vpce-?", "*2")),
    ("StringEqualsIgnoreCase", "aws:PrincipalTag/team", ("PAYMENTS", "orders")),
    ("StringNotEqualsIgnoreCase", "aws:PrincipalTag/team", ("PAYMENTS", "orders")),
    ("StringEquals", "aws:PrincipalTag/team", ("payments", "${aws:PrincipalTag/table}")),
    ("StringEquals", "aws:PrincipalTag/table", ("auth-keys", "${aws:PrincipalTag/team, 'Orders'}")),
    ("IpAddress", "aws:SourceIp", ("10.0.0.0/8", ["203.0.113.0/24", "10.1.2.3/32"], "2001:db8::/32")),
    ("NotIpAddress", "aws:SourceIp", ("10.0.0.0/8", "192.0.2.0/24")),
    ("NumericLessThan", "aws:MultiFactorAuthAge", ("60", "30", "3601")),
    ("NumericGreaterThanEquals", "aws:MultiFactorAuthAge", ("30", "31")),
    ("NumericEquals", "aws:MultiFactorAuthAge", ("30", "30.0")),
    ("NumericNotEquals", "aws:MultiFactorAuthAge", ("30",)),
    ("DateLessThan", "aws:CurrentTime", ("2026-12-01T00:00:00Z", "2026-01-01T00:00:00Z")),
    ("DateGreaterThan", "aws:CurrentTime", ("2026-12-01T00:00:00Z", "2026-01-01T00:00:00Z")),
    ("DateLessThan", "aws:CurrentTime", ("1796083200",)),
    ("ForAllValues:StringEquals", "dynamodb:LeadingKeys", ("",)),
    ("NumericLessThan", "aws:MultiFactorAuthAge", ("1e3",)),
    ("Bool", "aws:SecureTransport", ("true", "false", "True")),
    ("BoolIfExists", "aws:SecureTransport", ("true", "false")),
    ("Null", "aws:SourceVpce", ("true", "false")),
    ("Null", "aws:PrincipalOrgID", ("true", "false")),
    ("ForAllValues:StringEquals", "dynamodb:LeadingKeys", ("a", ["a", "b"], ["tenant-1"])),
    ("ForAllValues:StringLike", "dynamodb:LeadingKeys", ("tenant-*", "?")),
    ("ForAnyValue:StringEquals", "dynamodb:LeadingKeys", ("a", ["b", "z"])),
    ("ForAnyValue:StringNotEquals", "dynamodb:LeadingKeys", ("a",)),
    ("ForAllValues:StringNotEquals", "dynamodb:LeadingKeys", ("b",)),
    ("StringEquals", "dynamodb:Select", ("COUNT", ["COUNT", "SPECIFIC_ATTRIBUTES"])),
    ("ArnLike", "aws:PrincipalArn",
     (ROLE, f"arn:aws:iam::{ACCOUNT}:role/team/*", "arn:aws:iam::*:role/*", "arn:aws:iam::*:user/*")),
    ("ArnNotLike", "aws:PrincipalArn", (ROLE, f"arn:aws:iam::{OTHER}:role/*")),
    ("ArnEquals", "aws:PrincipalArn", (ROLE, f"arn:*:iam::{ACCOUNT}:role/*/proxy")),
    ("StringLike", "aws:PrincipalArn", (f"arn:aws:iam::{ACCOUNT}:role/*",)),
    ("StringEquals", "aws:PrincipalOrgID", ("o-1",)),
    ("StringEquals", "aws:ResourceAccount", (ACCOUNT, "${aws:PrincipalAccount}")),
    ("StringLike", "kms:ViaService", ("dynamodb.*.amazonaws.com", "*")),
    ("StringEquals", "kms:CallerAccount", (ACCOUNT,)),
)  # fmt: skip


def _conditions(rng: Random) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for _ in range(rng.randint(1, 2)):
        operator, key, values = rng.choice(_CONDITIONS)
        keys = found.setdefault(operator, {})
        if key.lower() not in map(str.lower, keys):
            keys[key] = rng.choice(values)
    return found


def _principal(rng: Random, owner: str, effect: str) -> Case:
    listed = rng.choice(
        (ROLE, ROLE, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, SESSION, "*", f"arn:aws:iam::{OTHER}:root",
         f"arn:aws:iam::{ACCOUNT}:role/other", f"arn:aws:iam::{ACCOUNT}:user/ann",
         [ROLE, f"arn:aws:iam::{OTHER}:root"])
    )  # fmt: skip
    if effect == "Deny" and rng.random() < 0.1:
        return {"NotPrincipal": {"AWS": rng.choice((ROLE, [ROLE, SESSION, f"arn:aws:iam::{ACCOUNT}:root"]))}}
    return {"Principal": "*" if listed == "*" and rng.random() < 0.5 else {"AWS": listed}}
