"""The Role behind the index as the manifests have it, for the record: the objects as plain data, with their files."""

from __future__ import annotations

from typing import Any

from ...iam.arns import parse_arn
from ...inventory.names import names_of, policies_by_arn, resolve_policy
from ...project.project import load
from ...project.reading import read_paths
from ..asking import Refused
from ..record.trim import custom


def declared_in(paths: tuple[str, ...], arn: str, names: set[str]) -> dict[str, Any]:
    """Role and Policies below the paths: `{"role": …, "policies": […], "file": …}`. The role is found by its IAM name
    or by the name of the object in the cluster. Raises Refused where there is none, or several.
    """
    read = read_paths(paths)
    if read.missing:
        raise Refused("failed", f"{', '.join(read.missing)}: there is no such file or folder")
    inventory = load(read.sources).inventory
    named = parse_arn(arn)
    lookup = names_of(inventory, named.account if named else None)
    wanted = arn.rpartition("/")[2].lower()
    roles = [role for role in inventory.roles if role.name.lower() == wanted or role.object.name in names]
    if len(roles) != 1:
        shown = wanted or ", ".join(sorted(names)) or "this index"
        count = f"{len(roles)} Roles" if roles else "no Role"
        raise Refused("absent" if not roles else "failed", f"{count} for {shown} in {', '.join(paths)}")
    role = roles[0]
    references = [*role.policy_refs, *([role.boundary_ref] if role.boundary_ref else [])]
    arns = [*role.policy_arns, *([role.boundary_arn] if role.boundary_arn else [])]
    policies = [policy for reference in references for policy in resolve_policy(lookup, reference).policies]
    policies += [policy for item in arns for policy in policies_by_arn(lookup, item.arn, role.object)]
    return {
        "file": role.object.origin.file,
        "role": custom(role.object.data),
        "policies": [custom(policy.object.data) for policy in policies],
    }
