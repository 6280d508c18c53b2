"""The evidence record: everything that was read for one diagnosis, plain and redacted, as JSON.

Diagnosis is a pure function of it, so an incident can be attached to a ticket and diagnosed again later. A reading is
one question and what came of it; a question nobody could answer is in the record too, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, get_args

from ...errors import UsageError
from ...iam.values import NamedTuple

SCHEMA_VERSION = 1

Status = Literal[
    "ok", "absent", "denied", "no-credentials", "misconfigured", "expired", "throttled", "timeout", "unreachable",
    "malformed", "failed", "skipped",
]  # fmt: skip
"""What became of a question. "absent": the service says that there is no such thing; "denied": our own rights do not
suffice; "misconfigured": a profile, a kubeconfig or its plugin that cannot be used; "skipped": not asked, since
something it needs is not known. All but "ok" and "absent" mean: cannot tell."""


class Reading(NamedTuple):
    """One question and its answer. `value` is plain JSON, None unless `status` is "ok"; `source` is the call that was
    made (`iam:GetRole acme-reverse-proxy`), `detail` says in words why there is no value.
    """

    status: Status
    value: Any
    detail: str
    source: str
    elapsed_ms: int

    @property
    def is_settled(self) -> bool:
        """Whether the question was answered, be it by "there is none"."""
        return self.status in ("ok", "absent")


class Target(NamedTuple):
    """What is diagnosed, and where. `parameters` are the cell's (region, account, authKeysTable, …), as far as known.

    `account_id` is the alert's label, whatever it means; it is not assumed to be an AWS account. `context` and `cell`
    are how the cluster was reached, `given` are the options that were typed, for commands to copy.
    """

    index_name: str
    account_id: str = ""
    namespace: str = ""
    container: str = "reverse-proxy"
    cluster: str = ""
    region: str = ""
    since_seconds: int = 900
    credentials_url: str = ""
    parameters: Mapping[str, str] = {}
    context: str = ""
    cell: str = ""
    given: tuple[str, ...] = ()


class Record(NamedTuple):
    """One collection: the target, when it was made (RFC 3339, UTC), how long it took, and every reading by name."""

    target: Target
    collected_at: str
    elapsed_ms: int
    readings: Mapping[str, Reading]


_NO_TEXT = ("since_seconds", "parameters", "given")

NOT_ASKED = Reading("skipped", None, "it was not asked for", "", 0)


def reading(record: Record, name: str) -> Reading:
    """The reading of this name; one that was never asked for counts as skipped."""
    return record.readings.get(name, NOT_ASKED)


def value(record: Record, name: str) -> Any:
    """What was read under this name, or None."""
    return reading(record, name).value


def under(record: Record, prefix: str) -> dict[str, Reading]:
    """The readings whose names start with `prefix`, by the rest of the name."""
    return {name[len(prefix) :]: item for name, item in record.readings.items() if name.startswith(prefix)}


def dump(record: Record) -> str:
    """The record as JSON text."""
    target = {**record.target._asdict(), "parameters": dict(record.target.parameters)}
    readings = {name: item._asdict() for name, item in sorted(record.readings.items())}
    whole = {
        "schemaVersion": SCHEMA_VERSION,
        "kind": "EvidenceRecord",
        "collectedAt": record.collected_at,
        "elapsedMs": record.elapsed_ms,
        "target": target,
        "readings": readings,
    }
    return json.dumps(whole, indent=1) + "\n"


def load(text: str, name: str) -> Record:
    """A record from JSON text. Raises UsageError, naming the file, for anything else."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name}: this is not JSON, so it is no evidence record: {error}") from None
    if not isinstance(whole, dict) or whole.get("kind") != "EvidenceRecord":
        raise UsageError(f"{name}: this is no evidence record; `checker live --record FILE` writes one")
    version = whole.get("schemaVersion")
    if isinstance(version, bool) or str(version).partition(".")[0] != str(SCHEMA_VERSION):
        raise UsageError(
            f"{name}: evidence records of schema version {version!r} are unknown to this version of checker"
        )
    try:
        # What a newer version of the same schema has added is passed over.
        target = Target(**_known(whole["target"], Target))
        target = target._replace(given=tuple(target.given))
        readings = {key: Reading(**_known(item, Reading)) for key, item in whole["readings"].items()}
        record = Record(target, whole["collectedAt"], int(whole["elapsedMs"]), readings)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UsageError(f"{name}: the evidence record is damaged: {type(error).__name__}: {error}") from None
    if not all(isinstance(item, str) for name, item in target._asdict().items() if name not in _NO_TEXT):
        raise UsageError(f"{name}: the evidence record is damaged: target")
    if not isinstance(target.parameters, dict) or not isinstance(record.collected_at, str):
        raise UsageError(f"{name}: the evidence record is damaged: parameters or collectedAt")
    if not all(isinstance(word, str) for word in target.given):
        raise UsageError(f"{name}: the evidence record is damaged: given")
    for key, item in readings.items():
        if item.status not in get_args(Status) or not isinstance(item.source, str) or not isinstance(item.detail, str):
            raise UsageError(f"{name}: the evidence record is damaged: reading {key}")
    return record


def _known(given: dict[str, Any], kind: type[Target] | type[Reading]) -> dict[str, Any]:
    return {key: item for key, item in given.items() if key in kind._fields}
