"""What Flux fills in after it has built a kustomization: `postBuild` of its Kustomization.

Source: fluxcd/pkg, kustomize/kustomize_varsub.go: nothing is filled in where there is no variable at all, nor in
objects with the label or annotation `disabled`; the object is printed as YAML first, which leaves out quotes that are
not needed. Flux documentation, "Post build variable substitution": `${name}`, `${name:=default}`, `${name:-default}`;
`$name` is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..iam.expressions import expression
from ..inventory.objects import Object
from .placeholders import POLICY_VARIABLE

_SWITCH = "kustomize.toolkit.fluxcd.io/substitute"
_VARIABLE = expression(r"\$\{([_A-Za-z][_A-Za-z0-9]*+)(?:(:[-=]|=)([^{}]*+))?\}")
_ODD = expression(r"[\r\n\"'\\$]|\s#|:\s|:$|^[\s&*!|>%@`{}\[\]#,?-]|\s$|^$")
"""Values that YAML or JSON may not read as themselves, and those that hold another variable."""


def is_filled_in(item: Object) -> bool:
    """Whether Flux fills an object in at all."""
    return "disabled" not in (item.labels.get(_SWITCH), item.annotations.get(_SWITCH))


def spoils(item: Object) -> str:
    """A variable of IAM (`${aws:username}`) that Flux takes for one of its own, with a result that is not known; "" for
    none (fluxcd/flux2#2148)."""
    variable = re.search(rf"(?<!\$){POLICY_VARIABLE.pattern}", str(item.data))
    return variable[0] if variable else ""


def values_in(item: Object, variables: Mapping[str, str], *, has_others: bool) -> dict[str, str]:
    """The values of the placeholders in an object, by name. With `has_others` there are variables whose values are not
    in the project: then no default counts. A variable without a value and without a default becomes empty; it gets
    no value here, so that it stays open."""
    if not is_filled_in(item):
        return {}
    values: dict[str, str] = {}
    for name, operator, default in _VARIABLE.findall(str(item.data)):
        value = variables.get(name)
        if not value and (value is None or operator.startswith(":")):
            value = default if operator and not has_others else ""
        values[name] = value if values.get(name, value) == value else ""
    return {name: value for name, value in values.items() if not _ODD.search(value)}
