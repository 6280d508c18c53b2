"""An index from broken to healthy, in the embedded cell or with a real API server in front of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from checker.ack.kinds import IAM
from checker.demo.cell import Cell
from checker.demo.names import PODS
from checker.demo.servers.kubernetes_requests import ApiRequest
from checker.fix.cluster.emission import Emission, emit
from checker.fix.cluster.withheld import Withheld
from checker.fix.cluster.world import World
from checker.live.clients.connection import Connection
from checker.live.clients.kubernetes import Cluster
from checker.live.collect import Clients, collect
from checker.requirements.load import load_requirements
from checker.requirements.shipped import shipped_policies
from checker.runbook.diagnose import Diagnosis, diagnose
from tests.live.api_server import FIXER, ApiServer, path_of

REQUIREMENTS = load_requirements((shipped_policies(),)).requirements


class Grade(Protocol):
    """A cluster: how it is reached, and what happens when the controller gets its turn."""

    def connection(self) -> Connection: ...
    def turn(self) -> None: ...


class Embedded(NamedTuple):
    """The embedded cell: the controller answers at once."""

    cell: Cell

    def connection(self) -> Connection:
        self.cell.live_on()
        found = self.cell.access().connection
        assert found is not None
        return found

    def turn(self) -> None:
        pass


class Real(NamedTuple):
    """A real API server: on its turn the controller of the embedded cell takes over what was applied there, and what
    stands in for the kubelet and the workloads' controllers sees to the pods. `renamed` are pods made since, with the
    name that the embedded cell knows them by."""

    cell: Cell
    server: ApiServer
    renamed: dict[str, str]

    def connection(self) -> Connection:
        self.server.mirror(self.cell)
        self.server.serve_logs(self._read_log)
        return self.server.connection(FIXER)

    def turn(self) -> None:
        for kind in ("Policy", "OpenIDConnectProvider", "Role"):
            listed = path_of({"apiVersion": IAM, "kind": kind, "metadata": {}})
            for item in self.server.call("GET", listed, None, (200,))[1]["items"]:
                item["metadata"].pop("managedFields", None)
                self.cell.kubernetes.put({"apiVersion": IAM, "kind": kind, **item})
        asked = ApiRequest(group="", namespace="", plural="roles", name="", sub="", verb="patch")
        self.cell.live_on()
        self.cell.kubernetes.after_write(asked)
        for kind in ("Policy", "OpenIDConnectProvider", "Role"):
            for item in self.cell.kubernetes.all(kind):
                path = f"{path_of(item)}/{item['metadata']['name']}"
                _, live = self.server.call("GET", path, None, (200,))
                self.server.call("PUT", f"{path}/status", {**live, "status": item["status"]}, (200,))
        for pod in self.server.call("GET", "/api/v1/pods", None, (200,))[1]["items"]:
            if pod["metadata"].get("deletionTimestamp"):
                self._attend(pod["metadata"])

    def _attend(self, metadata: dict[str, Any]) -> None:
        """A ReplicaSet makes another pod while the one that is deleted still ends; a StatefulSet makes it again under
        its name, once it has ended; nobody makes a bare pod again."""
        name, namespace = metadata["name"], metadata["namespace"]
        owners = {owner["kind"] for owner in metadata.get("ownerReferences", ())}
        successor = f"{name[:-5]}new42"
        is_there = successor in self.renamed
        if "ReplicaSet" not in owners or is_there:
            self.server.delete("Pod", namespace, name, "v1")
        if not owners or is_there:
            return
        index = namespace.removeprefix("tenant-")
        self.cell.forget_log(index)
        self.cell.kubernetes.after_write(
            ApiRequest(group="", namespace=namespace, plural="pods", name=name, sub="", verb="delete")
        )
        made = self.cell.kubernetes.get("Pod", namespace, PODS[index])
        if "ReplicaSet" in owners:
            self.renamed[successor] = PODS[index]
            made["metadata"]["name"] = successor
        self.server.put(made)

    def _read_log(self, namespace: str, pod: str, container: str, previous: bool) -> list[tuple[str, str]] | None:
        return self.cell.read_log(namespace, self.renamed.get(pod, pod), container, previous)


def make(
    grade: Grade, cell: Cell, index: str, said: list[str], agrees: Callable[[str], bool]
) -> tuple[World, Diagnosis]:
    """The world of an index, and its first diagnosis."""
    connection = grade.connection()

    def look(seconds: int, is_restarted: bool) -> Diagnosis:
        target = cell.target(index)._replace(since_seconds=seconds)
        access = Clients(cell.access().aws, connection=connection)
        manifests = (cell.manifests,) if cell.manifests else ()
        return diagnose(collect(target, access, cell.search, manifests=manifests), REQUIREMENTS)

    def pause(seconds: float) -> None:
        grade.turn()

    return World(
        cluster=Cluster(connection), look=look, say=said.append, confirm=agrees, pause=pause, patience=20
    ), look(900, False)


def plan(diagnosis: Diagnosis, *, unsafe: bool = False) -> Emission | Withheld:
    """What is emitted for a diagnosis."""
    return emit(diagnosis, REQUIREMENTS, lambda item: unsafe or item.is_safe)


def yes(question: str) -> bool:
    """Confirms whatever is asked."""
    return True


def spec_of(cell: Cell, index: str) -> Any:
    """The spec of the index's Role in the embedded cell."""
    return cell.kubernetes.get("Role", f"tenant-{index}", cell.role_of(index))["spec"]
