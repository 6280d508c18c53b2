"""Inputs built to make the gate run for ever, or out of memory: each a name and the files it consists of.

Every one is at most 1 MB and has once cost more than it should, or is a neighbour of one that has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple


class Bomb(NamedTuple):
    """Files by name, in a folder of their own."""

    name: str
    files: dict[str, str]


MEGABYTE = 1_000_000

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }
    ],
}


def role(
    statements: object,
    *,
    name: str = "acme-reverse-proxy",
    trust: object = _TRUST,
    annotations: str = "",
    spec: str = "",
) -> str:
    """A Role manifest whose one inline policy has these statements."""
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return (
        "apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\n"
        f"metadata:\n  name: {name}\n  namespace: acme\n{annotations}"
        f"spec:\n  name: {name}\n{spec}"
        f"  assumeRolePolicyDocument: '{json.dumps(trust)}'\n"
        f"  inlinePolicies:\n    auth-keys: '{document}'\n"
    )


def _allow(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/"
GOOD = role([_allow(["dynamodb:GetItem", "dynamodb:Query"], f"{TABLE}cell2-auth-keys")])


def _times(text: str, size: int = MEGABYTE) -> str:
    return text * (size // len(text))


def _of_text() -> Iterator[tuple[str, str]]:
    """Text that is hard to cut, to scan or to parse; a Role stands behind it, which must not be lost."""
    yield "banner", "#" * 30 + "\n" + GOOD
    yield "wide-banner", "#" * 900_000 + "\n" + GOOD
    yield "box-of-banners", _times("############\n", 900_000) + GOOD
    yield "spaces", " " * 900_000 + "\n" + GOOD
    yield "blank-lines", "\n" * 900_000 + GOOD
    yield "dashes", _times("---\n", 900_000) + GOOD
    yield "dots", _times("...\n", 900_000) + "---\n" + GOOD
    yield "documents", _times("---\nkind: ServiceAccount\n", 900_000) + "---\n" + GOOD
    yield "tabs", "\t" * 900_000
    yield "backslashes", GOOD + "# " + "\\x" * 400_000
    yield "quotes", GOOD + 'x: "' + "\\n" * 400_000 + '"\n'
    yield "carriage-returns", "\r" * 900_000 + GOOD
    yield "tags", GOOD + "x: [" + _times("!<x> a, ", 900_000) + "]\n"
    yield "directives", _times("%YAML 1.1\n", 900_000) + "---\n" + GOOD
    yield "nul", "\0" * 900_000
    yield "nul-behind", GOOD + "\0" * 900_000
    yield "line", GOOD + "# services.k8s.aws " + "a" * 900_000
    yield "lines", GOOD + _times("# services.k8s.aws\n", 900_000)


def _of_templates() -> Iterator[tuple[str, str]]:
    opened = {
        "backstage": "${{",
        "helm": "{{ .",
        "jinja": "{%",
        "shell": "${A",
        "kro": "${a{",
        "angle": "<a ",
        "under": "__A",
        "variable": "${a:",
        "default": "${a:-",
        "dollar": "$A",
    }
    for name, opening in opened.items():
        text = _times(opening, 900_000)
        yield f"opened-{name}", GOOD.replace("name: acme-reverse-proxy\n  namespace", f"name: '{text}'\n  namespace")
        yield (
            f"opened-{name}-60k",
            GOOD.replace("name: acme-reverse-proxy\n  namespace", f"name: '{text[:60_000]}'\n  namespace"),
        )
        yield f"opened-{name}-breaking", "a: " + text + "\nkind: ServiceAccount\n b: {{\n"
    yield "account-word", GOOD.replace("us-east-1:111122223333", "us-east-1:" + "ACCOUNT" * 10_000)
    yield "account-word-x", GOOD.replace("us-east-1:111122223333", "us-east-1:" + "X" * 900_000)
    yield "account-word-partition", GOOD.replace("arn:aws:dynamodb", "arn:aws" + "-a" * 400_000)
    yield "broken-value", GOOD + _times(": {{ ", 900_000)
    yield "broken-values", GOOD + _times("a: {{ x\n", 900_000)
    yield "broken-lines", GOOD + _times("{{ x\n", 900_000)
    yield "broken-comments", GOOD + _times("a: b: # x\n", 900_000)
    yield "ytt", GOOD + _times("#@ x\n", 900_000)


def _of_suppressions() -> Iterator[tuple[str, str]]:
    yield "ignores-on-a-line", GOOD + _times("# checker: ignore ", 900_000)
    yield "ignores", GOOD + _times("# checker: ignore[missing-grant] x\n", 900_000)
    yield "ignore-brackets", GOOD + "# checker: ignore" + "[" * 900_000
    yield "ignore-rules", GOOD + "# checker: ignore[" + _times("a,", 900_000) + "] x"
    yield "ignore-scopes", GOOD + "# checker: ignore[" + _times("a@b.c,", 900_000) + "] x"
    annotation = "  annotations:\n    checker/ignore: '{}'\n"
    yield "annotation", role([], annotations=annotation.format(_times("a, ", 900_000)))
    yield "annotation-spaces", role([], annotations=annotation.format("a" + " " * 900_000 + "@"))


def _of_trees() -> Iterator[tuple[str, str]]:
    keys = "".join(f"k{number}: &a{number} x\n" for number in range(40_000))
    yield "keys", GOOD + keys
    merged = "".join(f"  m{number}: {{<<: *all}}\n" for number in range(20_000))
    yield (
        "merges-over-keys",
        "all: &all\n" + "".join(f"  k{n}: x\n" for n in range(20_000)) + "more:\n" + merged + "---\n" + GOOD,
    )
    yield (
        "merges-over-keys-of-ours",
        GOOD + "all: &all\n" + "".join(f"  k{n}: x\n" for n in range(20_000)) + "more:\n" + merged,
    )
    yield (
        "merge-chain",
        GOOD + "m0: &m0 {a: b}\n" + "".join(f"m{n}: &m{n} {{<<: *m{n - 1}, k{n}: x}}\n" for n in range(1, 20_000)),
    )
    yield "cycle", GOOD + "all: &all\n  again: *all\n" + "".join(f"  k{n}: x\n" for n in range(70_000))
    yield "cycle-of-lists", GOOD + "all: &all [" + "*all, " * 140_000 + "]\n"
    yield (
        "laughs",
        GOOD + "l0: &l0 [lol, lol]\n" + "".join(f"l{n}: &l{n} [*l{n - 1}, *l{n - 1}]\n" for n in range(1, 40)),
    )
    yield "short-keys", GOOD + "x:\n" + _times("  a: b\n", 900_000)
    yield "long-list", GOOD + "x: [" + _times("a,", 900_000) + "]\n"
    yield "lists", GOOD + "x: [" + _times("[],", 900_000) + "]\n"
    yield "deep-flow", GOOD + "x: " + "[" * 498 + "]" * 498 + "\n"
    yield "deeper-flow", GOOD + "x: " + "[" * 100_000 + "]" * 100_000 + "\n"
    yield "deep-blocks", GOOD + "".join(" " * depth + "a:\n" for depth in range(1_000))
    yield "deep-dashes", GOOD + "x:\n" + "- " * 400_000 + "a\n"
    yield "deep-questions", GOOD + "x:\n" + "? " * 400_000 + "a\n"
    for name, depth in (("deep", 300), ("deeper", 498), ("deepest", 100_000)):
        yield f"{name}-json", '{"apiVersion": "iam.services.k8s.aws/v1alpha1", "x": ' + "[" * depth + "]" * depth + "}"
        yield f"{name}-mapping", GOOD + "x: " + "{a: " * min(depth, 150_000) + "b" + "}" * min(depth, 150_000) + "\n"
    yield (
        "nested-objects",
        "apiVersion: v1\nkind: List\nitems: ["
        + _times("{apiVersion: iam.services.k8s.aws/v1alpha1, kind: Role}, ", 900_000)
        + "]\n",
    )


def _of_policies() -> Iterator[tuple[str, str]]:
    def wild(number: int) -> dict[str, object]:
        return _allow(f"dynamodb:*{number}*", f"arn:aws:dynamodb:*:*:table/*{number}*a*")

    yield "wildcard-statements", role([wild(number) for number in range(150)])
    yield "wildcard-statements-1000", role([wild(number) for number in range(1_000)])
    yield (
        "wildcard-resources",
        role([_allow("dynamodb:*", [f"arn:aws:dynamodb:*:*:table/*{n}*" for n in range(2_000)])]),
    )
    yield "unknown-actions", role([_allow([f"dynamodb:Get{number}Item" for number in range(2_000)])])
    yield "unknown-services", role([_allow([f"dynamo{number}:GetItem" for number in range(2_000)])])
    yield "unknown-actions-1mb", role([_allow([f"ec2:Describe{number}" for number in range(40_000)])])
    yield "statements", role([_allow("dynamodb:GetItem", f"{TABLE}t{number}") for number in range(800)])
    yield "statements-1mb", role([_allow("dynamodb:GetItem", f"{TABLE}t{number}") for number in range(8_000)])
    yield "denials", role([{**_allow("dynamodb:*", f"{TABLE}*{number}"), "Effect": "Deny"} for number in range(800)])
    yield (
        "conditions",
        role(
            [
                _allow(
                    "dynamodb:GetItem",
                    "*",
                    Condition={"StringLike": {f"aws:PrincipalTag/k{number}": f"*{number}*" for number in range(2_000)}},
                )
            ]
        ),
    )
    yield (
        "conditional-statements",
        role(
            [
                _allow(
                    "dynamodb:GetItem", "*", Condition={"StringLike": {f"aws:PrincipalTag/k{number}": f"*{number}*"}}
                )
                for number in range(800)
            ]
        ),
    )
    yield (
        "condition-values",
        role(
            [
                _allow(
                    "dynamodb:GetItem",
                    "*",
                    Condition={"StringLike": {"aws:PrincipalTag/k": [f"*{number}*" for number in range(20_000)]}},
                )
            ]
        ),
    )
    yield (
        "unknown-keys",
        role(
            [
                _allow(
                    "dynamodb:GetItem",
                    "*",
                    Condition={"StringEquals": {f"aws:Source{number}": "x" for number in range(2_000)}},
                )
            ]
        ),
    )
    yield (
        "unknown-operators",
        role(
            [_allow("dynamodb:GetItem", "*", Condition={f"StringEqual{number}": {"a": "x"} for number in range(2_000)})]
        ),
    )
    yield (
        "unknown-elements",
        role([{**_allow("dynamodb:GetItem"), **{f"Resorce{number}": "x" for number in range(2_000)}}]),
    )
    yield "stars", role([_allow("dynamodb:" + "*" * 50_000, TABLE + "*a" * 50_000)])
    yield "variables", role([_allow("dynamodb:GetItem", TABLE + "${aws:PrincipalTag/x}" * 10_000)])
    yield "open-variables", role([_allow("dynamodb:GetItem", TABLE + "${" * 100_000)])
    yield "colons", role([_allow("dynamodb:GetItem", "arn:aws" + ":" * 400_000)])
    yield "digits", role([_allow("dynamodb:GetItem", "*", Condition={"NumericEquals": {"s3:max-keys": "9" * 400_000}})])
    yield "sids", role([{**_allow("dynamodb:GetItem"), "Sid": "a-" * 100_000}])
    yield "same-sids", role([{**_allow("dynamodb:GetItem"), "Sid": "a"} for _ in range(8_000)])
    document = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", '
        + '"Action": "a:b", ' * 40_000
        + '"Resource": "*"}]}'
    )
    yield (
        "repeated-policy-keys",
        GOOD.split("  inlinePolicies")[0] + f"  inlinePolicies:\n    auth-keys: '{document}'\n",
    )
    yield "not-json", GOOD.split("  inlinePolicies")[0] + "  inlinePolicies:\n    auth-keys: '" + " " * 900_000 + "'\n"
    yield (
        "not-json-word",
        GOOD.split("  inlinePolicies")[0] + "  inlinePolicies:\n    auth-keys: '" + "a" * 900_000 + "'\n",
    )
    yield (
        "not-json-infinity",
        GOOD.split("  inlinePolicies")[0] + "  inlinePolicies:\n    auth-keys: '[" + "-Infinity," * 90_000 + "]'\n",
    )
    yield (
        "deep-policy",
        GOOD.split("  inlinePolicies")[0] + "  inlinePolicies:\n    auth-keys: '" + "[" * 100_000 + "'\n",
    )
    name = "a\\ud800-reverse-proxy"
    yield (
        "surrogate",
        '{"apiVersion": "iam.services.k8s.aws/v1alpha1", "kind": "Role", "metadata": {"name": "'
        + name
        + '"}, "spec": {"name": "a", "inlinePolicies": {"a": "{}"}}}',
    )
    yield (
        "number-policy",
        GOOD.split("  inlinePolicies")[0] + "  inlinePolicies:\n    auth-keys: '[" + "9" * 900_000 + "]'\n",
    )
    yield "inline-policies", GOOD + "".join(f"    p{number}: '{{}}'\n" for number in range(40_000))
    yield (
        "attached",
        GOOD
        + "  policies:\n"
        + "".join(f"    - arn:aws:iam::aws:policy/AmazonDynamo{number}\n" for number in range(15_000)),
    )
    yield (
        "references",
        GOOD + "  policyRefs:\n" + "".join(f"    - from: {{name: p{number}}}\n" for number in range(25_000)),
    )
    yield "policy-arns", GOOD + "  policies:\n    - arn:aws:iam::111122223333:policy/" + "!" * 900_000 + "\n"
    yield (
        "labels",
        GOOD.replace(
            "namespace: acme\n", "namespace: acme\n  labels: {" + ", ".join(f"k{n}: v" for n in range(60_000)) + "}\n"
        ),
    )
    yield "iam-tags", GOOD + "  tags:\n" + "".join(f"    - {{key: k{number}, value: v}}\n" for number in range(25_000))
    yield "wrong-fields", GOOD + "".join(f"  maxSessionDuraton{number}: 1\n" for number in range(20_000))


def _of_trust() -> Iterator[tuple[str, str]]:
    issuer = "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
    provider = f"arn:aws:iam::111122223333:oidc-provider/{issuer}"

    def lets(**more: object) -> dict[str, object]:
        return {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            **more,
        }

    def trusted(statements: list[dict[str, object]]) -> str:
        return role([], trust={"Version": "2012-10-17", "Statement": statements})

    subject, audience = f"{issuer}:sub", f"{issuer}:aud"
    yield (
        "subjects",
        trusted(
            [
                lets(
                    Condition={
                        "StringLike": {
                            subject: [f"system:serviceaccount:*{number}*:*" for number in range(2_000)],
                            audience: "sts.amazonaws.com",
                        }
                    }
                )
            ]
        ),
    )
    yield (
        "trusting-statements",
        trusted(
            [lets(Condition={"StringLike": {subject: f"system:serviceaccount:*{number}*:*"}}) for number in range(800)]
        ),
    )
    yield (
        "principals",
        trusted([{**lets(), "Principal": {"Federated": [f"{provider}{number}" for number in range(5_000)]}}]),
    )
    yield (
        "accounts",
        trusted(
            [
                {
                    **lets(),
                    "Principal": {"AWS": [f"{number:012}" for number in range(40_000)]},
                    "Action": "sts:AssumeRole",
                }
            ]
        ),
    )
    yield "subject-stars", trusted([lets(Condition={"StringLike": {subject: "*a" * 30_000}})])


def _of_projects() -> Iterator[tuple[str, str]]:
    yield (
        "roles",
        "---\n".join(
            role([_allow("dynamodb:GetItem", f"{TABLE}cell2-auth-keys")], name=f"t{n}-reverse-proxy")
            for n in range(1_100)
        ),
    )
    yield "same-roles", "---\n".join([role([_allow("dynamodb:GetItem", f"{TABLE}{n}")]) for n in range(1_100)])
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: reverse-proxy-{0}, namespace: acme, annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/acme-reverse-proxy'}}}}\n"
    yield "accounts-of-one-role", "---\n".join([GOOD, *(account.format(n) for n in range(4_500))])
    yield "one-account", "---\n".join([GOOD, *(account.format("x") for n in range(4_500))])
    broken = "---\n".join("kind: ServiceAccount\n  a: b\n" for _ in range(30_000))
    yield "broken-documents", GOOD + "---\n" + broken
    yield (
        "bare-accounts",
        GOOD
        + "---\n"
        + "---\n".join(
            "{apiVersion: v1, kind: ServiceAccount, metadata: {name: reverse-proxy}}\n" for _ in range(12_000)
        ),
    )
    association = "apiVersion: eks.services.k8s.aws/v1alpha1\nkind: PodIdentityAssociation\nmetadata: {{name: a{0}}}\nspec: {{clusterName: c, namespace: acme, serviceAccount: s{0}, roleARN: 'arn:aws:iam::111122223333:role/acme-reverse-proxy'}}\n"
    yield "associations", "---\n".join([GOOD, *(association.format(n) for n in range(4_000))])


def _of_kustomizations() -> Iterator[tuple[str, dict[str, str]]]:
    head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    role_file = {"role.yaml": GOOD}
    yield (
        "kustomization-patches",
        {
            **role_file,
            "kustomization.yaml": head + "patches:\n" + "".join(f"- {{path: p{n}.yaml}}\n" for n in range(30_000)),
        },
    )
    yield (
        "kustomization-inline",
        {
            **role_file,
            "kustomization.yaml": head
            + "patches:\n"
            + "".join("- {target: {kind: Role}, patch: '[{op: remove, path: /spec/x}]'}\n" for _ in range(13_000)),
        },
    )
    yield (
        "kustomization-itself",
        {
            **role_file,
            "kustomization.yaml": head + "resources: [., ./., role.yaml]\npatches: [{path: kustomization.yaml}]\n",
        },
    )
    yield "kustomization-banner", {**role_file, "kustomization.yaml": "#" * 900_000 + "\n" + head}

    small = "{apiVersion: iam.services.k8s.aws/v1alpha1, kind: Role, metadata: {name: a%d}, spec: {}}\n"
    many = "---\n".join(small % number for number in range(4_000))
    patch = "- {target: {kind: Role}, patch: '[]'}\n"
    yield (
        "patches-x-roles",
        {"role.yaml": many, "kustomization.yaml": head + "resources: [role.yaml]\npatches:\n" + patch * 10_000},
    )
    yield (
        "few-patches-x-roles",
        {"role.yaml": many, "kustomization.yaml": head + "resources: [role.yaml]\npatches:\n" + patch * 150},
    )
    yield (
        "long-prefix",
        {"role.yaml": many, "kustomization.yaml": head + "resources: [role.yaml]\nnamePrefix: " + "a" * 500_000 + "\n"},
    )
    yield "many-kustomizations", {**role_file, "kustomization.yaml": "resources: [role.yaml]\n---\n" * 20_000}
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: t}\nspec: {path: ./, namePrefix: a}\n---\n"
    yield "flux-many", {"role.yaml": many, "flux.yaml": flux * 4_000}
    yield "flux-some", {"role.yaml": many, "flux.yaml": flux * 900}
    yield (
        "alternatives",
        {
            "role.yaml": many,
            "kustomization.yaml": head
            + "resources: [role.yaml]\npatches: [{target: {name: '"
            + "x|" * 300_000
            + "'}, patch: '[]'}]\n",
        },
    )
    listed = "".join(f"- p{number}.yaml\n" for number in range(60_000))
    yield (
        "patch-files",
        {**role_file, "kustomization.yaml": head + "resources: [role.yaml]\npatchesStrategicMerge:\n" + listed},
    )
    account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a%d}}\n"
    yield (
        "fragments",
        {
            "p.yaml": "---\n".join(account % number for number in range(8_000)),
            "kustomization.yaml": head + "patchesStrategicMerge:\n" + "- p.yaml\n" * 40_000,
        },
    )
    components = {
        f"c{n}/kustomization.yaml": f"kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nnamePrefix: a\ncomponents: [../c{n + 1}]\n"
        for n in range(900)
    }
    yield "components-many", {"role.yaml": many, **components}
    diamonds = {
        f"{name}{n}/kustomization.yaml": "resources: ["
        + (f"../b{n}, ../c{n}" if name == "a" else f"../a{n + 1}")
        + "]\n"
        for n in range(60)
        for name in "abc"
    }
    yield "diamonds", {**diamonds, "a60/kustomization.yaml": "resources: [role.yaml]\n", "a60/role.yaml": GOOD}
    chain = {f"k{n}/kustomization.yaml": f"resources: [../k{n + 1}]\n" for n in range(950)}
    yield "chain", {**chain, "k950/kustomization.yaml": "resources: [role.yaml]\n", "k950/role.yaml": GOOD}


def bombs() -> Iterator[Bomb]:
    """All of them."""
    for kind in (_of_text, _of_templates, _of_suppressions, _of_trees, _of_policies, _of_trust, _of_projects):
        for name, text in kind():
            yield Bomb(name, {"m.yaml": text[:MEGABYTE]})
    for name, files in _of_kustomizations():
        yield Bomb(name, files)
