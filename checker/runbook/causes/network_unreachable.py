"""The proxy does not reach DynamoDB: DNS, egress, security group, network policy or proxy.

What it looks for
    Failures to resolve or to connect to the host of DynamoDB, other than an
    account's own endpoint and STS.

What to do
    Look at CoreDNS, network policies, security groups and the VPC endpoint.

Source
    The SDKs' messages, see the samples in signatures.yaml.
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.log_only import in_log
from ..evidence.network import other_hosts

ID = "network-unreachable"
TITLE = "The proxy does not reach DynamoDB: DNS, egress, security group, network policy or proxy"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Check CoreDNS, network policies, security groups and the route to DynamoDB from this pod."


def look(case: Case) -> Seen:
    return in_log(case, other_hosts(case), commands.command("kubectl", "get", "networkpolicies", "-n", case.namespace))
