"""Which objects the target of a patch may be, by the regular expressions in it."""

from __future__ import annotations

import re

import pytest

from checker.kustomize.effects import may_be


@pytest.mark.parametrize(
    ("pattern", "text", "may"),
    [
        (re.escape("iam.services.k8s.aws"), "iam.services.k8s.aws", True),
        (re.escape("iam.services.k8s.aws"), "eks.services.k8s.aws", False),
        (re.escape("iam.services.k8s.aws"), "iamxservices.k8s.aws", False),
        (re.escape("my-role"), "my-role", True),
        (re.escape("my-role"), "other", False),
        ("my.role", "my-role", True),
        ("a|b-.*", "b-c", True),
        ("a|b-.*", "c", False),
        (r"\d+", "anything", True),
        ("a(b|c)", "anything", True),
    ],
)
def test_a_target(pattern: str, text: str, may: bool) -> None:
    assert may_be(pattern, text) is may
