"""What people see: whole outputs, wide and narrow, and the frame under odd lines."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from checker.findings.location import Location
from checker.gate.report import Report
from checker.report.static.text import render
from checker.report.style.frame import display_width, frame, safe
from checker.report.style.look import Look
from checker.text.source import Position, Source

CASES = Path(__file__).parent.parent / "rules" / "cases"


def shown(gate: Callable[..., Report], case: str, look: Look = Look()) -> str:  # noqa: B008
    shutil.copy(CASES / case, "role.yaml")
    return render(gate("role.yaml"), look)


def test_a_finding(gate: Callable[..., Report]) -> None:
    assert shown(gate, "missing-grant/fires/query-removed.yaml") == snapshot("""\
role.yaml:15:41: error[missing-grant]: Role tenant-acme/acme-reverse-proxy cannot call dynamodb:Query on arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys: none of its policies allows it
   |
15 |           {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"}
   |                                         ^^^^^^^^^^^^^^^^^^^^
   = why: The reverse proxy reads its API keys from the auth keys table. Without it keys go stale and end users are locked out (reverse-proxy-auth-keys)
   = help: write "Action": ["dynamodb:GetItem", "dynamodb:Query"]

Found 1 error.
reverse-proxy-auth-keys: access proven for 0 of 1 role.
Who is to use 1 role is not known; its trust policy lets some pod in.
There is no checker.yaml here or above: the shipped requirement was taken (checker init).
Read 1 file with 1 document: 1 role.
checker explain missing-grant says more about a rule.
""")


def test_a_finding_in_a_narrow_terminal(gate: Callable[..., Report]) -> None:
    text = shown(gate, "missing-grant/fires/query-removed.yaml", Look(width=56))
    assert text == snapshot("""\
role.yaml:15:41: error[missing-grant]: Role
  tenant-acme/acme-reverse-proxy cannot call
  dynamodb:Query on
  arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys:
  none of its policies allows it
   |
15 | …, "Action": ["dynamodb:GetItem"], "Resource": "…
   |              ^^^^^^^^^^^^^^^^^^^^
   = why: The reverse proxy reads its API keys from the
     auth keys table. Without it keys go stale and end
     users are locked out (reverse-proxy-auth-keys)
   = help: write "Action": ["dynamodb:GetItem",
     "dynamodb:Query"]

Found 1 error.
reverse-proxy-auth-keys: access proven for 0 of 1 role.
Who is to use 1 role is not known; its trust policy lets
  some pod in.
There is no checker.yaml here or above: the shipped
  requirement was taken (checker init).
Read 1 file with 1 document: 1 role.
checker explain missing-grant says more about a rule.
""")


def test_a_clean_run(gate: Callable[..., Report]) -> None:
    assert shown(gate, "missing-grant/silent/two-statements.yaml") == snapshot("""\
No problems.
reverse-proxy-auth-keys: access proven for 1 of 1 role.
Who is to use 1 role is not known; its trust policy lets some pod in.
There is no checker.yaml here or above: the shipped requirement was taken (checker init).
Read 1 file with 1 document: 1 role.
""")
    assert shown(gate, "missing-grant/silent/two-statements.yaml", Look(quiet=True)) == snapshot("")


def test_a_verbose_run_names_what_was_skipped_and_what_was_proven(gate: Callable[..., Report]) -> None:
    text = shown(gate, "templated-manifest/fires/one-object-of-a-graph.yaml", Look(verbose=True))
    assert [line for line in text.splitlines() if line.startswith(("role.yaml: checked", "granted"))] == snapshot(
        [
            "role.yaml: checked in part (kro): ${schema.spec.name}",
            "granted: fixed-reverse-proxy: dynamodb:GetItem on arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys by inline policy auth-keys",
            "granted: fixed-reverse-proxy: dynamodb:Query on arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys by inline policy auth-keys",
            "granted: ${schema.spec.name}-reverse-proxy: dynamodb:GetItem on arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys by inline policy auth-keys",
            "granted: ${schema.spec.name}-reverse-proxy: dynamodb:Query on arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys by inline policy auth-keys",
        ]
    )


@pytest.mark.parametrize(
    ("line", "start", "end", "width", "text", "caret"),
    [
        ("key: value", 6, 11, None, "key: value", "     ^^^^^"),
        ("\tkey: value", 7, 12, None, "    key: value", "         ^^^^^"),
        ("検索: value", 5, 10, None, "検索: value", "      ^^^^^"),
        ("😀: 値", 4, 5, None, "😀: 値", "    ^^"),
        ("a" * 100 + " here " + "b" * 100, 102, 106, 40, "…aaaaaaaaaaa here bbbbbbbbbbbbbbb…", "             ^^^^"),
        ("short", 6, 6, None, "short", "     ^"),
        ("a\x1b[31mred", 1, 2, None, "a\\x1b[31mred", "^"),
    ],
)
def test_the_caret_stands_under_the_span(
    line: str, start: int, end: int, width: int | None, text: str, caret: str
) -> None:
    source = Source("x", line + "\n")
    at = Location("x", Position(1, start, start - 1), Position(1, end, end - 1))
    number, framed, under = frame(source, at, width)
    assert (number, framed, under) == ("1", text, caret)
    assert width is None or display_width(framed) <= width


def test_what_could_command_a_terminal_is_made_visible() -> None:
    assert safe("a\x1b]0;x\x07\n::error::b\u202ec") == "a\\x1b]0;x\\x07\\n::error::b\\u202ec"
