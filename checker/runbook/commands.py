"""Commands to copy: what to type next. Those that change something say so in their verb (edit, apply, delete).

Names come from the cluster, from AWS and from records, which may be anybody's: every word is quoted for the shell.
"""

from __future__ import annotations

import shlex

from ..ack.objects import mapping, text
from ..iam.arns import parse_arn, role_name
from ..iam.expressions import expression
from ..live.record.record import Target
from ..live.record.workload import workload_of
from .case.case import Case

_ROLE_ARN = expression(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")


def command(*words: str) -> str:
    """The words as one line for a shell; `kubectl get` lists all namespaces where the namespace is not known."""
    line = shlex.join(words)
    return line.replace(" -n ''", " -A") if line.startswith("kubectl get ") else line


def addressed(line: str, target: Target) -> str:
    """A command with the cluster of the diagnosis in it: whoever pastes it may have another current context."""
    first, _, rest = line.partition(" ")
    if first == "kubectl" and target.context:
        return f"kubectl --context {shlex.quote(target.context)} {rest}"
    if first == "checker":
        words = [*target.given]
        # Older records do not say what was typed; what they reached can be named all the same.
        if not words and target.cell:
            words = ["--cell", target.cell]
        elif not words and target.context:
            words = ["--context", target.context]
        elif not words and target.cluster and target.region:
            words = ["--cluster", target.cluster, "--region", target.region]
        return f"{line} {command(*words)}" if words else line
    return line


def mend_role(case: Case) -> str:
    """Shows the corrected ACK Role; where there is no such object, the role in AWS."""
    metadata = mapping(mapping(case.value("ack-role")).get("metadata"))
    if not metadata.get("name"):
        return show_role(case)
    return command("checker", "fix", "--index", case.record.target.index_name)


def describe_role(case: Case) -> str:
    """Shows the ACK Role with its conditions."""
    metadata = mapping(mapping(case.value("ack-role")).get("metadata"))
    name = [str(metadata["name"])] if metadata.get("name") else []
    namespace = str(metadata.get("namespace", case.namespace))
    return command("kubectl", "describe", "roles.iam.services.k8s.aws", *name, "-n", namespace)


def show_role(case: Case) -> str:
    """Shows the role in AWS."""
    named = role_name(case.arn)
    return command("aws", "iam", "get-role", "--role-name", named.name if named else case.arn or "ROLE")


def nudge_role(case: Case) -> str:
    """Makes the controller reconcile: it acts on changes of the spec, so its Deployment is restarted. An EKS capability
    cannot be restarted: there it takes a change of the spec, which `checker fix` makes."""
    if case.value("ack-capability"):
        return mend_role(case)
    name, namespace = _controller(case)
    return command("kubectl", "rollout", "restart", "deployment", name, "-n", namespace)


def controller_log(case: Case) -> str:
    """Shows the controller's log on the Role object; an EKS capability's log is with AWS, so its state is shown."""
    capability = case.value("ack-capability")
    if capability:
        return show_capability(case, capability[0]["name"])
    name, namespace = _controller(case)
    role = text(mapping(mapping(case.value("ack-role")).get("metadata")).get("name")) or case.arn.rpartition("/")[2]
    read = command("kubectl", "logs", f"deployment/{name}", "-n", namespace, "--since=1h")
    return f"{read} | {command('grep', '-F', role or 'Role')}"


def _controller(case: Case) -> tuple[str, str]:
    """Name and namespace of the controller's Deployment, as its Helm chart has them where none was found."""
    metadata = mapping(mapping(next(iter(case.value("ack-controller") or ()), {})).get("metadata"))
    return str(metadata.get("name", "ack-iam-controller")), str(metadata.get("namespace", "ack-system"))


def show_capability(case: Case, name: str) -> str:
    """Shows the EKS capability that runs ACK."""
    named = ("--cluster-name", case.record.target.cluster or "CLUSTER", "--capability-name", name)
    return command("aws", "eks", "describe-capability", *named, *_in_region(case))


def restart(case: Case) -> str:
    """Deletes the pod, so that its workload makes a new one (step 8 of the runbook). A pod without an owner is replaced
    instead: nothing would recreate it."""
    if is_bare(case):
        shown = command("kubectl", "get", "pod", pod_name(case), "-n", case.namespace, "-o", "yaml")
        return f"{shown} | {addressed(command('kubectl', 'replace', '--force', '-f', '-'), case.record.target)}"
    return command("kubectl", "delete", "pod", pod_name(case), "-n", case.namespace)


def is_bare(case: Case) -> bool:
    """Whether the pod has no owner that would recreate it."""
    return case.pod is not None and not mapping(case.pod.get("metadata")).get("ownerReferences")


def logs(case: Case) -> str:
    """The proxy's log (step 5 of the runbook)."""
    container = case.record.target.container
    return command("kubectl", "logs", pod_name(case), "-n", case.namespace, "-c", container, "--since=15m")


def previous_log(case: Case) -> str:
    """The proxy's log from before its last restart."""
    container = case.record.target.container
    return command("kubectl", "logs", pod_name(case), "-n", case.namespace, "-c", container, "--previous")


def describe_pod(case: Case) -> str:
    """Shows the pod and its environment."""
    return command("kubectl", "describe", "pod", pod_name(case), "-n", case.namespace)


def annotate(case: Case, arn: str = "") -> str:
    """Gives the service account its role: the one under examination, or `arn`."""
    role = arn or case.arn
    pair = f"eks.amazonaws.com/role-arn={role if _ROLE_ARN.fullmatch(role) else 'ROLE_ARN'}"
    return _annotate_account(case, pair)


def use_regional_sts(case: Case) -> str:
    """Has the webhook point pods of the service account to the regional STS."""
    return _annotate_account(case, "eks.amazonaws.com/sts-regional-endpoints=true")


def _annotate_account(case: Case, pair: str) -> str:
    name = case.account_name or "SERVICE_ACCOUNT"
    return command("kubectl", "annotate", "serviceaccount", name, "-n", case.namespace, "--overwrite", pair)


def network_policies(case: Case) -> str:
    """Shows what may restrict the pod's traffic."""
    return command("kubectl", "get", "networkpolicies", "-n", case.namespace)


def table(case: Case, verb: str = "describe-table") -> str:
    """Shows the table, or its resource policy."""
    option = "--table-name" if verb == "describe-table" else "--resource-arn"
    name = case.table_arn.rpartition("/")[2] if verb == "describe-table" else case.table_arn
    return command("aws", "dynamodb", verb, option, name or "TABLE", *_in_region(case))


def show_key(case: Case, key: str) -> str:
    """Shows the key that encrypts the table."""
    return command("aws", "kms", "describe-key", "--key-id", key or "KEY", *_in_region(case))


def show_key_policy(case: Case, key: str) -> str:
    """Shows the policy of the key that encrypts the table."""
    words = ("get-key-policy", "--key-id", key or "KEY", "--policy-name", "default", *_in_region(case))
    return command("aws", "kms", *words, "--output", "text")


def cordon(case: Case) -> str:
    """Takes the pod's node out of scheduling."""
    return command("kubectl", "cordon", str(mapping(mapping(case.pod).get("spec")).get("nodeName") or "NODE"))


def show_instance(case: Case) -> str:
    """Shows how many hops the instance metadata of the pod's node may travel."""
    node = str(mapping(mapping(case.pod).get("spec")).get("nodeName") or "NODE")
    shown = "Reservations[].Instances[].{InstanceId:InstanceId,HopLimit:MetadataOptions.HttpPutResponseHopLimit}"
    words = ("--filters", f"Name=private-dns-name,Values={node}", *_in_region(case), "--query", shown)
    return command("aws", "ec2", "describe-instances", *words)


def endpoints(case: Case) -> str:
    """Shows the VPC endpoints for DynamoDB."""
    region = _in_region(case)
    wanted = f"Name=service-name,Values=com.amazonaws.{region[1]}.dynamodb"
    return command("aws", "ec2", "describe-vpc-endpoints", *region, "--filters", wanted)


def associations(case: Case) -> str:
    """Lists the Pod Identity associations of the namespace."""
    cluster = case.record.target.cluster or "CLUSTER"
    words = ("--cluster-name", cluster, "--namespace", case.namespace, *_in_region(case))
    return command("aws", "eks", "list-pod-identity-associations", *words)


def organization_policies(arn: str, kind: str) -> str:
    """Lists the policies of an organization for the account in an ARN."""
    named = parse_arn(arn)
    account = named.account if named else "ACCOUNT"
    return command("aws", "organizations", "list-policies-for-target", "--filter", kind, "--target-id", account)


def disable_account_endpoint(case: Case) -> str:
    """Has the proxy use the ordinary DynamoDB endpoint."""
    return _set_variable(case, "AWS_ACCOUNT_ID_ENDPOINT_MODE=disabled")


def set_region(case: Case) -> str:
    """Tells the proxy the region of the table."""
    return _set_variable(case, f"AWS_REGION={_in_region(case)[1]}")


def _set_variable(case: Case, variable: str) -> str:
    metadata = mapping(mapping(case.pod).get("metadata"))
    owner = mapping(next(iter(metadata.get("ownerReferences") or []), {}))
    kind = _WITH_ENV.get(str(owner.get("kind")))
    if kind == "deployment" and "pod-template-hash" not in mapping(metadata.get("labels")):
        kind = None  # a ReplicaSet of its own, or of something else than a Deployment (an Argo Rollout)
    if kind is None:
        # The environment of a pod cannot be changed, nor may that of a Job: whoever made it has to.
        made_by = f"{str(owner['kind']).lower()}/{owner.get('name')}" if owner.get("kind") else f"pod/{pod_name(case)}"
        return command("kubectl", "get", made_by, "-n", case.namespace, "-o", "yaml")
    where = ("-n", case.namespace, "-c", case.record.target.container)
    return command("kubectl", "set", "env", f"{kind}/{workload_of(metadata)}", *where, variable)


_WITH_ENV = {"ReplicaSet": "deployment", "StatefulSet": "statefulset", "DaemonSet": "daemonset"}
"""What to give `kubectl set env`, by the kind of the pod's owner."""


def _in_region(case: Case) -> tuple[str, str]:
    return "--region", text(case.parameters.get("region")) or case.record.target.region or "REGION"


def pod_name(case: Case) -> str:
    """The pod under examination."""
    return str(mapping(mapping(case.pod).get("metadata")).get("name", "POD"))
