"""Which files are asked about: those that were passed, and those whose objects they change."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from ..ack.kinds import NAMESPACE
from ..kustomize.accounts import accounts_of_namespaces
from ..kustomize.reach import Reach
from ..project.inputs import files_named
from ..project.variables import ConfigMaps
from .prepared import Material


def _in_other_accounts(material: Material) -> Iterator[str]:
    """The files of the roles that a Namespace, an IAMRoleSelector or what changes Namespaces, among the files that were
    passed, may put into another account."""
    passed = [one.object for item in material.files for seen in item.seen for one in seen.sightings]
    moving = [one for item in material.files for one in item.kustomizations]
    files = (*material.files, *material.background) if moving else ()
    texts = {item.source.name: item.source.text for item in files if "-id" in item.source.text}
    texts |= {os.path.realpath(name): text for name, text in texts.items()}
    is_every = any(item.kind == "IAMRoleSelector" for item in passed) or any(accounts_of_namespaces(moving, texts))
    namespaces = {item.name for item in passed if (item.api_version, item.kind) == NAMESPACE}
    if not (is_every or namespaces):
        return
    for item in material.background:
        roles = [one.object for seen in item.seen for one in seen.sightings if one.object.kind == "Role"]
        if any(is_every or role.namespace in namespaces for role in roles):
            yield item.source.name


def asked_about(material: Material, passed: Iterable[str]) -> frozenset[str]:
    """The names of the files to report on. Who passes an overlay, a patch, a file of values or a release also asks
    about the objects in the base and the chart, since it says what becomes of them."""
    names = {item.source.name for item in material.files}
    files = (*material.files, *material.background)
    kustomizations = tuple(one for item in files for one in item.kustomizations)
    paths = frozenset(map(os.path.realpath, passed))
    is_rendered = bool(material.renderings or material.charts or kustomizations)
    shown = {os.path.realpath(item.source.name): item.source.name for item in files} if is_rendered else {}
    for one in material.renderings:
        parts = {path for part in one.root.parts for path in (os.path.realpath(part.file), *part.patch_files)}
        if not paths.isdisjoint(one.root.files | parts):
            names |= {shown[path] for path in one.root.files if path in shown} | {one.root.kustomization.file}
    maps = ConfigMaps(files, kustomizations)
    texts = {item.source.name: item.source.text for item in files if item.kustomizations}
    naming = [
        one
        for one in kustomizations
        if one.below is None
        and any(os.path.normpath(os.path.join(one.folder, name)) in paths for name in files_named(texts[one.file]))
    ]
    deployed = [
        one
        for one in kustomizations
        if one.below is not None and not paths.isdisjoint(map(os.path.realpath, (one.file, *maps.files_of(one))))
    ]
    passed_ones = [one for item in material.files for one in item.kustomizations if one.below is None]
    if deployed or naming or passed_ones:
        reach = Reach(kustomizations, shown)
        names |= {shown[path] for one in (*deployed, *naming, *passed_ones) for path in reach.reached(one)}
    # What changes a release changes what its chart becomes.
    paths |= frozenset(map(os.path.realpath, names))
    for chart in material.charts:
        inside = os.path.join(os.path.dirname(os.path.realpath(chart.source.name)), "")
        if not paths.isdisjoint(chart.inputs) or any(path.startswith(inside) for path in paths):
            names |= {item.facts.source.name for item in chart.files} | {chart.source.name}
            names |= {shown[path] for path in chart.covers if path in shown}
    names |= set(_in_other_accounts(material))
    kinds = {(one.api_version, one.kind) for item in material.files for one in item.instances}
    for item in files if kinds else ():
        if any(seen.graph and (seen.graph.api_version, seen.graph.kind) in kinds for seen in item.seen):
            names.add(item.source.name)
    return frozenset(names)
