from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from checker.gate import Options, check
from checker.report.model import Report

CELL = {
    "region": "us-east-1",
    "account": "111122223333",
    "authKeysTable": "cell2-auth-keys",
    "cluster": "cell2-MultitenantEKSCluster",
    "oidcIssuer": "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE",
}


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """Runs the gate with the shipped requirement for cell2, from a folder without any configuration."""
    monkeypatch.chdir(tmp_path)

    def run(*paths: str | Path, policies: tuple[str, ...] = ()) -> Report:
        return check(Options(tuple(map(str, paths)), parameters=CELL, policies=policies))

    return run
