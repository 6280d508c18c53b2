"""One collection: the questions in the order in which their answers are needed, everything else side by side."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ..ack.objects import mapping, text
from ..iam.arns import role_name
from ..iam.values import NamedTuple
from .asking import Asking, Observer, Refused, Reply
from .clients.aws import Aws
from .clients.connection import Connection, eks_token, from_description, from_inside, from_kubeconfig
from .clients.kubernetes import Cluster
from .log.log import Session, principal
from .questions import account, guardrails
from .questions import ack as ack_flow
from .questions import cluster as cluster_flow
from .questions import role as role_flow
from .questions import table as table_flow
from .questions.ack import rank_of
from .questions.cluster import Search, Subject
from .questions.manifests import declared_in
from .record.effective_role import annotated_role, in_question, resolve, role_of, uses_pod_identity
from .record.parameters import completed, table_of
from .record.record import Reading, Record, Target


class Clients(NamedTuple):
    """How to reach the cluster and AWS. One of: a `connection` made already, a kubeconfig `context`, the cluster's name
    in the target (with `through_aws`), from inside, or the kubeconfig's current context. `read_seconds` is how long the
    cluster may take between two bytes.
    """

    aws: Aws
    connection: Connection | None = None
    context: str | None = None
    through_aws: bool = False
    read_seconds: float = 10


def collect(
    target: Target,
    access: Clients,
    search: Search,
    *,
    deadline: float = 30,
    manifests: tuple[str, ...] = (),
    observer: Observer | None = None,
) -> Record:
    """Reads everything within `deadline` seconds and returns the record. Never raises for what the world does."""
    started = time.monotonic()
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    asking = Asking(deadline, observer)
    run = _Run(asking, target, access, search, manifests)
    cluster_flow.given_log(asking, search)
    account.identity(asking, access.aws)
    if target.cluster:
        account.eks_cluster(asking, access.aws, target.cluster, target.region)
    asking.run(run.walk)
    table_arn = table_of(target.parameters, None)
    if table_arn:
        table_flow.table(asking, access.aws, table_arn)
    readings = asking.finish()
    for defect in asking.defects:
        detail = f"the collection broke off ({type(defect).__name__}: {defect}); this is a defect of checker"
        readings["collection"] = asking.note("collection", "", "failed", detail)
    return Record(target, moment, round((time.monotonic() - started) * 1000), readings)


def connection_to(access: Clients, target: Target, described: Callable[[], Reading | None]) -> Connection:
    """The way to the cluster; `described` gives the reading of eks:DescribeCluster, where it comes to that. Raises
    Refused."""
    if access.connection is not None:
        return access.connection
    if access.context:
        return from_kubeconfig(access.context)
    inside = None if access.through_aws else from_inside()
    if inside is not None:
        return inside
    if target.cluster and access.through_aws:
        reading = described()
        if reading is None or reading.value is None:
            status, detail = (reading.status, reading.detail) if reading else ("skipped", "no cluster is named")
            raise Refused(status, f"eks:DescribeCluster gave no answer: {detail}")
        session = access.aws.session()
        return from_description(reading.value, lambda: eks_token(session, target.cluster, target.region))
    return from_kubeconfig(None)


class _Run(NamedTuple):
    asking: Asking
    target: Target
    access: Clients
    search: Search
    manifests: tuple[str, ...]

    def walk(self) -> None:
        """From the cluster to the pod, from the pod to the role, from the role to its objects."""
        cluster = self.cluster()
        if cluster is None:
            return
        controller = self.search.ack_namespace
        deployment = ack_flow.controller(self.asking, cluster, controller)
        self.asking.run(lambda: self.capability(deployment))
        candidate = cluster_flow.find_pods(self.asking, cluster, self.target, self.search)
        if candidate is not None:
            subject = cluster_flow.examine(self.asking, cluster, self.target, candidate, self.search)
            if subject is not None:
                self.follow(cluster, subject)
        elif not self.several():
            self.without_pod(cluster)
        self.review(cluster, candidate.namespace if candidate else self.target.namespace)

    def capability(self, deployment: Reply) -> None:
        """Where the cluster has no Deployment of the controller, asks whether EKS runs it, so that it is not taken for
        down."""
        if deployment.get().status != "absent":
            return
        if not self.target.cluster:
            detail = "the cluster's name is not known; give --cluster, or a cell in checker.yaml"
            self.asking.note("ack-capability", "eks:ListCapabilities", "skipped", detail)
            return
        account.capabilities(self.asking, self.access.aws, self.target.cluster, self.target.region)

    def cluster(self) -> Cluster | None:
        """The way to the cluster; the reading `cluster` says which one, or why there is none."""
        clusters: list[Cluster] = []

        def connect() -> dict[str, str]:
            clusters.append(Cluster(self.connection(), read=self.access.read_seconds))
            return {"described": clusters[0].described}

        self.asking.ask("cluster", "connection to the cluster", connect).get()
        return clusters[0] if clusters else None

    def connection(self) -> Connection:
        def described() -> Reading | None:
            answer = self.asking.answer("eks-cluster")
            return answer.get() if answer else None

        return connection_to(self.access, self.target, described)

    def follow(self, cluster: Cluster, subject: Subject) -> None:
        """What lies behind the pod: service account, role, policies, ACK objects."""
        if subject.container is None:
            detail = f"pod {subject.pod['metadata']['name']} has no container {self.target.container}"
            self.asking.note("container", "", "absent", detail)
            return
        account_name = subject.pod["spec"]["serviceAccountName"]
        container = cluster_flow.with_variables(self.asking, cluster, subject)
        is_irsa = not uses_pod_identity(container)
        association = None
        if not is_irsa:
            association = self.association(subject.namespace, account_name)
            cluster_flow.identity_agent(self.asking, cluster, subject.pod["spec"]["nodeName"])
        effective = resolve(container, association, None)
        service_account: dict[str, Any] | None = None
        if is_irsa:
            reading = cluster_flow.service_account(self.asking, cluster, subject.namespace, account_name)
            service_account = reading.value
        if not effective.arn:
            effective = resolve(container, association, self.logged())
        expected = annotated_role(service_account)
        if effective.how == "node-role":
            cluster_flow.webhook(self.asking, cluster)
            if not expected:
                association = self.association(subject.namespace, account_name)
                expected = resolve(_AS_POD_IDENTITY, association, None).arn
        arn = in_question(effective, expected)
        # Where nothing says which role is meant, the one whose trust policy names the service account is taken.
        rank = rank_of(arn, subject.namespace, account_name)
        ack = ack_flow.ack_role(self.asking, cluster, subject.namespace, rank).value
        arn = arn or role_of(ack, self.target.parameters.get("account", ""))
        self.read_role(arn, container, ack, cluster, is_irsa=is_irsa)

    def read_role(
        self, arn: str, container: dict[str, Any] | None, ack: dict[str, Any] | None, cluster: Cluster, *, is_irsa: bool
    ) -> None:
        named = role_name(arn)
        table_arn = table_of(completed(self.target, container, arn), container)
        if table_arn:
            table_flow.table(self.asking, self.access.aws, table_arn)
        self.asking.run(lambda: self.hinted(named.account if named else ""))
        if self.manifests:
            self.declared(arn, ack)
        if ack is not None:
            ack_flow.ack_policies(self.asking, cluster, ack)
        if not arn:
            return
        if is_irsa:
            self.asking.run(lambda: self.provider(named.account if named else ""))
        role_flow.role(self.asking, self.access.aws, arn, self.target.region, table_arn)

    def several(self) -> bool:
        """Whether several workloads could be meant: then nobody knows whose role to look at."""
        answer = self.asking.answer("pods")
        pods = (answer.get().value if answer else None) or {}
        return len(pods.get("candidates", ())) > 1

    def without_pod(self, cluster: Cluster) -> None:
        """What can be said of an index that no pod serves: its role and its manifests."""
        ack = ack_flow.role_by_name(self.asking, cluster, self.target).value
        if ack is not None:
            arn = role_of(ack, self.target.parameters.get("account", ""))
            trust = text(mapping(ack.get("spec")).get("assumeRolePolicyDocument")) or ""
            self.read_role(arn, None, ack, cluster, is_irsa="sts:AssumeRoleWithWebIdentity" in trust)

    def association(self, namespace: str, name: str) -> dict[str, Any] | None:
        target = self.target
        if not target.cluster:
            detail = "the cluster's name is not known; give --cluster, or a cell in checker.yaml"
            self.asking.note("association", "eks:ListPodIdentityAssociations", "skipped", detail)
            return None
        where = (self.access.aws, target.cluster, target.region)
        value = account.association(self.asking, *where, namespace, name).value
        return dict(value) if value else None

    def logs(self) -> list[dict[str, Any]]:
        """The logs read so far, waiting for those that were asked for."""
        answers = [self.asking.answer(name) for name in self.asking.names() if name.startswith("log")]
        return [reading.value for answer in answers if answer for reading in [answer.get()] if reading.value]

    def logged(self) -> Session | None:
        lines = (line["text"] for item in self.logs() for line in item["lines"])
        return next((session for line in lines if (session := principal(line))), None)

    def said(self) -> str:
        """Everything the logs say of failures, in lower case."""
        return " ".join(line["text"].lower() for item in self.logs() for line in item["lines"])

    def mentions(self, word: str, said: str) -> bool:
        """Whether the logs (`said`, all their lines) have the word; also True where no log has a line to go by."""
        return word in said or not any(item["lineCount"] for item in self.logs())

    def hinted(self, account_id: str) -> None:
        """Reads layers only when a log line names them: most credentials may not read them, and it takes many calls."""
        said = self.said()
        if self.mentions("kms", said):
            table_flow.key_policy(self.asking, self.access.aws)
        if "vpc endpoint policy" in said:
            answer = self.asking.answer("eks-cluster")
            vpc = ((answer.get().value if answer else None) or {}).get("vpc", "")
            guardrails.endpoints(self.asking, self.access.aws, self.target.region, vpc)
        for words, kind in (
            ("service control", "SERVICE_CONTROL_POLICY"),
            ("resource control", "RESOURCE_CONTROL_POLICY"),
        ):
            if f"{words} policy" in said and account_id:
                guardrails.organization_policies(self.asking, self.access.aws, account_id, kind)

    def provider(self, account_id: str) -> None:
        answer = self.asking.answer("eks-cluster")
        issuer = ((answer.get().value if answer else None) or {}).get("issuer", "")
        issuer = issuer or self.target.parameters.get("oidcIssuer", "")
        if issuer:
            is_about_audience = self.mentions("audience", self.said())
            account.oidc_provider(self.asking, self.access.aws, issuer, account_id, with_audiences=is_about_audience)
        else:
            detail = "the cluster's OIDC issuer is not known; give --cluster, or oidcIssuer in checker.yaml"
            self.asking.note("oidc-provider", "iam:ListOpenIDConnectProviders", "skipped", detail)

    def declared(self, arn: str, ack: dict[str, Any] | None) -> None:
        """The Role and Policies as the manifests have them."""
        names = {mapping((ack or {}).get("metadata")).get("name", "")} - {""}
        self.asking.ask("manifests", " ".join(self.manifests), lambda: declared_in(self.manifests, arn, names))

    def review(self, cluster: Cluster, namespace: str) -> None:
        """Names every missing right, once one is missing."""
        answers = [answer for name in self.asking.names() if (answer := self.asking.answer(name))]
        asked = [answer for answer in answers if answer.source.split(":")[0] not in _SERVICES]
        if any(answer.get().status == "denied" for answer in asked):
            cluster_flow.review_rights(self.asking, cluster, namespace)


_SERVICES = ("iam", "sts", "eks", "dynamodb", "kms", "ec2", "organizations")
_AS_POD_IDENTITY = {"env": [{"name": "AWS_CONTAINER_CREDENTIALS_FULL_URI", "value": "known"}]}
