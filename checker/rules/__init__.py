"""The rules, one module each: `ID`, `SEVERITY`, `check(facts)`, and the module's docstring as the rule's page.

To add a rule, write its module and put it into RULES; nothing else knows the list.
"""

from __future__ import annotations

from types import ModuleType

from . import (
    allow_with_notprincipal,
    broad_action,
    condition_type_mismatch,
    conditional_grant,
    cross_namespace_reference,
    dangling_reference,
    denied_grant,
    duplicate_key,
    duplicate_policy_key,
    duplicate_role_name,
    empty_reference,
    empty_statement,
    excess_grant,
    foreign_provider,
    idle_service_account,
    ignored_annotation,
    inert_variable,
    invalid_annotation,
    invalid_field,
    invalid_policy_element,
    invalid_policy_json,
    invalid_yaml,
    literal_wildcard,
    lossy_inline_encoding,
    malformed_resource,
    misdirected_annotation,
    mismatched_principal,
    mismatched_resource,
    missing_audience,
    missing_field,
    missing_grant,
    missing_tag_session,
    multivalued_condition_key,
    no_matching_role,
    not_an_arn,
    null_misuse,
    open_trust,
    oversized_policy,
    policies_and_refs,
    principal_in_identity_policy,
    redundant_statement,
    set_operator_on_single_value,
    templated_manifest,
    too_many_policies,
    unknown_action,
    unknown_condition_key,
    unknown_field,
    unknown_grant,
    unsupported_kind,
    untrusted_service_account,
    vacuous_forallvalues,
    wide_subject,
    wrong_issuer,
    wrong_partition,
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
    too_many_policies,
    unknown_action,
    mismatched_resource,
    malformed_resource,
    wrong_partition,
    unknown_condition_key,
    condition_type_mismatch,
    multivalued_condition_key,
    set_operator_on_single_value,
    vacuous_forallvalues,
    literal_wildcard,
    inert_variable,
    null_misuse,
    empty_statement,
    allow_with_notprincipal,
    redundant_statement,
    missing_grant,
    denied_grant,
    conditional_grant,
    excess_grant,
    broad_action,
    unknown_grant,
    untrusted_service_account,
    open_trust,
    wide_subject,
    missing_audience,
    wrong_issuer,
    foreign_provider,
    mismatched_principal,
    missing_tag_session,
    misdirected_annotation,
    idle_service_account,
    no_matching_role,
)

BY_ID: dict[str, ModuleType] = {rule.ID: rule for rule in RULES}


def page(rule: ModuleType) -> str:
    """The page of a rule: its module's docstring."""
    return (rule.__doc__ or "").strip()


def summary(rule: ModuleType) -> str:
    """The first sentence of a rule's page."""
    return page(rule).splitlines()[0]
