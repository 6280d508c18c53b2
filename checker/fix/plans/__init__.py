"""How findings are cured, one module for a rule or a few: `RULES` and `plan(survey, finding)`, which gives plans in the
order of preference.

To add one, write its module and put it into a stage of STAGES; nothing else knows the list.
"""

from __future__ import annotations

from ..planning.plan import Planner
from . import (
    arns,
    conditional_grant,
    cross_namespace,
    denied_grant,
    excess_grant,
    fields,
    json_syntax,
    lossy_inline_encoding,
    missing_grant,
    references,
    repeated_keys,
    size,
    trust_statements,
    untrusted_service_account,
    wrong_issuer,
    wrong_partition,
)

STAGES: tuple[tuple[Planner, ...], ...] = (
    (repeated_keys, fields, json_syntax),
    (lossy_inline_encoding, references, cross_namespace, arns, wrong_partition, size),
    (missing_grant, denied_grant, conditional_grant, excess_grant),
    (wrong_issuer, trust_statements),
    (untrusted_service_account,),
)
"""What makes text readable comes first, then what makes objects take effect, then access, then trust: an early cure
often makes later ones unnecessary."""

BY_RULE: dict[str, Planner] = {rule: module for stage in STAGES for module in stage for rule in module.RULES}
