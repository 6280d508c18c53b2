"""Whether an object becomes one in the cluster as it is written, and in the account that is meant.

Sources: Kubernetes, "Well-Known Labels, Annotations and Taints" (config.kubernetes.io/local-config: kustomize leaves
the object out of what it builds); Argo CD, "Resource Hooks"; Helm, "Chart Hooks"; Flux, "Kustomization", sections on
`kustomize.toolkit.fluxcd.io/ssa` and `reconcile`; kapp, "Annotations" (noop, exists); ACK, "Manage Resources In
Multiple AWS Accounts" (annotations of the namespace) and EKS User Guide, "Configure ACK permissions" (IAMRoleSelector).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..inventory.objects import Moved, Object
from .objects import mapping, sequence, text
from .placeholders import find_in_text

_LOCAL = "config.kubernetes.io/local-config"
_ARGO_HOOK, _HELM_HOOK = "argocd.argoproj.io/hook", "helm.sh/hook"
_STAYING: dict[str, frozenset[str]] = {
    _ARGO_HOOK: frozenset(("presync", "sync", "postsync")),
    _HELM_HOOK: frozenset(("pre-install", "post-install", "pre-upgrade", "post-upgrade")),
}
"""The hooks that apply an object on the way of a deployment; all others do so at other times, or never."""

_ENDING = {_ARGO_HOOK: "hooksucceeded", _HELM_HOOK: "hook-succeeded"}
_FLUX = {
    "kustomize.toolkit.fluxcd.io/ssa": ("ignore", "ifnotpresent"),
    "kustomize.toolkit.fluxcd.io/reconcile": ("disabled",),
}
_KAPP = ("kapp.k14s.io/noop", "kapp.k14s.io/exists")
_ACK = "services.k8s.aws/"
DECIDING = (_LOCAL, *_STAYING, *(f"{hook}-delete-policy" for hook in _STAYING), *_FLUX, *_KAPP)
"""Annotations that decide whether an object is applied."""


def not_applied(item: Object) -> str:
    """Why an object does not come into the cluster as it is written, or does not stay there; "" where it does."""
    annotations = item.annotations
    if not annotations:
        return ""
    if annotations.get(_LOCAL, "false").lower() != "false":
        return f"{_LOCAL} keeps it out of what kustomize builds"
    # Argo CD goes by Helm's hooks where it finds none of its own.
    hook = _ARGO_HOOK if _ARGO_HOOK in annotations else _HELM_HOOK
    phases = {phase.strip() for phase in annotations.get(hook, "").lower().split(",")} - {""}
    if phases and not phases & _STAYING[hook]:
        return f"{hook}: {annotations[hook]} keeps it from being applied when the others are"
    policy = annotations.get(f"{hook}-delete-policy", "")
    if phases and _ENDING[hook] in policy.lower():
        return f"{hook}-delete-policy: {policy} has it deleted once it was applied"
    for key, values in _FLUX.items():
        if annotations.get(key, "").lower() in values:
            return f"{key}: {annotations[key]} keeps Flux from applying what changes in it"
    return next((f"{key} keeps kapp from applying it" for key in _KAPP if key in annotations), "")


def other_account(
    item: Object,
    account: str | None,
    namespaces: Mapping[str, Mapping[str, str]],
    selectors: Iterable[Object],
    moved: Iterable[Moved] = (),
) -> str:
    """Why the controller makes an object in another account than this one, or in one that nobody here knows; "" where
    nothing says so. `namespaces` are the annotations of the namespaces, `selectors` the IAMRoleSelectors, `moved` what
    gives annotations to Namespaces that stand elsewhere."""
    for namespace in dict.fromkeys((item.namespace, *item.built_namespaces)):
        around = namespaces.get(namespace, {})
        owner, team = around.get(f"{_ACK}owner-account-id", ""), around.get(f"{_ACK}team-id", "")
        if owner and account and owner != account and find_in_text(owner) is None:
            return f"its Namespace {namespace} has {_ACK}owner-account-id {owner}, so it is made in that account"
        if team:
            return f"its Namespace {namespace} has {_ACK}team-id {team}, and which account that is is not known here"
    for one in moved:
        owner = one.annotations.get(f"{_ACK}owner-account-id", "")
        is_meant = item.namespace in one.names if one.names else item.origin.file in one.files
        if is_meant and (not owner or (account and owner != account)):
            return f"{one.what} may put its Namespace into {f'account {owner}' if owner else 'the account of a team'}"
    return next(_selected_away(item, account, selectors), "")


def _selected_away(item: Object, account: str | None, selectors: Iterable[Object]) -> Iterator[str]:
    for selector in selectors:
        spec = mapping(selector.data.get("spec"))
        arn = text(spec.get("arn")) or ""
        is_here = account is None or f"::{account}:" in arn or find_in_text(arn) is not None
        if not is_here and _may_select(spec, item):
            yield f"IAMRoleSelector {selector.name} may have it made with {arn or 'another role'}, in another account"


def _may_select(spec: dict[str, object], item: Object) -> bool:
    """Whether a selector may be for an object: labels of namespaces may change, so they may match any."""
    chosen = mapping(spec.get("namespaceSelector"))
    names = sequence(chosen.get("names"))
    if names and item.namespace and item.namespace not in names:
        return False
    entries = [mapping(entry) for entry in sequence(spec.get("resourceTypeSelector"))]
    group, _, version = item.api_version.partition("/")
    own = {"group": group, "version": version, "kind": item.kind}
    return not entries or any(all(entry.get(key) in (None, "", due) for key, due in own.items()) for entry in entries)
