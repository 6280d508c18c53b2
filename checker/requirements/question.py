"""A question to every role, as a requirement: who can do this?"""

from __future__ import annotations

import json
import re

from ..errors import UsageError
from ..iam.catalogue.resource_types import resource_shapes
from ..iam.expressions import expression
from ..iam.proofs.action_groups import spelled_out
from ..iam.proofs.regions import askable_shapes
from ..text.source import Source
from .load import Loaded, loaded_from

NAME = "who-can"


def who_can(action: str, resource: str) -> Loaded:
    """A requirement of all roles that forbids an action on a resource, so that whoever can do it is found. Either may
    be a pattern. Raises UsageError for an action that does not exist, and for what is no ARN."""
    value = {
        "apiVersion": "checker/v1",
        "kind": "AccessRequirement",
        "metadata": {"name": NAME},
        "spec": {
            "appliesTo": {"roles": {"names": ["*"]}},
            # Asked of nobody's policies: something has to be required.
            "require": [{"actions": ["sts:GetCallerIdentity"], "resources": ["*"]}],
            "forbid": [{"actions": [action], "resources": [resource]}],
        },
    }
    try:
        return loaded_from([Source("<question>", json.dumps(value))], ("<question>",))
    except UsageError as error:
        raise UsageError(*(_PLACE.sub(_argument, line) for line in error.lines)) from None


def check_askable(action: str, resource: str) -> None:
    """Makes sure that AWS ever asks for the action on such a resource: else the answer would always be "nobody".
    Raises UsageError."""
    actions = spelled_out(action)
    if actions is None or "${" in resource or any(askable_shapes(item.lower(), resource) for item in actions):
        return
    shapes = dict.fromkeys(shape.text for item in actions for shape in resource_shapes(item.lower()))
    about = ", ".join(list(shapes)[:3]) or "no resource at all (give *)"
    raise UsageError(
        f"{action} is never about {resource}: AWS asks it about {about} (Service Authorization Reference), and the"
        " account and the name have to be such as an ARN has"
    )


_PLACE = expression(r"^<question>:\d+:\d+: (?:spec\.forbid\[0\]\.(actions|resources)\[0\])?")


def _argument(found: re.Match[str]) -> str:
    return {"actions": "ACTION", "resources": "ARN"}.get(found[1] or "", "")
