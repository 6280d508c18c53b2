"""Whoever breaks a run off does not wait for a renderer, and leaves none behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..hostile.bombs import GOOD
from ..kustomize.test_kustomize import HEAD


@pytest.mark.skipif(os.name != "posix", reason="signals and scripts are those of POSIX")
def test_a_renderer_that_hangs_is_ended_with_the_run(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    tool = tmp_path / "bin" / "kustomize"
    tool.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/started\nexec sleep 300\n", encoding="utf-8")
    tool.chmod(0o755)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "kustomization.yaml").write_text(
        HEAD + "resources: [role.yaml]\nnamePrefix: x-\n", encoding="utf-8"
    )
    (tmp_path / "m" / "role.yaml").write_text(GOOD, encoding="utf-8")
    run = subprocess.Popen(
        [sys.executable, "-m", "checker", "static", "m", "--set=authKeysTable=x"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    started = tmp_path / "started"
    while not (started.exists() and started.read_text(encoding="utf-8").strip()):
        assert run.poll() is None, run.communicate()
        time.sleep(0.02)
    run.send_signal(signal.SIGINT)
    _, told = run.communicate(timeout=60)
    assert run.returncode == 130
    assert b"interrupted" in told
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text(encoding="utf-8")), 0)
