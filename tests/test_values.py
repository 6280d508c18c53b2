"""Our values do what those of typing do."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import pytest

from checker.iam import values


class Ours(values.NamedTuple):
    """A value."""

    name: str
    number: int = 1
    parts: tuple[str, ...] = ()

    @property
    def twice(self) -> int:
        """Twice the number."""
        return self.number * 2

    def said(self, more: str) -> str:
        """The name and more."""
        return self.name + more


class Theirs(typing.NamedTuple):
    """A value."""

    name: str
    number: int = 1
    parts: tuple[str, ...] = ()

    @property
    def twice(self) -> int:
        """Twice the number."""
        return self.number * 2

    def said(self, more: str) -> str:
        """The name and more."""
        return self.name + more


class Empty(values.NamedTuple):
    """Nothing."""


BOTH: tuple[Any, ...] = (Ours, Theirs)


@pytest.mark.parametrize(
    "asked",
    [
        lambda kind: tuple(kind("a")),
        lambda kind: tuple(kind("a", 2, ("x",))),
        lambda kind: tuple(kind(parts=("x",), name="a")),
        lambda kind: tuple(kind._make(["a", 1, ()])),
        lambda kind: tuple(kind("a")._replace(number=3)),
        lambda kind: kind("a")._asdict(),
        lambda kind: (kind._fields, kind._field_defaults, kind.__match_args__, kind.__doc__),
        lambda kind: (kind("a").twice, kind("a").said("b"), kind("a").number),
        lambda kind: kind("a") == ("a", 1, ()) and hash(kind("a")) == hash(("a", 1, ())),
        lambda kind: repr(kind("a")).partition("(")[2],
        lambda kind: kind("a") in {kind("a"): 1},
        lambda kind: isinstance(kind("a"), tuple),
        lambda kind: copy.copy(kind("a")) == kind("a") and type(copy.deepcopy(kind("a"))) is kind,
        lambda kind: type(pickle.loads(pickle.dumps(kind("a")))) is kind,
        lambda kind: [place for place, _ in enumerate(kind("a"))],
        lambda kind: sorted([kind("b"), kind("a")])[0].name,
    ],
)
def test_they_are_alike(asked: Any) -> None:
    ours, theirs = map(asked, BOTH)
    assert ours == theirs


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (lambda kind: kind(), TypeError),
        (lambda kind: kind("a", nothing=1), TypeError),
        (lambda kind: kind("a", 1, (), 2), TypeError),
        (lambda kind: kind("a", name="b"), TypeError),
        (lambda kind: kind("a")._replace(nothing=1), (TypeError, ValueError)),
        (lambda kind: setattr(kind("a"), "name", "b"), AttributeError),
        (lambda kind: setattr(kind("a"), "other", "b"), AttributeError),
    ],
)
def test_they_refuse_alike(asked: Any, error: Any) -> None:
    for kind in BOTH:
        with pytest.raises(error):
            asked(kind)


def test_a_pattern_takes_them_apart() -> None:
    match Ours("a", 2):
        case Ours(name, number):
            assert (name, number) == ("a", 2)


def test_one_without_fields() -> None:
    assert (Empty(), repr(Empty()), Empty._fields) == ((), "Empty()", ())
