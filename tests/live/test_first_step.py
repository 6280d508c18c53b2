"""What stands in the way of a diagnosis is told as what it is, and what to do: not "get credentials" for all of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from checker.cli import main
from checker.demo.cell import Cell
from checker.demo.serving import write_files

CONTEXTS = """\
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "SERVER"}}]
contexts: [{name: one, context: {cluster: c, user: u}}, {name: two, context: {cluster: c, user: u}}]
current-context: one
users: [{name: u, user: USER}]
"""
PLUGIN = "{exec: {apiVersion: client.authentication.k8s.io/v1, command: /no/such/aws, interactiveMode: Never}}"
Live = Callable[..., str]
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Live:
    """Runs `checker live` in an empty home with credentials for AWS out of reach, and returns what is printed first."""
    for name, value in (
        ("HOME", str(tmp_path)), ("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "y"),
        ("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_ENDPOINT_URL", NOWHERE),
        ("KUBECONFIG", str(tmp_path / "kubeconfig")),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        assert main(["live", "--index", "acme", "--deadline", "20", *arguments]) == 3
        found = [line for line in capsys.readouterr().out.splitlines() if line.startswith("first ")]
        return found[0].removeprefix("first").strip() if found else ""

    return run


def kubeconfig(folder: Path, *, server: str = NOWHERE, user: str = "{}") -> None:
    (folder / "kubeconfig").write_text(CONTEXTS.replace("SERVER", server).replace("USER", user))


def test_no_kubeconfig(live: Live, tmp_path: Path) -> None:
    told = live("--region", "us-east-1")
    assert "there is no kubeconfig" in told
    assert "aws eks update-kubeconfig --region us-east-1" in told


def test_an_unknown_context_names_those_that_there_are(live: Live, tmp_path: Path) -> None:
    kubeconfig(tmp_path)
    assert "the kubeconfig has no context three; it has one, two: give one of them" in live("--context", "three")


def test_a_plugin_that_fails(live: Live, tmp_path: Path) -> None:
    kubeconfig(tmp_path, user=PLUGIN)
    told = live("--context", "one")
    assert "the kubeconfig's plugin for credentials failed" in told
    assert "/no/such/aws" in told
    assert "admin credentials" not in told


def test_an_unknown_profile(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kubeconfig(tmp_path)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_PROFILE", "nope")
    told = live("--context", "one")
    assert told.startswith("AWS_PROFILE names no profile")
    assert "nope" in told


def test_no_region(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kubeconfig(tmp_path)
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert live("--context", "one").startswith("no AWS region is known: give --region")


def test_no_network(live: Live, tmp_path: Path) -> None:
    kubeconfig(tmp_path)
    assert live("--context", "one").startswith("no network: neither AWS nor the cluster answers")


def test_only_the_cluster_is_out_of_reach(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Cell() as cell:
        kubeconfig(tmp_path)
        monkeypatch.setenv("AWS_ENDPOINT_URL", cell.aws_url)
        assert live("--context", "one").startswith("the cluster's API does not answer")


def test_only_aws_is_out_of_reach(live: Live, tmp_path: Path) -> None:
    with Cell() as cell:
        write_files(cell, str(tmp_path))
        assert live("--context", "demo").startswith("AWS does not answer")


def test_two_things_are_told_at_once(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kubeconfig(tmp_path)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    told = live("--context", "three")
    assert told.startswith("AWS credentials are missing or not valid")
    assert "; then: the kubeconfig has no context three" in told
