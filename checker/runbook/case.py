"""The case: everything that follows from the record before any cause is looked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ..ack.objects import mapping
from ..live.collect import table_in, table_of
from ..live.effective_role import Effective, annotated_role, container_of, environment, resolve
from ..live.log import has_ended, has_recovered, principal, seconds
from ..live.log_sorting import sort
from ..live.record import Reading, Record, reading, under, value
from ..live.role_flow import role_name
from ..requirements.model import Requirement
from . import sources
from .access import Asked, View, view
from .seen import Log
from .signatures import Event, read_events

Age = float
"""Seconds before the collection."""


class LogView(NamedTuple):
    """The logs of the container, taken together. `is_read`: a current log was read and has lines; `problem` says why
    not; `peak` is the most failures within 3 minutes. `failing` counts the failures of pods that have not recovered,
    `recovered_at` is when the first refresh succeeded after the last failure of all (""), `ended` counts failures that
    ended without a success that was seen, `silent` names logs in which no refresh succeeded, `trouble` are the lines
    that nobody could place, `failing_lines` those of the failures that have not ended.
    """

    is_read: bool
    problem: str
    line_count: int
    first: str
    last: str
    failures: int
    peak: int
    is_cut: bool
    failing: int = 0
    refreshes: int = 0
    refreshes_since: int = 0
    last_failure: str = ""
    last_refresh: str = ""
    recovered_at: str = ""
    ended: int = 0
    silent: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()
    failing_lines: tuple[str, ...] = ()
    left_out: int = 0


class Case(NamedTuple):
    """What the causes look at; `past` are events that ended. `arn` is the role under examination: the pod's, or, where
    it has none, the one it should have (`expected`). `parameters` are the cell's, completed by what was found."""

    record: Record
    namespace: str
    pod: dict[str, Any] | None
    container: dict[str, Any] | None
    service_account: dict[str, Any] | None
    effective: Effective
    expected: str
    arn: str
    parameters: Mapping[str, str]
    table_arn: str
    log: LogView
    events: tuple[Event, ...]
    deployed: View | None
    declared: View | None
    in_git: View | None
    past: tuple[Event, ...] = ()

    def having(self, *signatures: str) -> tuple[Event, ...]:
        """The events with one of these signatures, those of the current container first."""
        return tuple(event for event in self.events if event.signature in signatures)

    def says(self, named: Iterable[Event], fitting: Iterable[Event] = ()) -> Log:
        """The log as a witness: events that name a cause, events that merely fit it, none, or a log nobody read."""
        if any(named):
            return "names"
        if any(fitting):
            return "fits"
        return "silent" if self.log.is_read else "unread"

    def reading(self, name: str) -> Reading:
        """A reading of the record."""
        return reading(self.record, name)

    def value(self, name: str) -> Any:
        """What was read under this name, or None."""
        return value(self.record, name)

    @property
    def account_name(self) -> str:
        """The name of the pod's service account."""
        return str(mapping(mapping(self.pod).get("spec")).get("serviceAccountName", ""))

    @property
    def subject(self) -> str:
        """The subject of the pod's token."""
        return f"system:serviceaccount:{self.namespace}:{self.account_name}"

    @property
    def uses_pod_identity(self) -> bool:
        """Whether the container gets its credentials from EKS Pod Identity."""
        variables = environment(self.container) if self.container else {}
        return "AWS_CONTAINER_CREDENTIALS_FULL_URI" in variables and "AWS_ROLE_ARN" not in variables

    @property
    def denials(self) -> tuple[Event, ...]:
        """Refused DynamoDB calls, whatever layer refused them."""
        return tuple(event for event in self.events if event.signature.startswith("denied"))

    def is_mine(self, event: Event) -> bool:
        """Whether an event speaks of the role under examination: in a session of it, or naming no principal at all. The
        refusals of a node's role or of a user say nothing about this role's policies."""
        if not event.principal:
            return True
        session = principal(event.principal)
        return session is not None and session.role == self.arn.rpartition("/")[2]

    @property
    def decided_denials(self) -> tuple[Event, ...]:
        """The refusals that what the policies say now can be held against: of this role, and naming no layer that was
        not read."""
        unread = ["denied-scp", "denied-rcp", "denied-endpoint"]
        unread += [] if self.uses_pod_identity else ["denied-session"]
        return tuple(event for event in self.denials if event.signature not in unread and self.is_mine(event))

    @property
    def last_denial_age(self) -> Age | None:
        """Seconds between the last of them and the collection; None where there is none."""
        stamps = [seconds(event.last) for event in self.decided_denials if event.last and not event.is_previous]
        return max(0.0, seconds(self.record.collected_at) - max(stamps)) if stamps else None

    def age(self, stamp: str) -> Age | None:
        """Seconds between a moment (RFC 3339) and the collection."""
        moment = seconds(stamp)
        return seconds(self.record.collected_at) - moment if moment else None


def make_case(record: Record, requirements: Iterable[Requirement]) -> Case:
    """Works out the case. Never raises for a record that could be loaded."""
    subject = mapping(value(record, "subject"))
    namespace, pod_name = subject.get("namespace", "") or _of_role(record), subject.get("pod", "")
    pod = value(record, f"pod/{namespace}/{pod_name}")
    container = container_of(pod, record.target.container) if pod else None
    service_account = value(record, "service-account")
    logs = [(item, False) for item in under(record, "log/").items()]
    logs += [(item, True) for item in under(record, "log-previous/").items()]
    now = seconds(record.collected_at)
    read_ones = [
        (event, _is_past(name, item.value, old, record, now))
        for (name, item), old in logs
        if item.value
        for event in read_events(_telling(item.value), is_previous=old)
    ]
    events = tuple(event for event, is_past in read_ones if not is_past)
    sessions = (principal(line["text"]) for (_, item), _ in logs if item.value for line in item.value["lines"])
    logged = next((found for found in sessions if found), None)
    association = value(record, "association")
    effective = resolve(container, association, logged) if container else Effective("", "unknown", "no container")
    given = mapping(association)
    expected = given.get("targetRoleArn") or given.get("roleArn") or annotated_role(service_account)
    ack_arn = mapping(mapping(mapping(value(record, "ack-role")).get("status")).get("ackResourceMetadata")).get("arn")
    arn = (expected if effective.how == "node-role" else effective.arn or expected) or ack_arn or ""
    parameters = _parameters(record, container, arn)
    table_arn = table_of(parameters, container)
    refused = _refused(events, table_arn)
    account_name = mapping(mapping(pod).get("spec")).get("serviceAccountName", "")
    above, today = sources.above(record), record.collected_at[:10]
    asked = list(requirements)
    return Case(
        record,
        namespace,
        pod,
        container,
        service_account,
        effective,
        expected,
        arn,
        parameters,
        table_arn,
        _log_view(under(record, "log/"), now),
        events,
        view(sources.deployed(record, arn, namespace, account_name), asked, parameters, above, refused, today),
        view(sources.declared(record, namespace, account_name), asked, parameters, (), refused, today),
        view(sources.in_git(record, namespace, account_name), asked, parameters, (), refused, today),
        tuple(event for event, is_past in read_ones if is_past),
    )


def _of_role(record: Record) -> str:
    """The namespace of the Role object, for an index that no pod serves."""
    return str(mapping(mapping(value(record, "ack-role")).get("metadata")).get("namespace", ""))


def _telling(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines that say why: of attempts only where the call failed in the end."""
    return [line for line in value["lines"] if _kind(line) != "retry" or value.get("failures")]


def _kind(line: dict[str, Any]) -> str:
    """The kind of a recorded line; older records do not say it."""
    return str(line.get("kind") or sort(line["text"]))


def _is_past(name: str, value: dict[str, Any], is_previous: bool, record: Record, now: float) -> bool:
    """Whether what a log tells of has ended. A log from before a restart has, once a refresh of the new container
    succeeded and none failed after it."""
    if not is_previous:
        return has_ended(value, now)
    current = reading(record, f"log/{name}").value or {}
    return bool(current.get("refreshesSince")) and (not current.get("failures") or has_recovered(current, now))


def _parameters(record: Record, container: dict[str, Any] | None, arn: str) -> dict[str, str]:
    found = dict(record.target.parameters)
    named = role_name(arn)
    if named is not None:
        # The cell's account is the table's; the role may be in another.
        found.setdefault("account", named.account)
        found["roleAccount"] = named.account
    if record.target.region:
        found.setdefault("region", record.target.region)
    if record.target.cluster:
        found.setdefault("cluster", record.target.cluster)
    table = table_in(container)
    if table:
        found.setdefault("authKeysTable", table)
    whole = found.get("authKeysTable", "").split(":", 5)
    if len(whole) == 6 and whole[5].startswith("table/"):
        # Given as an ARN, it says region and account itself.
        found |= {"region": whole[3], "account": whole[4], "authKeysTable": whole[5].removeprefix("table/")}
    issuer = mapping(value(record, "eks-cluster")).get("issuer")
    if issuer:
        # The cluster itself knows better than the configuration.
        found["oidcIssuer"] = issuer
    return found


_READS = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem")


def _refused(events: tuple[Event, ...], table_arn: str) -> tuple[Asked, ...]:
    """What the log says was refused to a reader of the table or its indexes; asked besides what is required. What was
    refused elsewhere, or is no read, nobody has to grant."""
    found = [
        Asked(event.action, event.resource)
        for event in events
        if event.signature.startswith("denied") and event.action in _READS
        if event.resource.partition("/index/")[0] == table_arn
    ]  # fmt: skip
    return tuple(dict.fromkeys(found))


def elsewhere(case: Case) -> tuple[Event, ...]:
    """Refusals on another table than the auth keys table: the proxy asks for the wrong one, or in the wrong region."""
    return tuple(
        event
        for event in case.denials
        if case.table_arn and ":dynamodb:" in event.resource and event.action in _READS
        if event.resource.partition("/index/")[0] != case.table_arn
    )


def _log_view(logs: Mapping[str, Reading], now: float) -> LogView:
    read = {name: item.value for name, item in logs.items() if item.value}
    values = list(read.values())
    problem = "; ".join(f"{item.source}: {item.detail or item.status}" for item in logs.values() if not item.value)
    if not logs:
        problem = "no log was asked for"
    elif not any(item["lineCount"] for item in values):
        problem = problem or "the log has no line in this time"
    failing = [item for item in values if item["failures"] and not has_ended(item, now)]
    ended = [item for item in values if item["failures"] and not has_recovered(item, now) and item not in failing]
    # While one pod fails, what its own log says of the last failure counts; else the last of all.
    told = failing or [item for item in values if item["failures"]]
    recovered = [] if failing or ended else [item["recoveredAt"] for item in told]
    return LogView(
        any(item["lineCount"] for item in values),
        problem,
        sum(item["lineCount"] for item in values),
        min((item["first"] for item in values if item["first"]), default=""),
        max((item["last"] for item in values if item["last"]), default=""),
        sum(item["failures"] for item in values),
        max((item["peak"] for item in values), default=0),
        any(item["isCut"] for item in values),
        sum(item["failures"] for item in failing),
        sum(item.get("refreshes", 0) for item in values),
        min((item.get("refreshesSince", 0) for item in told or values), default=0),
        max((item.get("lastFailure") or _last_of(item) for item in told), default=""),
        max((item.get("lastRefresh", "") for item in values), default=""),
        max(recovered, default=""),
        sum(item["failures"] for item in ended),
        tuple(name for name, item in read.items() if item["lineCount"] and not item.get("refreshes")),
        tuple(line["text"] for item in values for line in item["lines"] if _kind(line) == "trouble"),
        tuple(
            line["text"]
            for item in failing
            for line in sorted(item["lines"], key=lambda line: -int(line["count"]))
            if _kind(line) == "failure"
        ),
        sum(item.get("leftOut", 0) for item in values),
    )


def _last_of(value: dict[str, Any]) -> str:
    """When the last failure was, from the lines of an older record."""
    return max((line["last"] for line in value["lines"] if _kind(line) == "failure"), default="")


def moment(stamp: str) -> str:
    """A time as people read it: hours, minutes and seconds, UTC."""
    try:
        return datetime.fromisoformat(stamp.replace("Z", "+00:00")).strftime("%H:%M:%S")
    except ValueError:
        return stamp
