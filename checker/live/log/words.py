"""The words that tell what a line of the log means: data (words.yaml), and a site's own."""

from __future__ import annotations

import os
import re
from functools import lru_cache

from ...iam.expressions import expression
from ...iam.values import NamedTuple

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "words.yaml")


class Words(NamedTuple):
    """The patterns of words.yaml, each list as one expression."""

    keys: re.Pattern[str]
    aws: re.Pattern[str]
    refreshing: re.Pattern[str]
    component: re.Pattern[str]
    other_refresh: re.Pattern[str]
    harmless: re.Pattern[str]
    other_service: re.Pattern[str]
    writes: re.Pattern[str]
    empty: re.Pattern[str]
    late: re.Pattern[str]
    erring: re.Pattern[str]
    success: re.Pattern[str]
    not_yet: re.Pattern[str]
    not_well: re.Pattern[str]
    not_really: re.Pattern[str]
    failure: re.Pattern[str]
    retry: re.Pattern[str]
    refused: re.Pattern[str]
    given_up: re.Pattern[str]
    traffic: re.Pattern[str]
    request: re.Pattern[str]
    own_request: re.Pattern[str]


class Site(NamedTuple):
    """The wording of a site: regular expressions for a refresh that succeeded, and for one that failed."""

    success: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()


NO_SITE = Site()


@lru_cache(maxsize=1)
def words() -> Words:
    """The wording that ships with the tool."""
    import yaml

    with open(_FILE, encoding="utf-8") as file:
        lists = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    return Words(**{name: any_of(tuple(lists[name])) for name in Words._fields})


@lru_cache(maxsize=64)
def any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return expression("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
