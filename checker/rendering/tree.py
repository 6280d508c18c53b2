"""Where the files that are rendered lie: in the project, or in a copy of it as a revision has it."""

from __future__ import annotations

import os

from ..iam.values import NamedTuple
from ..text.files import work_tree


class Tree(NamedTuple):
    """Files are called by their paths in the project. With a `copy` of the folder `top` (both real paths) those in it
    are read in the copy."""

    top: str = ""
    copy: str = ""

    def there(self, path: str) -> str:
        """Where a file of the project is read."""
        return _moved(path, self.top, self.copy)

    def real(self, path: str) -> str:
        """The real path of a file of the project, through links, as the project calls it."""
        return _moved(os.path.realpath(self.there(path)), self.copy, self.top)

    def top_of(self, path: str) -> str:
        """The folder of the project that a file is in: the work tree, else the working folder."""
        return self.top or os.path.realpath(work_tree(os.path.dirname(path)) or os.curdir)

    def told(self, text: str) -> str:
        """What a tool said, without paths of this machine."""
        here = os.path.realpath(os.curdir)
        for folder in (self.copy, self.top, here):
            text = text.replace(f"{folder}{os.sep}", "").replace(folder, ".") if folder else text
        return text


HERE = Tree()
"""The project itself, not a copy."""


def _moved(path: str, old: str, new: str) -> str:
    inside = bool(old) and (path == old or path.startswith(os.path.join(old, "")))
    return new + path[len(old) :] if inside else path
