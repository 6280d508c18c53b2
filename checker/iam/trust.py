"""Who may assume a role: the trust policy, asked about one caller.

Source: IAM User Guide, "IAM roles: Trust policy" (a trust policy must itself allow; an explicit Deny wins) and "AWS
JSON policy elements: Principal". What a bare `*` or NotPrincipal means for a federated caller is documented nowhere:
None.
"""

from __future__ import annotations

from .conditions import Truth
from .context import Context
from .document import Document
from .evaluate import Request, evaluate
from .policies import Attached, Layer
from .principals import Caller

_TRUTHS: dict[str, Truth] = {"allowed": True, "explicit-deny": False, "implicit-deny": False, "unknown": None}


def may_assume(document: Document, caller: Caller, action: str, context: Context) -> Truth:
    """Whether the trust policy lets a caller from outside (a federated identity, a service) use the action
    (`sts:AssumeRole…`): True, False or None (cannot tell).
    """
    layer = Layer("trust", (Attached("the trust policy", document),))
    return _TRUTHS[evaluate(Request(action, "*", context, caller), (layer,)).outcome]
