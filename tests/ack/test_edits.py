"""What an edit of a Role does in AWS on the way, or does not do."""

from __future__ import annotations

from typing import Any

import pytest

from checker.ack.edits import Note, notes
from checker.ack.objects import make_object
from checker.inventory.objects import Object, Origin

DOCUMENT = '{"Version": "2012-10-17", "Statement": {"Sid": "%s", "Effect": "Allow", "Action": "s3:ListBucket"}}'


def role(**spec: Any) -> Object:
    item = {"kind": "Role", "metadata": {"name": "r"}, "spec": {"name": "r", **spec}}
    return make_object(item, Origin("r.yaml", 0, ()))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"team": "a"}, {"team": "b"}, "team (tags) will be missing on the role until the controller's next loop"),
        ({"team": "a"}, {"team": "a"}, ""),
        ({"team": "a"}, {"team": "a", "cell": "2"}, ""),
        ({"team": "a"}, {}, ""),
    ],
)
def test_a_tag_with_another_value_is_gone_for_a_loop(before: dict[str, str], after: dict[str, str], told: str) -> None:
    one, other = ([{"key": key, "value": value} for key, value in tags.items()] for tags in (before, after))
    found = [note.sentence for note in notes(role(tags=one), role(tags=other))]
    assert [text[: len(told)] for text in found] == ([told] if told else [])


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("a", "100%", "ends the controller's loop"),
        ("50%", "100%", "still ends the controller's loop"),
        ("100%", "100", ""),
        ("a", "100%25", ""),
        ("100%", "100%", ""),
    ],
)
def test_a_bare_percent_sign_stops_everything(before: str, after: str, told: str) -> None:
    one, other = (role(inlinePolicies={"a": DOCUMENT % text}) for text in (before, after))
    found = list(notes(one, other))
    assert found == ([Note("ignored", found[0].sentence)] if told else [])
    assert not told or told in found[0].sentence
    assert not told or found[0].sentence.startswith('invalid URL escape "%')


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"path": "/app/"}, ["spec.path stays / in AWS"]),
        ({"path": "/app/"}, {}, ["spec.path stays /app/ in AWS"]),
        ({"path": "/"}, {}, []),
        ({}, {"path": "/"}, []),
    ],
)
def test_a_field_that_is_added_or_removed_is_ignored_as_well(
    before: dict[str, str], after: dict[str, str], told: list[str]
) -> None:
    sentences = [note.sentence for note in notes(role(**before), role(**after))]
    assert [sentence.partition(":")[0] for sentence in sentences] == told
