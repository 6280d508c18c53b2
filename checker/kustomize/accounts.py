"""The accounts that kustomize, Flux and Argo CD put Namespaces into: their annotations say where ACK makes what is in
them (ACK, "Manage Resources In Multiple AWS Accounts"), and the Namespaces themselves may stand anywhere, or nowhere.

Sources: kustomize, commonAnnotations and patches; Flux, "Kustomization": spec.commonMetadata; Argo CD, "Application":
spec.syncPolicy.managedNamespaceMetadata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..ack.placeholders import find_in_text
from ..iam.expressions import expression
from ..iam.values import NamedTuple
from .model import Kustomization

_ANNOTATION = expression(r"services\.k8s\.aws(?:/|~1)(owner-account-id|team-id)([^\n]{0,120}(?:\n[^\n]{0,120})?)")
_COMMENT = expression(r"(?:^|\s)#[^\n]*")
_ACCOUNT = expression(r"(?<!\d)\d{12}(?!\d)")
_NAMESPACE = expression(r"\bkind[\"']?\s*:\s*[\"']?Namespace\b")
_NAME = expression(r"\bname[\"']?\s*:\s*[\"']?([\w-]+)")


class Moving(NamedTuple):
    """What gives Namespaces an annotation, and which: those of these names, or, with none, any that it may take in."""

    by: Kustomization
    annotations: Mapping[str, str]
    names: tuple[str, ...]


def accounts_of_namespaces(kustomizations: Iterable[Kustomization], texts: Mapping[str, str]) -> Iterator[Moving]:
    """What puts Namespaces into an account; `texts` are those of files, by name and by real path."""
    for one in kustomizations:
        targets = tuple(patch.target.name for patch in one.patches if patch.target.kind == "Namespace")
        own = (one.default_namespace,) if one.default_namespace else targets
        yield from _moving(one, texts.get(one.file, ""), own if all(own) else ())
        for text in [texts[path] for path in one.patch_files if path in texts]:
            named = _NAME.search(text) if _NAMESPACE.search(text) else None
            yield from _moving(one, text, (named[1],) if named else targets if all(targets) else ())


def _moving(one: Kustomization, text: str, names: tuple[str, ...]) -> Iterator[Moving]:
    if "commonAnnotations" in text or "commonMetadata" in text:
        names = ()
    for annotation, behind in _ANNOTATION.findall(_COMMENT.sub("", text)) if "services.k8s.aws" in text else ():
        account = _ACCOUNT.search(behind)
        if account is not None:
            yield Moving(one, {f"services.k8s.aws/{annotation}": account[0]}, names)
        elif annotation == "team-id" or find_in_text(behind) is None:
            yield Moving(one, {"services.k8s.aws/team-id": "not known"}, names)
