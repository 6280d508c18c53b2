"""Actions for which AWS asks no policy.

Source: AWS STS API Reference. GetCallerIdentity: no permissions are required, and an explicit Deny does not take it
away. GetSessionToken: no permissions are required, policies cannot control it, and only the long-term credentials of a
user or of the root user may call it, so a session of a role never can.
"""

from __future__ import annotations

from ..documents.document import Document, Entry, Statement
from .policies import Attached, Layer
from .principals import Caller

_ANYONE = "sts:getcalleridentity"
_LONG_TERM = "sts:getsessiontoken"

_STAR = Entry("*", ())
_ALL = Statement(
    path=(),
    sid=None,
    effect="Allow",
    actions=(_STAR,),
    not_actions=False,
    resources=(_STAR,),
    not_resources=False,
    principals=(),
    not_principals=False,
    conditions=(),
)
_ALWAYS = (Layer("identity", (Attached("AWS, which asks no policy", Document("2012-10-17", (_ALL,))),)),)
_NEVER = (Layer("identity", ()),)


def asks_no_policy(action: str) -> bool:
    """Whether policies have no say in an action (`service:Name`, any case)."""
    return action.lower() in (_ANYONE, _LONG_TERM)


def layers_for(action: str, layers: tuple[Layer, ...], caller: Caller | None) -> tuple[Layer, ...]:
    """The layers that bear on an action: those given, or, where AWS asks no policy, what it does instead."""
    if not asks_no_policy(action):
        return layers
    is_long_term = caller is None or caller.kind in ("user", "root")
    return _ALWAYS if action.lower() == _ANYONE or is_long_term else _NEVER
