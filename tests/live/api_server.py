"""A real kube-apiserver with etcd on loopback, and a stand-in for the kubelet that serves logs.

Found the envtest way: TEST_ASSET_ETCD and TEST_ASSET_KUBE_APISERVER, then KUBEBUILDER_ASSETS, then
/usr/local/kubebuilder/bin (`setup-envtest use -p path` prints a folder for KUBEBUILDER_ASSETS).
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import urllib3
import yaml

from checker.ack.kinds import IAM
from checker.demo.cell import Cell
from checker.demo.servers.kubernetes_api import KINDS
from checker.demo.servers.kubernetes_queries import log_text
from checker.demo.servers.wsgi import Served
from checker.live.clients.connection import Connection

ADMIN, VIEWER, FIXER, NOBODY = "admin-token", "viewer-token", "fixer-token", "nobody-token"


def find_assets() -> tuple[str, str] | str:
    """The paths of etcd and kube-apiserver, or why there are none."""
    folder = os.environ.get("KUBEBUILDER_ASSETS", "/usr/local/kubebuilder/bin")
    etcd = os.environ.get("TEST_ASSET_ETCD", f"{folder}/etcd")
    server = os.environ.get("TEST_ASSET_KUBE_APISERVER", f"{folder}/kube-apiserver")
    missing = [path for path in (etcd, server) if not os.access(path, os.X_OK)]
    if missing:
        return f"no {' and no '.join(missing)}; set KUBEBUILDER_ASSETS (setup-envtest use -p path)"
    crds = os.environ.get("ACK_CRDS", "")
    return (etcd, server) if crds else "ACK_CRDS names no folder with the CRDs of the ACK IAM controller"


class ApiServer:
    """The server, running until `stop`. `connection(token)` is how the collector reaches it as one of its users."""

    def __init__(self, etcd: str, server: str, folder: Path) -> None:
        self.folder = folder
        self._logs: Callable[[str, str, str, bool], list[tuple[str, str]] | None] = lambda *_: None
        client, peer, self.port = (free_port() for _ in range(3))
        self._etcd = _start(
            folder / "etcd.log", etcd, "--data-dir", str(folder / "etcd"), "--unsafe-no-fsync",
            "--listen-client-urls", f"http://127.0.0.1:{client}", "--advertise-client-urls", f"http://127.0.0.1:{client}",
            "--listen-peer-urls", f"http://127.0.0.1:{peer}",
        )  # fmt: skip
        users = ((ADMIN, "admin", "system:masters"), (VIEWER, "viewer", "checker-live"), (NOBODY, "nobody", "nothing"))
        fixer = f'{FIXER},fixer,fixer,"checker-live,checker-fix"\n'
        (folder / "tokens.csv").write_text(
            fixer + "".join(f'{token},{name},{name},"{group}"\n' for token, name, group in users)
        )
        key = folder / "sa.key"
        key.write_text(_private_key())
        self._server = _start(
            folder / "apiserver.log", server, "--etcd-servers", f"http://127.0.0.1:{client}",
            "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", f"--secure-port={self.port}",
            f"--cert-dir={folder / 'certs'}", f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}", "--service-account-issuer=https://kubernetes.default.svc",
            "--authorization-mode=RBAC", f"--token-auth-file={folder / 'tokens.csv'}",
            "--service-cluster-ip-range=10.0.0.0/24", "--allow-privileged=true", "--endpoint-reconciler-type=none",
            "--disable-admission-plugins=ServiceAccount",
        )  # fmt: skip
        self.ca_file = str(folder / "certs" / "apiserver.crt")
        self.url = f"https://127.0.0.1:{self.port}"
        self._kubelet = Served(self._kubelet_application, "adhoc")
        self._http: urllib3.PoolManager | None = None
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def connection(self, token: str = VIEWER) -> Connection:
        """How the collector reaches the server as this user."""
        return Connection(self.url, "the API server", lambda: f"Bearer {token}", ca_file=self.ca_file)

    def stop(self) -> None:
        """The API server first, then etcd: the other order hangs."""
        self._kubelet.stop()
        for process in (self._server, self._etcd):
            process.terminate()
            process.wait(30)

    def mirror(self, cell: Cell) -> None:
        """Makes the server hold what the embedded cell holds, and serve its logs."""
        self.serve_logs(cell.read_log)
        items = [item for kind in KINDS.values() for item in cell.kubernetes.all(kind)]
        for namespace in sorted({item["metadata"].get("namespace", "") for item in items} - {""}):
            self.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        for node in sorted({item["spec"]["nodeName"] for item in items if item.get("spec", {}).get("nodeName")}):
            self._put_node(node)
        wanted = {(item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"]) for item in items}
        for kind, version in (("Pod", "v1"), ("Role", IAM), ("Policy", IAM)):
            listed = path_of({"apiVersion": version, "kind": kind, "metadata": {}})
            for old in self.call("GET", listed, None, (200,))[1]["items"]:
                name, namespace = old["metadata"]["name"], old["metadata"]["namespace"]
                if (kind, namespace, name) not in wanted or (kind != "Pod" and _has_appliers(old)):
                    # What an earlier case applied would still belong to its appliers.
                    self.delete(kind, namespace, name, version)
        for item in items:
            self.put(item)

    def serve_logs(self, read: Callable[[str, str, str, bool], list[tuple[str, str]] | None]) -> None:
        """Has the stand-in for the kubelet serve these logs, by namespace, pod, container and whether of its previous
        run."""
        self._logs = read

    def put(self, item: dict[str, Any]) -> None:
        """Creates or replaces an object and its status."""
        path = path_of(item)
        name = item["metadata"]["name"]
        kept = ("name", "namespace", "labels", "annotations", "ownerReferences", "finalizers")
        metadata = {key: value for key, value in item["metadata"].items() if key in kept}
        for owner in metadata.get("ownerReferences", ()):
            owner.setdefault("controller", True)
        body = {key: value for key, value in item.items() if key != "status"} | {"metadata": metadata}
        if item["kind"] == "MutatingWebhookConfiguration":
            # A webhook that nobody answers would be in the way of the pods.
            body["webhooks"] = []
        if item["kind"] == "Deployment":
            body["spec"] = {
                "selector": {"matchLabels": {"app": name}},
                **item["spec"],
                "template": {**item["spec"]["template"], "metadata": {"labels": {"app": name}}},
            }
        if item["kind"] == "Pod":
            if not self.knows_native_sidecars:
                # Older servers drop restartPolicy from init containers; there, sidecars are ordinary containers.
                spec = dict(body["spec"])
                spec["containers"] = [*spec["containers"], *spec.pop("initContainers", [])]
                body["spec"] = spec
                status = item.get("status", {})
                status["containerStatuses"] = [
                    *status.get("containerStatuses", []), *status.pop("initContainerStatuses", [])
                ]  # fmt: skip
            self.call("DELETE", f"{path}/{name}?gracePeriodSeconds=0", None, (200, 202, 404))
        code, made = self.call("POST", path, body, (201, 409))
        if code == 409:
            _, old = self.call("GET", f"{path}/{name}", None, (200,))
            body["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
            _, made = self.call("PUT", f"{path}/{name}", body, (200,))
        if item.get("status"):
            self.call("PUT", f"{path}/{name}/status", {**made, "status": item["status"]}, (200,))

    def delete(self, kind: str, namespace: str, name: str, api_version: str) -> None:
        """Removes an object."""
        item = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
        code, held = self.call("GET", f"{path_of(item)}/{name}", None, (200, 404))
        if code == 200 and held["metadata"].pop("finalizers", None):
            # No controller is there to take the finalizer off.
            self.call("PUT", f"{path_of(item)}/{name}", held, (200,))
        self.call("DELETE", f"{path_of(item)}/{name}?gracePeriodSeconds=0", None, (200, 202, 404))

    def call(self, method: str, path: str, body: Any, expected: Iterable[int]) -> tuple[int, Any]:
        """One request as the administrator."""
        assert self._http is not None
        headers = {"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        answer = self._http.request(method, self.url + path, body=data, headers=headers)
        assert answer.status in expected, (method, path, answer.status, answer.data[:500])
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.status, json.loads(answer.data) if is_json else answer.data

    @property
    def knows_native_sidecars(self) -> bool:
        """Whether the server keeps `restartPolicy: Always` of an init container (Kubernetes 1.28 and later)."""
        _, version = self.call("GET", "/version", None, (200,))
        return int(version["minor"].rstrip("+")) >= 28

    def _put_node(self, name: str) -> None:
        port = int(self._kubelet.url.rpartition(":")[2])
        status = {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
        }
        self.put({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": status})

    def _kubelet_application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        _, _, namespace, pod, container = environ["PATH_INFO"].split("/")
        query = {key: values[-1] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        lines = self._logs(namespace, pod, container, query.get("previous") == "true")
        if lines is None:
            start_response("400 Bad Request", [("Content-Type", "text/plain")])
            return [f'previous terminated container "{container}" in pod "{pod}" not found'.encode()]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [log_text(lines, query)]

    def _wait(self) -> None:
        """Ready means that /readyz says so and a custom resource can be listed."""
        ends = time.monotonic() + 60
        while not Path(self.ca_file).exists() or not self._is_ready():
            assert time.monotonic() < ends, (self.folder / "apiserver.log").read_text()[-3000:]
            time.sleep(0.2)
        for path in sorted(Path(os.environ["ACK_CRDS"]).glob("*.yaml")):
            definition = yaml.safe_load(path.read_text(encoding="utf-8"))
            if definition.get("kind") == "CustomResourceDefinition":
                base = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
                self._until((201, 409), ends, "POST", base, definition)
        for resource in ("roles", "policies"):
            self._until((200,), ends, "GET", f"/apis/iam.services.k8s.aws/v1alpha1/{resource}", None)

    def _until(self, wanted: tuple[int, ...], ends: float, method: str, path: str, body: Any) -> None:
        """Asks until the answer is one of these. A server that has just begun knows no custom resource yet (404), or
        says 429 "storage is (re)initializing" (Kubernetes 1.36)."""
        while self.call(method, path, body, (*wanted, 404, 429))[0] not in wanted:
            assert time.monotonic() < ends, f"{method} {path} was not answered in time"
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        try:
            self._http = self._http or urllib3.PoolManager(ca_certs=self.ca_file, retries=False, timeout=10)
            answer = self._http.request("GET", f"{self.url}/readyz", headers={"Authorization": f"Bearer {ADMIN}"})
        except (urllib3.exceptions.HTTPError, OSError):
            return False
        return answer.status == 200


def path_of(item: dict[str, Any]) -> str:
    """The collection that an object belongs to."""
    plurals = {kind: plural for plural, kind in KINDS.items()}
    plurals |= {"ClusterRole": "clusterroles", "ClusterRoleBinding": "clusterrolebindings"}
    version = item["apiVersion"]
    base = f"/api/{version}" if "/" not in version else f"/apis/{version}"
    namespace = item["metadata"].get("namespace")
    return f"{base}/namespaces/{namespace}/{plurals[item['kind']]}" if namespace else f"{base}/{plurals[item['kind']]}"


def _has_appliers(held: dict[str, Any]) -> bool:
    """Whether somebody has applied fields of the object."""
    return any(entry["operation"] == "Apply" for entry in held["metadata"].get("managedFields", ()))


def free_port() -> int:
    """A port on loopback that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _start(log: Path, *command: str) -> subprocess.Popen[bytes]:
    with open(log, "wb") as file:
        return subprocess.Popen(command, stdout=file, stderr=file, stdin=subprocess.DEVNULL)


def _private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
