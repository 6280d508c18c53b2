"""What a cause is: its title, what helps, its page, and how to look for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..iam.values import NamedTuple
from .case.case import Case
from .case.witnesses import Seen


class KnownCause(NamedTuple):
    """A cause that is looked for. `page` explains it, and begins with the title; `remediation` is what to do, in the
    imperative. `manifest_helps`: an edit of the manifests can cure it; `restart_needed`: the pod has to be recreated
    as well. `look` tells what the log and the APIs say of it."""

    id: str
    title: str
    page: str
    remediation: str
    look: Callable[[Case], Seen]
    manifest_helps: bool = False
    restart_needed: bool = False


class CauseModule(Protocol):
    """A module in `causes/` that is a cause; its docstring is the page."""

    ID: str
    TITLE: str
    MANIFEST_HELPS: bool
    RESTART_NEEDED: bool
    REMEDIATION: str
    __doc__: str | None

    def look(self, case: Case) -> Seen:
        """What the log and the APIs say of it."""
        ...


def known(module: CauseModule) -> KnownCause:
    """The cause that a module is."""
    return KnownCause(
        id=module.ID,
        title=module.TITLE,
        page=module.__doc__ or "",
        remediation=module.REMEDIATION,
        look=module.look,
        manifest_helps=module.MANIFEST_HELPS,
        restart_needed=module.RESTART_NEEDED,
    )
