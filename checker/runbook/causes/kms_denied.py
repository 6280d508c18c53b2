"""The key that encrypts the table cannot be used: denied, disabled or about to be deleted.

What it looks for
    "KMS key access denied error" or kms:Decrypt in the log, a table status of
    INACCESSIBLE_ENCRYPTION_CREDENTIALS, a key that is not enabled, or a key
    policy and role that together do not allow kms:Decrypt. DynamoDB shows that
    a key is disabled only minutes later.

What to do
    Enable the key, or allow kms:Decrypt through DynamoDB (kms:ViaService) in
    the role and in the key's policy.

Source
    DynamoDB Developer Guide, "Encryption at rest: How it works" (the caller
    needs access to a customer managed key); KMS Developer Guide, "Key states".
"""

from __future__ import annotations

from ...ack.objects import mapping
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.key import may_decrypt
from ..evidence.refusals import layer_named, said, short

ID = "kms-denied"
TITLE = "The key that encrypts the table cannot be used: denied, disabled or about to be deleted"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Enable the key, or allow kms:Decrypt with kms:ViaService for DynamoDB in the role and in the key policy."


_LAYERS = {
    "denied-boundary": "the permissions boundary of the role",
    "denied-session": "the session policy of the association",
    "denied-scp": "a service control policy of the organization",
    "denied-rcp": "a resource control policy of the organization",
    "denied-endpoint": "the policy of the VPC endpoint",
}
"""Layers that are neither the role nor the key's policy, by the signature of the lines that name them."""


def look(case: Case) -> Seen:
    log = case.says(case.having("kms-denied", "kms-unusable"), case.having("denied"))
    evidence = [said(event) for event in case.having("kms-denied", "kms-unusable")[:2]]
    table, key = mapping(case.value("table")), mapping(case.value("key"))
    named = key.get("arn") or mapping(table.get("encryption")).get("key") or ""
    command = (commands.show_key(case, str(named)),)
    if table.get("status") == "INACCESSIBLE_ENCRYPTION_CREDENTIALS":
        evidence.append("the table's status is INACCESSIBLE_ENCRYPTION_CREDENTIALS")
        return Seen(log, "shows", tuple(evidence), next=command)
    if since := table.get("inaccessibleSince"):
        evidence.append(f"DynamoDB has not been able to use the table's key since {since}")
        return Seen(log, "shows", tuple(evidence), next=command)
    if key and key.get("state") != "Enabled":
        evidence.append(f"key {short(key['arn'])} is {key.get('state')}")
        remedy = f"The key is {key.get('state')}: enable it again."
        if key.get("state") == "PendingDeletion":
            remedy = "The key is about to be deleted: cancel that (kms:CancelKeyDeletion), then enable it again."
        return Seen(log, "shows", tuple(evidence), remedy, command)
    if table and not mapping(table.get("encryption")).get("key"):
        return Seen(log, "refutes", ("the table is not encrypted with a customer managed key",))
    if key.get("manager") == "AWS":
        return Seen(log, "refutes", ("the table is encrypted with a key of AWS's, which needs no permission",))
    outcome = may_decrypt(case)
    named_by = [
        (event, _LAYERS[name]) for event in case.having("kms-denied") if (name := layer_named(event)) in _LAYERS
    ]
    if named_by:
        event, layer = named_by[0]
        is_denied = "explicit deny" in event.line
        evidence.append(f"the log says that {layer} {'denies' if is_denied else 'does not allow'} kms:Decrypt")
        remedy = (
            f"Take kms:Decrypt out of the Deny in {layer}." if is_denied else f"Allow kms:Decrypt in {layer} as well."
        )
        return Seen(log, "no-word", tuple(evidence), remedy, command)
    if outcome is False:
        if not case.reading("key-policy").value:
            evidence.append(f"the policies of the role deny kms:Decrypt on {short(key['arn'])}")
            return Seen(log, "shows", tuple(evidence), "Take kms:Decrypt out of the role's Deny.", command)
        evidence.append(f"role and key policy together do not allow kms:Decrypt on {short(key['arn'])}")
        return Seen(log, "shows", tuple(evidence), next=command)
    if outcome is True:
        return Seen(log, "refutes", (*evidence, f"key {short(key['arn'])} is enabled and kms:Decrypt is allowed"))
    return Seen(log, "unread" if log != "silent" or not key else "no-word", tuple(evidence), next=command)
