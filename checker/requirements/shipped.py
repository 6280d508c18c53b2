"""Where requirements come from when nothing says otherwise: the ones shipped with the package."""

from __future__ import annotations

import os

_HERE = os.path.dirname(os.path.abspath(__file__))


def shipped_policies() -> str:
    """The folder of the shipped requirements: inside an installed package, at the top of a checkout."""
    packaged = os.path.join(os.path.dirname(_HERE), "_policies")
    if os.path.isdir(packaged):
        return packaged
    return os.path.join(os.path.dirname(os.path.dirname(_HERE)), "policies")
