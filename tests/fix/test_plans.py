"""What each plan makes of what it is for, and what it leaves alone, with the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.fix.plans import BY_RULE, STAGES
from checker.rules import BY_ID
from tests.conftest import every_other

from .manifests import ISSUER, ROLE_ARN, STYLES, TABLE, grant, manifest, mend, policy, texts, trust

LITERAL = STYLES["literal"]
WHOLE = LITERAL(policy())


def role(spec: str, name: str = "acme-reverse-proxy", namespace: str = "tenant-acme") -> str:
    """A Role with its trust policy and more of a spec."""
    text = LITERAL(trust()).replace("\n      ", "\n    ")
    return (
        f"apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
        f"spec:\n  name: {name}\n  assumeRolePolicyDocument: {text}\n{spec}"
    )


def policy_object(called: str, document: Any, **spec: str) -> str:
    """A Policy object."""
    more = "".join(f"  {key}: {value}\n" for key, value in spec.items())
    body = json.dumps(document)
    return (
        f"apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Policy\nmetadata: {{name: {called}, namespace: tenant-acme}}\n"
        f"spec:\n{more or f'  name: {called}' + chr(10)}  policyDocument: '{body}'\n"
    )


READ = "  policyRefs:\n  - from: {name: read}\n"
X_RAY = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
GET = policy(grant(("dynamodb:GetItem",)))
DENY = {"Sid": "Lockdown", "Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}

CURED: dict[str, tuple[tuple[str, ...], str, str]] = {
    "an index's ARN is wanted on the table's statement": (
        (manifest(LITERAL(policy(grant(resource=TABLE.replace("us-east-1", "us-west-2"))))),), "missing-grant", TABLE,
    ),
    "no policy at all: a new inline policy": ((role("  tags: []\n"),), "missing-grant", "  inlinePolicies:\n    reverse-proxy-auth-keys: |\n"),
    "an empty map of inline policies": ((role("  inlinePolicies: {}\n"),), "missing-grant", "inlinePolicies: {"),
    "the Policy that is the role's alone": (
        (role(READ), policy_object("read", GET)), "missing-grant", '["dynamodb:GetItem", "dynamodb:Query"]',
    ),
    "an AWS-managed policy cannot be edited": (
        (role(f"  policies: [{X_RAY}]\n"),), "missing-grant", "    reverse-proxy-auth-keys: |",
    ),
    "a boundary in the project": (
        (
            role("  inlinePolicies:\n    k: '" + json.dumps(policy()) + "'\n  permissionsBoundaryRef: {from: {name: cap}}\n"),
            policy_object("cap", policy(grant("logs:*", "*", Sid="Logs"))),
        ),
        "missing-grant", '{"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"]',
    ),
    "policies and policyRefs, all in the project": (
        (
            role(READ + "  policies:\n  - arn:aws:iam::111122223333:policy/logs\n"),
            policy_object("read", policy()), policy_object("logs", policy(grant("logs:*", "*", Sid="Logs"))),
        ),
        "policies-and-refs", "  - from:\n      name: logs\n",
    ),
    "policies and policyRefs, one of AWS's": (
        (role(READ + f"  policies:\n  - {X_RAY}\n"), policy_object("read", policy(), path="/cells/", name="Read")),
        "policies-and-refs", "  - arn:aws:iam::111122223333:policy/cells/Read\n",
    ),
    "an AWS-managed policy by its name": (
        (role("  inlinePolicies:\n    k: '" + json.dumps(policy()) + "'\n  policies: [AWSXRayDaemonWriteAccess]\n"),),
        "not-an-arn", f"policies: [{X_RAY}]",
    ),
    "a Policy of the project by its name": (
        (role("  policies: [read]\n"), policy_object("read", policy())), "not-an-arn", "[arn:aws:iam::111122223333:policy/read]",
    ),
    "an empty reference": ((role(READ + "  - {}\n"), policy_object("read", policy())), "empty-reference", READ),
    "the only reference, empty": (
        (role("  inlinePolicies:\n    k: '" + json.dumps(policy()) + "'\n  policyRefs:\n  - from: {}\n"),), "empty-reference", "",
    ),
    "a reference by the name in IAM": (
        (role(READ), policy_object("auth-keys-read", policy(), name="read")), "dangling-reference", "{name: auth-keys-read}",
    ),
    "a field of a like name": (
        (role("  inlinePolicys:\n    k: '" + json.dumps(policy()) + "'\n"),), "unknown-field", "  inlinePolicies:\n    k: ",
    ),
    "a field in another spelling": (
        (role("  inline_policies:\n    k: '" + json.dumps(policy()) + "'\n"),), "unknown-field", "  inlinePolicies:\n",
    ),
    "a trailing comma": ((manifest(WHOLE.replace('"dynamodb:Query"', '"dynamodb:Query",')),), "invalid-policy-json", ""),
    "a comma that is missing": ((manifest(WHOLE.replace('"dynamodb:GetItem",', '"dynamodb:GetItem"')),), "invalid-policy-json", ""),
    "a bracket that is missing at the end": (
        (manifest(WHOLE.rstrip().removesuffix("}")),), "invalid-policy-json", "",
    ),
    "a bracket too many": ((manifest(WHOLE + "\n      }"),), "invalid-policy-json", ""),
    "single quotes": ((manifest(WHOLE.replace('"', "'")),), "invalid-policy-json", ""),
    "a comment": ((manifest(WHOLE.replace('"Statement"', '// what it may read\n        "Statement"')),), "invalid-policy-json", ""),
    "typographic quotes": ((manifest(WHOLE.replace('"Allow"', "“Allow”")),), "invalid-policy-json", '"Allow"'),
    "a key that stands twice and says the same": (
        (manifest(WHOLE).replace("  name: acme-reverse-proxy      #", "  name: acme-reverse-proxy\n  name: acme-reverse-proxy      #"),),
        "duplicate-key", "",
    ),
    "an element that stands twice and says the same": (
        (manifest(WHOLE.replace('"Effect": "Allow",', '"Effect": "Allow",\n            "Effect": "Allow",')),),
        "duplicate-policy-key", "",
    ),
    "an annotation without the word role": (
        (manifest(WHOLE, account=ROLE_ARN.replace("role/", "")),), "not-an-arn", f"role-arn: {ROLE_ARN}\n",
    ),
    "an annotation that is a name": ((manifest(WHOLE, account="acme-reverse-proxy"),), "not-an-arn", f"role-arn: {ROLE_ARN}\n"),
    "an annotation of another account": (
        (manifest(WHOLE, account=ROLE_ARN.replace("111122223333", "999999999999")),), "misdirected-annotation", ROLE_ARN,
    ),
    "an issuer with https": (
        (manifest(WHOLE, LITERAL(trust()).replace("oidc-provider/", "oidc-provider/https://")),), "wrong-issuer", "oidc-provider/oidc",
    ),
    "claims of another issuer": (
        (manifest(WHOLE, LITERAL(trust()).replace(f'"{ISSUER}:', f'"{ISSUER}X:')),), "wrong-issuer", f'"{ISSUER}:sub"',
    ),
    "a cluster that was rebuilt: a statement for its issuer": (
        (manifest(WHOLE, LITERAL(trust()).replace("/id/EXAMPLE", "/id/OLD")),), "untrusted-service-account", "/id/OLD",
    ),
    "another audience": ((manifest(WHOLE, LITERAL(trust(aud="other"))),), "untrusted-service-account", '["other", "sts.amazonaws.com"]'),
    "the account of the provider": (
        (manifest(WHOLE, LITERAL(trust()).replace("::111122223333:oidc", "::999999999999:oidc")),), "foreign-provider", "::111122223333:oidc",
    ),
    "the action of a service": (
        (manifest(WHOLE, LITERAL(trust()).replace("sts:AssumeRoleWithWebIdentity", "sts:AssumeRole")),), "mismatched-principal",
        '"sts:AssumeRoleWithWebIdentity"',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", every_other(CURED))
def test_it_is_cured(name: str) -> None:
    before, rule, word = CURED[name]
    found = mend(*before)
    after = texts(found, *before)
    assert rule in [item.finding.rule for item in found.fixes], [
        (item.finding.rule, item.reason) for item in found.refusals
    ]
    assert rule not in [item.rule for item in found.after.report.findings]
    assert word in "".join(after)
    assert not [item.message for item in found.after.report.findings if item.severity == "error"]
    assert not mend(*after).changes


UNSAFE: dict[str, tuple[tuple[str, ...], str]] = {
    "a Deny": ((manifest(LITERAL(policy(grant(), DENY))),), "denied-grant"),
    "a Deny of the action by name": (
        (manifest(LITERAL(policy(grant(), {**DENY, "Action": ["dynamodb:Query", "dynamodb:PutItem"]}))),), "denied-grant",
    ),
    "a Deny of all but a few": (
        (manifest(LITERAL(policy(grant(), {"Effect": "Deny", "NotAction": "dynamodb:GetItem", "Resource": "*"}))),), "denied-grant",
    ),
    "a condition that may hold": (
        (manifest(LITERAL(policy(grant(Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})))),), "conditional-grant",
    ),
    "a reference that is a typo": (
        (role(READ.replace("read", "auth-keys-raed")), policy_object("auth-keys-read", policy())), "dangling-reference",
    ),
    "an empty boundary": (
        (role("  inlinePolicies:\n    k: '" + json.dumps(policy()) + "'\n  permissionsBoundaryRef: {from: {}}\n"),), "empty-reference",
    ),
    "two keys that differ": (
        (manifest(WHOLE).replace("  name: acme-reverse-proxy      #", "  name: other\n  name: acme-reverse-proxy      #"),), "duplicate-key",
    ),
    "an action that is forbidden": ((manifest(LITERAL(policy(grant(("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"))))),), "excess-grant"),
    "no audience": (
        (manifest(WHOLE, LITERAL(trust()).replace(f'"{ISSUER}:aud": "sts.amazonaws.com",', "")),), "missing-audience",
    ),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("name", UNSAFE)
def test_it_is_cured_only_when_that_is_asked_for(name: str) -> None:
    before, rule = UNSAFE[name]
    safe = mend(*before)
    assert rule not in [item.finding.rule for item in safe.fixes]
    refused = [item for item in safe.refusals if item.finding.rule == rule]
    assert refused
    assert all(item.plan is not None and item.reason.startswith("unsafe: ") for item in refused), refused
    found = mend(*before, unsafe=True)
    assert rule in [item.finding.rule for item in found.fixes]
    assert rule not in [item.rule for item in found.after.report.findings]


LEFT: dict[str, tuple[tuple[str, ...], str, str]] = {
    "a boundary of somebody else": (
        (role("  inlinePolicies:\n    k: '" + json.dumps(policy()) + "'\n  permissionsBoundary: arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess\n"),),
        "missing-grant", "whoever owns it",
    ),
    "JSON that can be read in two ways": (
        (manifest(WHOLE.replace('"Effect": "Allow"', '"Effect": "Allow" "Deny"')),), "invalid-policy-json", "",
    ),
    "two elements that differ": (
        (manifest(WHOLE.replace('"Effect": "Allow"', '"Effect": "Deny", "Effect": "Allow"')),), "duplicate-policy-key", "which one counts",
    ),
    "a field that nothing is like": ((role("  inlinePolicies:\n    k: '" + json.dumps(policy()) + "'\n  colour: blue\n"),), "unknown-field", "no field"),
    "a name that means nothing": (
        (role("  inlinePolicies:\n    k: '" + json.dumps(policy()) + "'\n  policies: [NoSuchPolicy]\n"),), "not-an-arn", "not clear",
    ),
    "a Deny in the trust policy": (
        (manifest(WHOLE, LITERAL({"Version": "2012-10-17", "Statement": [*trust()["Statement"], {**trust()["Statement"][0], "Effect": "Deny"}]})),),
        "untrusted-service-account", "a Deny",
    ),
    "text behind an anchor that two fields share": (
        (
            role("  inlinePolicies:\n    k: &same '" + json.dumps(GET) + "'\n    l: *same\n"),
        ),
        "", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_it_is_left_with_the_reason(name: str) -> None:
    before, rule, word = LEFT[name]
    found = mend(*before, unsafe=True)
    if not rule:
        # Another place is found where nothing is shared.
        assert "*same" in "".join(texts(found, *before))
        return
    assert [item for item in found.refusals if item.finding.rule == rule and word in item.reason], found.refusals
    assert rule in [item.rule for item in found.after.report.findings]


def test_a_policy_that_others_use_is_left_alone_for_the_role_s_own() -> None:
    before = (
        role(READ), role(READ, "batch", "tenant-acme"), policy_object("read", GET),
    )  # fmt: skip
    found = mend(*before)
    after = texts(found, *before)
    assert after[2] == before[2]
    assert "auth-keys" in after[0]
    assert after[1] == before[1]


def test_a_policy_that_all_its_users_need_changed_is_changed_and_they_are_named() -> None:
    before = (
        role(READ, "a-reverse-proxy"), role(READ, "b-reverse-proxy"), policy_object("read", GET),
    )  # fmt: skip
    found = mend(*before)
    assert [change.file for change in found.changes] == ["f2.yaml"]
    assert any("b-reverse-proxy" in note for item in found.fixes for note in item.plan.notes)
    assert len(found.effects) == 2
    assert all(effect.is_exact for effect in found.effects)


def test_full_inline_policies_change_the_plan() -> None:
    parts = [grant("s3:GetObject", f"arn:aws:s3:::bucket-{number:04}/*", Sid=f"S{number}") for number in range(150)]
    big = {"Version": "2012-10-17", "Statement": [grant("s3:GetObject", "arn:aws:s3:::" + "x" * 150, Sid="Wide")]}
    while len(json.dumps(big, separators=(",", ":"))) < 10_100:
        big["Statement"].append(parts.pop())  # type: ignore[attr-defined]  # a list
    inline = "  inlinePolicies:\n    k: '" + json.dumps(big, separators=(",", ":")) + "'\n"
    before = (role(inline + READ), policy_object("read", policy(grant("logs:*", "*", Sid="Logs"))))
    found = mend(*before)
    assert [change.file for change in found.changes] == ["f1.yaml"]


def test_statements_are_joined_where_a_policy_is_too_large() -> None:
    parts = [grant("s3:GetObject", f"arn:aws:s3:::bucket-{number:04}/*", Sid=f"S{number}") for number in range(110)]
    before = (role(READ), policy_object("read", policy(grant(), *parts)))
    found = mend(*before)
    assert [item.finding.rule for item in found.fixes] == ["oversized-policy"]
    assert found.effects[0].sentences == ("gains and loses nothing",)
    assert "oversized-policy" not in [item.rule for item in found.after.report.findings]


def test_statements_are_joined_whatever_the_order_of_their_actions() -> None:
    actions = ("s3:GetObject", "s3:PutObject")
    parts = [
        grant(actions[:: 1 if number % 2 else -1], f"arn:aws:s3:::bucket-{number:04}/*", Sid=f"S{number}")
        for number in range(90)
    ]
    found = mend(role(READ), policy_object("read", policy(grant(), *parts)))
    assert [item.finding.rule for item in found.fixes] == ["oversized-policy"]
    assert found.effects[0].sentences == ("gains and loses nothing",)


def test_a_session_that_is_not_tagged() -> None:
    pods = {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    before = manifest(WHOLE, LITERAL({"Version": "2012-10-17", "Statement": [pods]})).replace(
        "    eks.amazonaws.com/role-arn: " + ROLE_ARN, "    {}: x".format("note")
    )
    found = mend(before)
    assert "missing-tag-session" in [item.finding.rule for item in found.fixes]
    assert '["sts:AssumeRole", "sts:TagSession"]' in texts(found, before)[0]


def test_files_that_were_not_passed_are_not_edited() -> None:
    found = mend(role(READ), policy_object("read", GET))
    assert found.changes
    only = [change.file for change in found.changes]
    assert only == ["f1.yaml"]


def test_every_rule_of_a_plan_exists_and_has_one_plan() -> None:
    rules = [rule for stage in STAGES for module in stage for rule in module.RULES]
    assert len(rules) == len(set(rules)) == len(BY_RULE)
    assert set(rules) <= set(BY_ID)


def one_line(document: str) -> str:
    return "'" + document.replace("'", "''") + "'"


CUT = json.dumps(trust()).partition(', "Condition"')[0]


def test_a_comment_without_an_end_hides_nothing() -> None:
    """In one line everything behind // is the comment, a Deny included."""
    deny = json.dumps({"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": "*"})
    text = '{"Version": "2012-10-17", "Statement": [' + json.dumps(grant()) + ", // and no writes " + deny + "]}"
    assert not mend(manifest(one_line(text)), unsafe=True).changes


def test_text_that_was_cut_off_is_not_completed_by_guess() -> None:
    """A trust policy without its Condition would let every pod in."""
    before = manifest(WHOLE, one_line(CUT))
    assert not mend(before).changes
    assert not mend(before, unsafe=True).changes
    allowed = json.dumps(policy(grant(), DENY)).partition(', {"Sid": "Lockdown"')[0]
    assert not mend(manifest(one_line(allowed))).changes


def test_a_name_that_two_policies_have_is_left() -> None:
    before = (role("  policies: [PowerUserAccess]\n"), policy_object("power-user", policy(), name="PowerUserAccess"))
    found = mend(*before)
    assert "not-an-arn" not in [item.finding.rule for item in found.fixes]
    assert any("several could be meant" in item.reason for item in found.refusals)


def test_a_name_of_aws_that_grants_too_much_is_left() -> None:
    found = mend(role("  policies: [AdministratorAccess]\n"))
    assert "not-an-arn" not in [item.finding.rule for item in found.fixes]


def test_another_audience_lets_nobody_else_in() -> None:
    subjects = ["system:serviceaccount:tenant-acme:reverse-proxy-acme", "system:serviceaccount:ci:vault-agent"]
    both = trust(aud="vault")
    both["Statement"][0]["Condition"]["StringEquals"][f"{ISSUER}:sub"] = subjects
    found = mend(manifest(WHOLE, LITERAL(both)))
    assert "untrusted-service-account" not in [item.rule for item in found.after.report.findings]
    after = json.loads(found.after.facts.project.inventory.roles[0].trust.text or "")  # type: ignore[union-attr]  # the role has one
    assert after["Statement"][0] == both["Statement"][0]
    assert len(after["Statement"]) == 2


def test_one_cure_for_one_disease() -> None:
    before = manifest(WHOLE, LITERAL(trust()).replace(f'"{ISSUER}:', f'"{ISSUER}X:'))
    assert [item.finding.rule for item in mend(before).fixes] == ["wrong-issuer"]


def test_a_deny_is_narrowed_to_the_needs_and_no_further() -> None:
    wide = grant(("dynamodb:GetItem", "dynamodb:Query"), "arn:aws:dynamodb:us-east-1:111122223333:table/*")
    deny = {**DENY, "Action": ["dynamodb:Query", "dynamodb:PutItem"]}
    found = mend(manifest(LITERAL(policy(wide, deny))), unsafe=True)
    assert [item.finding.rule for item in found.fixes] == ["denied-grant"]
    gained = [text for effect in found.effects for text in effect.sentences]
    assert gained == [f"gains dynamodb:Query on {TABLE}"]


def test_comments_between_items_of_a_flow_list_keep_their_place() -> None:
    before = (
        role(
            "  policyRefs: [\n    {from: {}},\n    # the keys, see OPS-12\n    {from: {name: read}},  # read keys\n  ]\n"
        ),
        policy_object("read", policy()),
    )
    found = mend(*before)
    assert "# the keys, see OPS-12" in texts(found, *before)[0]


def test_typographic_quotes_inside_strings_are_not_touched() -> None:
    odd = WHOLE.replace('"dynamodb:Query"', '"dynamodb:Query",').replace("ReadAuthKeys", "Read “Auth” Keys")
    found = mend(manifest(odd))
    assert "“Auth”" in texts(found, manifest(odd))[0]


def test_the_next_plan_is_tried_where_one_does_not_hold() -> None:
    big = {"Version": "2012-10-17", "Statement": [grant(("dynamodb:GetItem",), Sid="K")]}
    filler = [grant("s3:GetObject", f"arn:aws:s3:::bucket-{number:04}/*", Sid=f"S{number}") for number in range(150)]
    while len(json.dumps(big, separators=(",", ":"))) < 10_150:
        big["Statement"].append(filler.pop())  # type: ignore[attr-defined]  # a list
    spare = 10_238 - len(json.dumps(big, separators=(",", ":")))
    big["Statement"][0]["Sid"] += "x" * spare  # type: ignore[index]  # a list here
    inline = "  inlinePolicies:\n    k: '" + json.dumps(big, separators=(",", ":")) + "'\n"
    found = mend(role(inline + READ), policy_object("read", policy(grant("logs:*", "*", Sid="Logs"))))
    assert [change.file for change in found.changes] == ["f1.yaml"]
    assert not [item for item in found.after.report.findings if item.severity == "error"]
