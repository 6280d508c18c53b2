"""What an action is authorized on: the ARNs of its resource types, as globs.

Source: Service Authorization Reference ("Resource types" of each service, see `catalogue`). DynamoDB's Query, Scan and
PartiQLSelect name the table and optionally an index, a request with an index being authorized on the index ARN alone;
the other item actions name the table only. So an index ARN in a question about GetItem is no question at all.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .catalogue import Service, find_action, service
from .globs import Glob, Reach, Token, make_glob

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_ON_NOTHING = make_glob("*", (Token("*"),))
"""Actions without a resource type are authorized on the text `*`, which only the pattern `*` matches."""

_ONE, _MORE = Token(None, "field"), Token(None, "field", star=True)
_ANY_ARN = make_glob(
    "any ARN",
    (*map(Token, "arn:"), _ONE, _MORE, Token(":"), _ONE, _MORE, Token(":"), _MORE, Token(":"), _MORE, Token(":"),
     Token(None), Token(None, star=True)),
)  # fmt: skip

_SHORTEST_NAME = {"dynamodb": 3}
"""Table and index names have at least three characters (DynamoDB API Reference, TableName)."""


@lru_cache(maxsize=1024)
def resource_shapes(action: str) -> tuple[Glob, ...]:
    """The ARNs an action (`service:Name`, any case) can be authorized on; every ARN for one not listed."""
    known, listed = service(action.partition(":")[0]), find_action(action)
    if known is None or listed is None:
        return (_ANY_ARN,)
    # Tables before indexes: the plainest witness comes first.
    types = sorted(listed.on, key=lambda name: (len(known.resources[name].arn), name))
    return tuple(type_shape(known.prefix, name) for name in types) or (_ON_NOTHING,)


@lru_cache(maxsize=2048)
def type_shape(prefix: str, name: str) -> Glob:
    """The ARNs of one resource type, which must be listed."""
    known = service(prefix)
    if known is None:
        raise KeyError(prefix)
    template = known.resources[name].arn
    single = _single_segments(prefix)
    tokens: list[Token] = []
    end = 0
    for found in _VARIABLE.finditer(template):
        tokens += map(Token, template[end : found.start()])
        end = found.end()
        in_front = template.count(":", 0, found.start()) < 5
        reach: Reach = "field" if in_front else "segment" if found[1] in single else "any"
        least = 1 if in_front else _SHORTEST_NAME.get(prefix, 1)
        tokens += [*(Token(None, reach),) * least, Token(None, reach, star=True)]
    tokens += map(Token, template[end:])
    return make_glob(name, tuple(tokens))


@lru_cache(maxsize=128)
def _single_segments(prefix: str) -> frozenset[str]:
    """The variables that stand for a name without slashes and colons: those at the end of a template which another one
    goes on from (a bucket's name, since objects are BUCKET/KEY; a table's, since indexes are TABLE/index/NAME)."""
    known: Service | None = service(prefix)
    templates = [item.arn for item in known.resources.values()] if known else []
    return frozenset(
        found[1]
        for arn in templates
        if any(other.startswith((f"{arn}/", f"{arn}:")) for other in templates)
        for found in _VARIABLE.finditer(arn)
        if found.end() == len(arn)
    )
