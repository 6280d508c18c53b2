"""What an action is authorized on: the ARNs of its resource types, as globs.

Source: Service Authorization Reference ("Resource types" of each service, see `catalogue`). DynamoDB's Query, Scan and
PartiQLSelect name the table and optionally an index, a request with an index being authorized on the index ARN alone;
the other item actions name the table only. So an index ARN in a question about GetItem is no question at all.
"""

from __future__ import annotations

from functools import lru_cache

from ..expressions import expression
from ..patterns.globs import Glob, Reach, Token, arn_glob, make_glob, matches
from ..patterns.language import overlap
from .catalogue import Service, find_action, service

_VARIABLE = expression(r"\$\{(\w+)\}")
_ON_NOTHING = make_glob("*", (Token("*"),))
"""Actions without a resource type are authorized on the text `*`, which only the pattern `*` matches."""

_ONE, _MORE = Token(None, "field"), Token(None, "field", star=True)
_ANY_ARN = make_glob(
    "any ARN",
    (*map(Token, "arn:"), _ONE, _MORE, Token(":"), _ONE, _MORE, Token(":"), _MORE, Token(":"), _MORE, Token(":"),
     Token(None), Token(None, star=True)),
)  # fmt: skip

INCOMPLETE = ("apigateway", "elasticloadbalancing", "greengrass", "lex")
"""Services of which two generations share a prefix, each with a page of its own in the reference: where both name a
resource type or an action, the catalogue has one of the two. So what their actions are authorized on is not known."""

_NAMES = {"dynamodb": ("TableName", "IndexName", "GlobalTableName")}
"""Variables that stand for names of at least three letters, digits, `_`, `-` and `.` (DynamoDB API Reference)."""


@lru_cache(maxsize=1024)
def resource_shapes(action: str) -> tuple[Glob, ...]:
    """The ARNs an action (`service:Name`, any case) can be authorized on; every ARN, and none, for one not listed."""
    known, listed = service(action.partition(":")[0]), find_action(action)
    if known is None or listed is None or known.prefix in INCOMPLETE:
        return (_ANY_ARN, _ON_NOTHING)
    # Tables before indexes: the plainest witness comes first.
    types = sorted(listed.on, key=lambda name: (len(known.resources[name].arn), name))
    return tuple(type_shape(known.prefix, name) for name in types) or (_ON_NOTHING,)


@lru_cache(maxsize=4096)
def type_shape(prefix: str, name: str, *, loosely: bool = False) -> Glob:
    """The ARNs of one resource type, which must be listed. Loosely, as a linter needs it: regions and accounts may be
    empty (`arn:aws:ssm:us-east-1::parameter/aws/…`), and names may go on after a colon (versions, aliases)."""
    known = service(prefix)
    if known is None:
        raise KeyError(prefix)
    template = known.resources[name].arn
    single = _single_segments(prefix)
    tokens: list[Token] = []
    end = 0
    for variable in _VARIABLE.finditer(template):
        tokens += map(Token, template[end : variable.start()])
        end = variable.end()
        in_front = template.count(":", 0, variable.start()) < 5
        is_name = variable[1] in _NAMES.get(prefix, ())
        reach: Reach = "field" if in_front else "segment" if is_name else single.get(variable[1], "any")
        least = 3 if is_name else 1
        if loosely:
            least = 0 if in_front else 1
            reach = "any" if reach == "field" and not in_front else reach
        tokens += [*(Token(None, reach),) * least, Token(None, reach, star=True)]
    tokens += map(Token, template[end:])
    return make_glob(name, tuple(tokens))


@lru_cache(maxsize=512)
def _single_segments(prefix: str) -> dict[str, Reach]:
    """The variables that stand for a name without the separator that may follow it: those at the end of a template
    that another template continues (a bucket's name, since objects are BUCKET/KEY; a table's, since indexes are
    TABLE/index/NAME; a log group's has slashes, and its streams go on with a colon)."""
    known: Service | None = service(prefix)
    templates = [item.arn for item in known.resources.values()] if known else []
    reaches: dict[str, Reach] = {}
    for arn in templates:
        for variable in _VARIABLE.finditer(arn):
            if variable.end() == len(arn) and any(other.startswith(f"{arn}/") for other in templates):
                reaches[variable[1]] = "segment"
            elif variable.end() == len(arn) and any(other.startswith(f"{arn}:") for other in templates):
                reaches.setdefault(variable[1], "field")
    return reaches


@lru_cache(maxsize=8192)
def can_name(resource: str, action: str) -> bool:
    """Whether a Resource string can match an ARN that the action (`service:Name`) is authorized on. For an action that
    is not listed: yes."""
    known, listed = service(action.partition(":")[0]), find_action(action)
    if known is None or listed is None or known.prefix in INCOMPLETE:
        return True
    if not listed.on:
        return matches(arn_glob(resource), "*")
    return is_of_any_type(resource, known.prefix, tuple(listed.on))


@lru_cache(maxsize=8192)
def is_of_any_type(resource: str, prefix: str, names: tuple[str, ...]) -> bool:
    """Whether a Resource string can match an ARN of one of these resource types. Most match with every wildcard put in
    the plainest way; a walk over all ways costs a hundred times that."""
    if "${" not in resource:
        plainest = resource.replace("*", "xxx").replace("?", "x")
        if any(matches(type_shape(prefix, name, loosely=True), plainest) for name in names):
            return True
    return any(is_of_type(resource, prefix, name) for name in names)


@lru_cache(maxsize=65_536)
def is_of_type(resource: str, prefix: str, name: str) -> bool:
    """Whether a Resource string can match an ARN of one listed resource type."""
    fields, known = resource.split(":", 3), service(prefix)
    if len(fields) == 4 and known is not None and "*" not in fields[1]:
        # IAM takes no wildcard as the service, so most questions end here.
        named = known.resources[name].arn.split(":", 3)[2]
        if named != fields[2] and not named.startswith("$") and "*" not in fields[2]:
            return False
    return overlap(arn_glob(resource), type_shape(prefix, name, loosely=True))
