"""Requirement files to requirements."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import UsageError
from ..iam.values import NamedTuple
from ..schemas.validated import InvalidFileError
from ..text.documents import YamlDocument
from ..text.files import find_files, is_in_another_language, read_bytes
from ..text.source import Source, decode
from .model import Requirement, read_requirements


class Loaded(NamedTuple):
    """All requirements of some files, with the documents and texts that findings on them point into."""

    requirements: tuple[Requirement, ...]
    documents: dict[tuple[str, int], YamlDocument]
    sources: dict[str, Source]


def load_requirements(paths: tuple[str, ...]) -> Loaded:
    """Reads every requirement below the paths. Raises UsageError for what is missing, cannot be read or breaks the
    schema, and when there is no requirement at all: nothing could be proven then.
    """
    found = find_files(paths)
    if found.missing:
        raise UsageError(*(f"{path}: there is no such file or folder of requirements" for path in found.missing))
    if found.unreadable:
        raise UsageError(*(f"cannot read the requirements in {path}: {reason}" for path, reason in found.unreadable))
    sources: list[Source] = []
    problems: list[str] = []
    for path in found.files:
        try:
            sources.append(Source(path, decode(read_bytes(path))))
        except OSError as error:
            problems.append(f"cannot read the requirement {path}: {error.strerror}")
    return loaded_from(sources, paths, tuple(problems))


def loaded_from(sources: Iterable[Source], paths: tuple[str, ...], known: tuple[str, ...] = ()) -> Loaded:
    """The requirements in texts that were found below the paths; `known` are problems that there are already. Raises
    UsageError, as `load_requirements`."""
    loaded = Loaded((), {}, {})
    problems = list(known)
    for source in sources:
        if is_in_another_language(source.name):
            continue
        try:
            loaded = _added(loaded, source)
        except InvalidFileError as error:
            problems += error.problems
    if problems:
        raise UsageError(*problems)
    if not loaded.requirements:
        raise UsageError(f"{', '.join(paths)}: no requirement was found, so nothing could be proven")
    return loaded


def _added(loaded: Loaded, source: Source) -> Loaded:
    validated = read_requirements(source)
    documents = {(source.name, requirement.origin.document): item.document for requirement, item in validated}
    return Loaded(
        (*loaded.requirements, *(requirement for requirement, _ in validated)),
        {**loaded.documents, **documents},
        {**loaded.sources, source.name: source},
    )
