"""The gate from end to end: configuration, reading, requirements, rules, report.

References resolve over the whole project: the `manifests` of the configuration, else the git work tree around the
files, else only what was passed. Findings are reported on what was passed.
"""

from __future__ import annotations

import datetime
import os
from typing import TYPE_CHECKING

from ..ack.kinds import known_kind
from ..config.choices import (
    check_parameters,
    choose_cell,
    choose_config,
    choose_requirements,
    fill_placeholders,
    from_config,
    project_paths,
)
from ..config.file import Config, ConfiguredCell, place_of
from ..errors import UsageError
from ..iam.values import NamedTuple
from ..kept import recording
from ..progress import Observe, unobserved
from ..project.file_facts import FileFacts, facts_of
from ..project.followed import HERE
from ..project.inputs import change_what_is_rendered, may_release
from ..project.project import link
from ..project.reading import Read, read_named, read_paths
from ..rules import BY_ID, RULES
from ..suppression.baseline import Baseline, load_baseline
from ..text.files import STDIN, work_tree
from .asked import asked_about
from .cells import cells_in_one_run, concerns, of_cell
from .engine import Settings
from .judge import judge
from .known import NOTHING, Known
from .options import Chosen, GateOptions
from .prepared import Material, Prepared, Terms
from .rendered import rendered
from .report import Report
from .taken_in import with_taken_in

if TYPE_CHECKING:
    from ..revisions.git import Revision


def check(options: GateOptions, read: Read | None = None) -> Report:
    """Runs the gate; `read` is what has been read from the paths already. Raises UsageError for what exits 2: unknown
    paths, rules or cells, no input, a broken configuration.
    """
    return judge(*prepare(options, read)).report


def prepare(options: GateOptions, read: Read | None = None, observe: Observe = unobserved) -> Prepared:
    """Reads everything. Raises UsageError, as `check`."""
    chosen = choose(options)
    return _prepared(options, chosen, _taken_in(options, chosen, read, observe), observe)


def prepare_cells(
    options: GateOptions,
    read: Read | None = None,
    observe: Observe = unobserved,
    chosen: Chosen | None = None,
    known: Known = NOTHING,
) -> tuple[Prepared, ...]:
    """As `prepare`, for each cell that is judged in this run: where folders are bound to cells and none is named, all
    that have something in what was passed. Files are read once; `known` is what an earlier run has kept of them."""
    chosen = chosen or choose(options)
    names = cells_in_one_run(chosen.config, options.cell)
    taken = _taken_in(options, chosen, read, observe, known.files)
    if not names or not taken.is_judged:
        return (_prepared(options, chosen, taken, observe, known),)
    asked = [cell.name for cell in chosen.config.cells if concerns(taken.paths, chosen.config, cell)]
    return tuple(_prepared(options._replace(cell=name), chosen, taken, observe, known) for name in asked or names)


class _TakenIn(NamedTuple):
    """What was read: the paths that were asked about, the names of the files there, whether they are judged at all, and
    whether they are files that were named one by one."""

    material: Material
    paths: tuple[str, ...]
    names: tuple[str, ...]
    is_judged: bool
    are_files: bool


def _taken_in(
    options: GateOptions, chosen: Chosen, read: Read | None, observe: Observe, known: tuple[FileFacts, ...] = ()
) -> _TakenIn:
    config = chosen.config
    paths = options.paths or project_paths(config) or (os.curdir,)
    are_files = not any(path == STDIN or os.path.isdir(path) for path in paths)
    passed = _usable(read or read_named(paths, observe) or read_paths(paths, observe=observe), paths)
    if passed.has_ours and are_files:
        # A hook is handed a configuration or a requirement, which concern everything.
        paths = project_paths(config) or _work_tree(paths) or paths
        passed = _usable(read_paths(paths, observe=observe), paths)
    files = facts_of(passed.sources, known)
    # A hook is handed files that hold nothing for us: nothing is judged then. A folder or a stream always is.
    is_judged = not are_files or _feeds(passed) or _holds_something(files)
    material = _material(passed, files)
    if not is_judged:
        return _TakenIn(material, paths, passed.names, False, are_files)
    rest = _read_rest(config, paths, passed, _takes_variables(files), observe)
    unreadable = tuple(dict.fromkeys((*passed.unreadable, *rest.unreadable)))
    material = material._replace(
        background=facts_of(rest.sources, known), unreadable=unreadable, names=(*passed.names, *rest.names)
    )
    return _TakenIn(material, paths, passed.names, True, are_files)


def _prepared(
    options: GateOptions, chosen: Chosen, taken: _TakenIn, observe: Observe, known: Known = NOTHING
) -> Prepared:
    material, terms = taken.material, _terms(options, chosen, taken.is_judged)
    if taken.is_judged:
        has_rest = bool(material.background)
        material = with_taken_in(of_cell(material, chosen.config, terms.cell), is_passed=not taken.are_files)
        material = rendered(material, options, chosen.config, terms.placeholders, observe=observe)
        has_rest = has_rest or bool(material.background or material.charts)
        terms = terms._replace(files=asked_about(material, taken.names) if has_rest else None)
    if options.changed_since:
        from .since import since

        terms = terms._replace(since=since(options, Prepared(material, terms), chosen.config, known))
    return Prepared(material, terms)


def prepare_whole(
    options: GateOptions,
    read: Read,
    revision: Revision | None = None,
    chosen: Chosen | None = None,
    known: tuple[FileFacts, ...] = (),
) -> Prepared:
    """As `prepare`, for a project that was read as a whole, from a folder or from a revision; `known` are facts of
    files that may be unchanged. Raises UsageError."""
    chosen = chosen or choose(options)
    terms = _terms(options, chosen, True)
    reader = HERE
    if revision is not None:
        from ..revisions.reading import reader_at

        reader = reader_at(revision)
    material = of_cell(_material(read, facts_of(read.sources, known)), chosen.config, terms.cell)
    material = with_taken_in(material, reader, known)
    return Prepared(rendered(material, options, chosen.config, terms.placeholders, revision), terms)


def choose(options: GateOptions) -> Chosen:
    """What decides in a run with these options. Raises UsageError."""
    if options.trusted is not None:
        from .trusted import choose_trusted

        return choose_trusted(options)
    config = choose_config(options.config)
    cache = _cache(config)
    recording.choose(cache)
    return Chosen(config, choose_requirements(config, options.policies), _baseline(options), cache=cache)


def _cache(config: Config) -> str:
    """Where answers are kept. A change that somebody proposes must not have files written elsewhere. Raises UsageError
    for a folder outside of the project."""
    if config.cache in ("", "off"):
        return config.cache
    (path,) = from_config(config, (config.cache,))
    top = os.path.realpath(work_tree(config.folder or os.curdir) or config.folder or os.curdir)
    if not os.path.join(os.path.realpath(path), "").startswith(os.path.join(top, "")) or os.path.realpath(path) == top:
        raise UsageError(f"{place_of(config, 'cache')}: cache names {path}, which is no folder within the project")
    return path


def _material(read: Read, files: tuple[FileFacts, ...]) -> Material:
    return Material(
        files=files,
        file_count=len(read.names),
        passed_over=read.passed_over,
        unreadable=read.unreadable,
        left_out=read.left_out,
        names=read.names,
    )


def _terms(options: GateOptions, chosen: Chosen, is_judged: bool) -> Terms:
    config, requirements = chosen.config, chosen.requirements
    settings = _settings(options, config)
    cell = choose_cell(config, options.cell) if is_judged else ConfiguredCell("", {})
    check_parameters(config, cell, options.parameters, requirements)
    parameters = {**cell.parameters, **options.parameters} if is_judged else {}
    return Terms(
        requirements=requirements,
        asked=requirements.requirements if is_judged else (),
        settings=settings,
        parameters=parameters,
        other_cells=_other_cells(options, config),
        cell=cell.name,
        is_partial=not is_judged,
        config=None if options.no_ignores else config,
        today=datetime.datetime.now(datetime.UTC).date().isoformat(),
        baseline=chosen.baseline,
        trusted=chosen.trusted,
        placeholders=fill_placeholders(config, cell, parameters),
        is_unconfigured=not config.file and not options.policies,
    )


def _baseline(options: GateOptions) -> Baseline | None:
    if options.baseline == "":
        raise UsageError("--baseline names no file (an empty variable, perhaps)")
    if options.baseline and options.write_baseline:
        raise UsageError("--write-baseline brings a baseline up to date by itself; leave --baseline out")
    if options.write_baseline and not os.path.exists(options.write_baseline):
        return Baseline(options.write_baseline)
    path = options.baseline or options.write_baseline
    return load_baseline(path) if path else None


def _settings(options: GateOptions, config: Config) -> Settings:
    for name in (*options.select, *options.ignore, *config.severities):
        if name not in BY_ID:
            import difflib

            close = difflib.get_close_matches(name, BY_ID, 1)
            meant = f"did you mean {close[0]}?" if close else "`checker explain` lists the rules"
            where = f"{place_of(config, 'rules', name)}: " if name in config.severities else ""
            raise UsageError(f"{where}there is no rule {name!r}; {meant}")
    wanted = [rule for rule in RULES if not options.select or rule.ABOUT.id in options.select]
    return Settings(tuple(rule for rule in wanted if rule.ABOUT.id not in options.ignore), config.severities)


def _other_cells(options: GateOptions, config: Config) -> dict[str, dict[str, str]]:
    return {cell.name: cell.parameters for cell in config.cells if cell.name != options.cell and len(config.cells) > 1}


def _usable(passed: Read, paths: tuple[str, ...]) -> Read:
    if passed.missing:
        raise UsageError(*(f"{path}: there is no such file or folder" for path in passed.missing))
    if passed.is_empty_stream:
        raise UsageError("standard input is empty, so there is nothing to check")
    if not passed.names and not passed.unreadable:
        raise UsageError(f"{', '.join(paths)}: no YAML or JSON file was found there")
    return passed


def _feeds(passed: Read) -> bool:
    """Whether what was passed changes what is rendered, whatever it holds itself."""
    return change_what_is_rendered(passed.names) or any(may_release(item.text) for item in passed.sources)


def _takes_variables(files: tuple[FileFacts, ...]) -> bool:
    """Whether Flux takes variables from ConfigMaps, or may take them from one of these files."""
    return any(item.config_maps or any(one.substitutes_from for one in item.kustomizations) for item in files)


def _holds_something(files: tuple[FileFacts, ...]) -> bool:
    """Whether the files have a say in who may read the keys: ACK objects, annotated service accounts, or text that
    might hold either. A Deployment or a RoleBinding alone has none."""
    project = link(files)
    if any(item.config_maps or item.instances for item in files):
        return True
    if project.broken or project.skipped or project.unsupported or project.kustomizations:
        return True
    inventory = project.inventory
    if inventory.moved or any(
        key.startswith("services.k8s.aws/") for one in inventory.namespaces.values() for key in one
    ):
        return True
    return any(known_kind(item.api_version, item.kind) for item in inventory.objects) or any(
        account.role_arn for account in inventory.service_accounts
    )


def _read_rest(config: Config, paths: tuple[str, ...], passed: Read, takes_variables: bool, observe: Observe) -> Read:
    """The rest of the project: what references in the passed files may point to. A stream is a project of its own:
    references in rendered text must not resolve to its sources. With other paths beside the `-` it is not."""
    if all(path == STDIN for path in paths):
        return read_paths((), observe=observe)
    roots = project_paths(config) or _work_tree(paths)
    if set(roots) <= set(paths):
        return read_paths((), observe=observe)
    already = frozenset(map(os.path.abspath, passed.names))
    rest = read_paths(roots, already=already, keeps_variables=takes_variables, observe=observe)
    if rest.missing:
        where = place_of(config, "manifests")
        raise UsageError(*(f"{where}: manifests names {path}, which does not exist" for path in rest.missing))
    return rest


def _work_tree(paths: tuple[str, ...]) -> tuple[str, ...]:
    folder = work_tree(next((path for path in paths if path != STDIN), os.curdir))
    return (os.path.relpath(folder),) if folder else ()
