"""`checker lsp` as an editor meets it: everything goes over stdio, through a real client."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from checker.gate.options import GateOptions
from checker.gate.prepare import check
from tests.report.worlds import BOTH, CONFIG, ONE, role

from .client import Editor, applied, run, uri


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose one role lacks an action."""
    folder = tmp_path / "project"
    (folder / "manifests").mkdir(parents=True)
    (folder / "checker.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "manifests" / "acme.yaml").write_text(role("acme", ONE), encoding="utf-8")
    return folder


def acme(project: Path) -> Path:
    return project / "manifests" / "acme.yaml"


def test_a_finding_is_shown_where_it_is_and_its_fix_cures_it(project: Path) -> None:
    async def story(editor: Editor) -> None:
        await editor.start(project)
        await editor.open(acme(project))
        assert editor.rules(acme(project)) == ["missing-grant"]
        (shown,) = editor.told[uri(acme(project))]
        assert shown.severity is lsp.DiagnosticSeverity.Error
        assert "cannot call dynamodb:Query" in shown.message
        assert "help: " in shown.message
        assert (await editor.settled(acme(project)))[0].command.title == "grants 1 of 2 on cell2-auth-keys"  # type: ignore[union-attr]  # it has one
        (fix,) = await editor.fixes(acme(project), shown.range)
        assert fix.is_preferred
        assert fix.edit is not None
        assert fix.edit.changes is not None
        mended = applied(acme(project).read_text("utf-8"), list(fix.edit.changes[uri(acme(project))]))
        await editor.type(acme(project), mended)
        assert editor.rules(acme(project)) == []
        assert (await editor.settled(acme(project)))[0].command.title == "grants 2 of 2 on cell2-auth-keys"  # type: ignore[union-attr]  # it has one
        # It is not saved: closed, the text is that of the disk.
        await editor.close(acme(project))
        assert editor.rules(acme(project)) == ["missing-grant"]

    run(story)


def test_all_safe_fixes_of_a_file_are_made_at_once_where_that_is_asked_for(project: Path) -> None:
    two = f"{role('acme', ONE)}---\n{role('borealis', ONE)}"

    async def story(editor: Editor) -> None:
        await editor.start(project)
        await editor.open(acme(project), two)
        assert editor.rules(acme(project)) == ["missing-grant"] * 2
        assert await editor.all_fixed(acme(project), "source.organizeImports", "source.fixAll.ruff") == []
        for only in ("source", "source.fixAll", "source.fixAll.checker"):
            (fix,) = await editor.all_fixed(acme(project), only)
            assert (fix.kind, fix.title) == ("source.fixAll.checker", "Fix 2 findings of checker in this file")
        menu = await editor.all_fixed(acme(project), "quickfix", "source.fixAll")
        assert [item.kind for item in menu] == [lsp.CodeActionKind.QuickFix] * 2
        assert fix.edit is not None
        assert fix.edit.changes is not None
        assert list(fix.edit.changes) == [uri(acme(project))]
        await editor.type(acme(project), applied(two, list(fix.edit.changes[uri(acme(project))])))
        assert editor.rules(acme(project)) == []
        assert await editor.all_fixed(acme(project), "source.fixAll") == []

    run(story)


def test_what_is_not_safe_is_not_done_when_a_file_is_saved(project: Path) -> None:
    deny = ', {"Effect": "Deny", "Action": "dynamodb:Query", "Resource": "*"}]}\n'
    acme(project).write_text(role("acme", BOTH).removesuffix("]}\n") + deny, encoding="utf-8")

    async def story(editor: Editor) -> None:
        await editor.start(project)
        await editor.open(acme(project))
        titles = [fix.title for fix in await editor.all_fixed(acme(project), "quickfix")]
        assert len(titles) == 1
        assert "(not safe: the statement" in titles[0]
        assert await editor.all_fixed(acme(project), "source.fixAll") == []

    run(story)


def test_unsaved_texts_are_judged_and_a_broken_one_hides_nothing(project: Path) -> None:
    other = project / "manifests" / "borealis.yaml"
    other.write_text(role("borealis", ONE), encoding="utf-8")

    async def story(editor: Editor) -> None:
        await editor.start(project)
        await editor.open(acme(project), role("acme", BOTH))
        assert (editor.rules(acme(project)), editor.rules(other)) == ([], ["missing-grant"])
        await editor.type(acme(project), role("acme", BOTH).replace("spec:", "spec: ]"))
        assert editor.rules(acme(project)) == ["invalid-yaml"]
        assert editor.rules(other) == ["missing-grant"]
        await editor.type(acme(project), role("acme", BOTH))
        assert editor.rules(acme(project)) == []

    run(story)


@pytest.mark.long
def test_what_decides_is_judged_as_it_is_typed(project: Path) -> None:
    config = project / "checker.yaml"

    async def story(editor: Editor) -> None:
        await editor.start(project)
        await editor.open(config)
        await editor.type(config, CONFIG + "rules: {missing-grant: {severity: warning}}\n")
        assert [item.severity for item in editor.told[uri(acme(project))]] == [lsp.DiagnosticSeverity.Warning]
        await editor.type(config, CONFIG + "rules: {missing-grants: {severity: warning}}\n")
        (wrong,) = editor.told[uri(config)]
        assert "did you mean missing-grant?" in wrong.message
        assert wrong.range.start == lsp.Position(7, 8)
        # Nothing could be judged, and nothing old stays as if it still held.
        assert editor.told[uri(acme(project))] == []
        assert await editor.settled(acme(project)) == []
        await editor.type(config, CONFIG)
        assert editor.told[uri(config)] == []
        assert editor.rules(acme(project)) == ["missing-grant"]

    run(story)


@pytest.mark.long
def test_a_requirement_is_judged_as_it_is_typed(project: Path) -> None:
    requirement = project / "policies" / "keys.yaml"
    requirement.parent.mkdir()
    text = (Path(__file__).parent.parent.parent / "policies" / "reverse-proxy-auth-keys.yaml").read_text("utf-8")
    requirement.write_text(text, encoding="utf-8")
    (project / "checker.yaml").write_text(CONFIG + "policies: [policies]\n", encoding="utf-8")

    async def story(editor: Editor) -> None:
        await editor.start(project)
        await editor.open(requirement)
        assert editor.rules(acme(project)) == ["missing-grant"]
        await editor.type(requirement, text.replace("dynamodb:Query", "dynamodb:GetItem"))
        assert editor.rules(acme(project)) == []
        await editor.type(requirement, text.replace("require:", "requires:"))
        assert any("requires" in item.message for item in editor.told[uri(requirement)])

    run(story)


@pytest.mark.long
def test_files_that_come_and_go(project: Path) -> None:
    new = project / "manifests" / "new.yaml"

    async def story(editor: Editor) -> None:
        await editor.start(project)
        new.write_text(role("new", ONE), encoding="utf-8")
        await editor.changed(new, lsp.FileChangeType.Created)
        assert editor.rules(new) == ["missing-grant"]
        new.unlink()
        await editor.changed(new, lsp.FileChangeType.Deleted)
        assert editor.rules(new) == []
        # A file with nothing for us becomes one of ours while it is typed.
        plain = project / "manifests" / "plain.yaml"
        plain.write_text("a: 1\n", encoding="utf-8")
        await editor.open(plain)
        assert editor.rules(plain) == []
        await editor.type(plain, role("plain", ONE))
        assert editor.rules(plain) == ["missing-grant"]

    run(story)


@pytest.mark.long
def test_two_folders_and_a_file_outside_of_both(project: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    (second / "checker.yaml").write_text(CONFIG.replace("manifests: [manifests]\n", ""), encoding="utf-8")
    (second / "b.yaml").write_text(role("b", ONE), encoding="utf-8")
    alone = tmp_path / "alone" / "c.yaml"
    alone.parent.mkdir()
    alone.write_text(role("c", BOTH).replace("kind: Role", "kind: Roles"), encoding="utf-8")

    async def story(editor: Editor) -> None:
        await editor.start(project, second)
        await editor.open(alone)
        assert editor.rules(acme(project)) == ["missing-grant"]
        assert editor.rules(second / "b.yaml") == ["missing-grant"]
        assert "unsupported-kind" in editor.rules(alone)

    run(story)


@pytest.mark.long
def test_a_folder_within_another_is_judged_by_both_and_told_once(project: Path) -> None:
    async def story(editor: Editor) -> None:
        await editor.start(project.parent, project)
        await editor.open(acme(project))
        assert editor.rules(acme(project)).count("missing-grant") == 1
        await editor.type(acme(project), role("acme", BOTH))
        assert "missing-grant" not in editor.rules(acme(project))

    run(story)


@pytest.mark.long
def test_a_folder_that_is_opened_by_a_link(project: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(project)

    async def story(editor: Editor) -> None:
        await editor.start(link)
        await editor.open(acme(link))
        assert editor.rules(acme(link)) == ["missing-grant"]
        (fix,) = await editor.fixes(acme(link), editor.told[uri(acme(link))][0].range)
        assert fix.edit is not None
        assert [*(fix.edit.changes or {})] == [uri(acme(link))]

    run(story)


@pytest.mark.long
def test_a_configuration_above_the_folder_decides(project: Path) -> None:
    config = project / "checker.yaml"

    async def story(editor: Editor) -> None:
        await editor.start(project / "manifests")
        await editor.open(config, CONFIG + "rules: {missing-grant: {severity: warning}}\n")
        assert [item.severity for item in editor.told[uri(acme(project))]] == [lsp.DiagnosticSeverity.Warning]

    run(story)


POLICY = """\
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Policy
metadata: {name: keys, namespace: tenant-acme}
spec:
  name: keys
  policyDocument: |
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"],
     "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"}]}
"""


def test_hover_and_definition(project: Path) -> None:
    text = role("acme", ONE).partition("  inlinePolicies:")[0] + "  policyRefs:\n  - from: {name: keys}\n"
    acme(project).write_text(text, encoding="utf-8")
    policy = project / "manifests" / "policy.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    line = next(number for number, one in enumerate(text.splitlines()) if "from:" in one)

    async def story(editor: Editor) -> None:
        await editor.start(project)
        await editor.open(acme(project))
        (found,) = await editor.definition(acme(project), lsp.Position(line, 18))
        assert (found.uri, found.range.start) == (uri(policy), lsp.Position(2, 17))
        assert await editor.definition(acme(project), lsp.Position(0, 0)) == []
        said = await editor.hover(acme(project), lsp.Position(3, 9))
        assert "`dynamodb:Query` on" in said
        assert "**granted** by Policy keys" in said
        await editor.type(acme(project), text.replace("keys}", "kyes}"))
        (wrong,) = [item for item in editor.told[uri(acme(project))] if item.code == "dangling-reference"]
        assert "## dangling-reference" in await editor.hover(acme(project), wrong.range.start)

    run(story)


@pytest.mark.long
@pytest.mark.parametrize(
    ("encodings", "width"),
    [
        (None, 2),
        pytest.param(["utf-32"], 1, marks=pytest.mark.slow),
        pytest.param(["utf-8"], 4, marks=pytest.mark.slow),
    ],
)
def test_columns_are_counted_as_agreed(encodings: list[str] | None, width: int, project: Path) -> None:
    text = role("acme", BOTH) + '  tags: [{key: "😀", value: x}, {key: aws:x, value: y}]\n'

    async def story(editor: Editor) -> None:
        await editor.start(project)
        await editor.open(acme(project), text)
        (wrong,) = [item for item in editor.told[uri(acme(project))] if "reserved for AWS" in item.message]
        line = text.splitlines()[wrong.range.start.line]
        assert wrong.range.start.character == line.index("aws:x") - 1 + width
        at_once = lsp.Position(wrong.range.start.line, wrong.range.start.character + 1)
        assert "## invalid-field" in await editor.hover(acme(project), at_once)

    run(story, encodings)


def test_the_answers_are_those_of_the_command_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was typed before: each state of the files is judged as if it were read for the first time."""
    draw = random.Random(7)  # the same edits in every run
    names = [project / "manifests" / f"{name}.yaml" for name in ("acme", "b", "c")]

    def text(path: Path) -> str:
        actions = draw.choice([ONE, BOTH, '"dynamodb:Get*"', '"s3:GetObject"'])
        return role(path.stem, actions) if draw.random() < 0.9 else "kind: Role\nspec: ]\n"

    for path in names:
        path.write_text(text(path), encoding="utf-8")
    monkeypatch.chdir(project)

    async def story(editor: Editor) -> None:
        await editor.start(project)
        for path in names:
            await editor.open(path)
        for _ in range(25):
            path = draw.choice(names)
            path.write_text(text(path), encoding="utf-8")
            await editor.type(path, path.read_text("utf-8"))
            expected = sorted((item.location.file, item.rule) for item in check(GateOptions(())).findings)
            assert sorted((f"manifests/{one.name}", rule) for one in names for rule in editor.rules(one)) == expected

    run(story)


def test_without_pygls_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "pygls.py").write_text("raise ModuleNotFoundError(name='pygls')\n", encoding="utf-8")
    command = [sys.executable, "-c", "import sys; sys.path.insert(0, '.'); from checker.cli import main; main(['lsp'])"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "checker lsp needs pygls: pip install" in done.stderr


@pytest.mark.slow
def test_a_thousand_edits_leak_nothing(project: Path) -> None:
    def size(editor: Editor) -> int:
        server = editor.client._server  # the process that the client has started
        assert server is not None
        status = Path(f"/proc/{server.pid}/status").read_text("ascii")
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    async def story(editor: Editor) -> None:
        await editor.start(project)
        await editor.open(acme(project))
        sizes = []
        # What is remembered of objects is bounded, and full after so many edits.
        for number in range(3_600):
            await editor.type(acme(project), role("acme", (ONE, BOTH)[number % 2]) + f"# {number}\n")
            if number >= 2_500 and number % 500 == 0:
                sizes.append(size(editor))
        assert sizes[-1] - sizes[0] < 2_000, json.dumps(sizes)

    if not Path("/proc/self/status").exists():
        pytest.skip("the size of a process is read from /proc")
    run(story)
