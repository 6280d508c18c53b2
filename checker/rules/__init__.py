"""The rules, one module each: `ID`, `SEVERITY`, `check(facts)`, and the module's docstring as the rule's page.

To add a rule, write its module and put it into RULES; nothing else knows the list.
"""

from __future__ import annotations

from types import ModuleType

from . import (
    conditional_grant,
    cross_namespace_reference,
    dangling_reference,
    denied_grant,
    duplicate_key,
    duplicate_policy_key,
    duplicate_role_name,
    empty_reference,
    excess_grant,
    ignored_annotation,
    invalid_annotation,
    invalid_field,
    invalid_policy_element,
    invalid_policy_json,
    invalid_yaml,
    lossy_inline_encoding,
    missing_field,
    missing_grant,
    no_matching_role,
    not_an_arn,
    oversized_policy,
    policies_and_refs,
    principal_in_identity_policy,
    templated_manifest,
    unknown_field,
    unknown_grant,
    unsupported_kind,
    untrusted_service_account,
)

RULES: tuple[ModuleType, ...] = (
    invalid_yaml,
    duplicate_key,
    templated_manifest,
    unsupported_kind,
    unknown_field,
    missing_field,
    invalid_field,
    policies_and_refs,
    empty_reference,
    dangling_reference,
    cross_namespace_reference,
    not_an_arn,
    lossy_inline_encoding,
    invalid_annotation,
    ignored_annotation,
    duplicate_role_name,
    invalid_policy_json,
    duplicate_policy_key,
    invalid_policy_element,
    principal_in_identity_policy,
    oversized_policy,
    missing_grant,
    denied_grant,
    conditional_grant,
    excess_grant,
    unknown_grant,
    untrusted_service_account,
    no_matching_role,
)

BY_ID: dict[str, ModuleType] = {rule.ID: rule for rule in RULES}


def page(rule: ModuleType) -> str:
    """The page of a rule: its module's docstring."""
    return (rule.__doc__ or "").strip()


def summary(rule: ModuleType) -> str:
    """The first sentence of a rule's page."""
    return page(rule).splitlines()[0]
