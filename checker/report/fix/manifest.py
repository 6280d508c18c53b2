"""The corrected objects as a manifest for `kubectl apply -f -`, what is to be known of them in comments; or as merge
patches, a command each."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Iterator
from typing import Any

from ...ack.kinds import BY_NAME
from ...fix.cluster.emission import Emission, Emitted
from ...fix.cluster.withheld import Withheld
from ...fix.edits.diff import unified
from ...fix.edits.manifest import as_text, merge_patch
from ...live.record.record import Target
from ...runbook.commands import addressed
from ...runbook.diagnose import Diagnosis
from ...version import __version__
from ..style.as_json import written
from ..style.frame import safe

MASKED = "a label or an annotation is masked in the evidence; take --patch or --apply, which leave them alone"
"""Why a whole manifest is not shown."""


def render(emission: Emission, index: str, evidence: str) -> str:
    """YAML documents; not for an emission that `is_masked`. `evidence` is when the objects were read."""
    remarks = [f"checker: the corrected manifest for index {index}, from evidence of {evidence}", *emission.titles]
    remarks += [f"access: {text}" for text in emission.effects]
    remarks += [f"note: {text}" for text in emission.warnings]
    remarks.append("apply it with kubectl apply, never with kubectl replace (the finalizer would be lost)")
    comments = [line for text in remarks for line in _comment(text)]
    return "\n".join(comments) + "\n" + as_text(item.after for item in emission.objects)


def render_json(found: Emission | Withheld, diagnosis: Diagnosis) -> str:
    """One JSON object, schema version 1 (checker/schemas/emission.json)."""
    whole: dict[str, Any] = {
        "schemaVersion": 1,
        "command": "fix",
        "tool": {"name": "checker", "version": __version__},
        "index": diagnosis.case.record.target.index_name,
        "verdict": diagnosis.verdict,
        "causes": [cause.id for cause in diagnosis.causes],
    }
    if not isinstance(found, Emission):
        return written({**whole, "fix": None, "reason": found.reason, "help": found.help})
    fix = {
        "titles": list(found.titles),
        "access": list(found.effects),
        "notes": list(found.warnings),
        "objects": [] if found.is_masked else [item.after for item in found.objects],
        "patches": [merge_patch(item.before, item.after) if item.before else None for item in found.objects],
        "diff": "\n".join(unified(found.change)) + "\n",
    }
    return written({**whole, "fix": fix, "reason": None, "help": None})


def render_patches(emission: Emission, target: Target) -> str:
    """Commands: a JSON merge patch (RFC 7396) for each object; one that is not there yet has to be applied. They go to
    the cluster that was diagnosed, whatever the current context is."""
    return "".join(addressed(_command(item), target) + "\n" for item in emission.objects)


def _command(item: Emitted) -> str:
    metadata = item.after["metadata"]
    kind = BY_NAME[item.after["kind"]].resource
    if not item.before:
        return f"kubectl apply -f - <<'END'\n{as_text([item.after])}END"
    patch = json.dumps(merge_patch(item.before, item.after), ensure_ascii=False)
    where = ["-n", metadata["namespace"]]
    return shlex.join(["kubectl", "patch", kind, metadata["name"], *where, "--type", "merge", "-p", patch])


def _comment(text: str) -> Iterator[str]:
    lines = textwrap.wrap(safe(text), 110, break_long_words=False, break_on_hyphens=False)
    yield from (f"# {'  ' if number else ''}{line}" for number, line in enumerate(lines))
