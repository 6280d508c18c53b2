"""Decisions a second: checker.iam against @cloud-copilot/iam-simulate, on the same cases in the same run.

Usage: ORACLE=FOLDER python -m benchmarks.evaluate [CASES] [ROUNDS]   (tests/iam/differential/oracle.mjs says what
FOLDER is; needs Node). The two take turns, so that a machine that changes its speed changes it for both. Printed are
the ratios of the rounds; both sides are timed within their process, after everything is loaded. Theirs reads and
validates the policies of each case; ours is shown with documents parsed before, and from JSON text.
"""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from checker.iam import Layer, Request, evaluate
from tests.iam.differential.decide import layers_of, request_of
from tests.iam.differential.generate import ACCOUNT, ROLE, SESSION, Case, case

ORACLE = Path(__file__).parent.parent / "tests" / "iam" / "differential" / "oracle.mjs"


def theirs(cases: list[Case]) -> float:
    """Seconds the other engine takes for the cases."""
    lines = "\n".join(map(json.dumps, cases))
    done = subprocess.run(["node", str(ORACLE)], input=lines, capture_output=True, text=True, check=True)
    return float(json.loads(done.stderr)["seconds"])


def decided(rows: list[tuple[Request, tuple[Layer, ...]]]) -> float:
    """Seconds we take for requests whose documents are parsed; as in timeit, without the garbage collector."""
    gc.disable()
    started = time.perf_counter()
    for request, layers in rows:
        evaluate(request, layers)
    seconds = time.perf_counter() - started
    gc.enable()
    return seconds


def from_text(cases: list[Case]) -> float:
    """Seconds we take for the cases, parsing included."""
    gc.disable()
    started = time.perf_counter()
    for item in cases:
        evaluate(request_of(item), layers_of(item))
    seconds = time.perf_counter() - started
    gc.enable()
    return seconds


def proxies(count: int) -> list[Case]:
    """The requests this project exists for: reverse proxies that read their keys, each with a policy of its own, the
    cell's boundary and the usual Deny statements."""
    return [_proxy(number) for number in range(count)]


def _proxy(number: int) -> Case:
    table = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/cell{number % 7}-auth-keys"
    read = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:Query"],
        "Resource": [table, f"{table}/index/*"],
    }
    tls = {
        "Effect": "Deny",
        "Action": "dynamodb:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    region = {"StringEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]}}
    ceiling = {"Effect": "Allow", "Action": ["dynamodb:*", "kms:Decrypt"], "Resource": "*", "Condition": region}
    other = {"Effect": "Allow", "Action": ["logs:PutLogEvents", "sqs:SendMessage"], "Resource": "*"}
    return {
        "seed": number,
        "principal": SESSION,
        "action": ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem")[number % 3],
        "resource": table,
        "owner": ACCOUNT,
        "context": {"aws:SecureTransport": "true", "aws:RequestedRegion": "us-east-1", "aws:PrincipalArn": ROLE},
        "identity": [{"Version": "2012-10-17", "Statement": [read, other, tls]}],
        "boundary": [{"Version": "2012-10-17", "Statement": [ceiling]}],
        "session": None,
        "scps": [],
        "rcps": [],
        "own": None,
    }


def main() -> int:
    numbers = [int(text) for text in sys.argv[1:3]]
    count, rounds = (*numbers, *(4_000, 7)[len(numbers) :])
    compare("reverse proxies", proxies(count), rounds)
    compare("random policies of every kind", [case(seed) for seed in range(count)], rounds)
    return 0


def compare(name: str, cases: list[Case], rounds: int) -> None:
    """Both engines in turn, and the ratios."""
    rows = [(request_of(item), layers_of(item)) for item in cases]
    decided(rows)
    times = [(theirs(cases), decided(rows), from_text(cases)) for _ in range(rounds)]
    print(f"{name}: the other engine {statistics.median(len(cases) / row[0] for row in times):,.0f} decisions a second")
    for how, place in (("documents parsed before", 1), ("from JSON text", 2)):
        ratios = [row[0] / row[place] for row in times]
        speed = statistics.median(len(cases) / row[place] for row in times)
        print(f"  {how}: {statistics.median(ratios):.1f} times as many", end=" ")
        print(f"({min(ratios):.1f} to {max(ratios):.1f}); {speed:,.0f} a second")


if __name__ == "__main__":
    raise SystemExit(main())
