"""Causes that only the log can name: no API knows of them."""

from __future__ import annotations

from collections.abc import Callable

from ...iam.expressions import expression
from .. import commands
from ..case.case import Case
from ..case.signatures import Event
from ..case.witnesses import Seen
from ..evidence.log_only import in_log
from ..evidence.network import account_hosts, other_hosts, sts_hosts
from ..known_cause import KnownCause

Events = Callable[[Case], tuple[Event, ...]]
_AWS = expression(r"amazonaws\.com|api\.aws|^169\.254\.")


def _told_by_log(
    *,
    id: str,
    title: str,
    page: str,
    remediation: str,
    events: Events,
    command: Callable[[Case], str],
    fitting: Events = lambda case: (),
    restart_needed: bool = False,
) -> KnownCause:
    """A cause that `events` name and `fitting` ones may mean; `command` is what to type next."""

    def look(case: Case) -> Seen:
        return in_log(case, events(case), command(case), fitting(case))

    return KnownCause(
        id=id,
        title=title,
        page=f"{title}.\n\n{page}",
        remediation=remediation,
        restart_needed=restart_needed,
        look=look,
    )


def _wrong_clocks(case: Case) -> tuple[Event, ...]:
    """What AWS refuses for the time in it; and certificates that are not valid now, unless the clock is right."""
    return tuple(event for event in case.having("clock") if not _is_of_the_certificate(case, event))


def _is_of_the_certificate(case: Case, event: Event) -> bool:
    """Whether a certificate has expired by a clock that is right: the time that the line gives is that of the log's
    stamp, and this one agrees with the time of the collection."""
    by_the_line = _CURRENT_TIME.search(event.line)
    age, age_in_line = (case.age(stamp) if stamp else None for stamp in (event.last, by_the_line and by_the_line[1]))
    if age is None or age_in_line is None:
        return False
    return 0 <= age <= _AGREEING_SECONDS and abs(age_in_line - age) <= _AGREEING_SECONDS


_AGREEING_SECONDS = 1200
_CURRENT_TIME = expression(r"x509: certificate has expired or is not yet valid: current time (\S+)")


def _of_aws(case: Case) -> tuple[Event, ...]:
    """Intercepted connections to AWS, or to a host that the line does not name; other hosts do not count. What
    intercepts may have an expired certificate."""
    events = case.having("egress-intercepted")
    events += tuple(event for event in case.having("clock") if _is_of_the_certificate(case, event))
    return tuple(event for event in events if not event.host or _AWS.search(event.host))


CLOCK_SKEW = _told_by_log(
    id="clock-skew",
    title="The clock of the node is wrong, so AWS refuses the signatures",
    remediation="Replace the node, or mend its time synchronisation.",
    events=_wrong_clocks,
    command=commands.cordon,
    page="""What it looks for
    "Signature expired", "Signature not yet current" or RequestTimeTooSkewed.

What to do
    Replace the node, or mend its time synchronisation.

Source
    AWS General Reference, "Troubleshoot Signature Version 4 signing".
""",
)


EXPIRED_TOKEN = _told_by_log(
    id="expired-token",
    title="The credentials or the token of the pod have expired and are not renewed",
    restart_needed=True,
    remediation="Restart the pod; if it comes back, check that the proxy may read the token file and rereads it.",
    events=lambda case: case.having("expired"),
    fitting=lambda case: case.having("invalid-token"),
    command=commands.restart,
    page="""What it looks for
    ExpiredToken in the log: from DynamoDB the session, from STS the service
    account's token. The SDK renews both unless it cannot read the token file
    or holds on to an old one.

What to do
    Restart the pod; if it comes back, look at fsGroup and at the SDK.

Source
    STS API Reference, AssumeRoleWithWebIdentity (ExpiredTokenException).
""",
)


ACCOUNT_ENDPOINT_BLOCKED = _told_by_log(
    id="account-endpoint-blocked",
    title="The account's own DynamoDB endpoint is not reachable, while the ordinary one may be",
    restart_needed=True,
    remediation="Allow ACCOUNT.ddb.REGION.amazonaws.com, or set AWS_ACCOUNT_ID_ENDPOINT_MODE=disabled in the proxy.",
    events=account_hosts,
    command=commands.disable_account_endpoint,
    page="""What it looks for
    Failures to reach ACCOUNT.ddb.REGION.amazonaws.com: newer SDKs prefer this
    host, and allow-lists often know only dynamodb.REGION.amazonaws.com.

What to do
    Allow the host, or set AWS_ACCOUNT_ID_ENDPOINT_MODE=disabled.

Source
    AWS SDKs and Tools Reference Guide, "Account-based endpoints".
""",
)


EGRESS_INTERCEPTED = _told_by_log(
    id="egress-intercepted",
    title="Something on the way reads the proxy's TLS, or refuses to let it through",
    restart_needed=True,
    remediation=(
        "Take AWS's endpoints out of the TLS inspection, or give the image its CA; look at HTTPS_PROXY, NO_PROXY."
    ),
    events=_of_aws,
    command=commands.describe_pod,
    page="""What it looks for
    A certificate of AWS that the SDK does not accept (unknown authority, self
    signed, no path to a trusted root), or a proxy that answers CONNECT with
    403 or 407.

What to do
    Take AWS's endpoints out of the inspection, or give the image the
    inspecting proxy's CA (AWS_CA_BUNDLE, or the system's trust store); look at
    HTTPS_PROXY and NO_PROXY.

Source
    The SDKs' messages, see the samples in signatures.yaml;
    aws/eks-pod-identity-agent issue 47, rebuy-de/aws-nuke issue 269.
""",
)


STS_UNREACHABLE = _told_by_log(
    id="sts-unreachable",
    title="The proxy does not reach STS, or STS is not active in its region",
    restart_needed=True,
    remediation=(
        "Use the regional STS endpoint and open the way to it; annotate the service account and restart the pod."
    ),
    events=sts_hosts,
    command=commands.use_regional_sts,
    page="""What it looks for
    Failures to reach an STS host, or RegionDisabledException.

What to do
    Use the regional endpoint (annotation
    eks.amazonaws.com/sts-regional-endpoints: "true") and open the way to it.

Source
    EKS User Guide, "Configure the AWS Security Token Service endpoint for a
    service account".
""",
)


NETWORK_UNREACHABLE = _told_by_log(
    id="network-unreachable",
    title="The proxy does not reach DynamoDB: DNS, egress, security group, network policy or proxy",
    remediation="Check CoreDNS, network policies, security groups and the route to DynamoDB from this pod.",
    events=other_hosts,
    command=commands.network_policies,
    page="""What it looks for
    Failures to resolve or to connect to the host of DynamoDB, other than an
    account's own endpoint and STS.

What to do
    Look at CoreDNS, network policies, security groups and the VPC endpoint.

Source
    The SDKs' messages, see the samples in signatures.yaml.
""",
)


CONNECTION_POOL_EXHAUSTED = _told_by_log(
    id="connection-pool-exhausted",
    title="Every connection of the SDK's pool is in use",
    restart_needed=True,
    remediation="Restart the pod; then look for responses that are never closed, or give the SDK a larger pool.",
    events=lambda case: case.having("pool-exhausted"),
    command=commands.restart,
    page="""What it looks for
    "Timeout waiting for connection from pool" and its kin in the log: no packet
    was sent, so the network is not to blame.

What to do
    Look for responses that the proxy does not close, or for a pool that is too
    small for its calls; a restart frees the connections for a while.

Source
    aws/aws-sdk-java issue 1615, aws/aws-sdk-java-v2 (ApacheHttpClient,
    NettyNioAsyncHttpClient: their messages).
""",
)


STS_THROTTLED = _told_by_log(
    id="sts-throttled",
    title="STS or EKS Auth throttles the proxy, which asks for new sessions too often",
    remediation="Have the proxy reuse its session instead of asking for one with each refresh.",
    events=lambda case: case.having("sts-throttled"),
    command=commands.logs,
    page="""What it looks for
    "Rate exceeded" or Throttling on AssumeRole… or on EKS Auth.

What to do
    Reuse sessions: one client for the life of the process.

Source
    STS API Reference, common errors (ThrottlingException).
""",
)


DYNAMODB_THROTTLED = _told_by_log(
    id="dynamodb-throttled",
    title="DynamoDB throttles the reads of the table",
    remediation="Raise the capacity of the table, or find the hot key.",
    events=lambda case: case.having("dynamodb-throttled"),
    command=commands.table,
    page="""What it looks for
    ThrottlingException or ProvisionedThroughputExceededException.

What to do
    Raise the capacity, or find the hot key.

Source
    DynamoDB Developer Guide, "Throttling issues for DynamoDB tables".
""",
)
