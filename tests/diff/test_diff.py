"""What a change does to access, told from two states of a small project."""

from __future__ import annotations

import json
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
    assert [note["kind"] for note in one_role(diff())["notes"]] == ["recreated"]
    write(WORLD.replace("name: acme-reverse-proxy", "name: acme9-reverse-proxy"))
    assert [note["kind"] for note in one_role(diff(code=1))["notes"]] == ["deleted", "recreated"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("path: /cell/", "path: /cell/", ""),
        ("path: /cell/", "path: /other/", "spec.path stays /cell/ in AWS"),
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
    write(WORLD.replace("acme", "borealis"), "borealis.yaml")
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
    assert "manifests/acme.yaml is no YAML" in diff(code=3)["unchecked"][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere: there is no such folder, and no such git revision here"),
        (["--", "--output=x"], "--output=x: there is no such folder"),
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


def test_no_such_revision(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["static", "--changed-since", "nowhere"]) == 2
    assert "--changed-since nowhere: there is no such git revision here" in capsys.readouterr().err
