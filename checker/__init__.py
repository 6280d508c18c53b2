"""Policy-as-code compliance checker for ACK IAM roles."""

from __future__ import annotations

from .version import __version__ as __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .api import check as check


def __getattr__(name: str) -> Any:
    """`checker.check`, imported when it is asked for: the command line has no use for it."""
    if name != "check":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .api import check

    return check
