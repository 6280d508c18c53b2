"""A place inside a policy document is a place in the file, whatever the YAML style: by property, over every JSON
token.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yaml.nodes import ScalarNode

from checker.text.json_nodes import compose_json
from checker.text.nodes import walk
from checker.text.scalars import character_spans
from checker.text.source import Span
from checker.text.yaml_nodes import compose_all, end_of, start_of

TEXT = st.text(st.sampled_from("abcXYZ019 :/*?-.,'#&!%@`|>é世😀\"\\\u2028"), max_size=12)
POLICIES = st.recursive(
    st.one_of(TEXT, st.integers(-9, 99), st.booleans(), st.none()),
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(TEXT, below, max_size=3)),
    max_leaves=12,
)
INDENTS = st.sampled_from([None, 1, 2, 4, "\t"])
BREAKS = st.sampled_from(["\n", "\r\n"])


def quoted_double(text: str, *, ascii_only: bool, broken: bool) -> str:
    body = json.dumps(text, ensure_ascii=ascii_only)
    if ascii_only:
        body = json.dumps(text, ensure_ascii=False).replace("é", "\\xe9").replace("😀", "\\U0001F600")
    if broken:
        # A line of a double-quoted scalar may end in a backslash; the next one's indentation is not content.
        place = body.find('\\"')
        if place > 0 and len(body) > 4:
            body = body[:place] + "\\\n      " + body[place:]
    return body


def written(text: str, style: str, *, chomping: str = "", indent_digit: bool = False) -> str:
    """A YAML document whose `doc` is the text, in this style, between two other fields."""
    if style in "|>":
        lines = text.split("\n")
        digit = "2" if indent_digit else ""
        body = "".join(f"    {line}\n" if line else "\n" for line in lines)
        return f"spec:\n  before: x\n  doc: {style}{digit}{chomping}\n{body}  after: y\n"
    if style == "'":
        value = "'" + text.replace("'", "''").replace("\n", "\n\n    ") + "'"
    elif style == '"':
        value = quoted_double(text, ascii_only=False, broken=False)
    elif style == "escaped":
        value = quoted_double(text, ascii_only=True, broken=False)
    else:
        value = quoted_double(text, ascii_only=False, broken=True)
    return f"spec:\n  before: x\n  doc: {value}\n  after: y\n"


def doc_node(source: str) -> ScalarNode:
    root = compose_all(source)[0]
    return next(node for path, node in walk(root) if path == ("spec", "doc") and isinstance(node, ScalarNode))


def source_text_of(source: str, spans: list[Span], first: int, last: int) -> str:
    return source[spans[first].start : spans[last - 1].end]


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@example(policy=[[" \u2028"]], indent=None, style="'", chomping="", line_break="\n")
@given(
    policy=POLICIES,
    indent=INDENTS,
    style=st.sampled_from(["|", ">", "'", '"', "escaped", "broken"]),
    chomping=st.sampled_from(["", "-", "+"]),
    line_break=BREAKS,
)
def test_every_json_token_is_found_in_every_style(
    policy: object, indent: int | str | None, style: str, chomping: str, line_break: str
) -> None:
    text = json.dumps(policy, indent=indent, ensure_ascii=False)
    if style in "|>":
        # A literal line separator would end the line of a block; JSON can write it as an escape.
        text = text.replace("\u2028", "\\u2028")
    source = written(text, style, chomping=chomping).replace("\n", line_break)
    node = doc_node(source)
    spans = character_spans(source, node)
    assert spans is not None
    assert len(spans) == len(node.value) + 1
    for _, token in walk(compose_json(node.value)):
        first, last = start_of(token), end_of(token)
        there = source_text_of(source, spans, first, last)
        # Blanks before a line break (U+2028 is one in YAML 1.1) are folded away: written there, not part of the value.
        if isinstance(token, ScalarNode) and style in ("|", "'") and not set(there) & set("'\n\u2028"):
            assert there == node.value[first:last]
        assert there.lstrip("\\").startswith((node.value[first], "'"))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(st.sampled_from("ab \té😀:#"), max_size=6), min_size=1, max_size=6),
    st.sampled_from(["|", "|-", "|+", ">", ">-", ">+", "|2", ">2-"]),
)
def test_any_block_scalar_maps_each_character_to_itself(lines: list[str], header: str) -> None:
    source = f"k: {header}\n" + "".join(f"  {line}\n" if line.strip() else f"{line[:0]}\n" for line in lines) + "z: 1\n"
    try:
        node = compose_all(source)[0].value[0][1]
    except Exception:  # noqa: BLE001 - tabs and deeper first lines can make a text that is no YAML: not the point here
        return
    spans = character_spans(source, node)
    assert spans is not None
    for char, span in zip(node.value, spans, strict=False):
        there = source[span.start : span.end]
        assert there == char or (char in " \n" and there in "\n\r\n")


PLAIN = "spec:\n  doc: {a: not json,\n    b}\n  plain: two words\n    go on here\n\n    after a gap\n  end: 1\n"


def test_plain_scalar_over_lines() -> None:
    root = compose_all(PLAIN)[0]
    node = next(node for path, node in walk(root) if path == ("spec", "plain"))
    assert isinstance(node, ScalarNode)
    spans = character_spans(PLAIN, node)
    assert spans is not None
    assert node.value == "two words go on here\nafter a gap"
    place = node.value.index("after")
    assert PLAIN[spans[place].start :].startswith("after a gap")


def test_a_surrogate_pair_in_a_json_manifest_is_one_character() -> None:
    source = '{"doc": "a\\ud83d\\ude00b"}'
    node = compose_json(source).value[0][1]
    spans = character_spans(source, node)
    assert spans is not None
    assert node.value == "a😀b"
    assert source[spans[1].start : spans[1].end] == "\\ud83d\\ude00"
