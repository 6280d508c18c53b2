"""Faults put between the collector and the servers of the embedded cell, one call at a time."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from checker.demo.cell import Cell
from checker.demo.names import REGION
from checker.demo.servers.aws_api import call_of, refusal
from checker.demo.servers.kubernetes_requests import PATH
from checker.live.clients.aws import Aws
from checker.live.collect import Clients, collect
from checker.live.record.record import dump, load
from checker.requirements.load import load_requirements
from checker.requirements.shipped import shipped_policies
from checker.runbook.diagnose import Diagnosis, diagnose

FAULTS = ("denied", "throttled", "late", "reset", "malformed", "empty")
LATE_SECONDS = 1.2

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Faults:
    """`calls` maps a call (`iam:GetRole`, `get pods/log`) to the fault it suffers; `seen` lists every call made.
    `delay` is added to every call, in seconds.
    """

    def __init__(self) -> None:
        self.calls: dict[str, str] = {}
        self.seen: list[str] = []
        self.delay = 0.0

    def wrap(self, name: str, application: Application) -> Application:
        """Puts the faults before a server."""
        describe = call_of if name == "aws" else kubernetes_call
        refuse = refuse_aws if name == "aws" else refuse_kubernetes

        def faulty(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ = {**environ, "wsgi.input": io.BytesIO(body)}
            call = describe(environ, body)
            self.seen.append(call)
            time.sleep(self.delay)
            fault = self.calls.get(call)
            if fault is None:
                return application(environ, start_response)
            if fault == "late":
                time.sleep(LATE_SECONDS)
                return application(environ, start_response)
            if fault == "reset":
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
                return []
            code, kind, text = refuse(call, fault)
            data = text.encode()
            start_response(f"{code} {code}", [("Content-Type", kind), ("Content-Length", str(len(data)))])
            return [data]

        return faulty


def kubernetes_call(environ: dict[str, Any], _: bytes) -> str:
    """`list pods`, `get pods/log`, `create selfsubjectaccessreviews`."""
    if environ["REQUEST_METHOD"] == "POST":
        return "create selfsubjectaccessreviews"
    found = PATH.fullmatch(environ["PATH_INFO"])
    assert found is not None
    sub = f"/{found['sub']}" if found["sub"] else ""
    if environ["REQUEST_METHOD"] in ("PATCH", "DELETE"):
        return f"{environ['REQUEST_METHOD'].lower()} {found['plural']}"
    return f"{'get' if found['name'] else 'list'} {found['plural']}{sub}"


def refuse_aws(call: str, fault: str) -> tuple[int, str, str]:
    """An answer of AWS with this fault."""
    if fault == "denied":
        return refusal(call, 403, "AccessDenied", f"not authorized to perform: {call}")
    if fault == "throttled":
        return refusal(call, 429, "ThrottlingException", "Rate exceeded")
    if fault == "malformed":
        return 200, "application/json", "<html>proxy login page"
    is_xml = call.partition(":")[0] in ("iam", "sts", "ec2")
    return 200, "text/xml" if is_xml else "application/json", "<Response/>" if is_xml else "{}"


def refuse_kubernetes(call: str, fault: str) -> tuple[int, str, str]:
    """An answer of the API server with this fault."""
    if fault == "denied":
        return 403, "application/json", '{"kind":"Status","message":"forbidden","code":403}'
    if fault == "throttled":
        return 429, "application/json", '{"kind":"Status","message":"too many requests","code":429}'
    if fault == "malformed":
        return 200, "application/json", "<html>proxy login page"
    return 200, "application/json", "" if call == "get pods/log" else "{}"


REQUIREMENTS = load_requirements((shipped_policies(),)).requirements
DEADLINE = 5.0

READ_OF = {
    "sts:GetCallerIdentity": "acme", "eks:DescribeCluster": "acme", "iam:GetRole": "acme",
    "iam:ListRolePolicies": "acme", "iam:GetRolePolicy": "acme", "iam:ListAttachedRolePolicies": "borealis",
    "iam:GetPolicy": "borealis", "iam:GetPolicyVersion": "borealis", "iam:ListOpenIDConnectProviders": "acme",
    "dynamodb:DescribeTable": "acme", "dynamodb:GetResourcePolicy": "acme", "kms:DescribeKey": "acme",
    "eks:ListPodIdentityAssociations": "cobalt", "eks:DescribePodIdentityAssociation": "cobalt",
    "list pods": "acme", "get pods": "acme", "get pods/log": "acme", "get serviceaccounts": "acme",
    "get configmaps": "borealis",
    "list roles": "acme", "list policies": "borealis", "list deployments": "acme",
}  # fmt: skip
"""The calls of a healthy run, and an index whose run makes them."""


def look(cell: Cell, faults: Faults, index: str, call: str, fault: str, deadline: float = DEADLINE) -> Diagnosis:
    """Diagnoses an index while one call suffers a fault; the run must make that call."""
    faults.calls = {call: fault}
    faults.seen.clear()
    # Short only where it is the timeout that is tried: on a busy machine other answers may take a while.
    patience = 0.5 if fault == "late" else 3
    aws = Aws(REGION, session=cell.session(), endpoint=cell.aws_url, timeouts=(patience, patience))
    access = Clients(aws, connection=cell.access().connection, read_seconds=patience)
    record = collect(cell.target(index), access, cell.search, deadline=deadline)
    assert call in faults.seen
    faults.calls = {}
    assert "collection" not in record.readings
    return diagnose(load(dump(record), "x"), REQUIREMENTS)
