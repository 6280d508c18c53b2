"""Immutable values: `typing.NamedTuple`, made in a tenth of the time.

A run makes nearly two hundred classes of values and uses half of them; typing compiles a constructor for each, which
was an eighth of the time of a run over one file (docs/performance.md). Here a constructor is compiled when the first
value is made. For type checkers, and in everything that is used here, it is `typing.NamedTuple`; that both do the same
is held by tests/test_values.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from _collections import _tuplegetter
    from functools import lru_cache
    from types import FunctionType

    class _Made(type):
        """Turns a class body with annotated fields into a class of values."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            body.update((field, _tuplegetter(number, "")) for number, field in enumerate(fields))
            body |= {
                "__new__": _first_of,
                "__slots__": (),
                "__match_args__": fields,
                "_fields": fields,
                "_field_defaults": defaults,
                "_make": classmethod(_make),
                "_replace": _replace,
                "_asdict": _asdict,
                "__repr__": body.get("__repr__", _shown),
                "__getnewargs__": _arguments,
                "__orig_bases__": (NamedTuple,),
            }
            return type(name, (tuple,), body)

    class NamedTuple(metaclass=_Made):
        """The base that classes of values name; what is made of them is a plain subclass of tuple."""

    @lru_cache
    def _constructor(count):
        """The code of a constructor of so many fields, which lack only their names."""
        names = "".join(f"_{number}, " for number in range(count))
        return eval(f"lambda _cls, {names}: _new(_cls, ({names}))").__code__  # noqa: S307 - numbers

    def _first_of(cls, *values, **named):
        """Makes the first value of a class, and the constructor of all."""
        fields = cls._fields
        code = _constructor(len(fields)).replace(co_varnames=("_cls", *fields))
        make = FunctionType(code, {"_new": tuple.__new__, "__builtins__": {}, "__name__": cls.__module__})
        make.__defaults__ = tuple(cls._field_defaults.values()) or None
        make.__name__, make.__qualname__ = "__new__", f"{cls.__qualname__}.__new__"
        cls.__new__ = make
        return make(cls, *values, **named)

    def _make(cls, values):
        instance = tuple.__new__(cls, values)
        if len(instance) != len(cls._fields):
            raise TypeError(f"{cls.__name__} takes {len(cls._fields)} values, not {len(instance)}")
        return instance

    def _replace(self, /, **named):
        changed = self._make([named.pop(field, value) for field, value in zip(self._fields, self, strict=True)])
        if named:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(map(repr, named))}")
        return changed

    def _asdict(self):
        return dict(zip(self._fields, self, strict=True))

    def _arguments(self):
        return tuple(self)

    def _shown(self):
        shown = ", ".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
        return f"{type(self).__name__}({shown})"
