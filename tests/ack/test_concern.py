"""What the scan of bytes rules out, a full parse must rule out as well: for every way of spelling an object that the API
server would take for one of ours.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.ack.kinds import EKS, IAM
from checker.ack.objects import sightings
from checker.ack.scan import _NEEDLES, TELLING_FIELDS, can_concern, hides_its_group, text_can_concern
from checker.project.project import load
from checker.text.documents import cut, parse_piece
from checker.text.nodes import TreeError
from checker.text.source import Source, decode
from checker.text.yaml_nodes import YamlError

OURS = [
    (IAM, "Role"),
    (IAM, "Policy"),
    (IAM, "OpenIDConnectProvider"),
    (EKS, "PodIdentityAssociation"),
    ("v1", "ServiceAccount"),
]


def seen(text: str) -> list[tuple[str, str]]:
    """The objects of ours in a text, told by parsing all of it."""
    found = []
    for piece in cut(Source("x", text)):
        try:
            for document in parse_piece(piece):
                found += [(item.object.api_version, item.object.kind) for item in sightings(document, 0)]
        except (YamlError, TreeError):
            continue
    return found


def escaped(text: str, places: set[int]) -> str:
    """A double-quoted scalar with some characters written as escapes, each in another way."""
    ways = ("\\x{:02x}", "\\u{:04x}", "\\U{:08x}")
    parts = [ways[place % 3].format(ord(char)) if place in places else char for place, char in enumerate(text)]
    return '"' + "".join(parts) + '"'


def continued(text: str, place: int) -> str:
    return f'"{text[:place]}\\\n    {text[place:]}"'


def binary(text: str, tag: str = "!!binary") -> str:
    return f"{tag} {base64.b64encode(text.encode()).decode()}"


def forms(version: str, kind: str) -> Iterator[str]:
    rest = "metadata: {name: a, annotations: {eks.amazonaws.com/role-arn: x}}\nspec: {name: a}\n"
    for tag in ("!!binary", "!<tag:yaml.org,2002:binary>", "!!bin%61ry"):
        yield f"apiVersion: {binary(version, tag)}\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{}}\n"
        yield f"apiVersion: {version}\nkind: {binary(kind, tag)}\nmetadata: {{name: a}}\nspec: {{}}\n"
        yield f"apiVersion: {binary(version, tag)}\nkind: {binary(kind, tag)}\nmetadata: {{name: a}}\nspec: {{}}\n"
    yield f"%TAG ! tag:yaml.org,2002:\n---\napiVersion: {binary(version, '!binary')}\nkind: {binary(kind, '!binary')}\nmetadata: {{name: a}}\nspec: {{}}\n"
    yield f"%TAG !y! tag:yaml.org,2002:\n---\napiVersion: {binary(version, '!y!binary')}\nkind: {binary(kind, '!y!binary')}\nmetadata: {{name: a}}\n"
    yield f"apiVersion: {version}\nkind: {kind}List\nitems:\n- {{metadata: {{name: a}}, spec: {{}}}}\n"
    yield f"apiVersion: {version}\nkind: {kind}List\nitems:\n- {{kind: {kind}, metadata: {{name: a}}, spec: {{}}}}\n"
    yield f"apiVersion: v1\nkind: List\nitems:\n- {{apiVersion: {version}, kind: {kind}, metadata: {{name: a}}, spec: {{}}}}\n"
    yield f"'apiVersion': '{version}'\n? kind\n: {kind}\n{rest}"
    yield f"x: &a {version}\napiVersion: *a\nkind: {kind}\n{rest}"
    yield f"<<: {{apiVersion: {version}, kind: {kind}}}\n{rest}"
    yield f"apiVersion: |-\n  {version}\nkind: >-\n  {kind}\n{rest}"
    yield json.dumps({"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, "spec": {}}).replace("/", "\\/")


@pytest.mark.parametrize(("version", "kind"), OURS)
def test_every_form_is_read(version: str, kind: str) -> None:
    for text in forms(version, kind):
        assert (version, kind) in seen(text), text
        assert can_concern(text.encode()), text
        assert (version, kind) in [
            (item.api_version, item.kind) for item in load([Source("x", text)]).inventory.objects
        ] or load([Source("x", text)]).broken, text


@pytest.mark.parametrize(("version", "kind"), OURS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_ruled_out_holds_nothing(version: str, kind: str, data: st.DataObject) -> None:
    def spelt(text: str) -> str:
        places = data.draw(st.sets(st.integers(0, len(text) - 1), max_size=4))
        way = data.draw(st.sampled_from(["plain", "escaped", "continued", "binary", "single"]))
        if way == "escaped":
            return escaped(text, places)
        if way == "continued":
            return continued(text, data.draw(st.integers(1, len(text) - 1)))
        return {"plain": text, "single": f"'{text}'", "binary": binary(text)}[way]

    text = (
        f"{spelt('apiVersion')}: {spelt(version)}\n{spelt('kind')}: {spelt(kind)}\nmetadata: {{name: a}}\nspec: {{}}\n"
    )
    found = seen(text)
    assert not found or (can_concern(text.encode()) and text_can_concern(text)), text


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("lead", ["", "# ロール\n", "日本: x\n---\n"])
def test_wide_encodings_are_never_ruled_out(codec: str, lead: str) -> None:
    text = f"{lead}apiVersion: {IAM}\nkind: Role\nmetadata: {{name: a}}\nspec: {{name: a}}\n"
    data = text.encode(codec)
    assert can_concern(data)
    project = load([Source("x", decode(data))])
    # Without a mark, YAML must begin with an ASCII character; what does not is refused, and said to be.
    assert project.inventory.roles or project.broken


@pytest.mark.parametrize("name", ["a.YAML", "a.Yml", "a.JSON", "Kustomization"])
def test_names_in_capitals_are_manifests(name: str) -> None:
    from checker.text.files import is_manifest

    assert is_manifest(f"folder/{name}")
    assert not is_manifest(f"node_modules/{name}")


@pytest.mark.parametrize("needle", _NEEDLES, ids=range(len(_NEEDLES)))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_an_expression_finds_holds_one_of_the_words(needle: bytes, data: st.DataObject) -> None:
    """The words are looked for first, and nothing else where none is there."""
    found = data.draw(st.from_regex(re.compile(needle)))
    assert can_concern(found) or re.search(needle, found) is None, found


@pytest.mark.parametrize(
    "version", ["${GROUP}/v1alpha1", "{{ .Values.api }}", '"<group>/v1alpha1"', "iam.${DOMAIN}/v1alpha1"]
)
@pytest.mark.parametrize("field", TELLING_FIELDS)
def test_an_object_whose_group_is_filled_in_later_is_not_ruled_out(version: str, field: str) -> None:
    text = f"apiVersion: {version}\nkind: Role\nmetadata: {{name: x}}\nspec: {{{field}: x}}\n"
    assert can_concern(text.encode())
    assert text_can_concern(text)
    assert hides_its_group(text)


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: iam.aws.crossplane.io/v1beta1\nspec: {forProvider: {assumeRolePolicyDocument: '${X}'}}\n",
        "apiVersion: {{ .Values.x }}\nkind: Role\nrules: []\n",
        "kind: Role\nspec: {policyDocument: '${X}'}\n",
    ],
)
def test_what_is_of_another_group_is_no_object_of_ours(text: str) -> None:
    assert not hides_its_group(text)
