"""From the nodes of a document to Kubernetes objects: at the top, in a `kind: List`, or nested in another resource.

A kro ResourceGraphDefinition carries whole Roles as templates, and some files are a bare list of objects, so an
object is recognised wherever a mapping states an apiVersion and kind of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..iam.values import NamedTuple
from ..inventory.objects import Alteration, Object, Origin
from ..text.documents import YamlDocument
from ..text.nodes import Path, entries, key_of, node_at, plain, scalar_value, walk
from ..text.yaml_nodes import start_of
from .blocks import blocks_at, loose_separator
from .kinds import BY_NAME, IAM_GROUP, NAMESPACE, WORKLOADS, standing
from .open_templates import decides, is_branch
from .placeholders import Placeholder, changes_structure, find_in_comments, find_in_text, find_placeholder
from .scan import TELLING_FIELDS, is_open_version


class Sighting(NamedTuple):
    """An object in a document: the document, the object, and its first placeholder, if any. `is_open`: its placeholders
    stand inside of values, so that all else is what will be applied. `branch` is a line of the template that decides
    whether the object is there, or how often."""

    document: YamlDocument
    object: Object
    placeholder: Placeholder | None
    supported: bool
    is_open: bool = False
    branch: Placeholder | None = None

    @property
    def node(self) -> Node:
        """The node of the object."""
        return node_at(self.document.root, self.object.origin.path)


def sightings(document: YamlDocument, number: int) -> Iterator[Sighting]:
    """The objects of our kinds in one document, in reading order. Raises TreeError for trees that never end."""
    inside: set[int] = set()
    inherited: dict[int, tuple[str, str]] = {}
    in_comments = find_in_comments(document.root, document.piece) if document.branches is None else None
    for path, node in walk(document.root, closed=inside):
        if not isinstance(node, MappingNode):
            continue
        fields = {key_of(key): value for key, value in entries(node) if isinstance(key, ScalarNode)}
        identity = _identity(fields, path) or inherited.get(id(node)) or _without_version(fields, path)
        if identity is not None and identity[1].endswith("List"):
            inherited |= _given_to_items(identity, fields)
        status = standing(*identity) if identity else "passed-over"
        if status == "passed-over" and identity is not None and _is_meant_for_ack(identity, fields):
            status = "unsupported"
        if identity is None or status == "passed-over" or _is_reference(fields, path):
            continue
        inside.add(id(node))
        whole = plain(node)
        stated = tuple(nulls(whole)) if _has_null(whole) else ()
        data = without_nulls(whole) if stated else whole
        if isinstance(data, dict):
            data = {**data, "apiVersion": identity[0], "kind": identity[1]}
            is_hidden = status == "unsupported" and _in_identity(identity) is not None
            is_ours = is_hidden or (status == "read" and identity not in WORKLOADS and identity != NAMESPACE)
            inside_text = find_placeholder(node, document.piece.text) if is_ours else None
            placeholder = inside_text or in_comments if is_ours else None
            is_open = inside_text is not None and in_comments is None and not changes_structure(node)
            origin = Origin(document.piece.source.name, number, path)
            item = make_object(data, origin)._replace(nulls=stated if is_ours else ())
            start = document.piece.start + start_of(node)
            within = blocks_at(document.piece.source.name, document.piece.source.text, start) if is_ours else ()
            branch = Placeholder(_engine(within[-1].shown), within[-1].shown, (), 0, True) if within else None
            lines = _lines_inside(document, node) if is_ours else ()
            if lines:
                data = _with_labels(document, lines, data)
                item = make_object(data, origin)._replace(nulls=item.nulls)
            loose = loose_separator(document.piece.source.text) if is_ours else ""
            if loose:
                placeholder, is_open = Placeholder(_engine(loose), loose, (), 0, True), False
            elif (within or lines) and in_comments is None and not changes_structure(node):
                shown = branch or Placeholder(
                    _engine(_line_at(document, lines[0])), _line_at(document, lines[0]), (), 0, True
                )
                placeholder, is_open = placeholder or shown, True
                item = item._replace(alterations=tuple(_alterations(document, lines)), within=within)
            if status != "read":
                placeholder = _in_identity(identity)
            yield Sighting(document, item, placeholder, status == "read", is_open, branch)


def _engine(shown: str) -> str:
    return "helm" if shown.startswith("{{") else "jinja"


def _line_at(document: YamlDocument, offset: int) -> str:
    return document.piece.text[offset:].partition("\n")[0].strip()


def _lines_inside(document: YamlDocument, node: Node) -> tuple[int, ...]:
    """The lines of the template engine that were taken out within an object, by their offsets."""
    if not document.branches:
        return ()
    last = max((start_of(item) for _, item in walk(node)), default=0)
    return tuple(offset for offset in document.branches if start_of(node) < offset < last)


def _with_labels(document: YamlDocument, lines: tuple[int, ...], data: dict[str, Any]) -> dict[str, Any]:
    """The object with each line that puts in labels as a label of its own: which labels it puts in is not known."""
    put_in = [shown for shown in (_line_at(document, offset) for offset in lines) if not is_branch(shown)]
    metadata = mapping(data.get("metadata"))
    if not put_in or not metadata:
        return data
    labels = {**mapping(metadata.get("labels")), **{shown: shown for shown in put_in}}
    return {**data, "metadata": {**metadata, "labels": labels}}


def _alterations(document: YamlDocument, lines: tuple[int, ...]) -> Iterator[Alteration]:
    """The first line inside of an object that branches or loops, so that what stands in it may be there or not, or
    several times, or that puts in annotations, which the controller goes by."""
    for offset in lines:
        shown = _line_at(document, offset)
        if is_branch(shown) or decides(document.piece.text, offset):
            what = f"{shown} in the template"
            yield Alteration("content", document.piece.source.name, document.piece.start + offset, what)
            return


def _is_meant_for_ack(identity: tuple[str, str], fields: dict[str, Node]) -> bool:
    """Whether an object of a group that is not ACK's has fields as only ACK's objects have them: its group is filled in
    later, misspelt or left out."""
    spec = fields.get("spec")
    is_told = isinstance(spec, MappingNode) and not _keys_of(spec).isdisjoint(TELLING_FIELDS)
    return (is_told and identity[1] in ("Role", "Policy")) or _may_be_ours(identity, fields)


def _without_version(fields: dict[str, Node], path: Path) -> tuple[str, str] | None:
    """A whole document with a kind and no apiVersion, by the kind alone."""
    kind = fields.get("kind")
    version = fields.get("apiVersion")
    is_stated = version is not None and not (isinstance(version, ScalarNode) and scalar_value(version) is None)
    if path or is_stated or not isinstance(kind, ScalarNode):
        return None
    return "", str(scalar_value(kind))


def _may_be_ours(identity: tuple[str, str], fields: dict[str, Node]) -> bool:
    """Whether an object whose group is filled in later has fields as ours have them."""
    version, kind = identity
    spec = fields.get("spec")
    if spec is None or not is_open_version(version):
        return False
    known = BY_NAME.get(kind)
    if not isinstance(spec, MappingNode):
        return known is not None and known.is_known_by_kind
    own = known.own_fields if known else TELLING_FIELDS if find_in_text(kind) is not None else ()
    return any(isinstance(key, ScalarNode) and key_of(key) in own for key, _ in entries(spec))


def _in_identity(identity: tuple[str, str]) -> Placeholder | None:
    """A placeholder in apiVersion or kind: which kind it is to be is not known."""
    for field, text in zip(("apiVersion", "kind"), identity, strict=True):
        placeholder = find_in_text(text)
        if placeholder is not None:
            return Placeholder(placeholder[0], placeholder[1], (field,), placeholder[2], False)
    return Placeholder("template", identity[0], ("apiVersion",), 0, False) if is_open_version(identity[0]) else None


def _given_to_items(identity: tuple[str, str], fields: dict[str, Node]) -> dict[int, tuple[str, str]]:
    """The apiVersion and kind that a `RoleList` gives to items without both (apimachinery, unstructured/scheme.go,
    decodeToList: an item without kind or apiVersion gets those inferred from the list)."""
    items = fields.get("items")
    version, kind = identity[0], identity[1].removesuffix("List")
    if not kind or not isinstance(items, SequenceNode):
        return {}
    return {id(item): (version, kind) for item in items.value if isinstance(item, MappingNode) and _lacks(item)}


def _lacks(item: MappingNode) -> bool:
    stated = {key_of(key) for key, _ in entries(item) if isinstance(key, ScalarNode)}
    return not {"apiVersion", "kind"} <= stated


def make_object(data: dict[str, Any], origin: Origin) -> Object:
    """An object from its plain data; what is missing or of the wrong type is empty."""
    metadata = mapping(data.get("metadata"))
    return Object(
        api_version=str(data.get("apiVersion", "")),
        kind=str(data.get("kind", "")),
        namespace=text(metadata.get("namespace")) or "",
        name=text(metadata.get("name")) or text(metadata.get("generateName")) or "",
        labels=string_map(metadata.get("labels")),
        annotations=string_map(metadata.get("annotations")),
        data=data,
        origin=origin,
    )


def without_nulls(value: Any) -> Any:
    """The value without null fields, which the API server prunes (Kubernetes documentation, "CustomResourceDefinition:
    Defaulting and Nullable")."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    return any(map(_has_null, value)) if isinstance(value, list) else value is None


def nulls(value: Any, route: Path = ()) -> Iterator[Path]:
    """The routes of fields that state null."""
    if isinstance(value, dict):
        for key, item in value.items():
            if item is None:
                yield (*route, key)
            yield from nulls(item, (*route, key))
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from nulls(item, (*route, number))


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """The value if it is a string, else None."""
    return value if isinstance(value, str) else None


def string_map(value: Any) -> dict[str, str]:
    """The entries of a mapping that have strings as values."""
    return {key: item for key, item in mapping(value).items() if isinstance(item, str)}


def _identity(fields: dict[str, Node], path: Path) -> tuple[str, str] | None:
    """(apiVersion, kind) of a mapping that has both; a whole document of ours without a kind has the kind ""."""
    values = {key: scalar_value(node) for key, node in fields.items() if isinstance(node, ScalarNode)}
    texts = {key: str(value) for key, value in values.items() if value is not None}
    version, kind = texts.get("apiVersion"), texts.get("kind")
    if version is None or (not kind and (path or not version.startswith(f"{IAM_GROUP}/"))):
        return None
    return version, kind or ""


def _keys_of(node: Node) -> set[str]:
    pairs = entries(node) if isinstance(node, MappingNode) else []
    return {key_of(key) for key, _ in pairs if isinstance(key, ScalarNode)}


def _is_reference(fields: dict[str, Node], path: Path) -> bool:
    """Deep inside another resource, apiVersion and kind alone are a reference (Flux healthChecks, ownerReferences,
    kro's externalRef): an object has metadata as well, and a spec or (a service account) annotations."""
    is_listed = all(isinstance(step, int) or step == "items" for step in path)
    whole = "metadata" in fields and ("spec" in fields or "annotations" in _keys_of(fields["metadata"]))
    return not is_listed and not whole


def status_arn(data: Any) -> str:
    """The ARN of what an ACK object stands for, as its controller has written it into the status; "" before that."""
    return text(mapping(mapping(mapping(data).get("status")).get("ackResourceMetadata")).get("arn")) or ""
