"""The configuration and the requirements as a revision has them."""

from __future__ import annotations

import os

from ..ack.scan import CONFIGURATIONS
from ..config.choices import from_config, project_paths
from ..config.file import Config, may_be_config, parse_config
from ..errors import UsageError
from ..schemas.validated import InvalidFileError
from ..text.source import Source, decode
from .git import Revision, manifests_of, text_at, within


def config_at(revision: Revision) -> tuple[str, bytes] | None:
    """(path from the working folder, bytes) of the configuration that the commit has for this folder, or None."""
    folder = os.path.abspath(os.curdir)
    while True:
        for name in (*CONFIGURATIONS, "pyproject.toml"):
            path = os.path.relpath(os.path.join(folder, name))
            data = text_at(revision, path)
            if data is not None and may_be_config(name, data):
                return path, data
        if os.path.realpath(folder) == os.path.realpath(revision.top) or os.path.dirname(folder) == folder:
            return None
        folder = os.path.dirname(folder)


def roots_at(revision: Revision, config: Config) -> tuple[str, ...]:
    """Where the commit says its manifests are: by its own configuration, if there is one that can be read, else by
    that of the working folder; without either, everywhere."""
    committed = config_at(revision)
    if committed is not None:
        try:
            own = parse_config(*committed)
            return project_paths(own) or (os.path.relpath(revision.top),)
        except InvalidFileError:
            pass
    return project_paths(config) or (os.path.relpath(revision.top),)


def changed_since(revision: Revision, config: Config, sources: dict[str, Source], baseline: str) -> list[str]:
    """The files that steer checker and differ from the commit, or are gone since: the configuration, the requirements
    in these sources, the baseline. Any of them may change the findings in any manifest."""
    then = config_at(revision)
    changed = [] if then is None or then[0] == config.file else [then[0]]
    own = {config.file: config.source} if config.source else {}
    for name, source in {**own, **sources}.items():
        if is_inside(revision, name) and source is not None:
            data = text_at(revision, name)
            changed += [name] if data is None or decode(data) != source.text else []
    if baseline and is_inside(revision, baseline):
        with open(baseline, "rb") as file:
            changed += [baseline] if file.read() != text_at(revision, baseline) else []
    for folder in from_config(config, config.policies):
        if is_inside(revision, folder):
            now = set(map(os.path.abspath, sources))
            changed += [name for name, _ in manifests_of(revision, (folder,)).files if os.path.abspath(name) not in now]
    return changed


def is_inside(revision: Revision, path: str) -> bool:
    """Whether a path (from the working folder) is in the work tree of the revision."""
    try:
        within(revision, path)
    except UsageError:
        return False
    return True
