"""Where something stands that a manifest refers to: the Policy behind a reference or an ARN, the Role behind an
annotation or an association."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol.types import Location, Position
from pygls.uris import from_fs_path

from ..ack.kinds import ROLE_ARN_ANNOTATION
from ..findings.location import Locator
from ..findings.place import Place, at
from ..gate.judged import Judged
from ..inventory.names import policies_by_arn, resolve_policy, role_of_association, roles_by_arn
from ..inventory.objects import Object
from .folder import Folder
from .ranges import Ranges, contains


def definitions(folder: Folder, name: str, cursor: Position, encoding: str) -> list[Location]:
    """The objects that are meant where the cursor is in a file."""
    ranges = Ranges(folder.text_of(name) or "", encoding)
    locations: dict[tuple[str, int], Location] = {}
    for _, judged in folder.cells:
        project = judged.facts.project
        locator = Locator(project.documents, project.sources)
        for place, meant in _references(judged):
            if place.file != name or not contains(ranges.range_of(locator.locate(place)), cursor):
                continue
            for item in meant:
                location = locator.locate(at(item, ("metadata", "name")))
                there = Ranges(folder.text_of(location.file) or "", encoding)
                uri = from_fs_path(folder.opened_as(location.file)) or ""
                locations[uri, location.start.offset] = Location(uri, there.range_of(location))
    return list(locations.values())


def _references(judged: Judged) -> Iterator[tuple[Place, Iterable[Object]]]:
    """Every field that refers to an object of the project, and what it means."""
    names = judged.facts.names
    inventory = names.inventory
    for role in inventory.roles:
        references = (*role.policy_refs, *([role.boundary_ref] if role.boundary_ref else []))
        for reference in references:
            meant = resolve_policy(names, reference).policies
            yield at(reference.owner, (*reference.path, "name")), [item.object for item in meant]
        for managed in (*role.policy_arns, *([role.boundary_arn] if role.boundary_arn else [])):
            meant = policies_by_arn(names, managed.arn, managed.owner)
            yield at(managed.owner, managed.path), [item.object for item in meant]
    for account in inventory.service_accounts:
        if account.role_arn:
            roles = roles_by_arn(names, account.role_arn, account.object)
            path = ("metadata", "annotations", ROLE_ARN_ANNOTATION)
            yield at(account.object, path), [item.object for item in roles]
    for association in inventory.associations:
        meant_roles = [item.object for item in role_of_association(names, association)]
        if association.role_ref:
            yield at(association.object, (*association.role_ref.path, "name")), meant_roles
        elif association.role_arn:
            yield at(association.object, ("spec", "roleARN")), meant_roles
