"""The embedded cell, running: its objects, its AWS account, its pods and what they log."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from ..ack.kinds import IAM
from ..live.clients.aws import Aws
from ..live.clients.connection import Connection
from ..live.collect import Clients
from ..live.log.file import played
from ..live.questions.cluster import Search
from ..live.record.record import Target
from .controller.reconcile import reconcile
from .names import ACCOUNT, BEGINNING, CLUSTER, CONTAINER, NODE, PODS, REGION, TABLE
from .proxy import injected, refresh
from .servers.aws_api import AwsApi
from .servers.field_ownership import applied_by_kubectl
from .servers.kubernetes_api import KubernetesApi
from .servers.kubernetes_requests import ApiRequest
from .servers.wsgi import Application, Served

_HERE = os.path.dirname(os.path.abspath(__file__))
_HASHES = {"acme": "6c9f8d7b54", "borealis": "7d5b9c8f66"}


class Cell:
    """Everything of the cell. Use as a context manager: servers run inside the block and are gone after it.

    `wrap` puts something between each server and its callers: (name, application) to application.
    """

    def __init__(self, wrap: Any = None) -> None:
        self.logs: dict[tuple[str, bool], list[tuple[float, str]]] = {}
        self.kubernetes = KubernetesApi(self.read_log)
        self.aws = AwsApi()
        self._wrap = wrap or (lambda name, application: application)
        self._served: list[Served] = []
        self.issuer = self.key_arn = self.manifests = ""
        self.queried: dict[str, str] = {}
        self.unwatched: set[str] = set()
        self.crosses_namespaces = True

    def __enter__(self) -> Cell:
        self.aws_url = self._serve("aws", self.aws.application)
        self.kubernetes_url = self._serve("kubernetes", self.kubernetes.application)
        self.aws.reset()
        self.fill()
        for index in PODS:
            self.start_pod(index)
            self.log_health(index)
        self.forget_requests()
        return self

    def __exit__(self, *_: object) -> None:
        for served in self._served:
            served.stop()
        if self.manifests:
            shutil.rmtree(self.manifests, ignore_errors=True)

    def fill(self) -> None:
        """Makes the cell's initial state: account, objects, and what the controller makes of them."""
        self._make_account()
        self._make_objects()
        self.reconcile()
        self._date_back()

    def _date_back(self) -> None:
        """Makes the cell look as if nothing had changed since it was made."""
        self.aws.date_back(datetime.fromisoformat(BEGINNING), ACCOUNT)
        for kind in ("Role", "Policy"):
            for item in self.kubernetes.all(kind):
                for dated, key in (("conditions", "lastTransitionTime"), ("managedFields", "time")):
                    for entry in (item["status"] if dated == "conditions" else item["metadata"]).get(dated, ()):
                        entry[key] = BEGINNING
                self.kubernetes.put(item)

    def _serve(self, name: str, application: Application) -> str:
        served = Served(self._wrap(name, application))
        self._served.append(served)
        return served.url

    def session(self) -> Any:
        """A boto3 session with made-up credentials, valid in the cell only."""
        return _session()

    def client(self, service: str) -> Any:
        """A boto3 client for the cell's account."""
        return self.session().client(service, endpoint_url=self.aws_url)

    def access(self) -> Clients:
        """How the collector reaches the cell."""
        connection = Connection(self.kubernetes_url, "the embedded cell")
        return Clients(Aws(REGION, session=self.session(), endpoint=self.aws_url), connection)

    def target(self, index: str) -> Target:
        """What the collector is told of an index."""
        parameters = {"region": REGION, "account": ACCOUNT, "cluster": CLUSTER, "authKeysTable": TABLE}
        return Target(index, cluster=CLUSTER, region=REGION, parameters=parameters)

    search = Search()

    def reconcile(self) -> None:
        """Lets the ACK controller work once, in the namespaces that it watches; `crosses_namespaces` is its flag."""
        reconcile(self.kubernetes, self.client("iam"), self.unwatched, crosses=self.crosses_namespaces)

    def live_on(self) -> None:
        """From now on the controller and the workloads answer to what is written through the API, and the proxies go on
        refreshing."""
        self.kubernetes.after_write = self._answer

    def _answer(self, asked: ApiRequest) -> None:
        if asked.plural == "pods":
            self.start_pod(asked.namespace.removeprefix("tenant-"))
        self._forget_conditions()
        self.reconcile()
        self.pass_time(60)
        for index in PODS:
            self.log(index, refresh(self, index), ago=0.2)

    def _forget_conditions(self) -> None:
        """Clears conditions, as the controller does when a loop starts; a changed spec starts one even if terminal."""
        for kind in ("Role", "Policy"):
            for item in self.kubernetes.all(kind):
                self.kubernetes.put({**item, "status": {**item.get("status", {}), "conditions": []}})

    def pass_time(self, seconds: float) -> None:
        """Makes everything that was logged so far older."""
        self.logs = {key: [(ago + seconds, line) for ago, line in lines] for key, lines in self.logs.items()}

    def forget_requests(self) -> None:
        """Forgets the calls and requests so far."""
        self.aws.calls.clear()
        self.kubernetes.requests.clear()

    def role_of(self, index: str) -> str:
        """The name of the index's role."""
        return f"{index}-reverse-proxy"

    def start_pod(self, index: str, **changes: Any) -> None:
        """(Re)creates the pod of an index; credentials are injected as the EKS webhook does, from what it finds now.
        `changes`: `inject=False` for a webhook that missed it, `created` for the time (RFC 3339), `restarts`, `profile`
        for AWS_PROFILE, `spec`, `status` and `container` for fields of the pod's spec, its status and the container's.
        """
        namespace = f"tenant-{index}"
        sidecar: dict[str, Any] = {
            "name": CONTAINER,
            "image": "registry.example/reverse-proxy:4.2.0",
            "env": [{"name": "AUTH_KEYS_TABLE", "value": TABLE}, {"name": "UPSTREAM_PASSWORD", "value": "never shown"}],
        }
        if index == "borealis":
            reference = {"configMapKeyRef": {"name": "reverse-proxy", "key": "authKeysTable"}}
            sidecar["env"][0] = {"name": "AUTH_KEYS_TABLE", "valueFrom": reference}
        sidecar["env"] += injected(self, index) if changes.get("inject", True) else []
        sidecar["env"] += [{"name": "AWS_PROFILE", "value": changes["profile"]}] if "profile" in changes else []
        index_container = {"name": "index", "image": "registry.example/index:1.9.3"}
        spec: dict[str, Any] = {"serviceAccountName": f"reverse-proxy-{index}", "nodeName": NODE}
        status = {
            "name": CONTAINER, "image": "reverse-proxy", "imageID": "", "ready": True,
            "restartCount": changes.get("restarts", 0), "state": {"running": {}}, **changes.get("container", {}),
        }  # fmt: skip
        if index == "acme":
            spec |= {"initContainers": [{**sidecar, "restartPolicy": "Always"}], "containers": [index_container]}
            statuses = {"initContainerStatuses": [status]}
        else:
            spec |= {"containers": [index_container, sidecar]}
            statuses = {"containerStatuses": [status]}
        metadata: dict[str, Any] = {"name": PODS[index], "namespace": namespace, "labels": {"app": f"index-{index}"}}
        if index in _HASHES:
            metadata["labels"]["pod-template-hash"] = _HASHES[index]
            owner = {"kind": "ReplicaSet", "name": f"index-{index}-{_HASHES[index]}"}
        else:
            owner = {"kind": "StatefulSet", "name": f"index-{index}"}
        metadata["ownerReferences"] = [{"apiVersion": "apps/v1", "uid": "owner", **owner}]
        metadata["creationTimestamp"] = changes.get("created", "2026-11-01T08:00:00Z")
        spec |= changes.get("spec", {})
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
        self.kubernetes.put({**pod, "status": {"phase": "Running", **statuses, **changes.get("status", {})}})

    def log(self, index: str, *lines: str, ago: float = 20, every: float = 25, previous: bool = False) -> None:
        """Appends lines to the proxy's log; the last one was written `ago` seconds before the log is read."""
        times = [ago + every * (len(lines) - 1 - number) for number in range(len(lines))]
        self.logs.setdefault((PODS[index], previous), []).extend(zip(times, lines, strict=True))

    def log_health(self, index: str) -> None:
        """What a proxy logs when all is well: one refresh a minute."""
        self.logs[PODS[index], False] = []
        line = 'level=info msg="auth keys refreshed" source=dynamodb table=' + TABLE
        self.log(index, *[line] * 12, ago=360, every=45)

    def forget_log(self, index: str) -> None:
        """Removes what the proxy has logged, as for a container that was never started."""
        self.logs = {key: lines for key, lines in self.logs.items() if key[0] != PODS[index]}

    def play(self, index: str, data: bytes) -> None:
        """Replaces the proxy's log by these lines, as if written up to now."""
        self.forget_log(index)
        self.logs[PODS[index], False] = list(played(data))

    def read_log(self, namespace: str, pod: str, container: str, previous: bool) -> list[tuple[str, str]] | None:
        """The log of a container, stamped; None for a previous one that never was."""
        if container != CONTAINER or (pod, previous) not in self.logs:
            return None if previous else []
        now = datetime.now(UTC)
        ordered = sorted(self.logs[pod, previous], key=lambda item: -item[0])
        return [
            ((now - timedelta(seconds=ago)).isoformat(timespec="microseconds").replace("+00:00", "Z"), line)
            for ago, line in ordered
        ]

    def _make_account(self) -> None:
        key = self.client("kms").create_key(Description="auth keys")["KeyMetadata"]
        self.key_arn = key["Arn"]
        self.client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[
                {"AttributeName": "index", "KeyType": "HASH"},
                {"AttributeName": "key_hash", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "index", "AttributeType": "S"},
                {"AttributeName": "key_hash", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self.key_arn},
        )
        cluster = self.client("eks").create_cluster(
            name=CLUSTER,
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/eks-control-plane",
            resourcesVpcConfig={"subnetIds": ["subnet-1", "subnet-2"]},
        )["cluster"]
        self.issuer = cluster["identity"]["oidc"]["issuer"]
        self.client("iam").create_open_id_connect_provider(
            Url=self.issuer, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["9" * 40]
        )
        self.associate("cobalt")

    def associate(self, index: str, **changes: Any) -> None:
        """Makes the Pod Identity association of an index."""
        self.aws.associations = [item for item in self.aws.associations if item["namespace"] != f"tenant-{index}"]
        self.aws.associations.append(
            {
                "clusterName": CLUSTER,
                "namespace": f"tenant-{index}",
                "serviceAccount": f"reverse-proxy-{index}",
                "roleArn": f"arn:aws:iam::{ACCOUNT}:role/{self.role_of(index)}",
                "associationArn": f"arn:aws:eks:{REGION}:{ACCOUNT}:podidentityassociation/{CLUSTER}/a-{index}",
                "associationId": f"a-{index}",
                "createdAt": 1761984000,
                "modifiedAt": 1761984000,
                "disableSessionTags": False,
                **changes,
            }
        )

    def _make_objects(self) -> None:
        import yaml

        with open(os.path.join(_HERE, "cell.yaml"), encoding="utf-8") as file:
            text = file.read()
        text = text.replace("ISSUER", self.issuer.removeprefix("https://")).replace("KEY", self.key_arn)
        for item in yaml.safe_load_all(text):
            self.kubernetes.put(applied_by_kubectl(item) if item["apiVersion"] == IAM else item)
        self.run_controller(1)
        self.run_agent(ready=True)

    def run_controller(self, replicas: int) -> None:
        """Sets how many pods of the ACK controller run."""
        metadata = {"name": "ack-iam-controller", "namespace": "ack-system"}
        container = {"name": "controller", "image": "controller", "args": ["--aws-region", REGION]}
        spec = {"replicas": replicas, "template": {"spec": {"containers": [container]}}}
        status = {"replicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas}
        self.kubernetes.put(
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec, "status": status}
        )

    def run_agent(self, *, ready: bool) -> None:
        """The Pod Identity agent on the cell's only node."""
        labels = {"app.kubernetes.io/name": "eks-pod-identity-agent"}
        metadata = {"name": "eks-pod-identity-agent-7xk4d", "namespace": "kube-system", "labels": labels}
        spec = {"nodeName": NODE, "containers": [{"name": "eks-pod-identity-agent", "image": "agent"}]}
        status = {"phase": "Running", "containerStatuses": [{"name": "eks-pod-identity-agent", "ready": ready}]}
        self.kubernetes.put({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": status})


@lru_cache(maxsize=1)
def _session() -> Any:
    """One session for the process: reading the models of the services takes most of the time of a first call."""
    import boto3

    return boto3.session.Session("demo", "demo", region_name=REGION)
