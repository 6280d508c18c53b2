"""Names of parameters: one that nothing uses is most likely a typo, and the one that is meant has no value then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..iam.expressions import expression
from ..schemas.validated import Validated, place
from ..text.nodes import find, walk
from ..text.yaml_nodes import start_of

PARAMETER = expression(r"\$\{([A-Za-z_]\w*)\}")

GIVEN = ("region", "account", "cluster", "oidcIssuer", "roleAccount", "namespace", "name", "serviceAccount")
"""Names that mean something whether or not a requirement uses them."""


def issuer_in(parameters: Mapping[str, str]) -> str:
    """The OIDC issuer of the cell's cluster as IAM writes it, without `https://`; "" where it is not known."""
    return parameters.get("oidcIssuer", "").removeprefix("https://").rstrip("/")


def names_in(item: Validated) -> frozenset[str]:
    """Every parameter that a requirement uses."""
    texts = (node.value for _, node in walk(item.document.root) if isinstance(node.value, str))
    return frozenset(name for text in texts for name in PARAMETER.findall(text))


def unused_defaults(item: Validated) -> Iterator[str]:
    """Own parameters that a requirement does not use although it uses a similar name without a value; with places."""
    defaults = item.value["spec"].get("parameters", {})
    used, source, base = names_in(item), item.document.piece.source, item.document.piece.start
    for name in defaults:
        close = closest(name, used - frozenset(defaults))
        if name not in used and close:
            node = find(item.document.root, ("spec", "parameters", name), "key")
            yield place(
                source, base + start_of(node), f"the parameter {name} is used nowhere here; did you mean {close}?"
            )


def closest(name: str, used: Iterable[str]) -> str:
    """The name that was perhaps meant; "" for none."""
    by_case = {item.lower(): item for item in used}
    import difflib

    matches = difflib.get_close_matches(name.lower(), by_case, 1, 0.7)
    return by_case[matches[0]] if matches else ""
