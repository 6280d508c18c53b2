"""What Flux and Argo CD add to the kustomization that they deploy, as fields of a kustomization around it.

Sources: Flux, "Kustomization": spec.{patches, targetNamespace, namePrefix, nameSuffix, commonMetadata, components},
which its generator puts into the kustomization at spec.path (fluxcd/pkg, kustomize/kustomize_generator.go); Argo CD,
"Kustomize": spec.source.kustomize, carried out by `kustomize edit` in the folder (argo-cd,
util/kustomize/kustomize.go).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..ack.objects import mapping, sequence, string_map
from .model import IGNORES_MISSING, Kustomization

_TEXTS = ("namePrefix", "nameSuffix", "namespace")
_FROM_ARGO = (
    *_TEXTS, "patches", "components", "commonLabels", "commonAnnotations", "images", "replicas", "version",
    "labelWithoutSelector", "labelIncludeTemplates", "forceCommonLabels", "forceCommonAnnotations",
    "commonAnnotationsEnvsubst", "kubeVersion", "apiVersions", IGNORES_MISSING,
)  # fmt: skip
_OLD = ("patchesStrategicMerge", "patchesJson6902")
_ANEW = ("a replacement", "transformers", "vars")


def overlay_of_flux(spec: Mapping[str, Any]) -> str:
    """The fields that a Kustomization of Flux adds, as JSON; "" where it cannot be told. The paths of components count
    from the folder that it deploys."""
    if any(spec.get(field) for field in _OLD):
        return ""
    common = mapping(spec.get("commonMetadata"))
    given = {**spec, "namespace": spec.get("targetNamespace")}
    return _overlay(given, common.get("labels"), common.get("annotations"))


def overlay_of_argo(options: Mapping[str, Any]) -> str:
    """The same of the options that a source of an Application states for kustomize."""
    if any(field not in _FROM_ARGO for field in options) or options.get("commonAnnotationsEnvsubst"):
        return ""
    return _overlay(options, options.get("commonLabels"), options.get("commonAnnotations"))


def why_not_around(one: Kustomization, own: Kustomization) -> str:
    """Why what Flux or Argo CD add to a kustomization (`own`) does not come to the same as one around it; "" where it
    does. In the same kustomization a field stands once, and everything comes in the order of kustomize."""
    if not one.overlay:
        return f"what {one.what} changes of it is not worked out"
    names = own.namespace or own.prefix or own.suffix
    if names and (one.namespace or one.prefix or one.suffix or one.patches):
        return f"what {one.what} changes comes before the names that the folder gives by itself"
    if one.patches and any(patch.what in _ANEW for patch in own.patches):
        return f"what {one.what} changes comes before the replacements and transformers of the folder"
    if one.components and (own.patches or own.patch_files or names):
        return f"the components of {one.what} come before the changes of the folder itself"
    return ""


def _overlay(given: Mapping[str, Any], labels: Any, annotations: Any) -> str:
    fields: dict[str, Any] = {}
    for field in _TEXTS:
        value = given.get(field)
        if value not in (None, "") and not isinstance(value, str):
            return ""
        if value:
            fields[field] = value
    patches, components = sequence(given.get("patches")), sequence(given.get("components"))
    if not all(isinstance(item, dict) and set(item) <= {"patch", "target"} for item in patches):
        return ""
    if not all(isinstance(item, str) for item in components):
        return ""
    if patches:
        fields["patches"] = patches
    if components:
        fields["components"] = components
    if labels:
        fields["labels"] = [{"pairs": string_map(labels)}]
    if annotations:
        fields["commonAnnotations"] = string_map(annotations)
    return json.dumps(fields)
