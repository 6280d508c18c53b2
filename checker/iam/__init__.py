"""The IAM policy language as a library: documents, conditions, decisions and proofs.

Nothing of Kubernetes, and no I/O but reading the catalogue of actions that lies beside it. Start with `parse`, put the
documents into `Layer`s, and ask `evaluate` about one request or `prove` about a whole pattern of ARNs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .decisions.clauses import Clause
    from .decisions.evaluate import Decision, Request, evaluate
    from .decisions.policies import Attached, Layer
    from .decisions.principals import Caller
    from .documents.context import Context, make_context
    from .documents.document import Document, Parsed, Problem, Statement, parse
    from .proofs.grants import Change, Comparison, Grant, compare, grants, show_grants
    from .proofs.prove import Proof, prove
    from .proofs.reach import may_reach

__all__ = [
    "Attached",
    "Caller",
    "Change",
    "Clause",
    "Comparison",
    "Context",
    "Decision",
    "Document",
    "Grant",
    "Layer",
    "Parsed",
    "Problem",
    "Proof",
    "Request",
    "Statement",
    "compare",
    "evaluate",
    "grants",
    "make_context",
    "may_reach",
    "parse",
    "prove",
    "show_grants",
]

_WHERE = {
    "Clause": ".decisions.clauses",
    "Decision": ".decisions.evaluate",
    "Request": ".decisions.evaluate",
    "evaluate": ".decisions.evaluate",
    "Attached": ".decisions.policies",
    "Layer": ".decisions.policies",
    "Caller": ".decisions.principals",
    "Context": ".documents.context",
    "make_context": ".documents.context",
    "Document": ".documents.document",
    "Parsed": ".documents.document",
    "Problem": ".documents.document",
    "Statement": ".documents.document",
    "parse": ".documents.document",
    "Change": ".proofs.grants",
    "Comparison": ".proofs.grants",
    "Grant": ".proofs.grants",
    "compare": ".proofs.grants",
    "grants": ".proofs.grants",
    "show_grants": ".proofs.grants",
    "Proof": ".proofs.prove",
    "prove": ".proofs.prove",
    "may_reach": ".proofs.reach",
}


def __getattr__(name: str) -> Any:
    """A part of the library, imported when it is first asked for: whoever wants one module does not pay for all."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    part = getattr(import_module(_WHERE[name], __name__), name)
    globals()[name] = part
    return part


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
