"""One diagnosis from end to end: configuration, collection (or a record of one), causes, verdict."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..config.choices import check_parameters, choose_cell, choose_config, choose_requirements
from ..config.file import Config, ConfiguredCell
from ..errors import UsageError
from ..iam.values import NamedTuple
from ..live.record.record import Record, Target
from ..requirements.model import Requirement
from ..runbook.diagnose import Diagnosis, diagnose

if TYPE_CHECKING:
    from ..live.asking import Observer
    from ..live.collect import Clients
    from ..live.questions.cluster import Search

# The collector and the clients of Kubernetes and AWS are imported where something is asked: a replay asks nothing, and
# they are a quarter of its time.


class IncidentOptions(NamedTuple):
    """What the command line asks for; "" and None mean: as configured."""

    index_name: str
    account_id: str = ""
    namespace: str = ""
    pod: str = ""
    container: str = ""
    context: str = ""
    cluster: str = ""
    region: str = ""
    since_seconds: int = 900
    deadline_seconds: float | None = None
    manifests: tuple[str, ...] = ()
    config: str | None = None
    policies: tuple[str, ...] = ()
    cell: str | None = None
    parameters: Mapping[str, str] = {}
    log: bytes | None = None


class Investigation(NamedTuple):
    """Everything that is settled before the first question: whom to ask, for what, how long, by which requirements."""

    target: Target
    access: Clients
    search: Search
    deadline: float
    manifests: tuple[str, ...]
    requirements: tuple[Requirement, ...]


def plan(options: IncidentOptions) -> Investigation:
    """Settles what is asked. Raises UsageError for a configuration or a command line that cannot be used."""
    from ..live.clients.aws import Aws
    from ..live.collect import Clients
    from ..live.log.words import Site
    from ..live.questions.cluster import Search
    from ..live.questions.pods import Meaning

    config = choose_config(options.config)
    cell = _cell(options, config)
    loaded = choose_requirements(config, options.policies)
    check_parameters(config, cell, options.parameters, loaded)
    requirements, live = loaded.requirements, config.live
    parameters = {**cell.parameters, **options.parameters}
    region = options.region or parameters.get("region", "")
    cluster = options.cluster or parameters.get("cluster", "")
    if options.cluster and not region:
        raise UsageError(f"--cluster {options.cluster} needs --region as well")
    absent = [path for path in options.manifests if not os.path.exists(path)]
    if absent:
        raise UsageError(*(f"--manifests {path}: there is no such file or folder" for path in absent))
    context = options.context or ("" if options.cluster else cell.context)
    target = Target(
        index_name=options.index_name,
        account_id=options.account_id,
        namespace=options.namespace,
        container=options.container or live.container,
        cluster=cluster,
        region=region,
        since_seconds=options.since_seconds,
        credentials_url=live.credentials_url,
        parameters=parameters,
        context=context,
        cell=cell.name,
        given=_given(options),
    )
    access = Clients(Aws(region), context=context or None, through_aws=bool(cluster and region and not context))
    search = Search(
        selector=live.pod_selector,
        pod=options.pod,
        meaning=Meaning(live.account_id_means, live.account_id_label),
        ack_namespace=live.ack_namespace,
        wording=Site(live.log_success, live.log_failure),
        log=options.log,
        pod_name=live.pod_name,
    )
    deadline = live.deadline_seconds if options.deadline_seconds is None else options.deadline_seconds
    return Investigation(
        target=target,
        access=access,
        search=search,
        deadline=deadline,
        manifests=options.manifests,
        requirements=requirements,
    )


def _given(options: IncidentOptions) -> tuple[str, ...]:
    """The options as they were typed, so that the next command asks for the same in the same place."""
    words = []
    for option, value in (
        ("--account-id", options.account_id), ("--namespace", options.namespace), ("--pod", options.pod),
        ("--container", options.container), ("--config", options.config), ("--cell", options.cell),
        ("--context", options.context), ("--cluster", options.cluster), ("--region", options.region),
    ):  # fmt: skip
        words += [option, value] if value else []
    words += (
        ["--since", f"{options.since_seconds}s"] if options.since_seconds != IncidentOptions("").since_seconds else []
    )
    words += ["--deadline", f"{options.deadline_seconds:g}"] if options.deadline_seconds is not None else []
    for option, several in (("--manifests", options.manifests), ("--policies", options.policies)):
        words += [word for value in several for word in (option, value)]
    words += [word for key, item in options.parameters.items() for word in ("--set", f"{key}={item}")]
    return tuple(words)


def investigate(made: Investigation, observer: Observer | None = None) -> Record:
    """Collects the evidence."""
    from ..live.collect import collect

    return collect(
        made.target, made.access, made.search, deadline=made.deadline, manifests=made.manifests, observer=observer
    )


def judge(record: Record, requirements: tuple[Requirement, ...]) -> Diagnosis:
    """The diagnosis of a record, fresh or old."""
    return diagnose(record, requirements)


def requirements_for(options: IncidentOptions) -> tuple[Requirement, ...]:
    """The requirements alone, for a record that was made before."""
    return choose_requirements(choose_config(options.config), options.policies).requirements


def _cell(options: IncidentOptions, config: Config) -> ConfiguredCell:
    """The cell that was named; else the one whose cluster or context was; else the only one."""
    if options.cell is None:
        fitting = [
            cell
            for cell in config.cells
            if (options.cluster and cell.parameters.get("cluster") == options.cluster)
            or (options.context and cell.context == options.context)
        ]
        if len(fitting) == 1:
            return fitting[0]
    return choose_cell(config, options.cell)
