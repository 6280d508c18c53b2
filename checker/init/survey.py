"""What the manifests say of a cell: its reverse proxies, their account, region, issuer and table. Pure.

Every value is one that stands in the manifests, by majority; what they do not say stays empty.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..ack.kinds import WORKLOADS
from ..iam.trust import is_cluster, issuer_of, oidc_providers
from ..inventory import Object, Role
from ..project import Project
from ..requirements.layers import stack
from ..requirements.select import users_of
from ..resolution import Index, make_index

CONTAINER = "reverse-proxy"


class Cell(NamedTuple):
    """A set of parameters; "" for what is not known. `files` are those of its roles."""

    name: str
    region: str
    account: str
    issuer: str
    table: str
    files: tuple[str, ...]
    partition: str = "aws"


class Survey(NamedTuple):
    """What was found: where manifests are, the cells, and globs for the roles and service accounts of reverse proxies.

    `roles` counts the reverse proxies' roles, `others` the remaining ones; `how` says how they were told.
    """

    manifests: tuple[str, ...]
    cells: tuple[Cell, ...]
    role_names: tuple[str, ...]
    account_names: tuple[str, ...]
    roles: int
    others: int
    how: str


def survey(project: Project, is_file: frozenset[str]) -> Survey:
    """Looks at a project; `is_file` are the sources that are files of the repository."""
    index = make_index(project.inventory, None)
    roles, how = _reverse_proxies(project, index)
    users = [user for user in users_of(index) if any(item is role for role in roles for item in user.roles)]
    found = [(role, _values(role, index)) for role in roles]
    return Survey(
        _manifests(item.origin.file for item in _ours(project) if item.origin.file in is_file),
        tuple(_cells(found)),
        _globs([role.name for role in roles if _is_named(role)], [role.name for role in project.inventory.roles])
        or _globs([role.name for role in roles], [role.name for role in project.inventory.roles]),
        _globs([user.name for user in users], [item.object.name for item in project.inventory.service_accounts]),
        len(roles),
        len(project.inventory.roles) - len(roles),
        how,
    )


def _ours(project: Project) -> Iterator[Object]:
    inventory = project.inventory
    for item in (*inventory.objects, *inventory.unread):
        if (item.api_version, item.kind) not in WORKLOADS:
            yield item


def _reverse_proxies(project: Project, index: Index) -> tuple[list[Role], str]:
    """The roles of reverse proxies, and how they were told."""
    roles = project.inventory.roles
    workloads = project.inventory.workloads
    running = {(item.object.namespace, item.service_account) for item in workloads if CONTAINER in item.containers}
    users = [user for user in users_of(index) if CONTAINER in user.name or (user.namespace, user.name) in running]
    used = [role for user in users for role in user.roles]
    named = [role for role in roles if _is_named(role)]
    if used or named:
        both = [role for role in roles if any(item is role for item in (*used, *named))]
        return both, f"by the container {CONTAINER}, or by that word in their name or their service account's"
    reading = [role for role in roles if _tables(role, index)]
    return reading, "by a policy that names a DynamoDB table" if reading else ""


def _is_named(role: Role) -> bool:
    return any(CONTAINER in name for name in (role.object.name, role.name))


class _Values(NamedTuple):
    region: str
    account: str
    issuer: str
    table: str
    partition: str


def _values(role: Role, index: Index) -> _Values:
    tables = _tables(role, index)
    document = role.trust.parsed.document if role.trust else None
    providers = [name for item in (document.statements if document else ()) for name in oidc_providers(item)]
    clusters = [name for name in providers if is_cluster(name)]
    account = _most(part for parts in tables for part in (parts[4],) if part.isdigit())
    return _Values(
        _most(parts[3] for parts in tables if "*" not in parts[3]),
        account or _most(name.split(":")[4] for name in clusters),
        _most(f"https://{issuer_of(name)}" for name in clusters),
        _most(parts[5].removeprefix("table/") for parts in tables if "auth" in parts[5] or "key" in parts[5])
        or _most(parts[5].removeprefix("table/") for parts in tables),
        _most(parts[1] for parts in tables),
    )


def _tables(role: Role, index: Index) -> list[list[str]]:
    """The fields of the ARNs of tables that the role's policies name letter by letter."""
    names = [
        entry.text.split(":", 5)
        for layer in stack(role, index, None).layers
        for policy in layer.policies
        for statement in (policy.document.statements if policy.document else ())
        for entry in (statement.resources if statement.effect == "Allow" else ())
    ]
    return [
        parts
        for parts in names
        if len(parts) == 6
        and parts[2] == "dynamodb"
        and parts[5].count("/") == 1
        and not {"*", "?", "$"} & set(parts[5])
    ]


def _most(values: Iterable[str]) -> str:
    """The value that comes most often; "" for none."""
    counted = Counter(value for value in values if value)
    return counted.most_common(1)[0][0] if counted else ""


def _cells(found: list[tuple[Role, _Values]]) -> Iterator[Cell]:
    """The roles by cluster, or where that is not known, by account, region and table."""
    groups: dict[tuple[str, ...], list[tuple[Role, _Values]]] = {}
    for role, values in found:
        groups.setdefault((values.account, values.region, values.table), []).append((role, values))
    named = {key: group for key, group in groups.items() if all(key)} or groups
    files = {key: tuple(dict.fromkeys(role.object.origin.file for role, _ in group)) for key, group in named.items()}
    for number, (key, group) in enumerate(named.items(), 1):
        region, account, issuer, table = (_most(values[place] for _, values in group) for place in range(4))
        partition = _most(values.partition for _, values in group) or "aws"
        others = [path for other, paths in files.items() if other != key for path in paths]
        name = _cell_name(table, files[key], others) or f"cell{number}"
        yield Cell(name, region, account, issuer, table, files[key], partition)


def _cell_name(table: str, files: tuple[str, ...], others: list[str]) -> str:
    """The folder that only this cell's files are in, else what its table is called after."""
    shared = set.intersection(*(set(file.split(os.sep)[:-1]) for file in files)) if files else set()
    own = [part for part in files[0].split(os.sep)[:-1] if part in shared] if files else []
    own = [part for part in own if others and not any(part in other.split(os.sep) for other in others)]
    return own[0] if own else table.partition("-")[0] if table.startswith("cell") else ""


def _manifests(files: Iterable[str]) -> tuple[str, ...]:
    """The folders at the top that hold manifests; tests and examples only where there is nothing else."""
    tops = dict.fromkeys(file.split(os.sep)[0] if os.sep in file else os.curdir for file in files)
    meant = [top for top in tops if top not in ("test", "tests", "example", "examples", "docs")] or list(tops)
    return (os.curdir,) if os.curdir in meant or len(meant) > 8 else tuple(sorted(meant))


def _globs(names: list[str], everything: list[str]) -> tuple[str, ...]:
    """Globs that fit these names and no others: by a common end or beginning, else the names themselves."""
    wanted = list(dict.fromkeys(names))
    others = [name for name in everything if name not in wanted]
    if len(wanted) > 1:
        parts = [name.split("-") for name in wanted]
        for cut, glob in ((_common([part[::-1] for part in parts])[::-1], "*-{}"), (_common(parts), "{}-*")):
            text = "-".join(cut)
            fits = [name for name in others if (name.endswith(text) if glob == "*-{}" else name.startswith(text))]
            if cut and not fits:
                return (glob.format(text),)
    if len(wanted) == 1 and wanted[0].endswith(f"-{CONTAINER}"):
        return (f"*-{CONTAINER}",)
    return tuple(wanted)


def _common(parts: list[list[str]]) -> list[str]:
    """What the lists begin with alike, short of a whole one."""
    found = []
    for values in zip(*(part[:-1] for part in parts), strict=False):
        if len(set(values)) > 1:
            break
        found.append(values[0])
    return found
