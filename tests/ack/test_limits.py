"""Limits of fields: the shipped ones are those of the installed service models, and each refuses what AWS refuses."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from checker.ack import limits
from checker.ack.objects import make_object
from checker.inventory.objects import Origin

ROOT = Path(__file__).parents[2]


def test_the_shipped_limits_are_those_of_botocore() -> None:
    import botocore

    script = runpy.run_path(str(ROOT / "scripts" / "update_field_limits.py"))
    shipped = json.loads((ROOT / "checker" / "ack" / "limits.json").read_text(encoding="utf-8"))
    assert f"botocore {botocore.__version__} " in shipped["source"], "run scripts/update_field_limits.py"
    assert script["limits"]() == shipped["kinds"], "run scripts/update_field_limits.py"


def role(**spec: Any) -> list[str]:
    data = {
        "apiVersion": "iam.services.k8s.aws/v1alpha1",
        "kind": "Role",
        "metadata": {"name": "a"},
        "spec": {"name": "a-reverse-proxy", **spec},
    }
    found = limits.refused_fields(make_object(data, Origin("x", 0, ())))
    return [f"{'.'.join(map(str, item.path[1:]))} {item.message}" for item in found]


def tag(key: str, value: str = "v") -> dict[str, str]:
    return {"key": key, "value": value}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"description": "a — b"}, "description has the character U+2014 (—), which AWS refuses"),
        ({"description": "x" * 1001}, "description has 1001 characters, and AWS takes 0 to 1000"),
        ({"name": "ä"}, "name has the character U+00E4 (ä), which AWS refuses"),
        ({"name": "x" * 65}, "name has 65 characters"),
        ({"path": "/a"}, "path has a form that AWS refuses"),
        ({"path": "a/"}, "path has a form that AWS refuses"),
        ({"maxSessionDuration": 60}, "maxSessionDuration is 60, and AWS takes 3600 to 43200"),
        ({"permissionsBoundary": "x"}, "permissionsBoundary has 1 characters"),
        ({"policies": ["x" * 2049]}, "policies.0 has 2049 characters"),
        ({"inlinePolicies": {"a b": "{}"}}, "inlinePolicies.a b has the character U+0020, which AWS refuses"),
        ({"tags": [tag("k", "(x)")]}, "tags.0.value has the character U+0028 ((), which AWS refuses"),
        ({"tags": [tag("k", "a\tb")]}, "tags.0.value has the character U+0009, which AWS refuses"),
        ({"tags": [tag("")]}, "tags.0.key has 0 characters"),
        ({"tags": [tag("x" * 129)]}, "tags.0.key has 129 characters"),
        ({"tags": [tag("AWS:x")]}, "tags.0.key begins with aws:"),
        ({"tags": [tag("a"), tag("A")]}, "tags.1.key differs from a in upper and lower case only"),
        ({"tags": [tag(str(number)) for number in range(51)]}, "tags has 51 entries"),
    ],
)
def test_refused(spec: dict[str, Any], said: str) -> None:
    found = role(**spec)
    assert any(item.startswith(said) for item in found), found


@pytest.mark.parametrize(
    "spec",
    [
        {"description": "Schlüssel §1, tabs\tand\nlines"},
        {"description": ""},
        {"name": "a_+=,.@-B9"},
        {"path": "/"},
        {"path": "/a/b!/"},
        {"maxSessionDuration": 3600},
        {"maxSessionDuration": "${DURATION}"},
        {"tags": [tag("app.kubernetes.io/name", "a@b"), tag("größe", "中 文_1+2=3:x-y"), tag("empty", "")]},
        {"tags": [tag("owner", "<team>")]},
        {"tags": "a string, of which another rule speaks"},
        {"policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]},
    ],
)
def test_taken(spec: dict[str, Any]) -> None:
    assert role(**spec) == []
