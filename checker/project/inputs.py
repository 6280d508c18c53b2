"""Files that hold nothing of ours by themselves, and yet change what comes out of kustomize or helm."""

from __future__ import annotations

import os
import re
from functools import lru_cache

from ..ack.kinds import KUSTOMIZATIONS, names_a_group
from ..text.files import read_bytes

_MOST_TEMPLATES = 500
_DEEPEST = 8


_MAY_RELEASE = re.compile(r"\bkind[\"']?\s*:\s*[\"']?(?:HelmRelease|Application(?:Set)?)\b")


def may_release(text: str) -> bool:
    """Whether a text may declare a release of a chart: a HelmRelease of Flux, an Application of Argo CD."""
    return _MAY_RELEASE.search(text) is not None


def changes_what_is_rendered(path: str) -> bool:
    """Whether a file belongs to a chart with something of ours in its templates (a file of values, a helper), or is a
    patch of the kustomization beside it."""
    folder = os.path.dirname(os.path.abspath(path))
    if any(_patches(os.path.join(folder, name), os.path.basename(path)) for name in KUSTOMIZATIONS):
        return True
    for _ in range(_DEEPEST):
        if os.path.isfile(os.path.join(folder, "Chart.yaml")) and _is_ours(folder):
            return True
        folder = os.path.dirname(folder)
    return False


def _patches(kustomization: str, name: str) -> bool:
    text = _text(kustomization) if os.path.isfile(kustomization) else ""
    return re.search(rf"path\s*:\s*[\"']?(?:\./)?{re.escape(name)}\b", text) is not None


@lru_cache(maxsize=256)
def _is_ours(chart: str) -> bool:
    seen = 0
    for folder, _, names in os.walk(chart):
        for name in names if f"{os.sep}templates" in folder else ():
            seen += 1
            if seen > _MOST_TEMPLATES or names_a_group(_text(os.path.join(folder, name))):
                return True
    return False


def _text(path: str) -> str:
    try:
        return read_bytes(path).decode("utf-8", errors="replace")
    except OSError:
        return ""
