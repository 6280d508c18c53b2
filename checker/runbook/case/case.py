"""The case: everything that follows from the record before any cause is looked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...ack.objects import mapping
from ...iam.arns import parse_arn
from ...iam.values import NamedTuple
from ...live.log.log import has_ended, has_recovered, principal
from ...live.log.moments import seconds
from ...live.log.sorting import names_keys
from ...live.record.effective_role import (
    Effective,
    annotated_role,
    container_of,
    in_question,
    resolve,
    role_of,
    uses_pod_identity,
)
from ...live.record.parameters import completed, table_of
from ...live.record.record import Reading, Record, reading, under, value
from ...live.record.variables import filled_in
from ...requirements.model import Requirement
from . import sources
from .access import LoggedCall, View, selecting, view
from .log_view import LogView, kind_of, log_view
from .signatures import Event, read_events
from .witnesses import Log

Age = float
"""Seconds before the collection."""


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
        return uses_pod_identity(self.container)

    @property
    def denials(self) -> tuple[Event, ...]:
        """Refused DynamoDB calls, whatever layer refused them."""
        return tuple(event for event in self.events if event.signature.startswith("denied"))

    def is_mine(self, event: Event) -> bool:
        """Whether an event speaks of the role under examination: in a session of it, or naming no principal at all. The
        refusals of a node's role or of a user say nothing about this role's policies."""
        if not event.principal:
            return True
        session, arn = principal(event.principal), parse_arn(self.arn)
        is_named = session is not None and session.role == self.arn.rpartition("/")[2]
        # A role of that name in another account is another role.
        return is_named and session is not None and (arn is None or not arn.account or session.account == arn.account)

    @property
    def decided_denials(self) -> tuple[Event, ...]:
        """Refusals of this role to compare with its policies as they are now: not those by an SCP, an RCP or an
        endpoint policy, nor by a session policy where the pod does not use EKS Pod Identity."""
        unread = ["denied-scp", "denied-rcp", "denied-endpoint"]
        unread += [] if self.uses_pod_identity else ["denied-session"]
        return tuple(event for event in self.denials if event.signature not in unread and self.is_mine(event))

    @property
    def allowed_denials(self) -> tuple[Event, ...]:
        """The `decided_denials` that the policies grant now; one without action or resource counts as granted."""
        granted = {
            (item.action.lower(), item.resource)
            for item in (self.deployed.questions if self.deployed else ())
            if item.proof is not None and item.proof.verdict == "granted"
        }
        return tuple(
            event
            for event in self.decided_denials
            if (event.action.lower(), event.resource) in granted or not (event.action and event.resource)
        )

    def age(self, stamp: str) -> Age | None:
        """Seconds between a moment (RFC 3339) and the collection."""
        moment = seconds(stamp)
        return seconds(self.record.collected_at) - moment if moment else None


def make_case(record: Record, requirements: Iterable[Requirement]) -> Case:
    """The case of a record. Never raises for a record that could be loaded."""
    subject = mapping(value(record, "subject"))
    namespace, pod_name = subject.get("namespace", "") or _of_role(record), subject.get("pod", "")
    pod = value(record, f"pod/{namespace}/{pod_name}")
    stated = container_of(pod, record.target.container) if pod else None
    container = filled_in(stated, record.readings) if stated else None
    service_account = value(record, "service-account")
    logs = [(item, False) for item in under(record, "log/").items()]
    logs += [(item, True) for item in under(record, "log-previous/").items()]
    now = seconds(record.collected_at)
    ended = _ended_pods(record)
    current = {name: item for name, item in under(record, "log/").items() if name not in ended}
    marked_events = [
        (event, name in ended or _is_past(name, item.value, is_previous, record, now))
        for (name, item), is_previous in logs
        if item.value
        for event in read_events(_telling(item.value), is_previous=is_previous)
    ]
    events = tuple(event for event, is_past in marked_events if not is_past)
    sessions = (principal(line["text"]) for (_, item), _ in logs if item.value for line in item.value["lines"])
    logged = next((found for found in sessions if found), None)
    association = value(record, "association")
    effective = resolve(container, association, logged) if container else Effective("", "unknown", "no container")
    by_association = mapping(association)
    expected = by_association.get("targetRoleArn") or by_association.get("roleArn") or annotated_role(service_account)
    account = record.target.parameters.get("account", "")
    arn = in_question(effective, expected) or role_of(value(record, "ack-role"), account)
    issuer = mapping(value(record, "eks-cluster")).get("issuer") or ""
    parameters = completed(record.target, container, arn, issuer)
    table_arn = table_of(parameters, container)
    refused = _refused(events, table_arn)
    account_name = mapping(mapping(pod).get("spec")).get("serviceAccountName", "")
    above, today = sources.above(record), record.collected_at[:10]
    asked = list(requirements)
    if mapping(value(record, "ack-role")).get("byName"):
        # A role found by its name alone belongs to the index only where a requirement selects it.
        found = sources.declared(record, namespace, account_name)
        asked = selecting(found, asked, parameters) if found else []
    return Case(
        record=record,
        namespace=namespace,
        pod=pod,
        container=container,
        service_account=service_account,
        effective=effective,
        expected=expected,
        arn=arn,
        parameters=parameters,
        table_arn=table_arn,
        log=log_view(current, now),
        events=events,
        deployed=view(sources.deployed(record, arn, namespace, account_name), asked, parameters, above, refused, today),
        declared=view(sources.declared(record, namespace, account_name), asked, parameters, (), refused, today),
        in_git=view(sources.in_git(record, namespace, account_name), asked, parameters, (), refused, today),
        past=tuple(event for event, is_past in marked_events if is_past),
    )


def _of_role(record: Record) -> str:
    """The namespace of the Role object, for an index that no pod serves."""
    return str(mapping(mapping(value(record, "ack-role")).get("metadata")).get("namespace", ""))


def _ended_pods(record: Record) -> frozenset[str]:
    """The pods that have ended, evicted ones for example, where others run: they refresh nothing any more."""
    pods = {name: mapping(item.value) for name, item in under(record, "pod/").items() if item.value}
    phases = {name.rpartition("/")[2]: mapping(pod.get("status")).get("phase") for name, pod in pods.items()}
    ended = {name for name, phase in phases.items() if phase in ("Failed", "Succeeded")}
    return frozenset(ended) if ended < phases.keys() else frozenset()


def _telling(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines that say why refreshes failed; retries only where a refresh failed in the end."""
    return [line for line in value["lines"] if kind_of(line) != "retry" or value.get("failures")]


def _is_past(name: str, value: dict[str, Any], is_previous: bool, record: Record, now: float) -> bool:
    """Whether the failures in a log have ended. Those from before a restart have, once the new container has refreshed
    without failures, or has recovered from them."""
    if not is_previous:
        return has_ended(value, now)
    current = reading(record, f"log/{name}").value or {}
    return bool(current.get("refreshesSince")) and (not current.get("failures") or has_recovered(current, now))


_READS = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem")


def _refused(events: tuple[Event, ...], table_arn: str) -> tuple[LoggedCall, ...]:
    """Reads of the table or its indexes that the log says were refused: the role must allow them as well as what is
    required. Nobody has to grant what was refused elsewhere, or is no read."""
    calls = [
        LoggedCall(event.action, event.resource)
        for event in events
        if event.signature.startswith("denied") and event.action in _READS
        if event.resource.partition("/index/")[0] == table_arn
    ]  # fmt: skip
    return tuple(dict.fromkeys(calls))


def elsewhere(case: Case) -> tuple[Event, ...]:
    """Refusals on another table than the auth keys table, where the line or the name of the table speaks of keys: the
    proxy asks for the wrong one, or in the wrong region."""
    return tuple(
        event
        for event in case.denials
        if case.table_arn and ":dynamodb:" in event.resource and event.action in _READS
        if event.resource.partition("/index/")[0] != case.table_arn
        if names_keys(event.line) or names_keys(event.resource.partition(":table/")[2])
    )
