"""Patterns as automata: against `re`, against brute force, and within bounds."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.iam.catalogue.resource_types import type_shape
from checker.iam.patterns.globs import Glob, _walk, arn_glob, automaton, matches, wildcard_glob
from checker.iam.patterns.language import explore, overlap

PATTERNS = st.text("ab:*?", max_size=8)
TEXTS = st.text("ab:", max_size=8)


def as_regex(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)


@settings(max_examples=500, deadline=None)
@given(PATTERNS, TEXTS)
def test_a_wildcard_glob_is_the_regular_expression(pattern: str, text: str) -> None:
    assert matches(wildcard_glob(pattern), text) == bool(re.fullmatch(as_regex(pattern), text, re.DOTALL))


FIELDS = st.lists(st.text("ab*?/", max_size=3), min_size=6, max_size=8).map(":".join)
NAMES = st.lists(st.text("ab/", max_size=3), min_size=6, max_size=8).map(":".join)
SHAPES = (("dynamodb", "table"), ("dynamodb", "index"), ("s3", "object"), ("logs", "log-stream"), ("iam", "role"))


@settings(max_examples=1_000, deadline=None)
@given(FIELDS, NAMES)
def test_an_expression_says_what_the_automaton_says(pattern: str, text: str) -> None:
    glob = arn_glob(pattern)
    assert matches(glob, text) == _walk(automaton(glob), text)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(SHAPES), st.booleans(), st.lists(st.text("ab/:-", max_size=4), min_size=4, max_size=4))
def test_the_shape_of_a_resource_says_what_its_automaton_says(
    shape: tuple[str, str], loosely: bool, parts: list[str]
) -> None:
    glob = type_shape(*shape, loosely=loosely)
    kind = {"table": "table/", "index": "table/a/index/", "role": "role/", "log-stream": "log-group:"}.get(shape[1], "")
    for text in (f"arn:aws:{shape[0]}:{parts[0]}:{parts[1]}:{kind}{parts[2]}", f"arn:aws:{shape[0]}:{parts[3]}"):
        assert matches(glob, text) == _walk(automaton(glob), text)


ARN = "arn:aws:dynamodb:us-east-1:111122223333:table/T"


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        (ARN, ARN, True),
        ("*", ARN, True),
        (ARN, ARN + "2", False),
        (ARN + "*", ARN + "/index/I", True),
        (ARN + "/index/*", ARN, False),
        ("arn:aws:dynamodb:*:*:table/T", ARN, True),
        ("arn:aws:dynamodb:us-*:111122223333:table/T", ARN, True),
        ("arn:aws:dynamodb:us-east-?:111122223333:table/?", ARN, True),
        ("arn:aws:dynamodb:us?east-1:111122223333:table/T", ARN, True),
        # A star inside a field stays in the field, one that ends the field may run over colons.
        ("arn:aws:dynamodb:us-*t-1:111122223333:table/T", ARN, True),
        ("arn:aws:dynamodb:u*1:table/T", ARN, False),
        ("arn:aws:dynamodb:*:table/T", ARN, True),
        ("arn:aws:autoscaling:*:*:*:gn/eks-*", "arn:aws:autoscaling:r:1:autoScalingGroup:u:gn/eks-a", True),
        # After the fifth colon a star takes colons and slashes.
        ("arn:aws:ec2:*:*:*/*", "arn:aws:ec2:r:1:instance/i:x", True),
        # Partitions never cross; a star in the partition does.
        ("arn:aws-cn:dynamodb:us-east-1:111122223333:table/T", ARN, False),
        ("arn:*:dynamodb:us-east-1:111122223333:table/T", ARN, True),
        # What is no ARN matches no ARN.
        ("table/T", ARN, False),
        ("arn:aws:dynamodb", ARN, False),
        ("arn:aws:s3", ARN, False),
        ("ARN:aws:dynamodb:us-east-1:111122223333:table/T", ARN, False),
        ("arn:aws:dynamodb:us-east-1:111122223333:table/t", ARN, False),
        ("arn:aws:dynamodb:us-east-1:111122223333:table.T", ARN, False),
    ],
)  # fmt: skip
def test_reach_of_wildcards_in_arns(pattern: str, arn: str, expected: bool) -> None:
    assert matches(arn_glob(pattern), arn) is expected


def outside(inside: Glob, others: list[Glob]) -> str | None:
    """The shortest text in the first and in none of the others."""
    cells = explore(inside, others)
    assert not cells.capped
    return next((cell.witness for cell in cells.cells if not cell.accepted), None)


def texts_up_to(length: int) -> list[str]:
    return ["".join(letters) for size in range(length + 1) for letters in itertools.product("ab:", repeat=size)]


SHORT_TEXTS = texts_up_to(5)


@settings(max_examples=300, deadline=None)
@given(st.text("ab*?", min_size=1, max_size=5), st.lists(st.text("ab*?", max_size=5), max_size=3))
def test_a_search_finds_the_shortest_string_or_proves_that_there_is_none(region: str, others: list[str]) -> None:
    inside, globs = wildcard_glob(region), [wildcard_glob(text) for text in others]
    found = outside(inside, globs)
    left = [text for text in SHORT_TEXTS if matches(inside, text) and not any(matches(glob, text) for glob in globs)]
    if found is None:
        assert left == []
    else:
        assert matches(inside, found)
        assert not any(matches(glob, found) for glob in globs)
        assert not left or len(found) <= min(map(len, left))


@settings(max_examples=300, deadline=None)
@given(st.text("ab*?", min_size=1, max_size=5), st.lists(st.text("ab:*?", max_size=5), max_size=4))
def test_the_cells_are_all_there_are_and_each_has_its_shortest_string(region: str, others: list[str]) -> None:
    inside, globs = wildcard_glob(region), [wildcard_glob(text) for text in others]
    cells = explore(inside, globs)
    assert not cells.capped

    def accepted(text: str) -> int:
        return sum(1 << place for place, glob in enumerate(globs) if matches(glob, text))

    known = {cell.accepted: cell.witness for cell in cells.cells}
    assert all(accepted(witness) == mark and matches(inside, witness) for mark, witness in known.items())
    for text in SHORT_TEXTS:
        if matches(inside, text):
            assert len(known[accepted(text)]) <= len(text)


@settings(max_examples=200, deadline=None)
@given(PATTERNS, PATTERNS)
def test_overlap_is_symmetric_and_true_where_a_string_is_shared(first: str, second: str) -> None:
    one, other = wildcard_glob(first), wildcard_glob(second)
    assert overlap(one, other) == overlap(other, one)
    if any(matches(one, text) and matches(other, text) for text in SHORT_TEXTS):
        assert overlap(one, other)


def test_a_pattern_built_to_explode_is_given_up_not_waited_for() -> None:
    bombs = [wildcard_glob("*a" + "?" * size) for size in range(20, 60)]
    assert explore(wildcard_glob("*"), bombs).capped
