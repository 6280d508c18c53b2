"""An OIDC provider that does not know the audience which the roles' trust asks for.

What it does
    Compares `spec.clientIDs` of an OpenIDConnectProvider with the audience that
    the trust policies of the project's roles ask of its tokens, which is
    sts.amazonaws.com for pods.

Why it matters
    STS takes a token only if its audience is a client id of the provider. With
    the wrong one every pod that gets its role from this provider is refused
    (InvalidIdentityToken, "Incorrect token audience").

Example
        clientIDs: [sts.amazon.com]

Use instead
        clientIDs: [sts.amazonaws.com]

Source
    IAM API Reference, CreateOpenIDConnectProvider (ClientIDList); EKS User
    Guide, "Create an IAM OIDC provider for your cluster" (audience
    sts.amazonaws.com).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...ack.kinds import IAM
from ...ack.objects import mapping, sequence, text
from ...findings.place import at
from ...findings.problem import Problem, Related
from ...iam.patterns.globs import matches, wildcard_glob
from ...iam.proofs.trust import issuer_of
from ...inventory.objects import called
from ..facts import Facts
from ..rule import About
from ..statements._statements import Written, conditions
from ._policies import web_identities

ABOUT = About("missing-client-id", "error")

_DEFAULT = "sts.amazonaws.com"


def check_project(facts: Facts) -> Iterator[Problem]:
    asked = [(issuer_of(provider), written) for written, provider in web_identities(facts.project.inventory)]
    for item in facts.project.inventory.objects:
        spec = mapping(item.data.get("spec"))
        url = (text(spec.get("url")) or "").removeprefix("https://").rstrip("/")
        if (item.api_version, item.kind) != (IAM, "OpenIDConnectProvider") or not url:
            continue
        listed = {entry for entry in sequence(spec.get("clientIDs")) if isinstance(entry, str)}
        reported: set[str] = set()
        for issuer, written in asked:
            wanted = _audiences(written, issuer) if issuer == url else ()
            if not wanted or listed.intersection(wanted) or wanted[0] in reported:
                continue
            reported.add(wanted[0])
            owner = written.text.owner
            path = ("spec", "clientIDs") if "clientIDs" in spec else ("spec", "url")
            yield Problem(
                place=at(item, path, "key"),
                message=f"{called(item)}: clientIDs lack {wanted[0]}, the audience that {called(owner)} asks for",
                why="STS refuses every token of this provider: no pod gets its role through it",
                help=f"add {wanted[0]} to clientIDs",
                subject=item,
                related=(Related(at(owner, ("spec", "assumeRolePolicyDocument"), "key"), "the trust policy"),),
                value=wanted[0],
            )


def _audiences(written: Written, issuer: str) -> tuple[str, ...]:
    """The audiences of which a token must have one: that of pods, unless the statement asks only for others."""
    key = f"{issuer}:aud".lower()
    wanted: tuple[str, ...] = ()
    for item, operator in conditions(written):
        if item.key.lower() == key and not operator.negated and operator.name != "Null":
            wanted += item.values
    fits = any(matches(wildcard_glob(value), _DEFAULT) for value in wanted)
    return (_DEFAULT,) if fits or not wanted else tuple(value for value in wanted if "*" not in value)
