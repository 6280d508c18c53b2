"""Requirements as values, and how a requirement file becomes them."""

from __future__ import annotations

import re
from typing import Any, Literal

from ..iam.documents.paths import Path
from ..iam.values import NamedTuple
from ..inventory.objects import Origin
from ..schemas.validated import InvalidFileError, Validated, place, read
from ..text.source import Source
from ..text.yaml_nodes import start_of
from .names import odd_actions
from .parameters import PARAMETER, names_in, unused_defaults


class Selector(NamedTuple):
    """Names (globs) or labels (all of them); either is enough. Empty parts select nothing."""

    names: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


class Access(NamedTuple):
    """Every action on every resource; `path` is the entry's place in the requirement."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    path: Path


class Trust(NamedTuple):
    """Which service account (`NAMESPACE/NAME`, with parameters) must be able to assume the role, and how. With
    `when_unknown` "pass", a role whose service account is not known only has to let in some service account."""

    service_account: str
    via: tuple[Literal["irsa", "pod-identity"], ...]
    when_unknown: Literal["error", "pass"] = "error"


class Requirement(NamedTuple):
    """One AccessRequirement. Strings in it may hold `${parameter}`. `consequence` says what happens to people without
    the access, `uses` are the names of its parameters."""

    name: str
    description: str
    roles: Selector
    service_accounts: Selector
    require: tuple[Access, ...]
    forbid: tuple[Access, ...]
    trust: Trust | None
    parameters: dict[str, str]
    context: dict[str, tuple[str, ...]]
    origin: Origin
    consequence: str = ""
    uses: frozenset[str] = frozenset()


class Filled(NamedTuple):
    """A text with its parameters put in, and the names of those that have no value."""

    text: str
    unset: tuple[str, ...]


def fill(text: str, parameters: dict[str, str]) -> Filled:
    """Puts parameters into a text; one without a value stays as it is and is named."""
    unset: list[str] = []

    def value(found: re.Match[str]) -> str:
        if found[1] not in parameters:
            unset.append(found[1])
        return parameters.get(found[1], found[0])

    return Filled(PARAMETER.sub(value, text), tuple(dict.fromkeys(unset)))


def read_requirements(source: Source) -> list[tuple[Requirement, Validated]]:
    """The requirements of one file. Raises InvalidFileError where the schema or the parameter syntax is broken."""
    items = read(source, "requirement")
    problems = [
        problem for item in items for problem in (*_odd_parameters(item), *unused_defaults(item), *odd_actions(item))
    ]
    if problems:
        raise InvalidFileError(problems)
    return [(_requirement(item, Origin(source.name, number, ())), item) for number, item in enumerate(items)]


def _odd_parameters(item: Validated) -> list[str]:
    """`${…}` that is no parameter, such as `${aws:username}`: requirements know parameters only."""
    from ..text.nodes import walk

    source, base = item.document.piece.source, item.document.piece.start
    return [
        place(source, base + start_of(node), f"{odd[0]} is not a parameter; write ${{name}} with a plain name")
        for _, node in walk(item.document.root)
        if isinstance(node.value, str) and (odd := re.search(r"\$\{(?![A-Za-z_]\w*\})[^{}]*+\}?", node.value))
    ]


def _requirement(item: Validated, origin: Origin) -> Requirement:
    value = item.value
    spec = value["spec"]
    selectors = spec["appliesTo"]
    trust = spec.get("trust")
    return Requirement(
        name=value["metadata"]["name"],
        description=spec.get("description", "").strip(),
        roles=_selector(selectors.get("roles", {})),
        service_accounts=_selector(selectors.get("serviceAccounts", {})),
        require=_accesses(spec["require"], "require"),
        forbid=_accesses(spec.get("forbid", []), "forbid"),
        trust=_trust(trust) if trust else None,
        parameters=dict(spec.get("parameters", {})),
        context={key: (one,) if isinstance(one, str) else tuple(one) for key, one in spec.get("context", {}).items()},
        origin=origin,
        consequence=spec.get("consequence", "").strip(),
        uses=names_in(item),
    )


def _trust(value: dict[str, Any]) -> Trust:
    via = tuple(value.get("via", ("irsa", "pod-identity")))
    return Trust(value["serviceAccount"], via, value.get("whenUnknown", "error"))


def _selector(value: dict[str, Any]) -> Selector:
    return Selector(tuple(value.get("names", ())), tuple(value.get("labels", {}).items()))


def _accesses(value: list[dict[str, Any]], name: str) -> tuple[Access, ...]:
    return tuple(
        Access(tuple(item["actions"]), tuple(item["resources"]), ("spec", name, number))
        for number, item in enumerate(value)
    )
