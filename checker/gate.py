"""The gate from end to end: configuration, reading, requirements, rules, report.

References resolve over the whole project: the `manifests` of the configuration, else the git work tree around the
files, else only what was passed. Findings are reported on what was passed.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from typing import NamedTuple

from .ack.kinds import READ
from .choices import choose_cell, choose_config, choose_requirements, from_config
from .config import Config
from .engine import Finding, Settings, run
from .errors import UsageError
from .places import Locator
from .project import Project, load
from .reading import Read, read_paths
from .report.model import Report, Summary
from .requirements.check import Outcome, check_project
from .requirements.load import Loaded
from .requirements.model import Requirement
from .resolution import make_index
from .rules import BY_ID, RULES
from .rules.problem import Facts
from .text.files import STDIN
from .text.source import Source


class Options(NamedTuple):
    """What the command line asks for. `config` None means: search; `policies` and `paths` empty: the configured
    ones.
    """

    paths: tuple[str, ...]
    config: str | None = None
    policies: tuple[str, ...] = ()
    cell: str | None = None
    parameters: Mapping[str, str] = {}
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Prepared(NamedTuple):
    """Everything that a run of the gate rests on: what was read, and what is to be asked of it.

    `sources` were passed, `background` takes part in the inventory; `files` limits the report (None: all).
    `is_partial`: there are objects beyond these that nobody looked for.
    """

    sources: tuple[Source, ...]
    background: tuple[Source, ...]
    file_count: int
    passed_over: int
    patches: frozenset[str]
    unreadable: tuple[tuple[str, str], ...]
    files: frozenset[str] | None
    requirements: Loaded
    asked: tuple[Requirement, ...]
    parameters: dict[str, str]
    other_cells: dict[str, dict[str, str]]
    settings: Settings
    is_partial: bool = False


class Judged(NamedTuple):
    """The report, and the facts it rests on."""

    report: Report
    facts: Facts


def check(options: Options, read: Read | None = None) -> Report:
    """Runs the gate; `read` is what has been read from the paths already. Raises UsageError for what exits 2: unknown
    paths, rules or cells, no input, a broken configuration.
    """
    return judge(prepare(options, read)).report


def prepare(options: Options, read: Read | None = None) -> Prepared:
    """Reads everything. Raises UsageError, as `check`."""
    config = choose_config(options.config)
    settings = _settings(options, config)
    requirements = choose_requirements(config, options.policies)
    paths = options.paths or from_config(config, config.manifests) or (os.curdir,)
    passed = _usable(read or read_paths(paths), paths)
    # A hook is handed files that hold nothing for us: nothing is judged then. A folder or a stream always is.
    judged = any(path == STDIN or os.path.isdir(path) for path in paths) or _holds_something(passed)
    rest = _read_rest(config, paths, passed) if judged else None
    background = rest.sources if rest else ()
    parameters = {**choose_cell(config, options.cell).parameters, **options.parameters} if judged else {}
    return Prepared(
        passed.sources,
        background,
        len(passed.names),
        passed.passed_over,
        passed.patches | (rest.patches if rest else frozenset()),
        (*passed.unreadable, *(rest.unreadable if rest else ())),
        frozenset(source.name for source in passed.sources) if background else None,
        requirements,
        requirements.requirements if judged else (),
        parameters,
        _other_cells(options, config),
        settings,
    )


def judge(made: Prepared) -> Judged:
    """Puts requirements and rules to what was read; a pure function of it."""
    project = load(made.sources, made.background, passed_over=made.passed_over, patches=made.patches)
    index = make_index(project.inventory, made.parameters.get("account"))
    files = made.files
    outcomes = tuple(check_project(item, index, made.parameters, files) for item in made.asked)
    sources = {**made.requirements.sources, **project.sources}
    locator = Locator({**made.requirements.documents, **project.documents}, sources)
    facts = Facts(project, index, outcomes, made.other_cells, made.parameters)
    result = run(facts, made.settings._replace(files=files), locator)
    report = Report(
        result.findings,
        result.failures,
        outcomes,
        tuple(item for item in project.skipped if files is None or item.file in files),
        made.unreadable,
        _summary(project, made.file_count, outcomes, result.findings, files),
        sources,
    )
    return Judged(report, facts)


def _settings(options: Options, config: Config) -> Settings:
    for name in (*options.select, *options.ignore, *config.severities):
        if name not in BY_ID:
            close = difflib.get_close_matches(name, BY_ID, 1)
            meant = f"did you mean {close[0]}?" if close else "`checker explain` lists the rules"
            raise UsageError(f"there is no rule {name!r}; {meant}")
    wanted = [rule for rule in RULES if not options.select or rule.ID in options.select]
    return Settings(tuple(rule for rule in wanted if rule.ID not in options.ignore), config.severities)


def _other_cells(options: Options, config: Config) -> dict[str, dict[str, str]]:
    return {cell.name: cell.parameters for cell in config.cells if cell.name != options.cell and len(config.cells) > 1}


def _usable(passed: Read, paths: tuple[str, ...]) -> Read:
    if passed.missing:
        raise UsageError(*(f"{path}: there is no such file or folder" for path in passed.missing))
    if passed.is_empty_stream:
        raise UsageError("standard input is empty, so there is nothing to check")
    if not passed.names and not passed.unreadable:
        raise UsageError(f"{', '.join(paths)}: no YAML or JSON file was found there")
    return passed


def _holds_something(passed: Read) -> bool:
    """Whether the files have a say in who may read the keys: ACK objects, annotated service accounts, or text that
    might hold either. A Deployment or a RoleBinding alone has none."""
    project = load(passed.sources, patches=passed.patches)
    if project.broken or project.skipped or project.unsupported:
        return True
    inventory = project.inventory
    return any((item.api_version, item.kind) in READ for item in inventory.objects) or any(
        account.role_arn for account in inventory.service_accounts
    )


def _read_rest(config: Config, paths: tuple[str, ...], passed: Read) -> Read:
    """The rest of the project: what references in the passed files may point to."""
    roots = from_config(config, config.manifests) or _work_tree(paths)
    rest = read_paths(roots, already=frozenset(map(os.path.abspath, passed.names)))
    if rest.missing:
        raise UsageError(*(f"{config.file}: manifests names {path}, which does not exist" for path in rest.missing))
    return rest


def _work_tree(paths: tuple[str, ...]) -> tuple[str, ...]:
    first = next((path for path in paths if path != STDIN), os.curdir)
    folder = os.path.abspath(first)
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return ()
        folder = parent
    return (os.path.relpath(folder),)


def _summary(
    project: Project,
    files_read: int,
    outcomes: tuple[Outcome, ...],
    findings: tuple[Finding, ...],
    files: frozenset[str] | None,
) -> Summary:
    inventory = project.inventory
    severities = [finding.severity for finding in findings]
    return Summary(
        files_read,
        project.document_count,
        project.passed_over,
        sum(files is None or role.object.origin.file in files for role in inventory.roles),
        sum(files is None or policy.object.origin.file in files for policy in inventory.policies),
        len({id(check.role) for outcome in outcomes for check in outcome.checks}),
        sum(files is None or item.file in files for item in project.skipped),
        severities.count("error"),
        severities.count("warning"),
        severities.count("note"),
    )
