"""What rules say and where: symbolic places, which the engine turns into lines and columns."""

from __future__ import annotations

from collections.abc import Callable

from ..iam.values import NamedTuple
from ..inventory.objects import Object
from ..requirements.check import Answer
from .place import Place


class Related(NamedTuple):
    """A second place that explains the first."""

    place: Place
    message: str


class Problem(NamedTuple):
    """One thing a rule found: `message` says what is wrong, `why` what it does to the reverse proxy, `help` what to
    write.

    `value` is the offending text, for fingerprints that survive moved lines. `suggest` finds a better `help`, or "" for
    none; it takes time, so it is called only for the first problems of a rule. `answers` are the required accesses that
    it is about, for those who mend it; `layer` is the layer of policies that refuses, where that tells it from another
    problem at the same place.
    """

    place: Place
    message: str
    why: str
    help: str
    subject: Object | None = None
    related: tuple[Related, ...] = ()
    value: str = ""
    suggest: Callable[[], str] | None = None
    answers: tuple[Answer, ...] = ()
    layer: str = ""


class Weakening(NamedTuple):
    """Something that judges a change and is weakened by it: where it stands, and what to say of it."""

    place: Place
    message: str
    value: str
