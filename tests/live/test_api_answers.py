"""The same requests to the embedded Kubernetes API and to a real one: the same code, reason and words."""

from __future__ import annotations

import json
import re
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


def role(spec: Any = None, name: str = "acme-reverse-proxy", /, **top: Any) -> str:
    """An apply of a Role with these fields beside its name; `top` are fields of the object itself."""
    spec = {"name": "acme-reverse-proxy", **(spec or {})} if spec is None or isinstance(spec, dict) else spec
    metadata = {"name": name, "namespace": "tenant-acme"}
    item = {"apiVersion": "iam.services.k8s.aws/v1alpha1", "kind": "Role", "metadata": metadata, "spec": spec, **top}
    return json.dumps({key: value for key, value in item.items() if value is not None})


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

TYPED = "failed to create typed patch object: "
NEW = {"assumeRolePolicyDocument": "{}"}
INVALID = 'Role.iam.services.k8s.aws "acme-reverse-proxy" is invalid: '

NOT_OF_ITS_KIND = [
    (role({"descriptionn": "x"}), 500, f"{TYPED}.spec.descriptionn: field not declared in schema"),
    (role({"description": 5}), 500, f"{TYPED}.spec.description: expected string, got &value.valueUnstructured{{Value:5}}"),  # noqa: E501
    (role({"description": True}), 500, f"{TYPED}.spec.description: expected string, got &value.valueUnstructured{{Value:true}}"),  # noqa: E501
    (role({"maxSessionDuration": "3600"}), 500, f"{TYPED}.spec.maxSessionDuration: expected numeric (int or float), got *value.valueUnstructured"),  # noqa: E501
    (role({"inlinePolicies": {"a": 5}}), 500, f"{TYPED}.spec.inlinePolicies.a: expected string, got &value.valueUnstructured{{Value:5}}"),  # noqa: E501
    (role({"inlinePolicies": []}), 500, f"{TYPED}.spec.inlinePolicies: expected map, got &{{[]}}"),
    (role({"policies": "x"}), 500, f"{TYPED}.spec.policies: expected list, got &{{x}}"),
    (role({"policies": [1]}), 500, f"{TYPED}.spec.policies[0]: expected string, got &value.valueUnstructured{{Value:1}}"),  # noqa: E501
    (role({"tags": [{"key": 1}]}), 500, f"{TYPED}.spec.tags[0].key: expected string, got &value.valueUnstructured{{Value:1}}"),  # noqa: E501
    (role({"policyRefs": [{"from": {"nam": "x"}}]}), 500, f"{TYPED}.spec.policyRefs[0].from.nam: field not declared in schema"),  # noqa: E501
    (role("x"), 500, f"{TYPED}.spec: expected map, got &{{x}}"),
    (role(bogus=1), 500, f"{TYPED}.bogus: field not declared in schema"),
    (body(bogus=1), 500, f"{TYPED}.metadata.bogus: field not declared in schema"),
    (body(annotations={"a": 1}), 500, f"{TYPED}.metadata.annotations.a: expected string, got &value.valueUnstructured{{Value:1}}"),  # noqa: E501
    (role(kind=""), 500, f"{TYPED}no corresponding type for iam.services.k8s.aws/v1alpha1, Kind="),
    (role(kind="Policy"), 500, f"{TYPED}no corresponding type for iam.services.k8s.aws/v1alpha1, Kind=Policy"),
    (role(apiVersion="iam.services.k8s.aws/v1"), 400, "Incorrect version specified in apply patch. Specified patch version: iam.services.k8s.aws/v1, expected: iam.services.k8s.aws/v1alpha1"),  # noqa: E501
    ("{}", 400, "Incorrect version specified in apply patch. Specified patch version: , expected: "),
    ("[]", 400, "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into"),
    ("x", 400, "json: cannot unmarshal string into Go value of type map[string]interface {}"),
    (role({"policies": None}), 422, f'{INVALID}spec.policies: Invalid value: "null": spec.policies in body must be of type array: "null"'),  # noqa: E501
    (role({"description": None}), 422, f'{INVALID}spec.description: Invalid value: "null": spec.description in body must be of type string: "null"'),  # noqa: E501
    (role({"permissionsBoundaryRef": None}), 422, f'{INVALID}spec.permissionsBoundaryRef: Invalid value: "null": spec.permissionsBoundaryRef in body must be of type object: "null"'),  # noqa: E501
    (body(uid="1"), 422, f'{INVALID}metadata.uid: Invalid value: "1": field is immutable'),
    (body(namespace="other"), 400, "the namespace of the object (other) does not match the namespace on the request (tenant-acme)"),  # noqa: E501
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


def test_an_object_that_is_not_of_its_kind_is_refused_in_the_same_words(ask: Ask) -> None:
    for data, code, message in NOT_OF_ITS_KIND:
        found, answer = ask("PATCH", f"{ROLE}{APPLY}", data)
        assert found == code, (data, answer)
        # Newer servers name the object.
        told = re.sub(r" \([\w./-]+; [\w./-]+, Kind=\w*\)", "", answer["message"])
        assert message in told, (data, answer["message"])


def test_a_new_object_has_to_have_what_its_kind_asks_for(ask: Ask) -> None:
    named = 'Role.iam.services.k8s.aws "new" is invalid: '
    missing = "[spec.assumeRolePolicyDocument: Required value, spec.name: Required value]"
    bare = json.dumps({**json.loads(role(None, "new")), "spec": {"description": "d"}})
    found, answer = ask("PATCH", f"{ROLES}/new{APPLY}", bare)
    assert (found, answer["message"]) == (422, named + missing)
    causes = [(item["reason"], item["field"]) for item in answer["details"]["causes"]]
    assert causes == [("FieldValueRequired", "spec.assumeRolePolicyDocument"), ("FieldValueRequired", "spec.name")]
    found, answer = ask("PATCH", f"{ROLES}/New_{APPLY}", role(NEW, "New_"))
    assert (found, answer["reason"]) == (422, "Invalid")
    assert 'metadata.name: Invalid value: "New_": a lowercase RFC 1123 subdomain' in answer["message"]
    found, answer = ask("PATCH", f"{ROLES}/new{APPLY}", role(NEW, "new"))
    assert found == 201
    assert {"creationTimestamp", "generation", "managedFields", "name", "uid"} <= set(answer["metadata"])


def test_a_null_leaves_a_mapping_as_it_is(ask: Ask) -> None:
    found, answer = ask("PATCH", f"{ROLE}{APPLY}", role({"inlinePolicies": None}))
    assert (found, list(answer["spec"]["inlinePolicies"])) == (200, ["auth-keys"])


def test_a_dry_run_deletes_nothing(ask: Ask) -> None:
    found, answer = ask("DELETE", f"{PODS_PATH}/{POD}?dryRun=All")
    assert (found, answer["kind"], "deletionTimestamp" in answer["metadata"]) == (200, "Pod", True)
    assert ask("GET", f"{PODS_PATH}/{POD}")[0] == 200
    found, answer = ask("DELETE", f"{PODS_PATH}/{POD}?dryRun=Some")
    assert (found, answer["reason"]) == (422, "Invalid")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=x", 'strconv.ParseInt: parsing "x": invalid syntax'),
        ("continue=x", "invalid continue token: continue key is not valid"),
        ("fieldSelector=bogus", "invalid selector: 'bogus'; can't understand 'bogus'"),
        ("fieldSelector=spec.bogus%3D1", "field label not supported: spec.bogus"),
    ],
)
def test_a_query_that_cannot_be_read(query: str, message: str, ask: Ask) -> None:
    found, answer = ask("GET", f"/api/v1/pods?{query}")
    assert (found, answer["reason"]) == (400, "BadRequest")
    assert message in answer["message"]


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


@pytest.mark.parametrize(
    ("path", "names_kind"),
    [
        (PODS_PATH, False),
        ("/apis/apps/v1/deployments", False),
        ("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", False),
        (ROLES, True),
    ],
)
def test_items_of_built_in_kinds_do_not_name_their_kind(path: str, names_kind: bool, ask: Ask) -> None:
    code, answer = ask("GET", path)
    assert (code, "apiVersion" in answer, "kind" in answer) == (200, True, True)
    assert answer["items"]
    for item in answer["items"]:
        assert ("apiVersion" in item, "kind" in item) == (names_kind, names_kind)
