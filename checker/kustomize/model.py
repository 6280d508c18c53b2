"""Kustomizations as values: what one builds, and what it changes of that."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..iam.values import NamedTuple


class PatchTarget(NamedTuple):
    """Which objects a patch is for: group, kind and name are regular expressions of kustomize's, `labels` is a label
    selector; "" for any. The namespace is left out: kustomize goes by the original one as well as by the new one."""

    group: str = ""
    kind: str = ""
    name: str = ""
    labels: str = ""


class KustomizePatch(NamedTuple):
    """A change of some objects: `what` it is, its place (an offset into a file), and the fields it touches, as routes
    with slashes (`spec/inlinePolicies`); () where that is not known, so that it may touch any."""

    what: str
    file: str
    offset: int
    target: PatchTarget
    fields: tuple[str, ...] = ()


IGNORES_MISSING = "ignoreMissingComponents"
"""Of Flux and Argo CD, none of kustomize: components whose folder is not there are left out."""


class Renaming(NamedTuple):
    """A prefix or suffix of names: how it is written (`namePrefix prod-`), and where."""

    what: str
    offset: int


class Kustomization(NamedTuple):
    """One kustomization file, or an object of Flux or Argo CD that kustomizes what it deploys.

    `builds` are the files and folders (absolute paths) that it takes in, `components` those folders whose changes apply
    to all of that. For Flux and Argo CD, `below` is the folder in the repository that they deploy (None for others).
    `remotes` are what it takes in from elsewhere, as it names it. `is_flux`: it is one of Flux; `substitutes` are the
    variables that it fills in after the build, `substitutes_from` the objects that hold others, as (kind, name), in the
    order given and in the namespace `namespace_of_values`. `generates` names the ConfigMaps that it makes.
    `keeps_references`: it tells kustomize, by configurations, to rename references to Policies as well. `overlay` is
    what Flux or Argo CD add to the kustomization that they deploy, as JSON ("" where that cannot be told). One that
    `is_generated` stands in no file: Flux makes it of a folder that has none. `default_namespace` is what Argo CD puts
    objects into that state no namespace; one that `ignores_missing` leaves out components whose folder is not there.
    One that `is_plain` has no field besides those that are read here.
    """

    file: str
    folder: str
    what: str
    is_component: bool
    builds: tuple[str, ...]
    components: tuple[str, ...]
    below: str | None
    patch_files: tuple[str, ...]
    patches: tuple[KustomizePatch, ...]
    renamings: tuple[Renaming, ...]
    prefix: str
    suffix: str
    namespace: str
    labels: Mapping[str, str]
    keeps_references: bool
    configurations: tuple[str, ...] = ()
    remotes: tuple[str, ...] = ()
    substitutes: Mapping[str, str] = MappingProxyType({})
    substitutes_from: tuple[tuple[str, str], ...] = ()
    namespace_of_values: str = ""
    generates: tuple[str, ...] = ()
    is_flux: bool = False
    overlay: str = ""
    is_generated: bool = False
    default_namespace: str = ""
    ignores_missing: bool = False
    is_plain: bool = True

    @property
    def is_deployer(self) -> bool:
        """Whether it is an object of Flux or Argo CD that names the folder it deploys. What changes all objects of a
        folder, as policies do, keeps references."""
        return bool(self.below) and not self.keeps_references

    @property
    def adds(self) -> bool:
        """Whether it changes objects, or takes in what does."""
        return bool(
            self.patches or self.patch_files or self.renamings or self.labels or self.namespace or self.components
        )
