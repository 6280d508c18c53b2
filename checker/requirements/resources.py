"""What the resources of a requirement have of their own: the policies of tables and keys, and the key a table needs.

Sources: DynamoDB Developer Guide, "Resource-based policies" (attached to the table, they bear on its indexes too) and
"Encryption at rest: How it works" (with a customer managed key DynamoDB calls KMS on the caller's behalf, so that the
caller needs kms:Decrypt through DynamoDB); KMS Developer Guide, "Default key policy".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..iam.arns import parse_arn
from ..iam.decisions.policies import LAYERS, Attached, Layer, LayerName
from ..iam.documents.document import Document, Entry, Statement
from ..iam.documents.holes import has_hole, with_wildcards
from ..iam.documents.regions import partition_of
from ..iam.patterns.globs import arn_glob, wildcard_glob
from ..iam.patterns.language import explore, overlap
from ..iam.values import NamedTuple
from ..inventory.names import nearest
from ..inventory.objects import Inventory, Key, Object, PolicyText, Table, altered
from .layers import PolicySource, not_pushed, unreadable


class Guard(NamedTuple):
    """The policy of a resource itself: which layer it is, the ARNs that it bears on, and where it stands. Of one that
    `is_open` the ARN is a pattern: which resource it is of is not known."""

    layer: LayerName
    arns: tuple[str, ...]
    attached: Attached
    source: PolicySource
    is_open: bool = False


class Sealed(NamedTuple):
    """A table that a customer managed key encrypts: its ARN, its name, and the ARN of the key; a pattern where it is
    named by an alias or a reference to an object without a status. `policy` is the key policy where the project has
    it."""

    arn: str
    name: str
    key: str
    table: Object
    policy: Guard | None = None


def guards(inventory: Inventory, owner: Object, values: Mapping[str, str]) -> tuple[Guard, ...]:
    """The policies of all tables, and of the keys whose ARNs are known, as they bear on a role (`owner`) of a cell with
    these parameters. Of several objects for one resource the nearest counts."""
    all_guards: list[Guard] = []
    for arn, tables in _by_arn(inventory, values).items():
        meant = nearest(tables, owner)
        # Streams have resource policies of their own.
        guard = _guard("resource", (arn, f"{arn}/index/*"), [(item.object, item.policy) for item in meant])
        all_guards += [guard] if guard else []
    for key in inventory.keys:
        of_key = _guard_of_key(key, key.arn or f"{_front(key.object, 'kms', inventory, values)}:key/*")
        all_guards += [of_key._replace(is_open=not key.arn)] if of_key else []
    for name, file in inventory.hidden_tables:
        arn = f"arn:*:dynamodb:*:*:table/{name}"
        reason = f"{file} cannot be parsed, and has a Table with a policy"
        attached = Attached("the policy of a table", None, reason)
        source = PolicySource(None, owner, ("metadata", "name"))
        all_guards.append(Guard("resource", (arn, f"{arn}/index/*"), attached, source))
    # Labels tell where a policy stands, and objects of one name may be in several namespaces and files.
    taken: set[str] = set()
    for number, guard in enumerate(all_guards):
        label = guard.attached.label
        while label in taken:
            label += "'"
        taken.add(label)
        all_guards[number] = guard._replace(attached=guard.attached._replace(label=label))
    return tuple(all_guards)


def _guard_of_key(key: Key, arn: str) -> Guard | None:
    return _guard("key", (arn,), [(key.object, key.policy)])


def layers_on(resource: str, known: Iterable[Guard], but: tuple[Guard, ...] = ()) -> tuple[Layer, ...]:
    """The layers that the policies of resources make up, for questions about one resource (an ARN pattern), without
    those in `but`. One that may be of another resource neither gives nor takes anything there."""
    by_layer: dict[LayerName, list[Attached]] = {}
    for guard in known:
        if not guard.is_open and guard not in but and any(_meet(resource, arn) for arn in guard.arns):
            by_layer.setdefault(guard.layer, []).append(guard.attached)
    return tuple(Layer(name, tuple(policies)) for name, policies in by_layer.items())


def within(resource: str, known: Iterable[Guard]) -> tuple[Guard, ...]:
    """The policies that must allow, and that bear on a part of what an ARN pattern takes in, or may do so: what they
    refuse is not refused on the rest."""
    parts = (guard for guard in known if LAYERS[guard.layer].part == "must grant" and _meet(resource, guard.arns[0]))
    return tuple(guard for guard in parts if guard.is_open or not covers(guard.arns[0], resource))


def covers(arn: str, resource: str) -> bool:
    """Whether every ARN that the one pattern takes in is one of the other; False where that is too much to tell."""
    if arn == resource or ("*" not in resource and "?" not in resource):
        return True
    cells = explore(arn_glob(resource), (arn_glob(arn),))
    return not cells.capped and all(cell.accepted for cell in cells.cells)


def sealed(inventory: Inventory, owner: Object, values: Mapping[str, str]) -> tuple[Sealed, ...]:
    """The tables that a customer managed key encrypts. Where equally near objects for one table name different keys,
    the key is not known."""
    sealed_tables = []
    for arn, tables in _by_arn(inventory, values).items():
        meant = nearest(tables, owner)
        keys = {(table.key, table.key_ref.name if table.key_ref else "") for table in meant}
        if keys == {("", "")}:
            continue
        table = meant[0]
        key, policy = _key_of(table, inventory, values)
        if len(keys) > 1:
            key, policy = f"{_front(table.object, 'kms', inventory, values)}:key/*", None
        sealed_tables.append(Sealed(arn, arn.rpartition("/")[2], key, table.object, policy))
    return tuple(sealed_tables)


def indexes_of(inventory: Inventory, values: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The indexes of each table, by the table's ARN; of several objects for one table, those of all."""
    return {
        arn: frozenset(name for table in tables for name in table.indexes)
        for arn, tables in _by_arn(inventory, values).items()
        if not any(altered(table.object, "content") or not_pushed(table.object) for table in tables)
    }


def _by_arn(inventory: Inventory, values: Mapping[str, str]) -> dict[str, list[Table]]:
    by_arn: dict[str, list[Table]] = {}
    for table in inventory.tables:
        by_arn.setdefault(_arn(table, inventory, values), []).append(table)
    return by_arn


def _arn(table: Table, inventory: Inventory, values: Mapping[str, str]) -> str:
    """The table's ARN; what is not known of it is a wildcard."""
    name = with_wildcards(table.name, table.object.holes)
    if name.startswith("arn:"):
        return name
    return f"{_front(table.object, 'dynamodb', inventory, values)}:table/{name}"


def _front(item: Object, service: str, inventory: Inventory, values: Mapping[str, str]) -> str:
    """The ARN up to the account. The controller takes the region from the object's annotation, else from that of its
    namespace, and the account from that of the namespace (ACK runtime, `getRegion`, `getOwnerAccountID`), else both are
    those of the cell."""
    around = inventory.namespaces.get(item.namespace, {})
    region = item.annotations.get(f"{_ACK}region") or around.get(f"{_ACK}default-region") or values.get("region") or "*"
    account = around.get(f"{_ACK}owner-account-id") or values.get("account") or "*"
    region, account = (with_wildcards(text, item.holes) for text in (region, account))
    partition = partition_of(region) if "*" not in region else "*"
    return f"arn:{partition}:{service}:{region}:{account}"


_ACK = "services.k8s.aws/"


def _key_of(table: Table, inventory: Inventory, values: Mapping[str, str]) -> tuple[str, Guard | None]:
    """The ARN of a table's key, and the policy of the key where it is an object here that a reference leads to."""
    front = _front(table.object, "kms", inventory, values)
    if has_hole(table.key, table.object.holes) or (table.object.holes and "*" in _arn(table, inventory, values)):
        return f"{front}:key/*", None
    if table.key.startswith("arn:") and ":key/" in table.key:
        return table.key, None
    if table.key and not table.key.startswith(("alias/", "arn:")):
        return f"{front}:key/{table.key}", None
    if table.key_ref is not None:
        where = table.key_ref.namespace or table.object.namespace
        named = [key for key in inventory.keys if key.object.name == table.key_ref.name]
        meant = nearest([key for key in named if key.object.namespace in ("", where)], table.object)
        if len(meant) == 1 and meant[0].arn:
            return meant[0].arn, None
        if len(meant) == 1:
            return f"{front}:key/*", _guard_of_key(meant[0], f"{front}:key/*")
    return f"{front}:key/*", None


def _guard(layer: LayerName, arns: tuple[str, ...], found: list[tuple[Object, PolicyText | None]]) -> Guard | None:
    """The policy of a resource; None where its objects say nothing of one."""
    item, policy = found[0]
    changes = (altered(owner, "content") or (not_pushed(owner) if text is not None else "") for owner, text in found)
    path = policy.path if policy else ("metadata", "name")
    source = PolicySource(policy, item, path)
    what = "resource policy" if layer == "resource" else "key policy"
    label = f"{what} of {item.kind} {f'{item.namespace}/' if item.namespace else ''}{item.name}"
    changed = next(filter(None, changes), "")
    if policy is not None and any("*" in arn.removesuffix("/index/*") for arn in arns) and item.holes:
        changed = f"which {item.kind} it is of is filled in later ({', '.join(item.holes[:3])})"
    elif policy is not None and item.within:
        changed = changed or f"{item.within[-1].shown} decides whether it is there"
    if len({text.text if text else None for _, text in found}) > 1:
        return Guard(layer, arns, Attached(label, None, f"{len(found)} different {item.kind}s could be meant"), source)
    if changed:
        return Guard(layer, arns, Attached(label, None, changed), source)
    if policy is None:
        return None
    document = policy.parsed.document
    if document is None or any(statement.not_resources for statement in document.statements):
        return Guard(layer, arns, Attached(label, None, unreadable(policy)), source)
    return Guard(layer, arns, Attached(label, _about(document, arns)), source)


def _about(document: Document, arns: tuple[str, ...]) -> Document:
    """The document, where `*` means the resource it is attached to."""
    return document._replace(statements=tuple(_narrowed(item, arns) for item in document.statements))


def _narrowed(statement: Statement, arns: tuple[str, ...]) -> Statement:
    if all(entry.text != "*" for entry in statement.resources):
        return statement
    path = statement.resources[0].path
    kept = tuple(entry for entry in statement.resources if entry.text != "*")
    return statement._replace(resources=(*kept, *(Entry(arn, path) for arn in arns)))


def _meet(resource: str, arn: str) -> bool:
    """Whether two patterns have an ARN in common: field by field, since no ARN has a colon in its region or account."""
    left, right = parse_arn(resource), parse_arn(arn)
    if resource == arn or left is None or right is None:
        return resource == arn or overlap(arn_glob(resource), arn_glob(arn))
    return all(overlap(wildcard_glob(mine), wildcard_glob(theirs)) for mine, theirs in zip(left, right, strict=True))
