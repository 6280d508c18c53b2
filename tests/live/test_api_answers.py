"""The same requests to the embedded Kubernetes API and to a real one: the same code, reason and words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import urllib3

from checker.demo.cell import Cell
from checker.demo.names import PODS

from .api_server import ADMIN, ApiServer

pytestmark = pytest.mark.xdist_group("clusters")

POD = PODS["acme"]
PODS_PATH = "/api/v1/namespaces/tenant-acme/pods"
ROLES = "/apis/iam.services.k8s.aws/v1alpha1/namespaces/tenant-acme/roles"
ROLE = f"{ROLES}/acme-reverse-proxy"
APPLY = "?fieldManager=checker&fieldValidation=Strict&dryRun=All"
Ask = Callable[..., tuple[int, Any]]


def body(name: str = "acme-reverse-proxy", namespace: str = "tenant-acme", **metadata: Any) -> str:
    """An apply of a Role that says nothing new."""
    made = {"name": name, "namespace": namespace, **metadata}
    item = {"apiVersion": "iam.services.k8s.aws/v1alpha1", "kind": "Role", "metadata": made, "spec": {"name": name}}
    return json.dumps(item)


REFUSED = [
    ("GET", f"{PODS_PATH}/nope", "", 404, "NotFound", 'pods "nope" not found'),
    ("GET", f"{ROLES}/nope", "", 404, "NotFound", 'roles.iam.services.k8s.aws "nope" not found'),
    ("GET", f"{PODS_PATH}?labelSelector=a%20b", "", 400, "BadRequest", "unable to parse requirement: found 'b', expected: "),  # noqa: E501
    ("GET", f"{PODS_PATH}/{POD}/log?container=nope", "", 400, "BadRequest", f"container nope is not valid for pod {POD}"),  # noqa: E501
    ("GET", f"{PODS_PATH}/{POD}/log?container=reverse-proxy&limitBytes=0", "", 422, "Invalid", f'PodLogOptions "{POD}" is invalid: limitBytes: Invalid value: 0: must be greater than 0'),  # noqa: E501
    ("GET", f"{PODS_PATH}/{POD}/log?container=reverse-proxy&sinceSeconds=0", "", 422, "Invalid", "sinceSeconds: Invalid value: 0: must be greater than 0"),  # noqa: E501
    ("GET", f"{PODS_PATH}/{POD}/log?container=reverse-proxy&tailLines=-1", "", 422, "Invalid", "tailLines: Invalid value: -1: must be greater than or equal to 0"),  # noqa: E501
    ("PATCH", f"{ROLE}?dryRun=All", body(), 422, "Invalid", "fieldManager: Required value: is required for apply patch"),  # noqa: E501
    ("PATCH", f"{ROLE}{APPLY}", "not yaml: [", 400, "BadRequest", "error decoding YAML: error converting YAML to JSON: yaml: "),  # noqa: E501
    ("PATCH", f"{ROLES}/other{APPLY}", body(), 400, "BadRequest", "the name of the object (acme-reverse-proxy) does not match the name on the URL (other)"),  # noqa: E501
    ("PATCH", f"{ROLE}{APPLY}", body(managedFields=[{"manager": "x"}]), 400, "BadRequest", "metadata.managedFields must be nil"),  # noqa: E501
    ("PATCH", f"{ROLE}{APPLY}", body(resourceVersion="1"), 409, "Conflict", 'Operation cannot be fulfilled on roles.iam.services.k8s.aws "acme-reverse-proxy": the object has been modified; please apply your changes to the latest version'),  # noqa: E501
]  # fmt: skip


@pytest.fixture(params=["embedded", "api-server"])
def ask(request: pytest.FixtureRequest, cell: Cell) -> Ask:
    """Puts a request to the cluster, as its administrator."""
    if request.param == "embedded":
        url, headers, ca_file = cell.kubernetes_url, dict[str, str](), ""
    else:
        server: ApiServer = request.getfixturevalue("api_server")
        server.mirror(cell)
        url, headers, ca_file = server.url, {"Authorization": f"Bearer {ADMIN}"}, server.ca_file

    def put(method: str, path: str, data: str = "", accept: str = "application/json") -> tuple[int, Any]:
        sent = {**headers, "Accept": accept, "Content-Type": "application/apply-patch+yaml"}
        with urllib3.PoolManager(ca_certs=ca_file or None, retries=False, timeout=10) as http:
            answer = http.request(method, url + path, body=data or None, headers=sent)
        is_json = answer.headers["Content-Type"].startswith("application/json")
        return answer.status, json.loads(answer.data) if is_json else answer.data.decode()

    return put


def test_what_is_refused_is_refused_in_the_same_words(ask: Ask) -> None:
    for method, path, data, code, reason, message in REFUSED:
        found, answer = ask(method, path, data)
        assert (found, answer.get("reason")) == (code, reason), (method, path, answer)
        assert message in answer["message"], (path, answer["message"])


def test_a_namespace_has_to_exist(ask: Ask) -> None:
    code, answer = ask("PATCH", f"/apis/iam.services.k8s.aws/v1alpha1/namespaces/nope/roles/x{APPLY}", json.dumps(
        {"apiVersion": "iam.services.k8s.aws/v1alpha1", "kind": "Role", "metadata": {"name": "x", "namespace": "nope"},
         "spec": {"name": "x", "assumeRolePolicyDocument": "{}"}}))  # fmt: skip
    assert (code, answer["reason"], answer["message"]) == (404, "NotFound", 'namespaces "nope" not found')


def test_a_path_that_no_api_serves(ask: Ask) -> None:
    for path in ("/apis/iam.services.k8s.aws/v1alpha1/nokind", "/apis/nogroup/v1/x"):
        assert ask("GET", path) == (404, "404 page not found\n")


@pytest.mark.parametrize(
    ("selector", "count"),
    [
        ("app%20in%20(index-acme,%20x)", 1),
        ("app%20notin%20(index-acme)", 0),
        ("!app", 0),
        ("app", 1),
        ("app!=index-acme", 0),
        ("app=index-acme", 1),
        ("app%3D%3Dindex-acme,app%20in%20(index-acme)", 1),
    ],
)
def test_selectors(selector: str, count: int, ask: Ask) -> None:
    kinds = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    code, answer = ask("GET", f"{PODS_PATH}?labelSelector={selector}", accept=kinds)
    # A server may write an empty list as null.
    assert (code, len(answer["items"] or ())) == (200, count)
    for item in answer["items"] or ():
        assert (item["kind"], item["apiVersion"]) == ("PartialObjectMetadata", "meta.k8s.io/v1")
