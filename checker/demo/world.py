"""What a proxy can reach: the cluster, the account, and what the cell is told of its index."""

from __future__ import annotations

from typing import Any, Protocol

from ..live.record.record import Target
from .servers.aws_api import AwsApi
from .servers.kubernetes_api import KubernetesApi


class ProxyWorld(Protocol):
    """The embedded cell as a proxy sees it. `queried` has the ARN that the proxy of an index queries, where it is not
    that of the table."""

    kubernetes: KubernetesApi
    aws: AwsApi
    issuer: str
    key_arn: str
    queried: dict[str, str]

    def client(self, service: str) -> Any: ...
    def role_of(self, index: str) -> str: ...
    def target(self, index: str) -> Target: ...
