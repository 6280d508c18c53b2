"""What a plain scalar is, held against a real API server: it takes what is a string here for a tag's value, and
refuses all else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import urllib3

from checker.text.plain_scalars import resolve, resolve_core
from tests.live.api_server import ADMIN, ApiServer

SCALARS = [
    "yes", "Yes", "yEs", "y", "N", "no", "on", "OFF", "oN", "true", "True", "tRUE", "~", "null", "nULL",
    "0", "7", "-7", "+7", "007", "0o17", "0O17", "0x1F", "0X1f", "0b11", "0B11", "089", "1_000", "_1", "1__0",
    "1e3", "1E-3", "1.", ".5", "1.5", "-.5", "1e", "1.2.3", "1e999", "0x", "0b2", "0o8", "9" * 25,
    "2012-10-17", "2012-10-17T00:00:00Z", "12:30", "190:20:30", "111122223333",
    "012345678901", "012345670123", "tenant", "+", ".",
]  # fmt: skip


@pytest.mark.parametrize("scalar", SCALARS)
def test_the_api_server_agrees(scalar: str, api_server: ApiServer) -> None:
    text = f"""
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata: {{name: scalars, namespace: default}}
spec:
  name: scalars
  assumeRolePolicyDocument: "{{}}"
  tags:
  - key: a
    value: {scalar}
"""
    path = (
        "/apis/iam.services.k8s.aws/v1alpha1/namespaces/default/roles/scalars?fieldManager=test&dryRun=All&force=true"
    )
    answer = urllib3.PoolManager(ca_certs=api_server.ca_file, assert_hostname=False).request(
        "PATCH",
        api_server.url + path,
        body=text,
        headers={"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/apply-patch+yaml"},
    )
    found: Any = resolve(scalar)
    if isinstance(found, str):
        assert answer.status in (200, 201), answer.data
        assert json.loads(answer.data)["spec"]["tags"][0]["value"] == found
        return
    # The server says what it has read, but for null; a number that fits no integer it has as a float.
    assert answer.status in (400, 422, 500), answer.data
    message = json.loads(answer.data)["message"]
    taken = re.search(r"Value:(.+?)\}", message)
    value = json.loads(taken[1]) if taken else None
    assert (value, isinstance(value, bool)) == (
        float(found) if isinstance(value, float) else found,
        isinstance(found, bool),
    ), message


@pytest.mark.parametrize(
    ("scalar", "expected"),
    [("off", "off"), ("yes", "yes"), ("true", True), ("7", 7), ("1.5", 1.5), ("0x10", "0x10"), ("~", None), ("", None)],
)
def test_our_own_files_are_yaml_1_2(scalar: str, expected: object) -> None:
    assert resolve_core(scalar) == expected
