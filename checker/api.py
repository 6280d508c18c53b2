"""The gate as a function: `from checker import check`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .gate.report import Report


def check(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    *,
    config: str | os.PathLike[str] | None = None,
    policies: Iterable[str | os.PathLike[str]] = (),
    cell: str | None = None,
    parameters: Mapping[str, str] | None = None,
    render: bool = True,
) -> Report:
    """Checks manifests, as `checker static` does, and returns its report: `findings`, `outcomes` (the access of every
    role, with its proof), `skipped`, `unreadable`, `failures`. Without paths it checks what the configuration names.

    A report is clean where `findings`, `unreadable` and `failures` are empty. Raises `checker.errors.UsageError` for
    what the command ends with 2 for: paths, cells, parameters or a configuration that cannot be used.
    """
    from .gate.options import GateOptions
    from .gate.prepare import check as checked

    all_paths = (paths,) if isinstance(paths, (str, os.PathLike)) else tuple(paths)
    return checked(
        GateOptions(
            tuple(os.fspath(path) for path in all_paths),
            config=None if config is None else os.fspath(config),
            policies=tuple(os.fspath(path) for path in policies),
            cell=cell,
            parameters=dict(parameters or {}),
            no_render=not render,
        )
    )
