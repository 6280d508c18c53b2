"""The stand-in for the ACK IAM controller as a process: the options of the real one, a kubeconfig, and AWS at a URL."""

from __future__ import annotations

import argparse
import json
import os
import time
from typing import Any

import boto3
import urllib3
import yaml

from checker.ack.kinds import BY_NAME, IAM
from checker.demo.controller.reconcile import reconcile
from checker.demo.servers.kubernetes_api import KubernetesApi


class Client:
    """The API server of a kubeconfig."""

    def __init__(self, kubeconfig: str) -> None:
        with open(kubeconfig, encoding="utf-8") as file:
            content = yaml.safe_load(file)
        cluster = content["clusters"][0]["cluster"]
        self._url = cluster["server"]
        self._headers = {"Authorization": f"Bearer {content['users'][0]['user']['token']}"}
        self._http = urllib3.PoolManager(ca_certs=cluster["certificate-authority"], retries=False, timeout=10)

    def list(self, kind: str) -> list[dict[str, Any]]:
        """All objects of a kind."""
        return [{"apiVersion": IAM, "kind": kind, **item} for item in self._ask("GET", BY_NAME[kind].plural)["items"]]

    def write(self, item: dict[str, Any]) -> None:
        """The object, then its status."""
        metadata = item["metadata"]
        path = f"namespaces/{metadata['namespace']}/{BY_NAME[item['kind']].plural}/{metadata['name']}"
        made = self._ask("PUT", path, item)
        if made:
            self._ask("PUT", f"{path}/status", {**made, "status": item["status"]})

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {**self._headers, "Content-Type": "application/json", "User-Agent": "stand-in"}
        data = None if body is None else json.dumps(body)
        url = f"{self._url}/apis/{IAM}/{path}?fieldManager=controller"
        answer = self._http.request(method, url, body=data, headers=headers)
        # Somebody was faster, or the object is gone: the next loop sees to it.
        return json.loads(answer.data) if answer.status == 200 else {}


def main() -> None:
    """Reconciles what has changed, once a second, until it is ended."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("aws-region", "aws-endpoint-url", "aws-identity-endpoint-url", "metrics-addr", "healthz-addr"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("reconcile-resources", "log-level", "enable-carm"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--allow-unsafe-aws-endpoint-urls", action="store_true", required=True)
    options = parser.parse_args()
    iam = boto3.client("iam", region_name=options.aws_region, endpoint_url=options.aws_endpoint_url)
    client, seen = Client(os.environ["KUBECONFIG"]), dict[str, int]()
    while True:
        # Conditions tell whole seconds: what was written to them a moment ago has to be told from this.
        time.sleep(1)
        items = [item for kind in options.reconcile_resources.split(",") for item in client.list(kind)]
        if any(seen.get(item["metadata"]["uid"]) != item["metadata"]["generation"] for item in items):
            for item in _reconciled(items, iam):
                client.write(item)
            kinds = options.reconcile_resources.split(",")
            items = [item for kind in kinds for item in client.list(kind)]
            seen = {item["metadata"]["uid"]: item["metadata"]["generation"] for item in items}


def _reconciled(items: list[dict[str, Any]], iam: Any) -> list[dict[str, Any]]:
    """The objects after a loop: conditions are forgotten when it begins."""
    held = KubernetesApi(lambda *_: None)
    versions = {}
    for item in items:
        status = {key: value for key, value in item.get("status", {}).items() if key != "conditions"}
        versions[item["metadata"]["uid"]] = item["metadata"]["resourceVersion"]
        held.put({**item, "status": status})
    reconcile(held, iam)
    found = [item for kind in ("Policy", "OpenIDConnectProvider", "Role") for item in held.all(kind)]
    for item in found:
        item["metadata"]["resourceVersion"] = versions[item["metadata"]["uid"]]
        item["metadata"].pop("managedFields", None)
    return found


if __name__ == "__main__":
    main()
