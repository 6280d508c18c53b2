"""Which elements a policy document may have, and of what type.

Source: IAM User Guide, "Grammar of the IAM JSON policy language"; for what belongs into which kind of policy, "IAM
JSON policy elements: Principal" (identity policies have none; an ARN in it takes no wildcards, and names no group),
"… NotPrincipal" (no trust policy has one) and "… Resource" (trust policies have none), "… Sid" (letters and digits; the
page lets some services take more in their own policies). What AWS answers beyond the grammar: one colon in an action
(eksctl-io/eksctl#2794), no region in ARNs of S3 and IAM (aws/aws-cdk#22445, cloud-gov/terraform-provision#1838), a
partition that there is (terraform-aws-modules/terraform-aws-iam#39), actions of STS alone in a trust policy
(hashicorp/terraform-provider-aws#32872).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from ..expressions import expression
from ..values import NamedTuple
from .operators import OPERATORS, split_operator
from .paths import Path
from .regions import PARTITIONS


class Flaw(NamedTuple):
    """What is wrong, what to write instead, and where; `at_key` says that the key at the end of the path is meant."""

    code: Literal["element", "duplicate-key", "principal"]
    message: str
    hint: str
    path: Path
    at_key: bool = False


_PARTITION = expression(rf"arn:(?:(?:{'|'.join(PARTITIONS)}):|[^:]*[*?$]|[^:]*$)")
VERSIONS = ("2012-10-17", "2008-10-17")
_TOP = ("Version", "Id", "Statement")
_STATEMENT = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
_PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")
_SID = expression(r"[A-Za-z0-9]*")
_AWS_PRINCIPAL = expression(
    r"\*|\d{12}|[A-Z][A-Z0-9]{15,}"
    r"|arn:[\w-]+:iam::(?:\d{12}|cloudfront):(?:root|(?:user|role|saml-provider|oidc-provider)/[^*?]+)"
    r"|arn:[\w-]+:sts::\d{12}:(?:assumed-role/[^*?/]+/[^*?]+|(?:federated-user|self)/?[^*?]*)"
)
"""A provider stands under Federated, which a rule says."""
_NO_SERVICE = expression(r"arn:.*|(?:.*[^\S\n])?(?=\S*\Z)\S*\bamazonaws(?!\.com$|\.com\.cn$|\.eu$)\S*", re.IGNORECASE)
_OF_TRUST = expression(r"\*|sts:.*", re.IGNORECASE | re.DOTALL)
_WITH_REGION = expression(
    r"arn:[^:]*:iam:[a-z][^:*?$]*:.*"
    r"|arn:[^:]*:s3:[a-z][^:*?$]*:[^:]*:"
    r"(?!accesspoint|job/|storage-lens|access-grants|async-request)[^:*?$/]+(?:/.*)?",
    re.DOTALL,
)
_ACTION = expression(r"\*|[^\s:]+:\s*+\S.*", re.DOTALL)
"""IAM accepts a space behind the colon, but such an action matches nothing: version 1 of AWS's own ViewOnlyAccess had
one."""


def flaws(value: Any, kind: str) -> Iterator[Flaw]:
    """Everything that keeps a parsed JSON value from being a policy document of this kind."""
    if not isinstance(value, dict):
        yield _element(f"the document is {_a(value)}, not an object", 'write {"Version": …, "Statement": […]}', ())
        return
    yield from _unknown(value, _TOP, ())
    if "Id" in value and kind == "identity":
        yield _element("Id does not belong in an identity policy", "delete it", ("Id",))
    version = value.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        yield _element(f"Version {version!r} does not exist", 'write "2012-10-17"', ("Version",))
    if "Statement" not in value:
        yield _element("the document has no Statement", 'add "Statement": […]', ())
        return
    statement = value["Statement"]
    if isinstance(statement, dict):
        yield from _statement(statement, kind, ("Statement",))
    elif isinstance(statement, list):
        for number, item in enumerate(statement):
            yield from _statement(item, kind, ("Statement", number))
        yield from _repeated_sids(statement)
    else:
        yield _element(f"Statement is {_a(statement)}, not a list of objects", "write [{…}]", ("Statement",))


def _statement(value: Any, kind: str, path: Path) -> Iterator[Flaw]:
    if not isinstance(value, dict):
        yield _element(f"the statement is {_a(value)}, not an object", "write {…}", path)
        return
    yield from _unknown(value, _STATEMENT, path)
    effect = value.get("Effect")
    if effect not in ("Allow", "Deny"):
        wrong = "the statement has no Effect" if effect is None else f"Effect {effect!r} does not exist"
        yield _element(
            wrong, 'write "Allow" or "Deny", in this spelling', (*path, "Effect") if effect is not None else path
        )
    if not isinstance(value.get("Sid", ""), str):
        yield _element(f"Sid is {_a(value['Sid'])}, not a string", "put it in double quotes", (*path, "Sid"))
    elif kind != "resource" and not _SID.fullmatch(value.get("Sid", "")):
        wrong = f"the Sid {value['Sid']!r} has characters other than letters and digits, and AWS refuses the document"
        yield _element(wrong, f'write "{re.sub("[^A-Za-z0-9]", "", value["Sid"])}"', (*path, "Sid"))
    yield from _either(value, "Action", "NotAction", path)
    yield from _actions(value, kind, path)
    if kind == "trust":
        for name in ("Resource", "NotResource"):
            if name in value:
                wrong = f"{name} does not belong in a trust policy, which speaks of this role alone"
                yield _element(wrong, "delete it; permissions go into inlinePolicies or a Policy", (*path, name))
    else:
        yield from _either(value, "Resource", "NotResource", path)
        yield from _resources(value, path)
    yield from _principal(value, kind, path)
    yield from _condition(value.get("Condition", {}), (*path, "Condition"))


def _repeated_sids(statements: list[Any]) -> Iterator[Flaw]:
    seen: set[str] = set()
    for number, item in enumerate(statements):
        sid = item.get("Sid") if isinstance(item, dict) else None
        if isinstance(sid, str) and sid:
            if sid in seen:
                wrong = f"the Sid {sid!r} stands twice, and AWS refuses the document"
                yield _element(wrong, "give each statement a Sid of its own", ("Statement", number, "Sid"))
            seen.add(sid)


def _either(value: dict[str, Any], name: str, negated: str, path: Path) -> Iterator[Flaw]:
    if name in value and negated in value:
        yield _element(f"{name} and {negated} exclude each other", "keep one of them", (*path, negated))
    elif name not in value and negated not in value:
        yield _element(f"the statement has neither {name} nor {negated}", f'add "{name}": […]', path)
    for present in (name, negated):
        if present in value:
            yield from _string_list(value[present], present, (*path, present))


def _string_list(value: Any, name: str, path: Path) -> Iterator[Flaw]:
    if isinstance(value, str):
        return
    if not isinstance(value, list):
        yield _element(f"{name} is {_a(value)}, not a string or a list of strings", 'write ["…"]', path)
        return
    if not value:
        yield _element(
            f"{name} is an empty list, and AWS refuses the document", f"name something, or drop {name}", path
        )
    for number, item in enumerate(value):
        if not isinstance(item, str):
            yield _element(f"{name} holds {_a(item)}, not a string", "put it in double quotes", (*path, number))


def _actions(value: dict[str, Any], kind: str, path: Path) -> Iterator[Flaw]:
    for text, entry_path in _strings(value, ("Action", "NotAction"), path):
        if not _ACTION.fullmatch(text):
            if _ACTION.fullmatch(text.strip()):
                yield _element(f"the action {text!r} has a space at its end", f'write "{text.strip()}"', entry_path)
                continue
            hint = f'write "SERVICE:{text or "Action"}", such as "dynamodb:GetItem"'
            yield _element(f"the action {text!r} has no service prefix", hint, entry_path)
        elif text.count(":") > 1:
            hint = f'write "{":".join(text.split(":")[-2:])}"'
            yield _element(f"the action {text!r} has two colons, and AWS refuses the document", hint, entry_path)
        elif kind == "trust" and not _OF_TRUST.fullmatch(text):
            wrong = f"the action {text!r} does not assume a role, and AWS refuses a trust policy with it"
            yield _element(wrong, "permissions go into inlinePolicies or a Policy", entry_path)


def _resources(value: dict[str, Any], path: Path) -> Iterator[Flaw]:
    for text, entry_path in _strings(value, ("Resource", "NotResource"), path):
        if text.startswith("arn:") and "*" in [*text.split(":"), "", ""][2]:
            yield _element(f"the resource {text!r} has a wildcard as its service", 'write "dynamodb"', entry_path)
        elif text != "*" and not text.startswith("arn:"):
            hint = 'write "arn:aws:dynamodb:REGION:ACCOUNT:table/NAME" or "*"'
            yield _element(f"the resource {text!r} is not an ARN, and AWS refuses the document", hint, entry_path)
        elif text.startswith("arn:") and not _PARTITION.match(text):
            wrong = f"the resource {text!r} names no partition of AWS, and AWS refuses the document"
            yield _element(wrong, _near(text.split(":")[1], PARTITIONS), entry_path)
        elif _WITH_REGION.fullmatch(text):
            wrong = f"the resource {text!r} names a region, and ARNs of its service have none; AWS refuses the document"
            yield _element(wrong, "leave the region empty", entry_path)


def _strings(value: dict[str, Any], names: tuple[str, ...], path: Path) -> Iterator[tuple[str, Path]]:
    for name in names:
        listed = value.get(name)
        if isinstance(listed, str):
            yield listed, (*path, name)
        elif isinstance(listed, list):
            yield from ((item, (*path, name, number)) for number, item in enumerate(listed) if isinstance(item, str))


def _principal(value: dict[str, Any], kind: str, path: Path) -> Iterator[Flaw]:
    present = [name for name in ("Principal", "NotPrincipal") if name in value]
    if kind == "identity":
        for name in present:
            wrong = f"{name} does not belong in a policy attached to a role: the role is the principal"
            yield Flaw(
                "principal", wrong, "delete it; who may assume the role stands in its trust policy", (*path, name)
            )
        return
    if not present:
        yield _element("the statement has no Principal", 'add "Principal": {"Federated": …} or {"Service": …}', path)
    elif len(present) == 2:
        yield _element("Principal and NotPrincipal exclude each other", "keep one of them", (*path, "NotPrincipal"))
    if kind == "trust" and "NotPrincipal" in present:
        wrong = "NotPrincipal does not belong in a trust policy, and AWS refuses the document"
        yield _element(wrong, "name the principals that are meant", (*path, "NotPrincipal"))
    for name in present:
        listed = value[name]
        if listed == "*":
            continue
        if not isinstance(listed, dict) or not listed:
            yield _element(f"{name} is {_a(listed)}, not an object", 'write {"Service": "…"}', (*path, name))
            continue
        yield from _unknown(listed, _PRINCIPALS, (*path, name))
        for key in listed:
            yield from _string_list(listed[key], key, (*path, name, key))
        for text, entry_path in _strings(listed, ("AWS",), (*path, name)):
            if not _AWS_PRINCIPAL.fullmatch(text):
                wrong = f"{text!r} is no principal, as a role, user, session, 12 digits or * are, and AWS refuses it"
                yield _element(wrong, "write the ARN of a role or user, or narrow * with aws:PrincipalArn", entry_path)
        for text, entry_path in _strings(listed, ("Service",), (*path, name)):
            if _NO_SERVICE.fullmatch(text):
                wrong = f"{text!r} is no service, and AWS refuses it as a principal"
                yield _element(wrong, "write SERVICE.amazonaws.com", entry_path)


def _condition(value: Any, path: Path) -> Iterator[Flaw]:
    if not isinstance(value, dict):
        yield _element(f"Condition is {_a(value)}, not an object", 'write {"StringEquals": {"key": "value"}}', path)
        return
    for operator, keys in value.items():
        if split_operator(operator) is None:
            named = {item.name.lower(): item.name for item in OPERATORS.values()}
            import difflib

            close = difflib.get_close_matches(operator.lower(), named, 1)
            hint = f'did you mean "{named[close[0]]}"?' if close else "see the IAM User Guide"
            wrong = f"the condition operator {operator!r} does not exist"
            yield Flaw("element", wrong, hint, (*path, operator), at_key=True)
        if not isinstance(keys, dict):
            yield _element(f"{operator} holds {_a(keys)}, not an object", 'write {"key": "value"}', (*path, operator))
            continue
        folded: set[str] = set()
        for key, values in keys.items():
            if key.lower() in folded:
                wrong = f"the condition key {key!r} stands twice under {operator}: keys ignore case"
                yield Flaw("duplicate-key", wrong, "join the values under one key", (*path, operator, key), at_key=True)
            folded.add(key.lower())
            for item in values if isinstance(values, list) else [values]:
                if not isinstance(item, (str, bool, int, float)):
                    wrong = f"{key} is compared with {_a(item)}, not with strings"
                    yield _element(wrong, "write a string or a list of strings", (*path, operator, key))


def _unknown(value: dict[str, Any], known: tuple[str, ...], path: Path) -> Iterator[Flaw]:
    for key in value:
        if key not in known:
            folded = {name.lower(): name for name in known}
            import difflib

            close = difflib.get_close_matches(key.lower(), folded, 1)
            hint = f'write "{folded[close[0]]}"' if close else f"use only {', '.join(known)}"
            yield Flaw("element", f"the element {key!r} does not exist here", hint, (*path, key), at_key=True)


def _near(given: str, known: tuple[str, ...]) -> str:
    """What somebody who wrote this may have meant. Letters that changed places come first: asw is aws."""
    same = [name for name in known if sorted(name) == sorted(given)]
    import difflib

    close = same or difflib.get_close_matches(given, known, 1, 0.75)
    return f'did you mean "{close[0]}"?' if close else f"write one of {', '.join(known)}"


def _element(message: str, hint: str, path: Path) -> Flaw:
    return Flaw("element", message, hint, path)


def _a(value: Any) -> str:
    """Names a JSON type the way a sentence needs it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, (int, float)):
        return "a number"
    names: dict[type, str] = {str: "a string", list: "a list", dict: "an object"}
    return names[type(value)]
