"""Expressions of CEL, worked out from what an instance of a kro graph states.

By cel-expr-python, Google's own implementation (docs/decisions.md compares it with others), where it is installed (the
extra `[kro]`). What it cannot work out stays open: functions of kro's own, other resources, and what
costs without a limit. Source: kro documentation, "CEL Expressions", "CEL Libraries".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..iam.expressions import expression

if TYPE_CHECKING:
    from cel_expr_python.cel import Env

_LIBRARIES = ("strings", "encoders", "optional", "bindings")
"""The libraries of kro whose results are bounded by their input; not `lists`, which has ranges of any length."""
_LONGEST = 1_000
_MULTIPLYING = expression(
    r"\b(?:map|filter|all|exists|exists_one|transform\w*|bind|replace|join|format|split|flatten|encode|decode)\s*\("
)
"""Calls whose result may be far longer than their input: an expression may have one of them."""
_MOST_DATA, _MOST_RESULT = 4_000, 20_000
"""Characters of the data that goes in, and of the value that comes out: AWS takes 10,240 for policies."""
_WIDE_FORMAT = expression(r"%\.?\d{4,}")
_REFERENCE = expression(r"\bschema\b((?:\s*\.\s*\??\s*\w+)*)(\s*[\[(])?")


class Expressions(Mapping[str, Any]):
    """Values by name. Any other name is an expression, worked out from `data` (its variables); `unknown` names the
    fields of `data` that may or may not be there."""

    def __init__(self, plain: Mapping[str, Any], data: Mapping[str, Any], unknown: frozenset[str]) -> None:
        self._plain, self._data, self._unknown = plain, data, unknown
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name in self._plain:
            return self._plain[name]
        if name not in self._found:
            self._found[name] = self._worked_out(name)
        if self._found[name] is None:
            raise KeyError(name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)

    def with_variable(self, name: str, value: Any) -> Expressions:
        """The same with one more variable."""
        plain = {**self._plain, name: value} if isinstance(value, (str, bool, int, float)) else self._plain
        return Expressions(plain, {**self._data, name: value}, self._unknown)

    def with_plain(self, more: Mapping[str, Any]) -> Expressions:
        """The same with more values that stand for whole expressions."""
        return Expressions({**self._plain, **more}, self._data, self._unknown)

    def _worked_out(self, text: str) -> Any:
        if not _is_bounded(text) or len(str(self._data)) > _MOST_DATA:
            return None
        if any(self._touches(*reference.groups()) for reference in _REFERENCE.finditer(text)):
            return None
        return _evaluated(text, self._data)

    def _touches(self, route: str, follows: str | None) -> bool:
        """Whether a reference may lead to a field that is not known. A name before `(` is that of a function."""
        names = re.findall(r"\w+", route)
        names = names[:-1] if follows and follows.strip() == "(" else names
        if len(names) < 2:
            return True
        name = ".".join(("schema", *names))
        return any(name == one or name.startswith(f"{one}.") or one.startswith(f"{name}.") for one in self._unknown)


def _is_bounded(text: str) -> bool:
    """Whether an expression can be worked out in no time, whoever wrote it."""
    return len(text) <= _LONGEST and len(_MULTIPLYING.findall(text)) <= 1 and not _WIDE_FORMAT.search(text)


def _evaluated(text: str, data: Mapping[str, Any]) -> Any:
    """The value of an expression as plain data; None where it has none."""
    try:
        env = _env(tuple(sorted(data)))
    except ImportError:
        return None
    try:
        result = env.compile(text).eval(data=dict(data))
        value = result.plain_value()
    # The library raises errors of its own and of C++; none of them says more than that there is no value.
    except Exception:  # noqa: BLE001 - as above
        return None
    is_plain = isinstance(value, (str, bool, int, float, list, dict)) and len(str(value)) <= _MOST_RESULT
    return value if is_plain and result.type().name() != "ERROR" else None


@lru_cache(maxsize=16)
def _env(names: tuple[str, ...]) -> Env:
    from cel_expr_python import cel

    config = cel.NewEnvConfigFromYaml("extensions:\n" + "".join(f"- name: {name}\n" for name in _LIBRARIES))
    return cel.NewEnv(config=config, variables=dict.fromkeys(names, cel.Type.DYN))
