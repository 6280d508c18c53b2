"""The accounts that kustomize, Flux and Argo CD put Namespaces into: their annotations say where ACK makes what is in
them (ACK, "Manage Resources In Multiple AWS Accounts"), and the Namespaces themselves may stand anywhere, or nowhere.

Sources: kustomize, commonAnnotations and patches; Flux, "Kustomization": spec.commonMetadata; Argo CD, "Application":
spec.syncPolicy.managedNamespaceMetadata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..ack.placeholders import find_in_text
from ..iam.expressions import expression
from .model import Kustomization

_ANNOTATION = expression(r"services\.k8s\.aws(?:/|~1)(owner-account-id|team-id)([^\n]{0,120}(?:\n[^\n]{0,120})?)")
_ACCOUNT = expression(r"(?<!\d)\d{12}(?!\d)")


def accounts_of_namespaces(
    kustomizations: Iterable[Kustomization], texts: dict[str, str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """What changes Namespaces so, and the annotation that it gives them; `texts` are those of files by their real
    paths."""
    for one in kustomizations:
        for path in (texts.get(one.file, ""), *(texts.get(path, "") for path in one.patch_files)):
            for annotation, behind in _ANNOTATION.findall(path) if "services.k8s.aws" in path else ():
                account = _ACCOUNT.search(behind)
                if account is not None:
                    yield one.what, {f"services.k8s.aws/{annotation}": account[0]}
                elif annotation == "team-id" or find_in_text(behind) is None:
                    yield one.what, {"services.k8s.aws/team-id": "not known"}
