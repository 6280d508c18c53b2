"""The IAM policy language as a library: documents, conditions, decisions and proofs. No I/O, nothing of Kubernetes."""

from .context import Context, make_context
from .document import Document, Parsed, Problem, Statement, parse
from .evaluate import Decision, Request, evaluate
from .policies import Attached, Clause, Layer
from .principals import Caller
from .prove import Proof, may_reach, prove

__all__ = [
    "Attached",
    "Caller",
    "Clause",
    "Context",
    "Decision",
    "Document",
    "Layer",
    "Parsed",
    "Problem",
    "Proof",
    "Request",
    "Statement",
    "evaluate",
    "make_context",
    "may_reach",
    "parse",
    "prove",
]
