"""The cells that a repository's reverse proxies are in, and the roles that disagree with their cell. Pure.

A cell is a cluster with its account, region and table. One role of many that names another table is no cell of its own:
it is most likely what the gate is there to find.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator

from ..iam.values import NamedTuple
from ..inventory.objects import Role


class FoundCell(NamedTuple):
    """A set of parameters; "" for what is not known. `files` are those of its roles."""

    name: str
    region: str
    account: str
    issuer: str
    table: str
    files: tuple[str, ...]
    partition: str = "aws"


class Values(NamedTuple):
    """What the manifests of one role say; "" for what they do not."""

    region: str
    account: str
    issuer: str
    table: str
    partition: str


_Group = list[tuple[Role, Values]]
_KEY = ("account", "region", "table")
_MOST_TOLD = 10


def most(values: Iterable[str]) -> str:
    """The value that comes most often; "" for none."""
    counted = Counter(value for value in values if value)
    return counted.most_common(1)[0][0] if counted else ""


def cells_of(found: _Group) -> tuple[tuple[FoundCell, ...], tuple[str, ...]]:
    """The roles by account, region and table; and sentences about those that disagree with the rest of their cell."""
    groups: dict[tuple[str, ...], _Group] = {}
    for role, values in found:
        groups.setdefault((values.account, values.region, values.table), []).append((role, values))
    named = {key: group for key, group in groups.items() if all(key)} or groups
    hosts = {key: _host(key, named) for key in named}
    odd = [_said(role, key, host, len(named[host])) for key, host in hosts.items() if host for role, _ in named[key]]
    more = (f"{len(odd) - _MOST_TOLD} more roles disagree with their cell",) if len(odd) > _MOST_TOLD else ()
    cells = _cells({key: group for key, group in named.items() if hosts[key] is None})
    return tuple(cells), (*odd[:_MOST_TOLD], *more)


def _host(key: tuple[str, ...], groups: dict[tuple[str, ...], _Group]) -> tuple[str, ...] | None:
    """The larger group that these roles belong to: of the same cluster or, where an issuer is unknown, many times as
    large and different in one value only."""
    group = groups[key]
    issuer = most(values.issuer for _, values in group)
    for candidate in sorted(groups, key=lambda item: -len(groups[item])):
        size = len(groups[candidate])
        if size <= len(group):
            return None
        theirs = most(values.issuer for _, values in groups[candidate])
        differing = sum(one != two for one, two in zip(key, candidate, strict=True))
        if issuer and theirs and issuer == theirs:
            return candidate
        if not (issuer and theirs) and differing == 1 and size >= _MANY_TIMES * len(group):
            return candidate
    return None


_MANY_TIMES = 4


def _said(role: Role, key: tuple[str, ...], host: tuple[str, ...], size: int) -> str:
    name = f"{role.object.namespace}/{role.object.name}" if role.object.namespace else role.object.name
    what = " and ".join(
        f"the {field} {one or '(none)'} where {size} others name {two}"
        for field, one, two in zip(_KEY, key, host, strict=True)
        if one != two
    )
    return f"{role.object.origin.file}: Role {name} names {what}"


def _cells(named: dict[tuple[str, ...], _Group]) -> Iterator[FoundCell]:
    files = {key: tuple(dict.fromkeys(role.object.origin.file for role, _ in group)) for key, group in named.items()}
    taken: set[str] = set()
    for number, (key, group) in enumerate(named.items(), 1):
        region, account, issuer, table = (most(values[column] for _, values in group) for column in range(4))
        partition = most(values.partition for _, values in group) or "aws"
        others = [path for other, paths in files.items() if other != key for path in paths]
        name = _cell_name(table, files[key], others) or f"cell{number}"
        # Cells in two regions or accounts may have a table of the same name.
        longer = (f"{name}-{part}" for part in (region, account, str(number), f"{number}-{len(named)}") if part)
        name = next(item for item in (name, *longer) if item not in taken)
        taken.add(name)
        yield FoundCell(
            name=name, region=region, account=account, issuer=issuer, table=table, files=files[key], partition=partition
        )


def _cell_name(table: str, files: tuple[str, ...], others: list[str]) -> str:
    """The folder that only this cell's files are in, else the cell that its table's name begins with."""
    shared = set.intersection(*(set(file.split(os.sep)[:-1]) for file in files)) if files else set()
    own = [part for part in files[0].split(os.sep)[:-1] if part in shared] if files else []
    own = [part for part in own if others and not any(part in other.split(os.sep) for other in others)]
    return own[0] if own else table.partition("-")[0] if table.startswith("cell") else ""


_MOST_PATHS = 20


def folders_of(cells: tuple[FoundCell, ...]) -> dict[str, tuple[str, ...]]:
    """The folders (else files) that belong to each cell alone, by its name; nothing where they are too many to be
    written down."""
    by_cell = {}
    for cell in cells:
        others = [file for other in cells if other is not cell for file in other.files]
        folders = sorted({os.path.dirname(file) or os.curdir for file in cell.files})
        common = os.path.commonpath(folders) if folders else ""
        while os.path.dirname(common) and not _is_above(os.path.dirname(common), others):
            common = os.path.dirname(common)
        paths = [common] if common and not _is_above(common, others) else []
        paths = paths or [
            path
            for folder in folders
            for path in (
                [folder]
                if not _is_above(folder, others)
                else [file for file in cell.files if (os.path.dirname(file) or os.curdir) == folder]
            )
        ]
        if not paths or len(paths) > _MOST_PATHS:
            return {}
        by_cell[cell.name] = tuple(paths)
    return by_cell


def _is_above(folder: str, files: Iterable[str]) -> bool:
    return any(folder == os.curdir or file.startswith(folder + os.sep) for file in files)
