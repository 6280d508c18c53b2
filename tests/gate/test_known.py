"""What an earlier run has kept changes no answer: it is taken over where nothing is different, and nowhere else."""

from __future__ import annotations

import io
import os
import pickle
import random
from pathlib import Path
from typing import Any

import pytest

from checker.gate import known as kept
from checker.gate.cells import JudgedCell
from checker.gate.judge import judge
from checker.gate.known import Known
from checker.gate.options import GateOptions
from checker.gate.prepare import choose, prepare_cells
from checker.kept.entry import sealed
from tests.conftest import every_other

from .test_again import PARAMETERS, ROOT, edited, said, several


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(kept, "_FEWEST", 1)
    monkeypatch.setattr(kept, "_PART", 3)  # so that small projects are written down in several parts
    for name in ("CI", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def run(paths: tuple[str, ...], *, is_kept: bool = True, **more: Any) -> tuple[Known, list[Any]]:
    """What a run over these paths says, by what is kept or from scratch; it then keeps what it has found."""
    options = GateOptions(paths, parameters={**PARAMETERS, **more.pop("parameters", {})}, **more)
    chosen = choose(options)
    known = kept.load(chosen, is_wanted=is_kept)
    made = prepare_cells(options, chosen=chosen, known=known)
    cells = [JudgedCell(one, judge(*one, earlier=known.of(one.terms))) for one in made]
    if is_kept:
        kept.keep(known, chosen, cells)
    return known, [said(cell.judged) for cell in cells]


def the_only_file(tmp_path: Path) -> Path:
    (path,) = (tmp_path / "cache" / "checker").iterdir()
    return path


@pytest.mark.parametrize("seed", every_other(range(100)))
def test_after_edits(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    files = several(draw, tmp_path / "project")
    (tmp_path / ".git").mkdir()
    for _ in range(3):
        passed = draw.choice(
            (("project",), tuple(f"project/{path.name}" for path in draw.sample(list(files.values()), 2)))
        )
        assert run(passed)[1] == run(passed, is_kept=False)[1], (seed, passed)
        for name in draw.sample(sorted(files), draw.choice((0, 1, 2))):
            text = files[name].read_text(encoding="utf-8")
            files[name].write_text(edited(draw, text) if text else "", encoding="utf-8")


def project(tmp_path: Path, seed: int = 3) -> None:
    several(random.Random(seed), tmp_path / "project")


def test_what_is_kept_is_taken_over(tmp_path: Path) -> None:
    project(tmp_path)
    run(("project",))
    known, _ = run(("project",))
    assert known.is_whole
    assert known.files
    assert any(known.judged[""].found.values())
    assert known.judged[""].outcomes


def test_a_hook_keeps_no_more_than_it_has_looked_at(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / ".git").mkdir()
    run(("project/a.yaml",))
    known, _ = run(("project/a.yaml",))
    assert known.files
    assert not known.is_whole
    assert not known.judged[""].outcomes
    assert not known.judged[""].found
    run(("project",))
    assert run(("project/a.yaml",))[0].is_whole


def test_other_parameters_and_other_rules_are_asked_anew(tmp_path: Path) -> None:
    project(tmp_path)
    run(("project",), select=("missing-grant",))
    assert run(("project",))[1] == run(("project",), is_kept=False)[1]
    others: tuple[dict[str, Any], ...] = (
        {"parameters": {"authKeysTable": "other"}},
        {"ignore": ("wide-subject",)},
        {"select": ("missing-grant",)},
    )
    for more in others:
        assert run(("project",), **dict(more))[1] == run(("project",), is_kept=False, **dict(more))[1], more


@pytest.mark.parametrize("damage", ["cut", "flipped", "for others", "a link", "another magic"])
def test_what_cannot_be_relied_on_is_not_read(damage: str, tmp_path: Path) -> None:
    project(tmp_path)
    run(("project",))
    path = the_only_file(tmp_path)
    data = path.read_bytes()
    if damage == "cut":
        path.write_bytes(data[:-1])
    elif damage == "flipped":
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    elif damage == "for others":
        path.chmod(0o644)
    elif damage == "a link":
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.write_bytes(data.replace(b"facts 1", b"facts 2", 1))
    assert kept.load(choose(GateOptions(("project",), parameters=PARAMETERS))) == kept.NOTHING


class _Command:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, ("touch ran",)


def test_nothing_runs_that_stands_in_such_a_file(tmp_path: Path) -> None:
    """Not even in one that the user owns, and whose digest is right."""
    project(tmp_path)
    run(("project",))
    path = the_only_file(tmp_path)
    body = io.BytesIO()
    pickle.dump((_Command(), (), True, {}), body)
    path.write_bytes(sealed(kept._MAGIC, body.getvalue()))
    assert kept.load(choose(GateOptions(("project",), parameters=PARAMETERS))) == kept.NOTHING
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("how", ["in a pipeline", "switched off", "without a folder", "few files"])
def test_nothing_is_kept(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path)
    if how == "in a pipeline":
        monkeypatch.setenv("CI", "true")
    elif how == "switched off":
        (tmp_path / "checker.yaml").write_text("version: 1\nmanifests: [project]\ncache: off\n", encoding="utf-8")
    elif how == "without a folder":
        monkeypatch.setenv("XDG_CACHE_HOME", os.path.join(os.devnull, "none"))
    else:
        monkeypatch.setattr(kept, "_FEWEST", 50)
    run(("project",))
    assert not (tmp_path / "cache").exists()


def test_a_folder_of_the_project(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "checker.yaml").write_text(
        "version: 1\nmanifests: [project]\ncache: .cache/checker\n", encoding="utf-8"
    )
    run(("project",))
    assert not (tmp_path / "cache").exists()
    assert len(list((tmp_path / ".cache" / "checker").iterdir())) == 1
    assert run(("project",))[0].files


def test_where_a_kustomization_leads_is_looked_up_again(tmp_path: Path) -> None:
    """A link that leads elsewhere now, with the same texts there but for a patch."""
    project(tmp_path)
    (tmp_path / ".git").mkdir()
    for name, patch in (("one", "metadata: {name: x}"), ("two", "spec: {inlinePolicies: null}")):
        folder = tmp_path / "lib" / name
        folder.mkdir(parents=True)
        (folder / "kustomization.yaml").write_text("resources: []\npatches: [{path: p.yaml, target: {kind: Role}}]\n")
        (folder / "p.yaml").write_text(f"kind: Role\napiVersion: iam.services.k8s.aws/v1alpha1\n{patch}\n")
    (tmp_path / "project" / "current").symlink_to("../lib/one")
    run(("project",))
    (tmp_path / "project" / "current").unlink()
    (tmp_path / "project" / "current").symlink_to("../lib/two")
    known, said_now = run(("project",))
    assert said_now == run(("project",), is_kept=False)[1]
    assert not any(item.kustomizations for item in known.files)


SECRET = "hunter2-is-no-password"
META = "metadata: {name: x}"
HOLDERS = {
    "a Secret beside it": f"---\nkind: Secret\napiVersion: v1\n{META}\nstringData: {{password: {SECRET}}}\n",
    "a Deployment beside it": (
        f"---\nkind: Deployment\napiVersion: apps/v1\n{META}\nspec: {{template: {{spec: {{serviceAccountName: x,"
        f" containers: [{{name: x, env: [{{name: A, value: {SECRET}}}]}}]}}}}}}\n"
    ),
    "a ConfigMap beside it": f"---\nkind: ConfigMap\napiVersion: v1\n{META}\ndata: {{password: {SECRET}}}\n",
}


@pytest.mark.parametrize("what", HOLDERS)
def test_no_secret_is_kept(what: str, tmp_path: Path) -> None:
    project(tmp_path)
    manifest = tmp_path / "project" / "role.yaml"
    manifest.write_text((ROOT / "manifests" / "tenants" / "acme" / "role.yaml").read_text() + HOLDERS[what])
    run(("project",))
    assert SECRET.encode() not in the_only_file(tmp_path).read_bytes()
    manifest.write_text(manifest.read_text().partition("\n---\nkind")[0] + "\n")
    other = tmp_path / "project" / "list.yaml"
    other.write_text(f"kind: List\napiVersion: v1\nitems: [{{kind: Secret, apiVersion: v1, data: {{a: {SECRET}}}}}]\n")
    run(("project",))
    assert SECRET.encode() not in the_only_file(tmp_path).read_bytes()
