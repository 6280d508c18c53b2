"""Texts as they come: marks, line ends, many documents, traps. Lines and columns as an editor shows them."""

from __future__ import annotations

import pytest

from checker.text.documents import cut, parse_piece
from checker.text.limits import DEPTH_LIMIT
from checker.text.nodes import TreeError, find, measure, plain, repeated_keys
from checker.text.source import Source, decode, line_starts, line_text, position
from checker.text.yaml_nodes import YamlError, compose_all, start_of


def values(text: str) -> list[object]:
    return [plain(document.root) for piece in cut(Source("x", text)) for document in parse_piece(piece)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("--- # first\na: 1\n...\n---\nb: 2\n...\n", [{"a": 1}, {"b": 2}]),
        ("---\n---\n# only a comment\n---\nb: 2\n", [{"b": 2}]),
        ("a: |\n  ---\n  x\n", [{"a": "---\nx\n"}]),
        ("%YAML 1.1\n---\na: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("--- {a: 1}\n--- [b]\n", [{"a": 1}, ["b"]]),
        ("a: 1\r---\rb: 2\r", [{"a": 1}, {"b": 2}]),
        ('{"a":\t[1,\n\t2]}', [{"a": [1, 2]}]),
        ('{"a": "\\ud83d\\ude00"}', [{"a": "😀"}]),
        ("{a: 1,}", [{"a": 1}]),
        ("", []),
    ],
)
def test_documents(text: str, expected: list[object]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("scalar", "expected"),
    [
        ("2012-10-17", "2012-10-17"), ("2012-10-17T00:00:00Z", "2012-10-17T00:00:00Z"),
        ("on", True), ("yes", True), ("Y", True), ("n", False), ("OFF", False), ("yEs", "yEs"), ("'yes'", "yes"),
        ("1e3", 1000.0), ("0x10", 16), ("0b11", 3), ("-0o17", -15), ("03600", 1920), ("0", 0), ("089", 89.0),
        ("1_000", 1000), (".5", 0.5), ("1.", 1.0), ("1e999", "1e999"), ("0x", "0x"), ("+", "+"), ("12:30", "12:30"),
        ("'3600'", "3600"), ('"true"', "true"), ("!!str 3600", "3600"), ("3600", 3600), ("-1", -1), ("1.5", 1.5),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("9" * 200, "9" * 200),
    ],
)  # fmt: skip
def test_scalars_are_what_kubernetes_takes_them_for(scalar: str, expected: object) -> None:
    assert values(f"a: {scalar}\n") == [{"a": expected}]


def test_merges_are_applied_and_own_keys_win() -> None:
    text = "base: &b {x: 1, y: 2}\nmore: &c {z: 3}\nhere:\n  <<: [*b, *c]\n  x: 9\n"
    assert values(text) == [
        {"base": {"x": 1, "y": 2}, "more": {"z": 3}, "here": {"x": 9, "y": 2, "z": 3}},
    ]


def test_an_alias_is_shared_and_billions_of_laughs_cost_nothing() -> None:
    lines = ["l0: &l0 [lol, lol]", *(f"l{i}: &l{i} [*l{i - 1}, *l{i - 1}]" for i in range(1, 60))]
    root = compose_all("\n".join(lines))[0]
    assert find(root, ("l1", 0)) is find(root, ("l0",))
    with pytest.raises(TreeError, match="stand for more than"):
        measure(root, "*")


def test_an_alias_inside_itself_is_an_error_with_a_place() -> None:
    with pytest.raises(TreeError, match="inside the very node") as caught:
        plain(compose_all("a: 1\nb: &x [*x]\n")[0])
    assert start_of(caught.value.node) == 8


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 50_000, "{a: " * 20_000, "? " * 30_000])
def test_nesting_beyond_reason_is_refused_before_it_can_hurt(text: str) -> None:
    with pytest.raises(YamlError):
        compose_all(text)


def test_deep_but_reasonable_nesting_is_read() -> None:
    depth = DEPTH_LIMIT - 10
    assert len(compose_all("[" * depth + "]" * depth)) == 1


def test_repeated_keys_are_seen() -> None:
    found = [(item.path, item.key.value) for item in repeated_keys(compose_all("a: 1\nb: {c: 1, c: 2}\na: 2\n")[0])]
    assert found == [((), "a"), (("b",), "c")]


@pytest.mark.parametrize(
    ("text", "needle", "line", "column"),
    [
        ("a: 1\nb: x\n", "x", 2, 4),
        ("a: 1\r\nb: x\r\n", "x", 2, 4),
        ("a: 1\rb: x\r", "x", 2, 4),
        ("😀: 😀\n😀: x\n", "x", 2, 4),
        ("a: \u2028\u2029\u0085 x\n", "x", 1, 8),
        ("a:\n\tx\n", "x", 2, 2),
    ],
)
def test_lines_and_columns_as_an_editor_shows_them(text: str, needle: str, line: int, column: int) -> None:
    found = position(line_starts(text), text.index(needle))
    assert (found.line, found.column, found.offset) == (line, column, text.index(needle))
    assert needle in line_text(text, line_starts(text), line)


@pytest.mark.parametrize(
    "data",
    [b"\xef\xbb\xbfa: x", "\ufeffa: x".encode("utf-16-le"), "\ufeffa: x".encode("utf-16-be"), b"a: x"],
)
def test_byte_order_marks_are_no_part_of_the_text(data: bytes) -> None:
    assert decode(data) == "a: x"


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a: b\n  c: d\n", 8),
        ("a: [x\n", 6),
        ("a: \x01\n", 3),
        ("é😀: \x01\n", 4),
        ("a: *nobody\n", 3),
        ('a: "\\q"\n', 4),
    ],
)
def test_errors_have_a_place(text: str, offset: int) -> None:
    with pytest.raises(YamlError) as caught:
        compose_all(text)
    assert caught.value.offset == offset


def test_a_byte_that_is_no_text_is_an_error_at_its_place() -> None:
    text = decode(b"a: caf\xe9\n")
    with pytest.raises(YamlError, match="0xE9 is not UTF-8") as caught:
        compose_all(text)
    assert caught.value.offset == 6
