"""The library as a colleague meets it: its page runs, and what is misspelt is an error and never an answer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import checker
from checker.errors import UsageError
from checker.iam import Attached, Caller, Layer, Request, evaluate, make_context, may_reach, parse, prove

ROOT = Path(__file__).parents[2]
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/keys"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE}]}
ALLOWS = Layer("identity", (Attached("mine", parse(POLICY).document),))


def test_the_page_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        exec(block, names)
    assert names["clean"] is True


@pytest.mark.parametrize("document", [POLICY, json.dumps(POLICY), json.dumps(POLICY).encode()])
def test_a_document_is_taken_as_it_comes(document: Any) -> None:
    assert parse(document) == parse(json.dumps(POLICY))


def test_bytes_that_are_no_text_are_a_problem_with_a_place() -> None:
    assert parse(b'{"Version": "\xff"}').document is None


@pytest.mark.parametrize("name", ["boundry", "Boundary", "permissions-boundary", "", "Identity"])
def test_a_layer_that_is_misspelt_is_no_layer_that_is_not_there(name: Any) -> None:
    layers = (ALLOWS, Layer(name, ()))
    request = Request("dynamodb:GetItem", TABLE)
    for ask in (
        lambda: evaluate(request, layers),
        lambda: prove("dynamodb:GetItem", TABLE, layers),
        lambda: may_reach("dynamodb:GetItem", TABLE, layers),
    ):
        with pytest.raises(ValueError, match="there is no layer"):
            ask()


@pytest.mark.parametrize(("kind", "layer"), [("resource", "identity"), ("trust", "identity"), ("identity", "resource")])
def test_a_document_of_another_kind_grants_nothing(kind: Any, layer: Any) -> None:
    """A trust policy taken for an identity policy would let in whoever asks."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": "sts:*" if kind == "trust" else "dynamodb:GetItem"}
    statement |= {} if kind == "identity" else {"Principal": {"AWS": "arn:aws:iam::999922223333:root"}}
    statement |= {} if kind == "trust" else {"Resource": "*"}
    document = parse({"Version": "2012-10-17", "Statement": [statement]}, kind).document
    assert document is not None
    with pytest.raises(ValueError, match=f"mine is a policy of the kind {kind}, in layer {layer}"):
        evaluate(Request("dynamodb:GetItem", TABLE), (Layer(layer, (Attached("mine", document),)),))


@pytest.mark.parametrize("kind", ["Role", "AWS", "service", ""])
def test_a_caller_that_is_misspelt(kind: Any) -> None:
    caller = Caller(kind, "arn:aws:iam::111122223333:role/x")
    for ask in (
        lambda: evaluate(Request("dynamodb:GetItem", TABLE, caller=caller), (ALLOWS,)),
        lambda: prove("dynamodb:GetItem", TABLE, (ALLOWS,), caller=caller),
    ):
        with pytest.raises(ValueError, match="there is no caller"):
            ask()


def test_values_of_a_context() -> None:
    assert make_context({"aws:SecureTransport": True, "X": 3, "y": ["a", False]}).values == {
        "aws:securetransport": ("true",), "x": ("3",), "y": ("a", "false"),
    }  # fmt: skip
    for wrong in (None, {"a": 1}, b"x", [None]):
        with pytest.raises(TypeError, match="a value of a condition key is"):
            make_context({"aws:SourceIp": wrong})  # type: ignore[dict-item]  # what is refused
    with pytest.raises(ValueError, match="there is no kind of policy"):
        parse(POLICY, "trst")  # type: ignore[arg-type]  # what is refused


def test_the_gate_is_a_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="there is no such file or folder"):
        checker.check("nowhere")
    (tmp_path / "x.yaml").write_text("kind: ConfigMap\n", encoding="utf-8")
    assert checker.check(tmp_path / "x.yaml").findings == ()
    with pytest.raises(AttributeError):
        checker.chek  # noqa: B018 - asked for is enough
