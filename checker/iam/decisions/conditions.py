"""Conditions in three values: True, False, or None when the context does not say.

Source: IAM User Guide, "Condition operators", "Multivalued context keys", "IfExists", "Null"; the table for a key
that is absent: a positive operator fails, a negated one holds, IfExists holds, ForAllValues holds (the empty set),
ForAnyValue fails; a value that is an empty string counts as none for both. A multivalued key under an operator without
a set prefix is undefined by AWS, however many values it has in a request, so it is "cannot tell".
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ..catalogue.condition_keys import is_list
from ..documents.context import Context, Values, look_up
from ..documents.document import Condition, Document
from ..documents.operators import Operator, split_operator
from ..documents.variables import Expanded, expand
from .bounds import bounded

Truth = bool | None


def condition_holds(document: Document, condition: Condition, context: Context) -> Truth:
    """Whether one condition key, under its operator, holds in this context."""
    return test(condition, context, has_variables=document.has_variables)


def test(condition: Condition, context: Context, *, has_variables: bool) -> Truth:
    """Whether a condition holds, where all that counts of its document is whether it has policy variables."""
    operator = _operator(condition.operator)
    if operator is None:
        return None
    values = look_up(context, condition.key)
    if operator.name == "Null":
        return _null(values, condition.values)
    if values is None:
        return bounded(operator, condition.key.lower(), condition.values, context)
    if not condition.values:
        # An empty list matches only where the key is missing anyway (IAM User Guide, "Multivalued context keys").
        return not values and (operator.if_exists or operator.sets == "forallvalues")
    if not values:
        return _when_absent(operator)
    wanted = [_wanted(text, context, has_variables) for text in condition.values]
    if operator.sets == "forallvalues":
        return all_of(_empty_string(value, _value_matches(operator, value, wanted)) for value in values)
    if operator.sets == "foranyvalue":
        return any_of(value != "" and _value_matches(operator, value, wanted) for value in values)
    if len(values) > 1 or is_list(condition.key):
        return None
    return _value_matches(operator, values[0], wanted)


def all_of(truths: Iterable[Truth]) -> Truth:
    """Conjunction in three values."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """Disjunction in three values."""
    result: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is None:
            result = None
    return result


def negation(truth: Truth) -> Truth:
    """Negation in three values: what cannot be told stays untold."""
    return None if truth is None else not truth


_operator = lru_cache(maxsize=512)(split_operator)


def _wanted(text: str, context: Context, has_variables: bool) -> Expanded:
    if has_variables and "${" in text:
        return expand(text, context, enabled=True)
    return _literally(text)


@lru_cache(maxsize=8192)
def _literally(text: str) -> Expanded:
    return expand(text, Context(), enabled=False)


def _when_absent(operator: Operator) -> Truth:
    if operator.sets == "foranyvalue":
        # ForAnyValue with IfExists and no value is documented nowhere.
        return None if operator.if_exists else False
    return operator.if_exists or operator.sets == "forallvalues" or operator.negated


def _null(values: Values | None, wanted: tuple[str, ...]) -> Truth:
    if values is None:
        return None
    return ("false" if values else "true") in {text.lower() for text in wanted}


def _empty_string(value: str, truth: Truth) -> Truth:
    return True if value == "" else truth


def _value_matches(operator: Operator, value: str, wanted: list[Expanded]) -> Truth:
    positive: Truth = False
    for text, plain, unknown, absent, _ in wanted:
        if absent:
            continue
        truth = None if unknown else operator.compare(value, text, plain)
        if truth:
            positive = True
            break
        if truth is None:
            positive = None
    return negation(positive) if operator.negated else positive
