"""The kustomizations that Flux makes of folders that have none (fluxcd/pkg, kustomize/kustomize_generator.go)."""

from __future__ import annotations

import os
from collections.abc import Iterable

from .model import Kustomization
from .reach import is_at, is_below, top_of


def generated(found: Iterable[Kustomization], files: Iterable[str]) -> list[Kustomization]:
    """Those of folders that it adds something to: of the folders below with a kustomization, and of the other `files`
    (real paths)."""
    known, paths = tuple(found), tuple(files)
    folders = {one.folder for one in known if one.below is None and not one.is_generated}
    made = []
    for one in known:
        below = f"/{one.below}/"
        if not (one.is_flux and one.is_deployer and one.adds and one.overlay) or any(
            is_at(folder, one) for folder in folders
        ):
            continue
        inside = [path for path in paths if is_below(path, one)]
        tops = {path.replace(os.sep, "/").partition(below)[0] + below.rstrip("/") for path in inside}
        top = top_of(one.folder)
        folder = os.path.join(top, one.below or "") if top is not None else next(iter(tops), "")
        if not inside or (top is None and len(tops) != 1):
            continue
        under = sorted(path for path in folders if path.startswith(os.path.join(folder, "")))
        built = [path for path in under if not any(path.startswith(os.path.join(other, "")) for other in under)]
        alone = (path for path in inside if not any(path.startswith(os.path.join(other, "")) for other in built))
        made.append(_of_folder(one, folder, (*built, *alone)))
    return made


def _of_folder(one: Kustomization, folder: str, builds: tuple[str, ...]) -> Kustomization:
    return Kustomization(
        file=one.file,
        folder=folder,
        what=f"what {one.what} makes of {os.path.relpath(folder)}",
        is_component=False,
        builds=builds,
        components=(),
        below=None,
        patch_files=(),
        patches=(),
        renamings=(),
        prefix="",
        suffix="",
        namespace="",
        labels={},
        keeps_references=False,
        is_generated=True,
    )
