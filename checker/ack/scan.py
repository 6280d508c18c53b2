"""What can be told of a text without parsing it: whether it can hold anything for us.

Most files of a repository end here, and a hook that is handed such files imports nothing else for them.
"""

from __future__ import annotations

from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""Files that may name patches: fragments of objects, not objects."""


def is_argocd_source(name: str) -> bool:
    """Whether a file of this name may change what Argo CD deploys of its folder."""
    return name.startswith(".argocd-source") and name.endswith(".yaml")


def counts_by_its_name(name: str) -> bool:
    """Whether a file of this name has to do with us, whatever words are in it."""
    return name in KUSTOMIZATIONS or is_argocd_source(name)


CONFIGURATIONS = ("checker.yaml", ".checker.yaml")
"""Files that configure this tool."""

_NEEDLES = (
    rb"services\.k8s\.aws",
    rb"kustomize\.(?:config\.k8s|toolkit\.fluxcd)\.io|\bhelm\.toolkit\.fluxcd\.io/",
    rb"\bargoproj\.io/v1",
    rb"\bkro\.run/",
    rb"\bkpt\.dev/|\bkyverno\.io/|\bmutations\.gatekeeper\.sh/|\bkind: *['\"]?Mutating",
    rb"eks\.amazonaws\.com",
    rb"\bnameReference\b|#@overlay",
    rb"\b(?:assumeRolePolicyDocument|inlinePolicies|policyDocument|policyRefs)\b",
    rb"\bServiceAccount(?:List)?\b",
    rb"\bserviceAccount(?:Name)?\b",
    rb"\\(?:[xuU\r\n]|/)",
    rb"!!bin|!<|![^\s%]*%|%TAG",
)
FOLDERS_ABOVE = 8
"""Folders above a file in which a chart or a kustomization may have to do with it."""

_WORDS = (
    b"services.k8s.aws", b"kustomize.", b"toolkit.fluxcd.io", b"argoproj.io/", b"kro.run/", b"kpt.dev/", b"kyverno.io/",
    b"gatekeeper.sh/", b"Mutating", b"eks.amazonaws.com", b"nameReference", b"#@overlay", b"erviceAccount",
    b"assumeRolePolicyDocument", b"inlinePolicies", b"policyDocument", b"policyRefs",
    b"\\", b"!", b"%",
)  # fmt: skip
"""Every match of the expressions above contains one of these: without any, no expression has to be compiled."""


_OPEN_VERSION = rb"\bapiVersion[\"']?\s*:\s*[\"']?[A-Za-z0-9./-]*[^A-Za-z0-9./\-\s\"'#,}\]]"
"""An apiVersion that is none as it stands: it holds a placeholder of any engine, or is an alias or the like."""


@lru_cache
def _open_version() -> re.Pattern[bytes]:
    import re

    return re.compile(_OPEN_VERSION)


@lru_cache
def _concerns() -> re.Pattern[bytes]:
    import re

    return re.compile(b"|".join(_NEEDLES))


def can_concern(data: bytes) -> bool:
    """Whether the bytes of a file can hold anything for us, told without parsing.

    Sound: an object we read spells its group, annotation or kind in plain text. The one way around is an escape
    (`\\x2e`, `\\/`, a continued line in double quotes) or `!!binary`, however its tag is spelt, so text with those is
    parsed too. UTF-16 and UTF-32 always are: they are full of NUL bytes, whatever script they begin with.
    """
    if b"\0" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    if b"services.k8s.aws" in data or b"eks.amazonaws.com" in data:
        return True
    if any(word in data for word in _WORDS) and _concerns().search(data) is not None:
        return True
    return b"apiVersion" in data and _open_version().search(data) is not None


def names_a_group(text: str) -> bool:
    """Whether a text names a group or annotation of ACK or EKS, and not only service accounts, as Deployments do."""
    return "services.k8s.aws" in text or "eks.amazonaws.com" in text or hides_its_group(text)


TELLING_FIELDS = ("assumeRolePolicyDocument", "inlinePolicies", "policyDocument", "policyRefs")
"""Fields that no other kinds have: they tell an object of ours even where its kind, too, is filled in later."""


def is_open_version(version: str) -> bool:
    """Whether an apiVersion cannot be one as it stands (Kubernetes: a DNS subdomain, and a version)."""
    return not all(char.isascii() and (char.isalnum() or char in "./-") for char in version)


def hides_its_group(text: str) -> bool:
    """Whether an object in a text may be one of ours although a template engine has yet to fill in its group."""
    import re

    from .kinds import KINDS

    if "apiVersion" not in text or re.search(_OPEN_VERSION.decode(), text) is None:
        return False
    if any(field in text for field in TELLING_FIELDS):
        return True
    names = "|".join(kind.name for kind in KINDS if kind.is_known_by_kind)
    kind = re.search(rf"\bkind[\"']?\s*:\s*[\"']?(?:{names})\b", text)
    return kind is not None and re.search(r"^[ \t-]*[\"']?spec[\"']?\s*:", text, re.MULTILINE) is not None


def text_can_concern(text: str) -> bool:
    """`can_concern` for one document's text; one with a NUL is no text, which parsing will report."""
    if "\0" in text or "services.k8s.aws" in text or "eks.amazonaws.com" in text:
        return True
    return _concerns_text().search(text) is not None


@lru_cache
def _concerns_text() -> re.Pattern[str]:
    import re

    return re.compile("|".join(needle.decode() for needle in (*_NEEDLES, _OPEN_VERSION)))


def may_hold_variables(data: bytes) -> bool:
    """Whether there is a ConfigMap in a file, from which Flux may take variables."""
    if b"ConfigMap" not in data:
        return False
    import re

    return re.search(rb"\bkind[\"']?\s*:\s*[\"']?ConfigMap(?:List)?\b", data) is not None


def may_be_an_input(name: str, data: bytes) -> bool:
    """Whether a file that is no object may be what kustomize or helm makes others from, wherever they lie: a patch, a
    replacement, a file of values."""
    if "values" in name.lower():
        return True
    if b"op" in data and b"path" in data:
        import re

        if re.search(rb"(?<![\w.-])op[\"']?\s*:", data) and re.search(rb"(?<![\w.-])path[\"']?\s*:", data):
            return True
    if b"source" in data and b"targets" in data:
        return True
    lines = b"\n" + data
    is_object = b"\nkind:" in lines and b"\napiVersion:" in lines
    return not is_object and (b"\nspec:" in lines or b"\nmetadata:" in lines or lines.lstrip().startswith(_PARTS))


_PARTS = (b'{"spec"', b'{"metadata"')
"""How a part of an object begins in JSON."""


def is_of_this_tool(name: str, data: bytes) -> bool:
    """Whether a file (by its name without folders) is a configuration or a requirement: what it changes concerns the
    whole project."""
    return name in CONFIGURATIONS or b"checker/v1" in data


def first_object_of_ours(program: str) -> int:
    """Where a program first names the apiVersion of an ACK kind that is read here; -1 where it does not."""
    import re

    found = re.search(r"\b(?:iam|eks|dynamodb)\.services\.k8s\.aws/v\d", program)
    return found.start() if found else -1


def documents_in(data: bytes) -> int:
    """The number of documents in a file that is not parsed, counted by their separators."""
    return data.count(b"\n---") + 1
