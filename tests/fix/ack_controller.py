"""An ACK IAM controller as a process of its own, on a real API server and the account of an embedded cell.

`ACK_CONTROLLER` names its binary (`go install github.com/aws-controllers-k8s/iam-controller/cmd/controller@v1.8.1`);
`stand_in.py` beside this takes the same options and does what the stand-in does, so that how it is started and waited
for is tried without the binary as well.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from checker.ack.kinds import IAM
from checker.demo.cell import Cell
from checker.demo.names import PODS, REGION
from checker.demo.proxy import refresh
from checker.live.clients.connection import Connection
from tests.live.api_server import ADMIN, FIXER, ApiServer, free_port, path_of

STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in.py")))
KINDS = ("Policy", "OpenIDConnectProvider", "Role")


def find_controller() -> tuple[str, ...] | None:
    """The command of a real controller; None where `ACK_CONTROLLER` is not set."""
    path = os.environ.get("ACK_CONTROLLER", "")
    assert not path or os.access(path, os.X_OK), f"ACK_CONTROLLER={path} cannot be run"
    return (path,) if path else None


class Controlled(NamedTuple):
    """A real API server whose Role and Policy objects a controller looks after; its turns are a second of waiting, in
    which the proxies go on refreshing. `running` has the process, once there is a connection."""

    cell: Cell
    server: ApiServer
    command: tuple[str, ...]
    folder: Path
    running: list[subprocess.Popen[bytes]]

    def connection(self) -> Connection:
        if not self.running:
            self.server.mirror(self.cell)
            self._start()
            self._settle()
        return self.server.connection(FIXER)

    def turn(self) -> None:
        time.sleep(1)
        assert self.running[0].poll() is None, self.log()
        self.cell.pass_time(60)
        for index in PODS:
            self.cell.log(index, refresh(self.cell, index), ago=0.2)

    def stop(self) -> None:
        """Ends the process."""
        for process in self.running:
            process.terminate()
            process.wait(30)

    def log(self) -> str:
        """The end of what the controller wrote."""
        return (self.folder / "controller.log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def _start(self) -> None:
        kubeconfig = self.folder / "kubeconfig"
        cluster = {"server": self.server.url, "certificate-authority": self.server.ca_file}
        content = {
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "test", "user": {"token": ADMIN}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test", "namespace": "ack-system"}}],
        }  # fmt: skip
        kubeconfig.write_text(yaml.safe_dump(content), encoding="utf-8")
        # With a bundle of certificates named there, the controller of v1.8.1 fails in every loop.
        kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        given = {"KUBECONFIG": str(kubeconfig), "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
        url = self.cell.aws_url
        options = [
            "--aws-region", REGION, "--aws-endpoint-url", url, "--aws-identity-endpoint-url", url,
            "--allow-unsafe-aws-endpoint-urls", "--enable-carm=false", "--reconcile-resources", ",".join(KINDS),
            "--metrics-addr", f"127.0.0.1:{free_port()}", "--healthz-addr", f"127.0.0.1:{free_port()}",
            "--log-level", "debug",
        ]  # fmt: skip
        # A client that names no field manager is called by its file; that of the real one is `controller`.
        program, *arguments = self.command
        link = self.folder / "controller"
        if not arguments:
            link.symlink_to(Path(program).resolve())
            program = str(link)
        command = [program, *arguments, *options]
        with open(self.folder / "controller.log", "wb") as file:
            streams: dict[str, Any] = {"stdout": file, "stderr": file, "stdin": subprocess.DEVNULL}
            self.running.append(subprocess.Popen(command, env={**kept, **given}, **streams))

    def _settle(self) -> None:
        """Waits until the controller has said something of every object."""
        ends = time.monotonic() + 60
        while not all(_is_seen(item) for item in self._objects()):
            assert time.monotonic() < ends, self.log()
            assert self.running[0].poll() is None, self.log()
            time.sleep(0.5)

    def _objects(self) -> list[dict[str, Any]]:
        paths = [path_of({"apiVersion": IAM, "kind": kind, "metadata": {}}) for kind in KINDS]
        return [item for path in paths for item in self.server.call("GET", path, None, (200,))[1]["items"]]


def _is_seen(item: dict[str, Any]) -> bool:
    """Whether a controller has written to an object; the mirror writes as python-urllib3."""
    return any(entry["manager"] == "controller" for entry in item["metadata"].get("managedFields", ()))
