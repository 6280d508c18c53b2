"""Regular expressions that are compiled when they are first asked.

A run over one good file asks a quarter of the expressions that its modules name; to compile them all was a tenth of its
time (docs/performance.md). Only modules' constants are worth it: what a function makes is asked at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    expression = re.compile
else:

    class expression:  # noqa: N801 - it stands for a function, `re.compile`
        """Takes what `re.compile` takes, and answers as the pattern does that this makes. An invalid pattern is an
        error when it is first asked; tests/hostile/test_expressions.py asks all."""

        def __init__(self, pattern, flags=0):
            self._made_of = pattern, flags

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            answer = getattr(re.compile(*self._made_of), name)
            # From here on the attribute is found without this detour.
            self.__dict__[name] = answer
            return answer
