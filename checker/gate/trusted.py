"""What decides in a run that does not trust the change it judges: everything as a revision has it.

`static --trusted REV` takes the configuration, the requirements, the accepted findings and the suppressions in
manifests from the revision. What the change makes weaker of these decides nothing, and is reported.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from ..config.choices import choose_config, choose_requirements, from_config, use_catalogue
from ..config.file import Config, find_config, load_config, parse_config
from ..errors import UsageError
from ..project.file_facts import facts_of
from ..project.followed import follow
from ..project.project import link
from ..requirements.load import Loaded, load_requirements, loaded_from
from ..requirements.shipped import shipped_policies
from ..revisions.configured import config_at, is_inside, roots_at
from ..revisions.git import Revision, find_revision, manifests_of, text_at
from ..revisions.reading import read_at, reader_at
from ..schemas.validated import InvalidFileError
from ..suppression.baseline import Baseline, load_baseline, parse_baseline
from ..suppression.reading import anchor_of, in_manifests
from ..text.files import find_files, read_bytes
from ..text.links import leads_out
from ..text.source import Source, decode
from .options import Chosen
from .prepared import Trusted
from .weakened import in_baseline, in_configuration, in_requirements

if TYPE_CHECKING:
    from .options import GateOptions


def choose_trusted(options: GateOptions) -> Chosen:
    """Configuration, requirements and baseline of the revision, and what the working folder has otherwise. Raises
    UsageError."""
    revision = find_revision(options.trusted or "")
    if revision is None:
        raise UsageError(
            f"--trusted {options.trusted}: there is no such git revision here; where only a part of the history was"
            " fetched, fetch this one first (actions/checkout: fetch-depth: 0)"
        )
    if options.write_baseline:
        raise UsageError("--write-baseline accepts findings, and --trusted takes those that a revision accepts")
    config = _config(revision, options)
    requirements = _requirements(revision, config, options)
    baseline = _baseline(revision, options)
    roots = tuple(root for root in roots_at(revision, config) if is_inside(revision, root))
    read = read_at(revision, roots)
    files = facts_of(read.sources)
    project = link(files + follow(read.names, files, reader_at(revision))[1])
    known = Counter(anchor_of(item, project, requirements) for item in in_manifests(project, requirements))
    now = _working(options)
    sources, documents = dict(requirements.sources), dict(requirements.documents)
    for configuration in (config, now):
        sources |= {configuration.file: configuration.source} if configuration.source else {}
        documents |= {(configuration.file, 0): configuration.document} if configuration.document else {}
    weakenings = [*in_configuration(config, now)]
    paths = options.policies or from_config(now, now.policies)
    if all(is_inside(revision, path) and not leads_out(path) for path in paths):
        proposed = choose_requirements(now, options.policies)
        sources, documents = {**sources, **proposed.sources}, {**documents, **proposed.documents}
        weakenings += in_requirements(requirements, proposed)
    if baseline is not None and os.path.lexists(baseline.file):
        accepted = load_baseline(baseline.file)
        sources[baseline.file] = Source(baseline.file, decode(read_bytes(baseline.file)))
        weakenings += in_baseline(baseline, accepted)
    for name in sources:
        if name.startswith(f"{revision.name}:") and os.path.lexists(name):
            raise UsageError(f"{name} is a file here, and would be taken for one of {revision.name}")
    trusted = Trusted(revision.name, known, tuple(weakenings), sources, documents)
    return Chosen(config, requirements, baseline, trusted)


def _working(options: GateOptions) -> Config:
    """The configuration as the change has it. Raises UsageError for one that cannot be used."""
    path = options.config or find_config(os.curdir)
    try:
        return load_config(path) if path and os.path.exists(path) else Config()
    except InvalidFileError as error:
        raise UsageError(*error.problems) from None
    except OSError as error:
        raise UsageError(f"cannot read the configuration {path}: {error.strerror}") from None


def _named(revision: Revision, path: str) -> str:
    """A file of the revision as git names it: `main:checker.yaml`."""
    return f"{revision.name}:{path}"


def _config(revision: Revision, options: GateOptions) -> Config:
    if options.config is not None and is_inside(revision, options.config):
        data = text_at(revision, options.config)
        if data is None:
            raise UsageError(f"--config {options.config}: {revision.name} has no such file, so it decides nothing")
        path_and_data: tuple[str, bytes] | None = (options.config, data)
    elif options.config is not None:
        return choose_config(options.config)
    else:
        path_and_data = config_at(revision)
    if path_and_data is None:
        above = find_config(os.path.dirname(os.path.realpath(revision.top)))
        return choose_config(above) if above else Config()
    try:
        config = parse_config(*path_and_data)
    except InvalidFileError as error:
        raise UsageError(*(f"{revision.name}:{problem}" for problem in error.problems)) from None
    if config.catalogue and _differs(revision, *from_config(config, (config.catalogue,))):
        raise UsageError(
            f"{config.file}: catalogue: {config.catalogue} is not as {revision.name} has it, and it decides which"
            " actions there are"
        )
    use_catalogue(config)
    name = _named(revision, config.file)
    source = config.source._replace(name=name) if config.source else None
    return config._replace(file=name, source=source)


def _differs(revision: Revision, folder: str) -> bool:
    """Whether a folder of data is not the same in the revision."""
    if not is_inside(revision, folder):
        return False
    if leads_out(folder):
        return True
    before = {os.path.abspath(path): data for path, data in manifests_of(revision, (folder,)).files}
    now = {os.path.abspath(path) for path in find_files((folder,)).files}
    if before.keys() != now:
        return True
    try:
        return any(read_bytes(path) != data for path, data in before.items())
    except OSError:
        return True


def _requirements(revision: Revision, config: Config, options: GateOptions) -> Loaded:
    """The requirements as the revision has them; those outside of the work tree, as they are."""
    paths = options.policies or from_config(config, config.policies)
    if not paths:
        return load_requirements((shipped_policies(),))
    inside = tuple(path for path in paths if is_inside(revision, path))
    outside = find_files(path for path in paths if path not in inside)
    if outside.missing or outside.unreadable:
        named = (*outside.missing, *(path for path, _ in outside.unreadable))
        raise UsageError(*(f"cannot read the requirements in {path}" for path in named))
    held = manifests_of(revision, inside)
    if held.unreadable:
        raise UsageError(*(f"{_named(revision, path)}: {reason}" for path, reason in held.unreadable))
    sources = [Source(_named(revision, path), decode(data)) for path, data in held.files]
    sources += [Source(path, decode(read_bytes(path))) for path in outside.files]
    return loaded_from(sources, paths)


def _baseline(revision: Revision, options: GateOptions) -> Baseline | None:
    if options.baseline is None:
        return None
    if not options.baseline or not is_inside(revision, options.baseline):
        return load_baseline(options.baseline)
    data = text_at(revision, options.baseline)
    return parse_baseline(options.baseline, data) if data is not None else Baseline(options.baseline)
