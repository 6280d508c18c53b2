"""Commands to copy: what to type next. Those that change something say so in their verb (edit, apply, delete)."""

from __future__ import annotations

import shlex

from ..ack.objects import mapping, text
from ..live.pods import workload_of
from ..live.role_flow import role_name
from .case import Case


def edit_role(case: Case) -> str:
    """Opens the ACK Role behind the index, or shows the role in AWS where there is no such object."""
    metadata = mapping(mapping(case.value("ack-role")).get("metadata"))
    if metadata.get("name"):
        return f"kubectl edit roles.iam.services.k8s.aws {metadata['name']} -n {metadata.get('namespace', '')}"
    return show_role(case)


def describe_role(case: Case) -> str:
    """Shows the ACK Role with its conditions."""
    metadata = mapping(mapping(case.value("ack-role")).get("metadata"))
    name, namespace = metadata.get("name", ""), metadata.get("namespace", case.namespace)
    return f"kubectl describe roles.iam.services.k8s.aws {name} -n {namespace}".replace("  ", " ")


def show_role(case: Case) -> str:
    """Shows the role in AWS."""
    named = role_name(case.arn)
    return f"aws iam get-role --role-name {shlex.quote(named.name if named else case.arn or 'ROLE')}"


def nudge_role(case: Case) -> str:
    """Makes the controller reconcile: it acts on changes of the spec, so its Deployment is restarted."""
    found = case.value("ack-controller") or [{}]
    metadata = mapping(mapping(found[0]).get("metadata"))
    name, namespace = metadata.get("name", "ack-iam-controller"), metadata.get("namespace", "ack-system")
    return f"kubectl rollout restart deployment {name} -n {namespace}"


def restart(case: Case) -> str:
    """Deletes the pod, so that its workload makes a new one (step 8 of the runbook)."""
    name = mapping(mapping(case.pod).get("metadata")).get("name", "POD")
    return f"kubectl delete pod {name} -n {case.namespace}"


def logs(case: Case) -> str:
    """The proxy's log (step 5 of the runbook)."""
    name = mapping(mapping(case.pod).get("metadata")).get("name", "POD")
    return f"kubectl logs {name} -n {case.namespace} -c {shlex.quote(case.record.target.container)} --since=15m"


def annotate(case: Case) -> str:
    """Gives the service account its role."""
    arn = case.arn or "ROLE_ARN"
    name = case.account_name or "SERVICE_ACCOUNT"
    return f"kubectl annotate serviceaccount {name} -n {case.namespace} --overwrite eks.amazonaws.com/role-arn={arn}"


def table(case: Case, verb: str = "describe-table") -> str:
    """Shows the table, or its resource policy."""
    option = "--table-name" if verb == "describe-table" else "--resource-arn"
    name = case.table_arn.rpartition("/")[2] if verb == "describe-table" else case.table_arn
    region = text(case.parameters.get("region")) or case.record.target.region
    return f"aws dynamodb {verb} {option} {shlex.quote(name or 'TABLE')} --region {region}"


def node(case: Case) -> str:
    """The node of the pod."""
    return str(mapping(mapping(case.pod).get("spec")).get("nodeName") or "NODE")


def describe_pod(case: Case) -> str:
    """Shows the pod and its environment."""
    name = mapping(mapping(case.pod).get("metadata")).get("name", "POD")
    return f"kubectl describe pod {name} -n {case.namespace}"


def workload(case: Case) -> str:
    """What runs the pod, as kubectl names it."""
    metadata = mapping(mapping(case.pod).get("metadata"))
    owner: dict[str, str] = next(iter(metadata.get("ownerReferences") or []), {})
    kind = {"ReplicaSet": "deployment", "StatefulSet": "statefulset"}.get(str(owner.get("kind")), "pod")
    return f"{kind}/{workload_of(metadata)}"


def endpoints(case: Case) -> str:
    """Shows the VPC endpoints for DynamoDB."""
    region = case.record.target.region
    service = f"com.amazonaws.{region}.dynamodb"
    return f"aws ec2 describe-vpc-endpoints --region {region} --filters Name=service-name,Values={service}"


def associations(case: Case) -> str:
    """Lists the Pod Identity associations of the namespace."""
    cluster = case.record.target.cluster or "CLUSTER"
    return f"aws eks list-pod-identity-associations --cluster-name {cluster} --namespace {case.namespace}"


def organization_policies(arn: str, kind: str) -> str:
    """Lists the policies of an organization for the account in an ARN."""
    account = arn.split(":")[4] if arn.count(":") >= 5 else "ACCOUNT"
    return f"aws organizations list-policies-for-target --filter {kind} --target-id {account}"


def use_regional_sts(case: Case) -> str:
    """Has the webhook point pods of the service account to the regional STS."""
    key = "eks.amazonaws.com/sts-regional-endpoints=true"
    return f"kubectl annotate serviceaccount {case.account_name} -n {case.namespace} --overwrite {key}"


def disable_account_endpoint(case: Case) -> str:
    """Has the proxy use the ordinary DynamoDB endpoint."""
    container = shlex.quote(case.record.target.container)
    variable = "AWS_ACCOUNT_ID_ENDPOINT_MODE=disabled"
    return f"kubectl set env {workload(case)} -n {case.namespace} -c {container} {variable}"
