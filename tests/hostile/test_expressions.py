"""Every regular expression of the package, found by walking it, on text built to make it explode: none may take time
that grows faster than the text.

A linear search of 8,000 characters takes a few milliseconds, one that backtracks beyond their square seconds; the slow
suite asks for 60,000, where the square alone is far beyond the half second of CPU that an expression has.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest

import checker
from checker.iam.expressions import expression
from checker.live.log.words import words

SHORT, LONG = 3_000, 60_000
SECONDS = 0.5
LATE: Any = type(expression("x"))
"""What is compiled when it is first asked: those that were not yet asked are looked at as well."""

CALLS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import sre_parse


def modules() -> Iterator[str]:
    return (item.name for item in pkgutil.walk_packages(checker.__path__, "checker.") if "__main__" not in item.name)


def compiled(value: Any, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    """The expressions in a value of a module: itself, or in its collections."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, LATE):
        yield re.compile(value.pattern, value.flags)
    elif isinstance(value, dict) and depth < 3:
        yield from compiled(tuple(value.values()), depth + 1)
    elif isinstance(value, (tuple, list, frozenset, set)) and depth < 3:
        for item in value:
            yield from compiled(item, depth + 1)


class Expression(NamedTuple):
    """An expression, and the ways in which its module asks it (all of them, where that cannot be told)."""

    pattern: re.Pattern[Any]
    asked: frozenset[str]


BOUNDED = {
    "checker.fix.edits.block: '-[": "asked about 200 characters",
    "checker.text.alignment._ACTION": "asked about lines of 4,000 characters at most",
    "checker.live.record.redaction._FORMS: '\\\\bey[": "asked about lines that were cut before",
}
"""Expressions that are not linear and need not be, since what they are asked about is cut to a length before."""

ANY = frozenset({"search", "fullmatch", "finditer"})
SAME = {"sub": "finditer", "subn": "finditer", "split": "finditer", "findall": "finditer", "compile": "search"}


def methods(tree: ast.Module, name: str) -> frozenset[str]:
    """How a module asks an expression that it names; where it hands it on, in any way."""
    parents = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            parent = parents.get(id(node))
            if not isinstance(parent, ast.Attribute):
                return ANY
            found.add(SAME.get(parent.attr, parent.attr))
    return frozenset(found & (ANY | {"match"})) or ANY


def written(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The expressions that stand in calls of `re`, outside of assignments to the module's names, and the call; what is
    put into an f-string is taken for a word."""
    named = {id(node.value) for node in tree.body if isinstance(node, ast.Assign)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or id(node) in named or not isinstance(node.func, ast.Attribute):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr in CALLS):
            continue
        given = node.args[0]
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            yield given.value, node.func.attr
        elif isinstance(given, ast.JoinedStr) and not any(
            isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) for part in given.values
        ):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "acme" for part in given.values)
            yield text, node.func.attr


def expressions() -> dict[str, Expression]:
    found: dict[str, Expression] = {}
    for name in modules():
        module = importlib.import_module(name)
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for key, value in vars(module).items():
            for pattern in compiled(value):
                asked = methods(tree, key) if isinstance(value, (re.Pattern, LATE)) else ANY
                found.setdefault(f"{name}.{key}: {pattern.pattern!r:.60}", Expression(pattern, asked))
        for text, call in written(tree):
            found.setdefault(f"{name}: {text!r:.60}", Expression(re.compile(text), frozenset({SAME.get(call, call)})))
    # Made when a log is read: the words of words.yaml.
    for name, pattern in words()._asdict().items():
        found[f"checker.live.log words: {name}"] = Expression(pattern, ANY - {"fullmatch"})
    return found


def alphabet(pattern: re.Pattern[Any]) -> tuple[list[str], list[str]]:
    """Characters and words that the expression speaks of."""
    chars: dict[str, None] = {}
    words: dict[str, None] = {}

    def gather(parts: Any) -> None:
        word = ""
        for operation, given in parts:
            if str(operation) == "LITERAL":
                word += chr(given)
                chars.setdefault(chr(given))
                continue
            if word:
                words.setdefault(word)
            word = ""
            for item in flat(given):
                if isinstance(item, sre_parse.SubPattern):
                    gather(item)
            if str(operation) == "IN":
                for kind, value in given:
                    if str(kind) == "LITERAL":
                        chars.setdefault(chr(value))
                    elif str(kind) == "RANGE":
                        chars.setdefault(chr(value[0]))
                    elif str(kind) == "CATEGORY":
                        chars.setdefault(" " if "SPACE" in str(value) else "1" if "DIGIT" in str(value) else "a")
            elif str(operation) in ("ANY", "NOT_LITERAL"):
                chars.setdefault("a")
        if word:
            words.setdefault(word)

    def flat(given: Any) -> Iterator[Any]:
        if isinstance(given, sre_parse.SubPattern):
            yield given
        elif isinstance(given, (tuple, list)):
            for item in given:
                yield from flat(item)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gather(sre_parse.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    return list(chars)[:6], list(words)[:4]


def attacks(pattern: re.Pattern[Any], length: int) -> Iterator[str]:
    """Repetitions of what the expression speaks of, with something behind them that it does not take."""
    chars, words = alphabet(pattern)
    units = [*chars, *words, *(one + other for one in chars for other in chars if one != other)]
    units += [word + char for word in words for char in chars]
    lead = "".join(words[:1])
    for unit in dict.fromkeys(units):
        text = unit * (length // len(unit))
        yield text + "\x00"
        yield lead + text + "\n!"


class TooSlowError(Exception):
    pass


def stop(number: int, frame: FrameType | None) -> None:
    raise TooSlowError


def run(expression: Expression, text: str) -> None:
    pattern, asked = expression
    given: Any = text.encode("utf-8", "surrogatepass") if isinstance(pattern.pattern, bytes) else text
    for method in asked:
        found = getattr(pattern, method)(given)
        if method == "finditer":
            for _ in found:
                pass


@pytest.fixture(scope="module")
def found() -> dict[str, Expression]:
    return expressions()


@pytest.mark.long
def test_the_walk_finds_them(found: dict[str, Expression]) -> None:
    assert len(found) > 120
    assert any("text.documents._BLANK" in label for label in found)
    assert any("placeholders" in label for label in found)


def slow(expression: Expression, length: int = LONG) -> str | None:
    """A text on which the expression takes too long; None where there is none."""
    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        for text in attacks(expression.pattern, length):
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            try:
                run(expression, text)
            except TooSlowError:
                return text
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return None


@pytest.mark.slow
@pytest.mark.parametrize("length", [SHORT, LONG])
def test_none_explodes(length: int, found: dict[str, Expression]) -> None:
    asked = {label: item for label, item in found.items() if not label.startswith(tuple(BOUNDED))}
    assert len(found) - len(asked) == len(BOUNDED)
    assert {label: text[:40] for label, item in asked.items() if (text := slow(item, length)) is not None} == {}


@pytest.mark.long
@pytest.mark.parametrize(
    "exploding",
    [
        r"\A(?:[ \t\r\n]|---(?=[ \t\r\n]|\Z)|#[^\r\n]*)*\Z",
        r"\$\{\{.*?\}\}",
        r"([A-Z_]*ACCOUNT[A-Z_]*|X{4,})(?=:)",
        r"(a+)+b",
    ],
)
def test_the_test_sees_what_explodes(exploding: str) -> None:
    assert slow(Expression(re.compile(exploding, re.DOTALL), ANY)) is not None
