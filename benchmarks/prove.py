"""Proofs a second: checker.iam against z3, the same containment question in the same run.

Usage: python -m benchmarks.prove [ROUNDS]   (needs the package z3-solver)

The question: is Query allowed on every ARN of a table pattern, by 5 Allow and 3 Deny statements? Once with an answer
of yes, once with a hole in it, once on a single ARN; and patterns built to explode, which must end as "unknown".
z3 gets the same patterns as regular expressions over strings, ready made, the forms of table and index ARNs among them,
and is asked for a string in the difference.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import z3

from checker.iam import Attached, Layer, parse, prove
from checker.iam.catalogue.resource_types import resource_shapes
from checker.iam.patterns.globs import EXCLUDED, Token, arn_glob

TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"
ALLOWED = (
    "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys",
    "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-*",
    "arn:aws:dynamodb:*:111122223333:table/cell?-auth-keys/index/*",
    "arn:aws:dynamodb:us-*:*:table/*-keys*",
    "arn:aws:s3:::cell2-*/*",
)
DENIED = (
    "arn:aws:dynamodb:us-east-1:111122223333:table/cell1-*",
    "arn:aws:dynamodb:*:*:table/cell3-*-secret",
    "arn:aws:dynamodb:eu-*:*:*",
)
HOLE = (*DENIED[:2], "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys-o*")


def ours(pattern: str, denied: tuple[str, ...]) -> Callable[[], str]:
    """Our question, the document parsed before."""
    statements = [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": text} for text in ALLOWED]
    statements += [{"Effect": "Deny", "Action": "dynamodb:*", "Resource": text} for text in denied]
    document = parse(json.dumps({"Version": "2012-10-17", "Statement": statements})).document
    layers = (Layer("identity", (Attached("identity", document),)),)

    def ask() -> str:
        proof = prove("dynamodb:Query", pattern, layers)
        return proof.verdict if proof else "not asked"

    return ask


def theirs(pattern: str, denied: tuple[str, ...]) -> Callable[[], str]:
    """z3's question: a string of the pattern that no Allow or some Deny matches."""
    shapes = [_tokens(shape.tokens) for shape in resource_shapes("dynamodb:query")]
    region = z3.Intersect(_regex(pattern), z3.Union(*shapes))
    allow = z3.Union(*map(_regex, ALLOWED))
    deny = z3.Union(*map(_regex, denied))
    text = z3.String("arn")

    def ask() -> str:
        solver = z3.Solver()
        solver.add(z3.InRe(text, region))
        solver.add(z3.Or(z3.Not(z3.InRe(text, allow)), z3.InRe(text, deny)))
        return "granted" if solver.check() == z3.unsat else "not-granted"

    return ask


def _regex(pattern: str) -> Any:
    return _tokens(arn_glob(pattern).tokens)


def _tokens(tokens: tuple[Token, ...]) -> Any:
    parts = [_token(token) for token in tokens]
    return z3.Concat(*parts) if len(parts) > 1 else parts[0]


def _token(token: Token) -> Any:
    if token.char is not None:
        return z3.Re(token.char)
    ranges, start = [], " "
    for char in sorted(EXCLUDED[token.reach]):
        ranges.append(z3.Range(start, chr(ord(char) - 1)))
        start = chr(ord(char) + 1)
    ranges.append(z3.Range(start, "~"))
    one = z3.Union(*ranges) if len(ranges) > 1 else ranges[0]
    return z3.Star(one) if token.star else one


def _seconds(ask: Callable[[], str]) -> float:
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    for name, pattern, denied in (
        ("a table pattern, granted", TABLE + "*", DENIED),
        ("a table pattern, with a hole", TABLE + "*", HOLE),
        ("one table, granted", TABLE, DENIED),
    ):
        mine, other = ours(pattern, denied), theirs(pattern, denied)
        answers = {mine(), other()}
        rows = [(_seconds(mine), _seconds(other)) for _ in range(rounds)]
        ratio = statistics.median(row[0] / row[1] for row in rows)
        print(f"{name}: {ratio:.3f} of z3's time", end=" ")
        print(f"({1000 * statistics.median(row[0] for row in rows):.2f} ms), answers {' and '.join(answers)}")
    bomb = "arn:aws:dynamodb:*:*:table/" + "*a".join("?" * 12 for _ in range(6)) + "*"
    statements = [{"Effect": "Allow", "Action": "*", "Resource": "*a" + "?" * size} for size in range(20, 40)]
    statements = [{**item, "Resource": "arn:aws:dynamodb:*:*:table/" + item["Resource"]} for item in statements]
    layers = (Layer("identity", (Attached("x", parse(json.dumps({"Statement": statements})).document),)),)
    started = time.perf_counter()
    proof = prove("dynamodb:Query", bomb, layers)
    print(f"patterns built to explode: {proof.verdict if proof else None} after", end=" ")
    print(f"{1000 * (time.perf_counter() - started):.0f} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
