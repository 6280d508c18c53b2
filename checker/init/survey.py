"""What the manifests say of a cell: its reverse proxies, their account, region, issuer and table. Pure.

Every value is one that stands in the manifests, by majority; what they do not say stays empty.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from ..ack.build import together
from ..ack.filling import name_of
from ..ack.kinds import WORKLOADS
from ..ack.placeholders import find_in_text
from ..iam.arns import Arn, parse_arn
from ..iam.documents.holes import has_hole, with_wildcards
from ..iam.expressions import expression
from ..iam.proofs.trust import is_cluster, issuer_of, oidc_providers
from ..iam.values import NamedTuple
from ..inventory.names import Names, names_of
from ..inventory.objects import Inventory, Object, Role
from ..project.project import Project
from ..requirements.layers import stack
from ..requirements.select import users_of
from .cells import FoundCell, Values, cells_of, most

CONTAINER = "reverse-proxy"


class ManifestSurvey(NamedTuple):
    """What was found: where manifests are, the cells, and globs for the roles and service accounts of reverse proxies.

    `roles` counts the reverse proxies' roles, `others` the remaining ones; `how` says how they were found. `odd` are
    sentences about roles that disagree with the others of their cell. `templates` counts the roles that a template
    engine has yet to fill in, and `placeholders` are the names of what it fills in there.
    """

    manifests: tuple[str, ...]
    cells: tuple[FoundCell, ...]
    role_names: tuple[str, ...]
    account_names: tuple[str, ...]
    roles: int
    others: int
    how: str
    odd: tuple[str, ...] = ()
    templates: int = 0
    placeholders: tuple[str, ...] = ()


def survey(project: Project, is_file: frozenset[str]) -> ManifestSurvey:
    """Looks at a project; `is_file` are the sources that are files of the repository."""
    inventory = together((project.inventory, project.open), project.inventory.unread)
    names = names_of(inventory, None)
    roles, how = _reverse_proxies(inventory, names)
    everything = [with_wildcards(role.name, role.object.holes) for role in inventory.roles]
    open_ones = [role for role in roles if role.object.holes]
    users = [user for user in users_of(names) if any(item is role for role in roles for item in user.roles)]
    cells, odd = cells_of([(role, _values(role, names)) for role in roles])
    return ManifestSurvey(
        manifests=_manifests(item.origin.file for item in _ours(project) if item.origin.file in is_file),
        cells=cells,
        role_names=_globs(
            [with_wildcards(role.name, role.object.holes) for role in roles if _is_named(role)], everything
        )
        or _globs([with_wildcards(role.name, role.object.holes) for role in roles], everything),
        account_names=_globs(
            [with_wildcards(user.name, user.giver.holes) for user in users],
            [with_wildcards(item.object.name, item.object.holes) for item in inventory.service_accounts],
        ),
        roles=len(roles),
        others=len(inventory.roles) - len(roles),
        how=how,
        odd=odd,
        templates=len(open_ones),
        placeholders=tuple(dict.fromkeys(name for role in open_ones for name in _placeholders(role, names))),
    )


def _placeholders(role: Role, names: Names) -> Iterator[str]:
    """The names of what is filled in later in the policies of a role."""
    sources = stack(role, names, None).sources.values()
    documents = (source.text.parsed.document for source in sources if source.text is not None)
    for hole in (hole for document in documents if document is not None for hole in document.holes):
        placeholder = find_in_text(hole)
        if placeholder is not None:
            yield name_of(placeholder[0], hole)


def _ours(project: Project) -> Iterator[Object]:
    inventory = project.inventory
    for item in (*inventory.objects, *inventory.unread):
        if (item.api_version, item.kind) not in WORKLOADS:
            yield item


def _reverse_proxies(inventory: Inventory, names: Names) -> tuple[list[Role], str]:
    """The roles of reverse proxies, and how they were found."""
    roles = inventory.roles
    workloads = inventory.workloads
    running = {(item.object.namespace, item.service_account) for item in workloads if CONTAINER in item.containers}
    users = [user for user in users_of(names) if CONTAINER in user.name or (user.namespace, user.name) in running]
    used = [role for user in users for role in user.roles]
    named = [role for role in roles if _is_named(role)]
    if used or named:
        both = [role for role in roles if any(item is role for item in (*used, *named))]
        return both, f"by the container {CONTAINER}, or by that word in their name or their service account's"
    reading = [role for role in roles if _tables(role, names)]
    return reading, "by a policy that names a DynamoDB table" if reading else ""


def _is_named(role: Role) -> bool:
    return any(CONTAINER in name for name in (role.object.name, role.name))


def _values(role: Role, known_names: Names) -> Values:
    tables = _tables(role, known_names)
    document = role.trust.parsed.document if role.trust else None
    providers = [name for item in (document.statements if document else ()) for name in oidc_providers(item)]
    clusters = [name for name in providers if is_cluster(name) and not has_hole(name, role.object.holes)]
    names = [table.resource.removeprefix("table/") for table in tables if _PLAIN.fullmatch(table.resource)]
    account = most(table.account for table in tables if table.account.isdigit())
    return Values(
        most(table.region for table in tables if _PLAIN.fullmatch(table.region)),
        account or most(named.account for name in clusters if (named := parse_arn(name))),
        most(f"https://{issuer_of(name)}" for name in clusters),
        most(name for name in names if "auth" in name or "key" in name) or most(names),
        most(table.partition for table in tables if _PLAIN.fullmatch(table.partition)),
    )


_PLAIN = expression(r"[\w./-]+")


def _tables(role: Role, names: Names) -> list[Arn]:
    """The ARNs of tables in the role's Allow statements, with placeholders as they are written."""
    named = [
        parse_arn(entry.text)
        for layer in stack(role, names, None).layers
        for policy in layer.policies
        for statement in (policy.document.statements if policy.document else ())
        for entry in (statement.resources if statement.effect == "Allow" else ())
    ]
    return [
        arn
        for arn in named
        if arn and arn.service == "dynamodb" and arn.resource.count("/") == 1 and not {"*", "?"} & set(arn.resource)
    ]


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
    """The common beginning of the lists, never the whole of one."""
    shared = []
    for values in zip(*(part[:-1] for part in parts), strict=False):
        if len(set(values)) > 1:
            break
        shared.append(values[0])
    return shared
