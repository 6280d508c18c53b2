"""Three ways to a cluster: a kubeconfig context, AWS credentials alone, or from inside it.

An EKS token is a presigned GetCallerIdentity with the cluster's name among the signed headers (source: aws-cli,
`awscli/customizations/eks/get_token.py`; aws-iam-authenticator, `pkg/token/token.go`). It is a bearer secret, made in
this process and sent to the cluster only.
"""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Callable
from typing import Any

from ...iam.values import NamedTuple
from ..asking import Refused
from ..record.redaction import redact
from .unusable import NO_CONTEXT, NO_KUBECONFIG, PLUGIN_FAILED

_TOKEN_SECONDS = 60
_IN_CLUSTER = "/var/run/secrets/kubernetes.io/serviceaccount"


class Connection(NamedTuple):
    """How to speak to an API server. `authorization` gives the header's value, fresh for every request, "" for none;
    the CA comes as a file or as PEM text, `client_files` are certificate and key. `described` names the way for people.
    """

    host: str
    described: str
    authorization: Callable[[], str] = lambda: ""
    ca_file: str | None = None
    ca_text: str | None = None
    client_files: tuple[str, str] | None = None
    verify: bool = True
    server_name: str | None = None


def from_kubeconfig(context: str | None) -> Connection:
    """The cluster of a kubeconfig context (None: the current one), through KUBECONFIG or ~/.kube/config.

    Exec plugins such as `aws eks get-token` are run by the kubernetes package. Raises Refused where that fails.
    """
    try:
        from kubernetes.client import Configuration
    except ImportError:
        raise Refused("misconfigured", "a kubeconfig takes the package kubernetes, which is not installed") from None
    from kubernetes.config import ConfigException
    from kubernetes.config.kube_config import load_kube_config

    configuration = Configuration()
    load: Any = load_kube_config
    logged = _Said()
    # The package tells the root logger what an exec plugin printed and goes on without credentials.
    logging.getLogger().addFilter(logged)
    try:
        load(config_file=_kubeconfig(), context=context, client_configuration=configuration, persist_config=False)
    except ConfigException as error:
        raise Refused("misconfigured", _unusable(error, context)) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("misconfigured", f"the kubeconfig cannot be read: {type(error).__name__}: {error}") from None
    finally:
        logging.getLogger().removeFilter(logged)
    if logged.messages:
        printed = redact(" ".join(logged.messages))[:300]
        raise Refused("misconfigured", f"{PLUGIN_FAILED}: {printed}")
    certificate, key = configuration.cert_file, configuration.key_file

    def authorization() -> str:
        # Newer versions of the package call the header BearerToken, older ones authorization.
        header = configuration.get_api_key_with_prefix("BearerToken", "authorization")
        return header or (configuration.get_basic_auth_token() if configuration.username else "") or ""

    return Connection(
        configuration.host,
        f"kubeconfig context {context}" if context else "the kubeconfig's current context",
        authorization,
        ca_file=configuration.ssl_ca_cert,
        client_files=(certificate, key) if certificate and key else None,
        verify=configuration.verify_ssl,
        server_name=configuration.tls_server_name,
    )


class _Said(logging.Filter):
    """Collects what is logged, in place of having it printed."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        self.messages.append(record.getMessage())
        return False


def _kubeconfig() -> str:
    """The kubeconfig files, as kubectl finds them. The kubernetes package would look once, when it is imported."""
    return os.environ.get("KUBECONFIG") or "~/.kube/config"


def from_inside() -> Connection | None:
    """The cluster this process runs in, through its service account; None outside of one.

    Source: Kubernetes documentation, "Accessing the Kubernetes API from a Pod".
    """
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT")
    token_file = os.path.join(_IN_CLUSTER, "token")
    if not host or not port or not os.path.exists(token_file):
        return None
    shown = f"[{host}]" if ":" in host else host

    def authorization() -> str:
        with open(token_file, encoding="utf-8") as file:
            return f"Bearer {file.read().strip()}"

    ca_file = os.path.join(_IN_CLUSTER, "ca.crt")
    return Connection(f"https://{shown}:{port}", "the cluster it runs in", authorization, ca_file=ca_file)


def from_description(cluster: dict[str, Any], token: Callable[[], str]) -> Connection:
    """A cluster as eks:DescribeCluster describes it. Raises Refused where it has no endpoint (still being created)."""
    try:
        host, authority = cluster["endpoint"], base64.b64decode(cluster["certificateAuthority"]["data"]).decode()
    except (KeyError, TypeError, ValueError):
        raise Refused("malformed", "eks:DescribeCluster gave no endpoint and certificate authority") from None
    described = f"cluster {cluster.get('name', '')} through eks:DescribeCluster"
    return Connection(host, described, lambda: f"Bearer {token()}", ca_text=authority if host[:6] == "https:" else None)


def eks_token(session: Any, cluster: str, region: str) -> str:
    """A token for the cluster from the credentials of a boto3 session. Costs no request."""
    from botocore.signers import RequestSigner

    client = session.client("sts", region_name=region)
    signer = RequestSigner(
        client.meta.service_model.service_id, region, "sts", "v4", session.get_credentials(), session.events
    )
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    request = {
        "method": "GET",
        "url": f"https://sts.{region}.{suffix}/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {"x-k8s-aws-id": cluster},
        "context": {},
    }
    url = signer.generate_presigned_url(request, region_name=region, expires_in=_TOKEN_SECONDS, operation_name="")
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def _unusable(error: Exception, context: str | None) -> str:
    """Why a kubeconfig cannot be used: it is missing, it lacks the context (then which it has), or another reason."""
    from kubernetes.config import list_kube_config_contexts

    paths = os.path.expanduser(_kubeconfig()).split(os.pathsep)
    if not any(os.path.exists(path) for path in paths):
        return f"{NO_KUBECONFIG} ({', '.join(paths)})"
    try:
        listed: Any = list_kube_config_contexts
        names = [str(item["name"]) for item in listed(config_file=_kubeconfig())[0]]
    # Whatever is wrong with the file, the first error says it.
    except Exception:  # noqa: BLE001
        return f"the kubeconfig cannot be used: {_first_line(error)}"
    if context and context not in names:
        has = f"it has {', '.join(names[:8])}" if names else "it has none"
        return f"{NO_CONTEXT} {context}; {has}"
    return f"the kubeconfig cannot be used: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
