"""AWS on loopback: moto, with answers of our own for the calls that moto lacks.

moto keeps the inventory (roles, policies, tables, keys) and is never asked whether something is allowed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from .wsgi import Application


@cache
def _moto() -> Application:
    """moto, built once for the process: that takes long, and moto keeps one account for the whole process anyway."""
    import moto.eks.utils
    import moto.kms.models
    import moto.kms.utils
    from boto3 import Session
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    # For every cluster that is made, moto reads all endpoints there are, to learn the names of the partitions.
    moto.eks.utils.Session = cache(Session)  # type: ignore[attr-defined]  # it is imported there
    # Every key gets a pair of RSA keys, symmetric ones too; nobody signs with it.
    moto.kms.models.generate_private_key = cache(moto.kms.utils.generate_private_key)  # type: ignore[attr-defined]  # as above
    app = DomainDispatcherApplication(create_backend_app)
    # For every call, moto looks through the folders of all its services.
    app.get_backend_for_host = cache(app.get_backend_for_host)  # type: ignore[method-assign]  # on this one object
    application: Application = app
    return application


class AwsApi:
    """moto, EKS Pod Identity associations and capabilities (set them in `associations` and `capabilities`), and a
    policy simulator that refuses, as it does in most accounts, until results are put into `simulation`. `calls` lists
    what was asked, as `iam:GetRole`; `table_state` are fields of the table that moto cannot have.
    """

    def __init__(self) -> None:
        self._moto = _moto()
        self.associations: list[dict[str, Any]] = []
        self.capabilities: list[dict[str, Any]] = []
        self.table_state: dict[str, Any] = {}
        self.simulation: list[dict[str, Any]] | None = None
        self.denied: set[str] = set()
        self.calls: list[str] = []

    def reset(self) -> None:
        """Empties the account: moto keeps it as long as the process lives."""
        from moto.core.base_backend import BackendDict
        from moto.core.model_instances import reset_model_data

        BackendDict.reset()
        reset_model_data()

    def date_back(self, moment: datetime, account: str) -> None:
        """Dates every role and policy of an account to a moment."""
        from moto.iam.models import iam_backends

        backend = iam_backends[account]["aws"]
        for role in backend.roles.values():
            role.create_date = moment
        for policy in backend.managed_policies.values():
            policy.create_date = policy.update_date = moment

    def application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        call = call_of(environ, body)
        self.calls.append(call)
        own = self._own(call, environ)
        if own is None:
            if call == "dynamodb:DescribeTable" and self.table_state:
                return self._changed_table({**environ, "wsgi.input": io.BytesIO(body)}, start_response)
            return self._moto({**environ, "wsgi.input": io.BytesIO(body)}, start_response)
        code, kind, text = own
        data = text.encode()
        headers = [("Content-Type", kind), ("Content-Length", str(len(data)))]
        if code >= 400 and kind == "application/json":
            headers.append(("x-amzn-ErrorType", json.loads(text)["__type"]))
        start_response(f"{code} {code}", headers)
        return [data]

    def _own(self, call: str, environ: dict[str, Any]) -> tuple[int, str, str] | None:
        if call in self.denied:
            return refusal(call, 403, "AccessDenied", f"not authorized to perform: {call}")
        if call == "iam:SimulatePrincipalPolicy":
            return self._simulated(call)
        parts = environ["PATH_INFO"].strip("/").split("/")
        if call == "eks:ListPodIdentityAssociations":
            query = {key: values[-1] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
            listed = [
                {key: item[key] for key in ("associationId", "namespace", "serviceAccount", "clusterName")}
                for item in self.associations
                if item["clusterName"] == parts[1]
                and query.get("namespace", item["namespace"]) == item["namespace"]
                and query.get("serviceAccount", item["serviceAccount"]) == item["serviceAccount"]
            ]
            return 200, "application/json", json.dumps({"associations": listed})
        if call == "eks:ListCapabilities":
            listed = [{key: item[key] for key in ("capabilityName", "type", "status")} for item in self.capabilities]
            return 200, "application/json", json.dumps({"capabilities": listed})
        if call == "eks:DescribeCapability":
            capability = next((item for item in self.capabilities if item["capabilityName"] == parts[3]), None)
            if capability is None:
                return refusal(call, 404, "ResourceNotFoundException", "No capability found")
            return 200, "application/json", json.dumps({"capability": capability})
        if call == "eks:DescribePodIdentityAssociation":
            association = next((item for item in self.associations if item["associationId"] == parts[3]), None)
            if association is None:
                return refusal(call, 404, "ResourceNotFoundException", "No association found")
            return 200, "application/json", json.dumps({"association": association})
        return None

    def _changed_table(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """moto's answer with `table_state` in its place: states of a global table that moto does not know."""
        held: list[tuple[str, list[tuple[str, str]]]] = []
        answer = b"".join(self._moto(environ, lambda status, headers, *_: held.append((status, headers))))
        status, headers = held[0]
        if status.startswith("200"):
            whole = json.loads(answer)
            answer = json.dumps({**whole, "Table": {**whole["Table"], **self.table_state}}).encode()
            # The checksum is that of moto's answer.
            kept = ("content-length", "x-amz-crc32")
            headers = [(name, value) for name, value in headers if name.lower() not in kept]
            headers.append(("Content-Length", str(len(answer))))
        start_response(status, headers)
        return [answer]

    def _simulated(self, call: str) -> tuple[int, str, str]:
        if self.simulation is None:
            return refusal(call, 403, "AccessDenied", "not authorized to perform: iam:SimulatePrincipalPolicy")
        members = "".join(
            "<member>" + "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in item.items()) + "</member>"
            for item in self.simulation
        )
        text = (
            '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
            f"<SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>{members}"
            "</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
        )
        return 200, "text/xml", text


def call_of(environ: dict[str, Any], body: bytes) -> str:
    """The API call of a request as `service:Operation`, by the three protocols that AWS's services speak."""
    credential = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split("/")
    service = credential[3] if len(credential) > 3 else ""
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return f"{service}:{target.rpartition('.')[2]}"
    form = parse_qs(body.decode("utf-8", "replace")) if body[:7] == b"Action=" or b"&Action=" in body else {}
    if form:
        return f"{service}:{form['Action'][0]}"
    parts = environ["PATH_INFO"].strip("/").split("/")
    if service == "eks" and parts[0] == "clusters":
        if len(parts) > 2 and parts[2] == "capabilities":
            return "eks:ListCapabilities" if len(parts) == 3 else "eks:DescribeCapability"
        is_association = len(parts) > 2 and parts[2] == "pod-identity-associations"
        verb = {"GET": "Describe", "POST": "Create", "DELETE": "Delete"}.get(environ["REQUEST_METHOD"], "Update")
        if is_association and len(parts) == 3 and verb == "Describe":
            return "eks:ListPodIdentityAssociations"
        return f"eks:{verb}PodIdentityAssociation" if is_association else f"eks:{verb}Cluster"
    return f"{service}:{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"


def refusal(call: str, code: int, name: str, message: str) -> tuple[int, str, str]:
    """An error in the protocol of the service: XML for IAM, STS and EC2, JSON for the others."""
    service = call.partition(":")[0]
    if service == "ec2":
        error = f"<Error><Code>{name}</Code><Message>{escape(message)}</Message></Error>"
        return code, "text/xml", f"<Response><Errors>{error}</Errors><RequestID>demo</RequestID></Response>"
    if service in ("iam", "sts"):
        error = f"<Error><Type>Sender</Type><Code>{name}</Code><Message>{escape(message)}</Message></Error>"
        return code, "text/xml", f"<ErrorResponse>{error}<RequestId>demo</RequestId></ErrorResponse>"
    return code, "application/json", json.dumps({"__type": name, "message": message})
