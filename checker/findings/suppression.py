"""Suppressions as values: which findings one covers, why, until when, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..iam.values import NamedTuple

if TYPE_CHECKING:
    from ..inventory.objects import Origin
    from .place import Place

How = Literal["comment", "annotation", "configuration", "baseline"]

Use = Literal["used", "unused", "not judged"]


class OnLine(NamedTuple):
    """Findings on one line of a file, or inside the scalar whose key stands on it."""

    file: str
    line: int


class OnObject(NamedTuple):
    """Findings about one object, as one rendering makes it (`pool`, see Object)."""

    origin: Origin
    pool: str = ""


class Described(NamedTuple):
    """Findings by what they are about: globs for the subject (`Role tenant-acme/acme`, `tenant-acme/acme`, `acme`) and
    for the file, relative to `folder` (absolute); "" for any."""

    subject: str
    file: str
    folder: str


class Suppression(NamedTuple):
    """One rule that is not to be reported somewhere.

    `scope` narrows it: the Sid of a statement (`@ReadKeys` where only a Sid is meant), or a path (`Statement[0]`,
    `spec.policies`) with all below it. `until` is the last day it holds ("" for ever). `problem` says why it cannot be
    used as it is written; it covers nothing then. `use` is filled in once all findings are known.
    """

    how: How
    rule: str
    scope: str
    reason: str
    until: str
    place: Place
    target: OnLine | OnObject | Described | None
    problem: str = ""
    use: Use = "not judged"
