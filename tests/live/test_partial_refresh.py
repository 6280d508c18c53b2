"""A refresh of some of the keys is no sign of life."""

from __future__ import annotations

import pytest

from checker.live.log.sorting import sort


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('{"severity":"INFO","message":"auth keys refreshed for 1 of 7 tables"}', "trouble"),
        ('level=info msg="auth keys refreshed: 3 out of 10"', "quiet"),
        ('level=info msg="auth keys refreshed (2/3 shards)"', "trouble"),
        ('level=info msg="auth keys refreshed for 7 of 7 tables"', "success"),
        ('level=info msg="auth keys refreshed: 10 out of 10"', "success"),
        ('level=info msg="auth keys refreshed (3/3 shards)"', "success"),
        ('level=info msg="auth keys refreshed" date=2026/11/27', "success"),
    ],
)
def test_some_is_not_all(line: str, kind: str) -> None:
    assert sort(line) in ({"quiet", "mention"} if kind == "quiet" else {kind})
