"""`checker init`: a first checker.yaml and a first requirement for this repository."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..report.style.frame import safe
from ..report.style.wrapping import count
from ..text.links import leads_out
from ..text.writing import write_file

if TYPE_CHECKING:
    from ..init.survey import ManifestSurvey


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "init",
        help="write checker.yaml and a first requirement for this repository",
        description="Looks at the manifests below this folder and writes checker.yaml, a first requirement and the JSON"
        " Schemas that editors take, all commented. Values are those that the manifests agree on. Nothing that"
        " exists is overwritten.",
    )
    parser.add_argument(
        "--context", metavar="NAME", help="look at the cluster of this kubeconfig context too, read-only"
    )
    parser.add_argument("--no-schemas", action="store_true", help="do not write the JSON Schemas for editors")
    parser.add_argument("--force", action="store_true", help="overwrite the files")
    parser.add_argument("--dry-run", action="store_true", help="print what would be written")
    more = parser.add_argument_group("what runs it")
    more.add_argument("--hook", action="store_true", help="write .pre-commit-config.yaml as well")
    more.add_argument("--github", action="store_true", help="write a workflow of GitHub Actions as well")
    more.add_argument("--gitlab", action="store_true", help="write a job of GitLab CI as well")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the files, says what was found and what to do next, and returns 0; raises UsageError for 2."""
    from ..config.file import find_config
    from ..init.compose import REQUIREMENT, SCHEMAS, configuration, requirement
    from ..init.pipelines import PIPELINES
    from ..init.schemas import NAMES, for_editors

    existing = find_config(os.curdir)
    if existing is not None and not arguments.force:
        raise UsageError(f"{os.path.relpath(existing)} exists already, and a new one would hide it; --force writes one")
    surveyed, cluster = _look(arguments.context)
    with_schemas = not arguments.no_schemas
    folder = _folder()
    texts = {
        "checker.yaml": configuration(surveyed, (cluster, arguments.context or ""), folder, with_schemas),
        f"{folder}/{REQUIREMENT}": requirement(surveyed, with_schemas),
    }
    if with_schemas:
        from ..report.style.as_json import written

        texts |= {f"{SCHEMAS}/{name}.json": written(for_editors(name)) for name in NAMES}
    asked = [PIPELINES[name] for name in PIPELINES if getattr(arguments, name)]
    # A pipeline that exists may run other things too: it is not overwritten, and what to add is shown.
    shown = [(name, text) for name, text in asked if os.path.lexists(name)]
    texts |= {name: text for name, text in asked if not os.path.lexists(name)}
    if arguments.dry_run:
        for name, text in texts.items():
            print(f"# {name}\n{text}" if not name.startswith(SCHEMAS) else f"# {name} (a JSON Schema)")
        return 0
    standing = [name for name in texts if os.path.lexists(name)]
    if standing and not arguments.force:
        raise UsageError(*(f"{name} exists already; --force overwrites it" for name in standing))
    for name in texts:
        above = os.path.dirname(name) or os.curdir
        if leads_out(name) or (os.path.lexists(above) and not os.path.isdir(above)):
            raise UsageError(f"cannot write {name}: {above} is no folder of this project")
    for name in texts:
        os.makedirs(os.path.dirname(name) or os.curdir, exist_ok=True)
    for name, text in texts.items():
        write_file(name, text.encode("utf-8"))
        print(f"wrote {name}")
    for name, text in shown:
        print(f"\n{name} is there already; add to it:\n{text}", end="")
    print("\n".join(map(safe, _told(surveyed))))
    return 0


def _folder() -> str:
    """The folder for requirements: `policies`, unless something else has it (policies of ACK, perhaps)."""
    free = not os.path.lexists("policies") or (os.path.isdir("policies") and not os.listdir("policies"))
    return "policies" if free or os.path.exists("policies/reverse-proxy-auth-keys.yaml") else "requirements"


def _look(context: str | None) -> tuple[ManifestSurvey, str]:
    """The survey of this folder and, with a context, of its cluster; and the cluster's name."""
    from ..init.survey import survey
    from ..project.project import load
    from ..project.reading import read_paths
    from ..text.source import Source

    read = read_paths((os.curdir,))
    for path, reason in read.unreadable:
        print(f"checker: {safe(path)} could not be read: {reason}", file=sys.stderr)
    sources, cluster = list(read.sources), ""
    if context:
        from ..fix.edits.manifest import as_text
        from ..init.cluster import look

        seen = look(context)
        cluster = seen.name
        for line in seen.unread:
            print(f"checker: could not read {safe(line)}", file=sys.stderr)
        sources.append(Source(f"<context {context}>", as_text(seen.objects)))
    return survey(load(sources), frozenset(source.name for source in read.sources)), cluster


def _told(found: ManifestSurvey) -> list[str]:
    """What was found, and what to do next."""
    lines = [""]
    if found.roles:
        lines.append(f"{count(found.roles, 'role')} of reverse proxies, told {found.how}; {found.others} other.")
    else:
        lines.append("No role of a reverse proxy was found: correct manifests: and appliesTo before anything else.")
    if found.templates:
        lines.append(
            f"{count(found.templates, 'role')} in templates: what is filled in where it decides access belongs under"
            " placeholders: of the cell; checker static says exactly what."
        )
    if found.odd:
        lines.append("These disagree with the other roles of their cell; the gate will say what they lack:")
        lines += (f"  {sentence}" for sentence in found.odd)
    for cell in found.cells:
        missing = [
            name
            for name, value in (("region", cell.region), ("account", cell.account), ("authKeysTable", cell.table))
            if not value
        ]
        if missing:
            lines.append(f"cell {cell.name}: the manifests do not say {', '.join(missing)}; fill it in.")
    if len(found.cells) <= 1:
        return [*lines, "Next: checker static"]
    from ..init.cells import folders_of

    if folders_of(found.cells):
        return [*lines, f"Next: checker static (it judges {len(found.cells)} cells, each with its own files)"]
    lines.append("A requirement is put to one cell at a time, so each cell is checked with its own files:")
    for cell in found.cells:
        folders = sorted({os.path.dirname(file) or os.curdir for file in cell.files})
        common = os.path.commonpath(folders)
        command = ["checker", "static", "--cell", cell.name, *([common] if common else folders[:20])]
        lines.append(f"  {shlex.join(command)}")
    return lines
