"""Files that hold nothing of ours by themselves, and yet change what comes out of kustomize or helm."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ..ack.scan import FOLDERS_ABOVE, KUSTOMIZATIONS, may_be_an_input, names_a_group
from ..iam.expressions import expression
from ..kustomize.model import Kustomization
from ..text.files import find_files, read_bytes, work_tree

_MOST_FILES = 1_000


_MAY_RELEASE = expression(r"\bkind[\"']?\s*:\s*[\"']?(?:HelmRelease|Application(?:Set)?)\b")


def may_release(text: str) -> bool:
    """Whether a text may declare a release of a chart: a HelmRelease of Flux, an Application of Argo CD."""
    return _MAY_RELEASE.search(text) is not None


def takes_variables(roots: tuple[str, ...]) -> bool:
    """Whether a file below these folders says that Flux is to take variables from ConfigMaps or Secrets."""
    return any(b"substituteFrom" in _bytes(path) for path in find_files(roots).files)


def change_what_is_rendered(paths: Iterable[str]) -> bool:
    """Whether one of these files belongs to a chart with something of ours in its templates (a file of values, a
    helper), or is named by a kustomization for what it changes; or may be a file of values for such a chart anywhere in
    the work tree, since which files a release takes is told by reading them all."""
    paths = list(map(os.path.abspath, paths))
    if any(map(_belongs_to_what_is_rendered, paths)):
        return True
    inputs = [path for path in paths if may_be_an_input(os.path.basename(path), _bytes(path))]
    trees = {path: work_tree(os.path.dirname(path)) or os.path.realpath(os.curdir) for path in inputs}
    listed = {top: find_files((top,)).files for top in set(trees.values())}
    return any(_is_taken_from_afar(path, listed[top]) for path, top in trees.items())


def _is_taken_from_afar(whole: str, files: tuple[str, ...]) -> bool:
    real = os.path.realpath(whole)
    for path in files:
        folder, name = os.path.split(path)
        if name in KUSTOMIZATIONS:
            text = _text(path)
            base = os.path.realpath(folder)
            if ".." in text and any(os.path.normpath(os.path.join(base, item)) == real for item in files_named(text)):
                return True
        elif name == "Chart.yaml" and "values" in os.path.basename(whole).lower() and has_something_of_ours(folder):
            return True
    return False


def _belongs_to_what_is_rendered(whole: str) -> bool:
    folder = os.path.dirname(whole)
    for _ in range(FOLDERS_ABOVE):
        shown = os.path.relpath(whole, folder).replace(os.sep, "/")
        kustomizations = [os.path.join(folder, name) for name in KUSTOMIZATIONS]
        if any(os.path.isfile(path) and shown in files_named(_text(path)) for path in kustomizations):
            return True
        if os.path.isfile(os.path.join(folder, "Chart.yaml")) and has_something_of_ours(folder):
            return True
        folder = os.path.dirname(folder)
    return False


_SECTIONS = expression(
    r"^[\"']?(?:patches\w*|replacements|transformers|generators|configurations|(?:configMap|secret)Generator)[\"']?\s*:"
    r".*?(?=^[^\s\]}#-]|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""The fields of a kustomization in which files are named that change objects, and are none themselves."""


def files_named(text: str) -> frozenset[str]:
    """The words in which a kustomization may name files as patches, replacements or transformers, or for generators: by
    their paths from its folder."""
    words = (word for section in _SECTIONS.finditer(text) for word in _WORD.findall(section[0]))
    return frozenset(word.removeprefix("./") for word in words)


_WORD = expression(r"[^\s\[\]{}\"'=,:#]+")


def named_by(one: Kustomization, text: str) -> Iterator[str]:
    """The files (absolute paths) that a kustomization names, of which some hold nothing of ours by themselves: what it
    builds, its patches, and what it makes objects or changes of; `text` is that of its file."""
    yield from (path for path in one.builds if os.path.splitext(path)[1])
    yield from one.patch_files
    if one.below is None:
        yield from (os.path.normpath(os.path.join(one.folder, name)) for name in files_named(text))


@lru_cache(maxsize=256)
def has_something_of_ours(chart: str) -> bool:
    """Whether a file of a chart names a group of ours. A chart with too many files, or with a packed chart in it,
    counts as one that does."""
    seen = 0
    for folder, _, names in os.walk(chart):
        for name in names:
            seen += 1
            if seen > _MOST_FILES or name.endswith(".tgz") or names_a_group(_text(os.path.join(folder, name))):
                return True
    return False


def _text(path: str) -> str:
    return _bytes(path).decode("utf-8", errors="replace")


def _bytes(path: str) -> bytes:
    try:
        return read_bytes(path)
    except OSError:
        return b""
