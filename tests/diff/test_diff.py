"""What a change does to access, told from two states of a small project."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checker.cli import main
from checker.schemas import load
from tests.report.worlds import CONFIG

ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE"
WORLD = f"""\
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata:
  name: acme-reverse-proxy
  namespace: tenant-acme
spec:
  name: acme-reverse-proxy
  description: reads keys
  path: /cell/
  assumeRolePolicyDocument: |
    {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
      "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{ISSUER}"}},
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {{"StringEquals": {{"{ISSUER}:aud": "sts.amazonaws.com",
        "{ISSUER}:sub": "system:serviceaccount:tenant-acme:proxy"}}}}}}]}}
  policyRefs:
    - from: {{name: auth-keys-read}}
---
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Policy
metadata:
  name: auth-keys-read
  namespace: tenant-acme
spec:
  name: AuthKeysRead
  policyDocument: |
    {{"Version": "2012-10-17", "Statement": [{{"Sid": "Read", "Effect": "Allow",
      "Action": ["dynamodb:GetItem", "dynamodb:Query"],
      "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"}}]}}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: proxy
  namespace: tenant-acme
  annotations: {{eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/cell/acme-reverse-proxy"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: index-acme, namespace: tenant-acme}}
spec: {{template: {{spec: {{serviceAccountName: proxy, containers: [{{name: reverse-proxy}}]}}}}}}
"""
Diff = Callable[..., dict[str, Any]]


def git(*arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments], check=True, capture_output=True
    )


@pytest.fixture(autouse=True)
def _work_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    Path("manifests").mkdir()
    issuer = f'    oidcIssuer: "https://{ISSUER}"\n    parameters'
    Path("checker.yaml").write_text(CONFIG.replace("    parameters", issuer), encoding="utf-8")
    write(WORLD)
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "first")


def write(text: str, name: str = "acme.yaml") -> None:
    Path("manifests", name).write_text(text, encoding="utf-8")


@pytest.fixture
def diff(capsys: pytest.CaptureFixture[str]) -> Diff:
    def run(*arguments: str, code: int = 0) -> dict[str, Any]:
        capsys.readouterr()
        assert main(["diff", *(arguments or ("HEAD",)), "--format", "json"]) == code
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        jsonschema.validate(found, load("diff"))
        return found

    return run


def one_role(found: dict[str, Any]) -> dict[str, Any]:
    assert len(found["roles"]) == 1
    role: dict[str, Any] = found["roles"][0]
    return role


def told(role: dict[str, Any]) -> list[str]:
    return [f"{item['kind']} {item['action']} {item['before']} {item['after']}" for item in role["demands"]]


def test_nothing_changes(diff: Diff) -> None:
    write(WORLD.replace('"Sid": "Read"', '"Sid":   "Other"') + "# a comment\n")
    found = diff()
    assert (found["roles"], found["objects"], found["worse"]) == ([], [], False)


def test_a_shared_policy_loses_an_action(diff: Diff) -> None:
    write(WORLD.replace(', "dynamodb:Query"', ""))
    role = one_role(diff(code=1))
    assert told(role) == ["required dynamodb:Query granted not-granted"]
    table = "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"
    assert role["lost"] == [{"actions": ["dynamodb:Query"], "witness": table}]
    assert role["gained"] == []
    assert role["reach"] == [
        {"serviceAccount": "tenant-acme/proxy", "workloads": ["Deployment tenant-acme/index-acme"]}
    ]


def test_more_than_is_forbidden_and_more_than_is_not(diff: Diff) -> None:
    write(WORLD.replace('"dynamodb:Query"', '"dynamodb:Query", "dynamodb:PutItem"'))
    assert told(one_role(diff(code=1))) == ["forbidden dynamodb:PutItem None granted"]
    write(WORLD.replace('"dynamodb:Query"', '"dynamodb:Query", "dynamodb:DescribeTable"'))
    role = one_role(diff())
    assert told(role) == []
    assert role["gained"][0]["actions"] == ["dynamodb:DescribeTable"]


def test_a_condition_makes_required_access_less_sure(diff: Diff) -> None:
    condition = '"Sid": "Read", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}, '
    write(WORLD.replace('"Sid": "Read", ', condition))
    assert told(one_role(diff(code=1))) == [
        "required dynamodb:GetItem granted conditional",
        "required dynamodb:Query granted conditional",
    ]


def test_a_policy_that_is_gone_cannot_be_told(diff: Diff) -> None:
    role, _, *rest = WORLD.split("---\n")
    write("---\n".join([role, *rest]))
    found = diff(code=1)
    assert set(told(one_role(found))) >= {
        "required dynamodb:GetItem granted unknown",
        "required dynamodb:Query granted unknown",
    }
    assert "AuthKeysRead is deleted in AWS" in found["objects"][0]["sentence"]


def test_trust_that_shuts_out_the_proxy_and_lets_in_another(diff: Diff) -> None:
    write(WORLD.replace("system:serviceaccount:tenant-acme:proxy", "system:serviceaccount:tenant-acme:other"))
    role = one_role(diff(code=1))
    assert told(role) == ["trust sts:AssumeRole granted not-granted"]
    assert role["shutOut"] == [f"tenant-acme/proxy of {ISSUER}"]
    assert role["letIn"] == [f"tenant-acme/other of {ISSUER}"]


def test_trust_through_a_pattern(diff: Diff) -> None:
    wide = WORLD.replace("system:serviceaccount:tenant-acme:proxy", "system:serviceaccount:tenant-acme:*")
    write(wide.replace("StringEquals", "StringLike"))
    role = one_role(diff())
    assert role["letIn"] == [f"service accounts such as tenant-acme/x of {ISSUER}"]
    assert role["shutOut"] == []


def test_a_renamed_role_stays_behind(diff: Diff) -> None:
    write(WORLD.replace("spec:\n  name: acme-reverse-proxy", "spec:\n  name: acme2-reverse-proxy"))
    role = one_role(diff(code=1))
    assert [note["kind"] for note in role["notes"]] == ["orphaned"]
    assert "role acme-reverse-proxy stays in AWS" in role["notes"][0]["sentence"]
    assert told(role) == []


def test_a_renamed_object_takes_its_role_along(diff: Diff) -> None:
    write(WORLD.replace("metadata:\n  name: acme-reverse-proxy", "metadata:\n  name: acme"))
    role = one_role(diff(code=1))
    assert [note["kind"] for note in role["notes"]] == ["recreated"]
    assert "required dynamodb:Query granted unknown" in told(role)
    write(WORLD.replace("name: acme-reverse-proxy", "name: acme9-reverse-proxy"))
    assert [note["kind"] for note in one_role(diff(code=1))["notes"]] == ["deleted", "recreated"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("path: /cell/", "path: /cell/", ""),
        ("  description: reads keys\n", "", "the description stays in AWS"),
        ("name: AuthKeysRead", "name: KeysRead", "spec.name stays AuthKeysRead in AWS"),
        (
            "namespace: tenant-acme\nspec:\n  name: acme",
            "namespace: tenant-acme\n  annotations: {a: b}\nspec:\n  name: acme",
            "only annotations change",
        ),
    ],
)
def test_edits_that_the_controller_ignores(old: str, new: str, said: str, diff: Diff) -> None:
    assert old in WORLD
    write(WORLD.replace(old, new))
    found = diff()
    sentences = [note["sentence"] for role in found["roles"] for note in role["notes"]]
    sentences += [item["sentence"] for item in found["objects"]]
    assert any(said in sentence for sentence in sentences) if said else sentences == []


def test_a_read_only_role_does_not_change(diff: Diff) -> None:
    note = '  annotations: {services.k8s.aws/read-only: "true"}\nspec:\n  name: acme'
    write(WORLD.replace("spec:\n  name: acme", note))
    git("commit", "-qam", "read only")
    write(WORLD.replace("spec:\n  name: acme", note).replace("reads keys", "reads all keys"))
    assert "no part of this change reaches AWS" in one_role(diff())["notes"][0]["sentence"]


def test_a_tenant_that_comes_and_goes(diff: Diff) -> None:
    write(WORLD.replace("acme", "borealis").replace("AuthKeysRead", "BorealisRead"), "borealis.yaml")
    role = one_role(diff())
    assert (role["status"], told(role)) == ("added", [])
    gained = [action for item in role["gained"] for action in item["actions"]]
    assert gained == ["dynamodb:GetItem", "dynamodb:Query"]
    git("add", "-A")
    git("commit", "-qm", "second")
    Path("manifests/borealis.yaml").unlink()
    role = one_role(diff())
    assert (role["status"], told(role)) == ("removed", [])


def test_a_role_that_goes_while_its_service_account_stays(diff: Diff) -> None:
    write("---\n".join(WORLD.split("---\n")[1:]))
    found = diff(code=1)
    assert one_role(found)["status"] == "removed"
    consumer = one_consumer(found)
    assert (consumer["name"], consumer["before"]) == ("service account tenant-acme/proxy", "acme-reverse-proxy")
    assert "required dynamodb:Query granted None" in told(consumer)


def one_consumer(found: dict[str, Any]) -> dict[str, Any]:
    assert len(found["consumers"]) == 1
    consumer: dict[str, Any] = found["consumers"][0]
    return consumer


def test_a_role_that_nobody_is_known_to_use_is_missed_when_it_goes(diff: Diff) -> None:
    write("---\n".join(WORLD.split("---\n")[:2]))
    git("commit", "-qam", "only the role")
    write(WORLD.split("---\n")[1])
    assert "required dynamodb:Query granted None" in told(one_role(diff(code=1)))


OTHER = """\
---
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata: {name: other, namespace: tenant-acme}
spec:
  name: other
  assumeRolePolicyDocument: '{"Version": "2012-10-17", "Statement": []}'
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: other, namespace: tenant-acme}
"""


@pytest.mark.parametrize(
    ("old", "new", "who", "before", "after"),
    [
        (
            "role/cell/acme-reverse-proxy",
            "role/other",
            "service account tenant-acme/proxy",
            "acme-reverse-proxy",
            "other",
        ),
        (
            '  annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/cell/acme-reverse-proxy"}\n',
            "",
            "service account tenant-acme/proxy",
            "acme-reverse-proxy",
            "none",
        ),
        (
            "role/cell/acme-reverse-proxy",
            "role/cell/acme-reverse-proxi",
            "service account tenant-acme/proxy",
            "acme-reverse-proxy",
            "acme-reverse-proxi",
        ),
        (
            "serviceAccountName: proxy",
            "serviceAccountName: other",
            "Deployment tenant-acme/index-acme",
            "acme-reverse-proxy",
            "none",
        ),
    ],
)
def test_a_proxy_that_works_with_another_role(
    old: str, new: str, who: str, before: str, after: str, diff: Diff
) -> None:
    write(WORLD + OTHER)
    git("commit", "-qam", "two roles")
    assert old in WORLD
    write(WORLD.replace(old, new) + OTHER)
    consumer = one_consumer(diff(code=1))
    assert (consumer["name"], consumer["before"], consumer["after"]) == (who, before, after)
    lost = [line for line in told(consumer) if line.startswith("required dynamodb:Query granted")]
    assert len(lost) == 1


def test_a_proxy_that_works_with_another_role_that_grants_the_same(diff: Diff) -> None:
    second = WORLD.split("---\n")[0].replace("acme-reverse-proxy", "acme2-reverse-proxy")
    write(WORLD + "---\n" + second)
    git("commit", "-qam", "two roles")
    write(WORLD.replace("role/cell/acme-reverse-proxy", "role/cell/acme2-reverse-proxy") + "---\n" + second)
    assert told(one_consumer(diff())) == []


def test_a_workload_that_names_no_service_account_any_more(diff: Diff) -> None:
    write(WORLD.replace("serviceAccountName: proxy, ", ""))
    change = one_consumer(diff(code=1))
    assert change["name"] == "Deployment tenant-acme/index-acme"
    assert change["after"] == "none"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("iam.services.k8s.aws/v1alpha1\nkind: Role", "iam.services.k8s.aws/v1alpha2\nkind: Role"),
        ("kind: Role\n", "kind: Rolee\n"),
        ("kind: Role\n", "kind: Role: x\n"),
    ],
)
def test_nobody_says_that_a_role_is_deleted_because_of_a_typo(
    old: str, new: str, diff: Diff, capsys: pytest.CaptureFixture[str]
) -> None:
    write(WORLD.replace(old, new, 1))
    assert main(["diff", "HEAD"]) == 1
    shown = capsys.readouterr().out
    assert "is deleted in AWS" not in shown
    assert "cannot tell: whether it is gone" in shown


def test_a_workload_that_is_gone_is_no_loss(diff: Diff) -> None:
    write(WORLD.partition("---\napiVersion: apps/v1")[0])
    assert diff()["consumers"] == []


def test_an_association_that_moves_to_another_cluster_is_lost(diff: Diff) -> None:
    association = """---
apiVersion: eks.services.k8s.aws/v1alpha1
kind: PodIdentityAssociation
metadata: {name: proxy, namespace: tenant-acme}
spec: {clusterName: CLUSTER, namespace: tenant-acme, serviceAccount: proxy, roleRef: {from: {name: acme-reverse-proxy}}}
"""
    pods = (
        '"Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},'
        ' "Action": ["sts:AssumeRole", "sts:TagSession"]}]}\n  policyRefs'
    )
    config = (
        Path("checker.yaml").read_text(encoding="utf-8").replace("    parameters", "    cluster: cell2\n    parameters")
    )
    Path("checker.yaml").write_text(config, encoding="utf-8")
    federated = r'"Statement": \[\{"Effect": "Allow",\n(?s:.*?)\]\}\n  policyRefs'
    world = re.sub(r"  annotations: \{eks.*\n", "", re.sub(federated, pods, WORLD, count=1))
    write(world + association.replace("CLUSTER", "cell2"))
    git("commit", "-qam", "pods")
    write(world + association.replace("CLUSTER", "cell3"))
    assert one_consumer(diff(code=1))["after"] == "none"


def test_an_association_that_goes_leaves_its_pods_without_the_role(diff: Diff) -> None:
    """No manifest has the service account, and the role stays: the pods may run on."""
    association = """---
apiVersion: eks.services.k8s.aws/v1alpha1
kind: PodIdentityAssociation
metadata: {name: proxy, namespace: tenant-acme}
spec: {clusterName: cell2, namespace: tenant-acme, serviceAccount: proxy, roleRef: {from: {name: acme-reverse-proxy}}}
"""
    world = WORLD.partition("---\napiVersion: v1\nkind: ServiceAccount")[0]
    write(world + association)
    git("commit", "-qam", "an association")
    write(world)
    consumer = one_consumer(diff(code=1))
    assert (consumer["before"], consumer["after"]) == ("acme-reverse-proxy", "none")


def test_a_role_that_becomes_a_template_is_not_said_to_be_deleted(
    diff: Diff, capsys: pytest.CaptureFixture[str]
) -> None:
    write(WORLD.replace('"Resource": "arn', '"Resource": "${ARN}').replace("description: reads", "description: ${D}"))
    assert main(["diff", "HEAD"]) != 0
    shown = capsys.readouterr().out
    assert "is deleted in AWS" not in shown


def test_a_moved_file_changes_nothing(diff: Diff) -> None:
    Path("manifests/acme.yaml").rename("manifests/moved.yaml")
    assert diff()["roles"] == []


def test_two_files_with_the_same_object_are_kept_apart(diff: Diff) -> None:
    for cell in ("cell1", "cell2"):
        Path("manifests", cell).mkdir()
        write(WORLD, f"{cell}/acme.yaml")
    Path("manifests/acme.yaml").unlink()
    git("add", "-A")
    git("commit", "-qm", "cells")
    write(WORLD.replace(', "dynamodb:Query"', ""), "cell1/acme.yaml")
    assert one_role(diff(code=1))["file"] == "manifests/cell1/acme.yaml"


def test_two_revisions_a_merge_base_and_folders(diff: Diff, tmp_path: Path) -> None:
    git("checkout", "-qb", "change")
    write(WORLD.replace(', "dynamodb:Query"', ""))
    git("commit", "-qam", "change")
    git("checkout", "-q", "main")
    write(WORLD.replace("reads keys", "reads all keys"))
    git("commit", "-qam", "meanwhile")
    assert diff("main", "change", code=1)["worse"] is True
    assert diff("main...change", "change", code=1)["worse"] is True
    assert diff("change", "main")["worse"] is False
    for name, text in (("old", WORLD), ("new", WORLD.replace(', "dynamodb:Query"', ""))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "acme.yaml").write_text(text, encoding="utf-8")
    assert one_role(diff("old", "new", code=1))["status"] == "changed"


def test_from_a_folder_below(diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    write(WORLD.replace(', "dynamodb:Query"', ""))
    monkeypatch.chdir("manifests")
    assert one_role(diff(code=1))["file"] == "acme.yaml"


def test_what_cannot_be_read_is_not_green(diff: Diff) -> None:
    write(WORLD + "---\napiVersion: iam.services.k8s.aws/v1alpha1\nkind: a: b\n")
    found = diff(code=1)
    assert "manifests/acme.yaml is no YAML" in found["unchecked"][0]
    assert [item["rule"] for item in found["findings"]] == ["invalid-yaml"]
    git("commit", "-qam", "broken")
    assert diff()["unchecked"] == []


def test_beside_what_cannot_be_read_nothing_is_said_to_stay(diff: Diff, capsys: pytest.CaptureFixture[str]) -> None:
    write("a: b: c\napiVersion: iam.services.k8s.aws/v1alpha1\n", "broken.yaml")
    git("add", "-A")
    git("commit", "-qm", "broken")
    write(WORLD.replace("dynamodb:GetItem", "dynamodb:Get*"))
    write("a: b: d\napiVersion: iam.services.k8s.aws/v1alpha1\n", "broken.yaml")
    main(["diff", "HEAD"])
    assert "stays out of reach, as far as could be told." in capsys.readouterr().out


def role_with(old: str, new: str) -> str:
    assert old in WORLD, old
    return WORLD.replace(old, new)


POD_IDENTITY = (
    WORLD.split("---\n")[0].partition("  assumeRole")[0]
    + """\
  assumeRolePolicyDocument: |
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
      "Action": ["sts:AssumeRole", "sts:TagSession"]}]}
  policyRefs:
    - from: {name: auth-keys-read}
---
"""
    + WORLD.split("---\n")[1]
)
CONDITIONAL = WORLD.replace('"Sid": "Read", ', '"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}, ')
SUBJECT = "serviceaccount:tenant-acme:proxy"
TABLE = "table/cell2-auth-keys"
BOUNDARY = """\
---
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Policy
metadata: {name: bound, namespace: tenant-acme}
spec:
  name: Bound
  policyDocument: '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b/*"}]}'
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            WORLD, WORLD.replace("/cell/", "/other/").replace(SUBJECT, "serviceaccount:a:b"), id="path-and-trust"
        ),
        pytest.param(WORLD, WORLD.replace("/cell/", "/other/"), id="path-and-annotation"),
        pytest.param(
            WORLD,
            WORLD.replace("acme-reverse", "acme2-reverse").replace(', "dynamodb:Query"', ""),
            id="renamed-and-less",
        ),
        pytest.param(WORLD, "---\n".join(WORLD.split("---\n")[3:]), id="only-the-workload-is-left"),
        pytest.param(POD_IDENTITY, POD_IDENTITY.replace("pods.eks", "ec2"), id="no-pod-identity"),
        pytest.param(POD_IDENTITY, POD_IDENTITY.replace(', "sts:TagSession"', ""), id="no-tag-session"),
        pytest.param(POD_IDENTITY, "---\n" + POD_IDENTITY.split("---\n")[1], id="role-with-unknown-users"),
        pytest.param(POD_IDENTITY, POD_IDENTITY.replace("v1alpha1", "v1beta1", 1), id="version-that-is-none"),
        pytest.param(CONDITIONAL, CONDITIONAL.replace("vpce-1", "vpce-2"), id="another-condition"),
        pytest.param(
            WORLD.replace(f'{TABLE}"', f'{TABLE}*"').replace('"dynamodb:Query"', '"dynamodb:Query", "dynamodb:Scan"'),
            WORLD.replace(f'{TABLE}"', f'{TABLE}*"').replace('"dynamodb:Query"', '"dynamodb:Query", "dynamodb:*"'),
            id="more-that-is-forbidden",
        ),
        pytest.param(
            WORLD,
            role_with("  policyRefs", "  permissionsBoundaryRef: {from: {name: bound}}\n  policyRefs") + BOUNDARY,
            id="boundary",
        ),
        pytest.param(WORLD, role_with("StringEquals", "StringEqualz"), id="broken-trust"),
        pytest.param(WORLD, role_with('"Statement": [{"Sid"', '"Statement": [{"Sid":: '), id="broken-policy"),
    ],
)
def test_what_locks_a_proxy_out_is_never_green(before: str, after: str, diff: Diff) -> None:
    write(before)
    git("commit", "-qam", "before", "--allow-empty")
    assert before != after
    write(after)
    assert diff(code=1)["worse"] is True


def test_what_can_be_read_is_compared_beside_what_cannot(diff: Diff) -> None:
    text = WORLD.split("---\n")
    arn = 'policies: ["arn:aws:iam::111122223333:policy/kept-elsewhere"]'
    inline = "  inlinePolicies:\n    keys: |\n" + text[1].partition("policyDocument: |\n")[2].replace(
        "    {", "      {", 1
    )
    before = text[0].replace("  policyRefs:\n    - from: {name: auth-keys-read}\n", f"  {arn}\n{inline}")
    write("---\n".join([before, *text[2:]]))
    git("commit", "-qam", "before")
    write("---\n".join([before.replace(', "dynamodb:Query"', ""), *text[2:]]))
    role = one_role(diff(code=1))
    assert "required dynamodb:Query unknown unknown" in told(role)
    assert role["unclear"] == ["what arn:aws:iam::111122223333:policy/kept-elsewhere may allow or deny besides"]


@pytest.mark.parametrize("field", ["policies: [ARN]", "permissionsBoundary: ARN"])
def test_one_unread_policy_in_the_place_of_another_is_told(field: str, diff: Diff) -> None:
    attached = field.replace("ARN", '"arn:aws:iam::111122223333:policy/POLICY"')
    before = WORLD.replace("  policyRefs:", f"  {attached}\n  policyRefs:")
    write(before.replace("POLICY", "bar"))
    git("commit", "-qam", "before")
    write(before.replace("POLICY", "foo"))
    (said,) = one_role(diff())["unclear"]
    assert said.endswith("policy/bar did")
    assert "policy/foo may allow or deny and what " in said


def test_a_requirement_that_changes_with_the_role_is_told(diff: Diff) -> None:
    Path("policies").mkdir()
    shipped = (Path(__file__).parent.parent.parent / "policies/reverse-proxy-auth-keys.yaml").read_text(
        encoding="utf-8"
    )
    Path("policies/keys.yaml").write_text(shipped, encoding="utf-8")
    Path("checker.yaml").write_text(
        Path("checker.yaml").read_text(encoding="utf-8") + "policies: [policies]\n", encoding="utf-8"
    )
    git("add", "-A")
    git("commit", "-qm", "a requirement of our own")
    assert diff()["notes"] == []
    Path("policies/keys.yaml").write_text(shipped.replace("GetItem, dynamodb:Query", "GetItem"), encoding="utf-8")
    write(WORLD.replace(', "dynamodb:Query"', ""))
    said = "policies/keys.yaml differs in HEAD: both sides were put to what the working folder has"
    assert diff()["notes"] == [said]


def test_without_the_issuer_of_the_cell_a_broken_trust_is_seen_all_the_same(diff: Diff) -> None:
    Path("checker.yaml").write_text(CONFIG, encoding="utf-8")
    git("commit", "-qam", "no issuer")
    write(WORLD.replace(SUBJECT, "serviceaccount:tenant-acme:other"))
    assert diff(code=1)["worse"] is True


def test_a_boundary_on_a_role_that_nobody_asks_about_is_shown(diff: Diff) -> None:
    other = WORLD.replace("acme-reverse-proxy", "worker").replace(
        "serviceaccount:tenant-acme:proxy", "serviceaccount:a:w"
    )
    write("---\n".join(other.split("---\n")[:2]) + BOUNDARY)
    git("commit", "-qam", "a worker")
    text = Path("manifests/acme.yaml").read_text(encoding="utf-8")
    write(text.replace("  policyRefs", "  permissionsBoundaryRef: {from: {name: bound}}\n  policyRefs"))
    assert "dynamodb:GetItem" in str(one_role(diff())["lost"])


def test_a_renamed_service_account_is_no_loss(diff: Diff) -> None:
    write(
        WORLD.replace("name: proxy\n", "name: keeper\n")
        .replace(SUBJECT, "serviceaccount:tenant-acme:keeper")
        .replace("serviceAccountName: proxy", "serviceAccountName: keeper")
    )
    assert diff()["worse"] is False


def test_another_way_to_the_same_role_is_no_loss(diff: Diff) -> None:
    """From IRSA to EKS Pod Identity: the subject is shut out, and the service account does not come that way."""
    association = """---
apiVersion: eks.services.k8s.aws/v1alpha1
kind: PodIdentityAssociation
metadata: {name: proxy, namespace: tenant-acme}
spec: {clusterName: c, namespace: tenant-acme, serviceAccount: proxy, roleRef: {from: {name: acme-reverse-proxy}}}
"""
    role = POD_IDENTITY.split("---\n")[0]
    account = '  annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/cell/acme-reverse-proxy"}\n'
    rest = "---\n".join(WORLD.split("---\n")[1:]).replace(account, "")
    write(f"{role}---\n{rest}{association}")
    assert diff()["worse"] is False
    write(f"{role}---\n{rest}{association}".replace("pods.eks", "ec2"))
    assert diff(code=1)["worse"] is True


def test_reordered_conditions_of_another_principal_are_no_change(diff: Diff) -> None:
    ops = """---
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata: {name: ops, namespace: t}
spec:
  name: ops
  assumeRolePolicyDocument: |
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
     "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:PrincipalTag/a": ["1", "2"], "aws:PrincipalTag/b": "3"}}}]}
"""  # noqa: E501
    write(WORLD + ops)
    git("commit", "-qam", "ops")
    write(
        WORLD
        + ops.replace(
            '"aws:PrincipalTag/a": ["1", "2"], "aws:PrincipalTag/b": "3"',
            '"aws:PrincipalTag/b": "3", "aws:PrincipalTag/a": ["2", "1"]',
        )
    )
    assert diff()["roles"] == []
    write(
        WORLD
        + ops.replace(
            ', "Condition"',
            ', "Sid": "A"}, {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition"',
        )
        .replace("StringEquals", "Null")
        .replace('["1", "2"]', '"true"')
        .replace('"3"', '"true"')
    )
    assert diff()["roles"] != []


# What is read of a revision


def test_links_are_followed_within_the_revision(diff: Diff) -> None:
    Path("shared").mkdir()
    Path("manifests/acme.yaml").rename("shared/acme.yaml")
    Path("manifests/acme.yaml").symlink_to("../shared/acme.yaml")
    Path("manifests/more").symlink_to("../shared")
    git("add", "-A")
    git("commit", "-qm", "links")
    assert diff()["roles"] == []
    Path("shared/acme.yaml").write_text(WORLD.replace(', "dynamodb:Query"', ""), encoding="utf-8")
    assert diff(code=1)["worse"] is True
    Path("manifests/gone.yaml").symlink_to("/nowhere.yaml")
    git("add", "-A")
    git("commit", "-qm", "a link that leads out")
    assert "a link that leads out of the revision" in str(diff("HEAD", "HEAD", code=3)["unchecked"])


def test_a_submodule_could_not_be_read(diff: Diff, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.yaml").write_text(WORLD, encoding="utf-8")
    git("-C", str(other), "init", "-q")
    git("-C", str(other), "add", "-A")
    git("-C", str(other), "commit", "-qm", "x")
    git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "manifests/sub")
    git("commit", "-qm", "submodule")
    assert "manifests/sub: a submodule, which the revision only names" in str(diff("HEAD", "HEAD", code=3)["unchecked"])


def test_a_moved_folder_is_found_by_the_configuration_of_its_revision(diff: Diff) -> None:
    git("mv", "manifests", "clusters")
    text = Path("checker.yaml").read_text(encoding="utf-8").replace("[manifests]", "[clusters]")
    Path("checker.yaml").write_text(text, encoding="utf-8")
    assert diff()["roles"] == []
    Path("clusters/acme.yaml").write_text(WORLD.replace(', "dynamodb:Query"', ""), encoding="utf-8")
    assert diff(code=1)["worse"] is True


def test_variables_of_hooks_do_not_lead_elsewhere(diff: Diff, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(WORLD.replace(', "dynamodb:Query"', ""))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere")
    monkeypatch.chdir("manifests")
    assert diff(code=1)["worse"] is True


def test_an_empty_side_is_not_green(diff: Diff) -> None:
    Path("empty").mkdir()
    found = diff("empty", "./manifests", code=3)
    assert "empty: empty: it holds no manifest that concerns a role" in str(found["unchecked"])
    assert diff("./manifests", "empty", code=1)["findings"][0]["rule"] == "no-matching-role"


TEMPLATE = """apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata: {name: '{{ .Release.Name }}'}
spec: {name: acme, assumeRolePolicyDocument: '{{ .Values.trust }}'}
"""


def test_what_is_the_same_on_both_sides_is_no_difference(diff: Diff) -> None:
    write(TEMPLATE, "chart.yaml")
    git("add", "-A")
    git("commit", "-qm", "a template")
    assert diff()["unchecked"] == []
    write(TEMPLATE.replace("Release", "Chart"), "chart.yaml")
    assert len(diff(code=3)["unchecked"]) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere: there is no such folder, and no such git revision here"),
        (["--", "--output=x"], "--output=x: there is no such folder"),
        (["HEAD", "--path", "nowhere"], "nowhere: there is no such file or folder"),
        (["HEAD", "--path", "/tmp"], "/tmp is outside the git work tree"),
        (["./manifests", "./manifests", "--path", "a"], "--path goes with git revisions"),
        (["manifests"], "manifests is a folder: give the folder to compare it with, too"),
        (["HEAD", "both"], "both is both a folder and a git revision; write ./both for the folder"),
        (["HEAD", "--cell", "cell9"], "there is no cell 'cell9'"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("both").mkdir()
    git("branch", "both")
    assert main(["diff", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_outside_a_work_tree(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert main(["diff", "HEAD"]) == 2


def test_text_and_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    write(WORLD.replace(', "dynamodb:Query"', ""))
    assert main(["diff", "HEAD", "--report", "markdown=comment.md"]) == 1
    table = "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"
    assert capsys.readouterr().out == (
        "Role tenant-acme/acme-reverse-proxy changed  manifests/acme.yaml\n"
        f"  ! required: dynamodb:Query on {table}: was granted, is not granted (reverse-proxy-auth-keys)\n"
        f"  - loses dynamodb:Query on {table}\n"
        "  used by service account tenant-acme/proxy (Deployment tenant-acme/index-acme)\n"
        "\n"
        "HEAD to the working folder: 1 change: required access is lost.\n"
    )
    assert Path("comment.md").read_text(encoding="utf-8") == (
        "### Access from `HEAD` to `the working folder`: 1 change: required access is lost.\n\n"
        "**Role tenant-acme/acme-reverse-proxy** changed in `manifests/acme.yaml`\n\n"
        f"- ⚠️ **required: dynamodb:Query on {table}: was granted, is not granted \\(reverse-proxy-auth-keys\\)**\n"
        f"- ➖ loses dynamodb:Query on {table}\n"
        "- used by service account tenant-acme/proxy \\(Deployment tenant-acme/index-acme\\)\n"
    )


# checker static --changed-since


def changed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, str]]:
    capsys.readouterr()
    main(["static", "--format", "json", "--changed-since", "HEAD", *arguments])
    found = json.loads(capsys.readouterr().out)
    return [(item["location"]["file"], item["rule"]) for item in found["findings"]]


def test_findings_that_were_there_are_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    write(WORLD.replace(', "dynamodb:Query"', ""))
    assert ("manifests/acme.yaml", "missing-grant") in changed(capsys)
    git("commit", "-qam", "broken")
    assert changed(capsys) == []
    write(WORLD.replace("acme", "borealis").replace(', "dynamodb:Query"', ""), "borealis.yaml")
    assert {file for file, _ in changed(capsys)} == {"manifests/borealis.yaml"}
    assert {file for file, _ in changed(capsys, "manifests")} == {"manifests/borealis.yaml"}


def test_what_breaks_in_a_file_that_was_not_touched_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    role, policy, *rest = WORLD.split("---\n")
    write("---\n".join([role, *rest]))
    write(policy, "policy.yaml")
    git("add", "-A")
    git("commit", "-qm", "apart")
    Path("manifests/policy.yaml").unlink()
    assert ("manifests/acme.yaml", "dangling-reference") in changed(capsys)


def test_a_changed_configuration_touches_everything(capsys: pytest.CaptureFixture[str]) -> None:
    write(WORLD.replace(', "dynamodb:Query"', ""))
    git("commit", "-qam", "broken")
    assert changed(capsys) == []
    text = Path("checker.yaml").read_text(encoding="utf-8")
    Path("checker.yaml").write_text(text + "# changed\n", encoding="utf-8")
    assert ("manifests/acme.yaml", "missing-grant") in changed(capsys)


def test_a_configuration_that_is_gone_touches_everything(capsys: pytest.CaptureFixture[str]) -> None:
    write(WORLD.replace(', "dynamodb:Query"', ""))
    text = Path("checker.yaml").read_text(encoding="utf-8")
    Path("checker.yaml").rename(".checker.yaml")
    Path("checker.yaml").write_text(text, encoding="utf-8")
    git("add", "-A")
    git("commit", "-qm", "two")
    assert changed(capsys) == []
    Path("checker.yaml").unlink()
    assert ("manifests/acme.yaml", "missing-grant") in changed(capsys)


def test_a_baseline_that_shrinks_touches_everything(capsys: pytest.CaptureFixture[str]) -> None:
    write(WORLD.replace(', "dynamodb:Query"', ""))
    assert main(["static", "--write-baseline", "known.json"]) == 0
    git("add", "-A")
    git("commit", "-qm", "known")
    Path("known.json").write_text('{"schemaVersion": 1, "findings": []}', encoding="utf-8")
    assert ("manifests/acme.yaml", "missing-grant") in changed(capsys, "--baseline", "known.json")


def test_a_policy_of_the_role_touches_its_findings(capsys: pytest.CaptureFixture[str]) -> None:
    role, policy, *rest = WORLD.split("---\n")
    second = (
        policy.replace("auth-keys-read", "more").replace("AuthKeysRead", "More").replace("dynamodb:GetItem", "s3:Get")
    )
    role = role.replace("auth-keys-read}", "auth-keys-read}\n    - from: {name: more}")
    write("---\n".join([role, policy.replace(', "dynamodb:Query"', ""), *rest]))
    write(second.replace(', "dynamodb:Query"', ""), "more.yaml")
    git("add", "-A")
    git("commit", "-qm", "broken")
    assert changed(capsys) == []
    write(second.replace(', "dynamodb:Query"', "").replace("s3:Get", "s3:Put"), "more.yaml")
    assert ("manifests/acme.yaml", "missing-grant") in changed(capsys)


def test_no_such_revision(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["static", "--changed-since", "nowhere"]) == 2
    Path("notes.yaml").write_text("kind: ConfigMap\n", encoding="utf-8")
    assert main(["static", "--changed-since", "nowhere", "notes.yaml"]) == 2
    assert "--changed-since nowhere: there is no such git revision here" in capsys.readouterr().err
