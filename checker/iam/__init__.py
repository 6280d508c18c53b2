"""The IAM policy language as a library: documents, conditions, decisions and proofs.

Nothing of Kubernetes, and no I/O but reading the catalogue of actions that lies beside it. Start with `parse`, put the
documents into `Layer`s, and ask `evaluate` about one request or `prove` about a whole pattern of ARNs.
"""

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
