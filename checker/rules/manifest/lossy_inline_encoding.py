"""A `+` or `%` in an inline policy, which the controller changes on the way to AWS.

What it does
    Reports `+` and `%` in the documents of `inlinePolicies`. Trust policies
    and Policy objects are not concerned.

Why it matters
    The controller passes inline documents through URL decoding: `+` becomes a
    space, `%2F` becomes `/`, and a `%` without two hexadecimal digits is an
    error that stops the role. The policy that AWS gets is not the one that was
    reviewed.

Example
        inlinePolicies:
          keys: '{…"Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/keys+blue"…}'

Use instead
        Inside a JSON string write \\u002b for + and \\u0025 for %, or move the
        document into a Policy object.

Source
    iam-controller, pkg/resource/role/hooks.go, line 320 (url.QueryUnescape).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import inside_at
from ...findings.problem import Problem
from ...iam.expressions import expression
from ...inventory.objects import called
from ...project.project import DocumentFacts
from ..rule import About

ABOUT = About("lossy-inline-encoding", "error")

_LOSSY = expression(r"\+|%([0-9A-Fa-f]{2})?")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for role in document.inventory.roles:
        for text in role.inline:
            match = _LOSSY.search(text.text or "")
            if match is None:
                continue
            if match[0] == "+":
                becomes = "becomes a space"
            elif match[1]:
                becomes = f"becomes {chr(int(match[1], 16))!r}"
            else:
                becomes = "is an error"
            yield Problem(
                inside_at(text, match.start())._replace(length=len(match[0])),
                f"{called(role.object)}: {match[0]!r} in inline policy {text.path[-1]} {becomes} before it reaches AWS",
                "the policy that takes effect is not the one written here",
                r"write \u002b for + and \u0025 for % inside JSON strings, or use a Policy object",
                role.object,
                value=match[0],
            )
