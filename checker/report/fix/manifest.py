"""The corrected objects as a manifest for `kubectl apply -f -`, what is to be known of them in comments; or as merge
patches, a command each."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Iterator

from ...ack.kinds import PLURALS
from ...fix.cluster.emission import Emission, Object
from ...fix.manifest import as_text, merge_patch
from ..frame import safe


def render(emission: Emission, index: str) -> str:
    """YAML documents."""
    said = [f"checker: the corrected manifest for index {index}", *emission.titles]
    said += [f"access: {text}" for text in emission.effects]
    said += [f"note: {text}" for text in emission.warnings]
    said.append("apply it with kubectl apply, never with kubectl replace (the finalizer would be lost)")
    comments = [line for text in said for line in _comment(text)]
    return "\n".join(comments) + "\n" + as_text(item.after for item in emission.objects)


def render_patches(emission: Emission) -> str:
    """Commands: a JSON merge patch (RFC 7396) for each object; one that is not there yet has to be applied."""
    return "".join(_command(item) + "\n" for item in emission.objects)


def _command(item: Object) -> str:
    metadata = item.after["metadata"]
    kind = f"{PLURALS[item.after['kind']]}.iam.services.k8s.aws"
    if not item.before:
        return f"kubectl apply -f - <<'END'\n{as_text([item.after])}END"
    patch = json.dumps(merge_patch(item.before, item.after), ensure_ascii=False)
    where = ["-n", metadata["namespace"]]
    return shlex.join(["kubectl", "patch", kind, metadata["name"], *where, "--type", "merge", "-p", patch])


def _comment(text: str) -> Iterator[str]:
    lines = textwrap.wrap(safe(text), 110, break_long_words=False, break_on_hyphens=False)
    yield from (f"# {'  ' if place else ''}{line}" for place, line in enumerate(lines))
