"""What the command line and checker.yaml choose together: the configuration, the cell, the requirements."""

from __future__ import annotations

import os

from .config import Cell, Config, find_config, load_config
from .errors import UsageError
from .requirements.load import Loaded, load_requirements
from .requirements.shipped import shipped_policies
from .validated import InvalidFileError


def choose_config(given: str | None) -> Config:
    """The configuration file that was given, else the nearest one; an empty one where there is none. Raises
    UsageError."""
    path = given or find_config(os.curdir)
    if path is None:
        return Config()
    try:
        return load_config(path)
    except InvalidFileError as error:
        raise UsageError(*error.problems) from None
    except OSError as error:
        raise UsageError(f"cannot read the configuration {path}: {error.strerror}") from None


def choose_cell(config: Config, given: str | None) -> Cell:
    """The cell of this name, else the only one; a nameless one where the configuration has none. Raises UsageError."""
    known = {cell.name: cell for cell in config.cells}
    if given is not None:
        if given not in known:
            listed = f"it has {', '.join(known)}" if known else "it has no cells"
            where = config.file or "the configuration (there is no checker.yaml here or above)"
            raise UsageError(f"there is no cell {given!r} in {where}; {listed}")
        return known[given]
    if len(known) > 1:
        raise UsageError(f"{config.file} has several cells; choose one with --cell: {', '.join(known)}")
    return next(iter(known.values()), Cell("", {}))


def choose_requirements(config: Config, given: tuple[str, ...]) -> Loaded:
    """The requirements that were given, else the configured, else the shipped ones. Raises UsageError."""
    return load_requirements(given or from_config(config, config.policies) or (shipped_policies(),))


def from_config(config: Config, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Paths of the configuration, which are relative to its folder, relative to where we are."""
    return tuple(os.path.relpath(os.path.join(config.folder, path)) for path in paths)
