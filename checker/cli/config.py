"""`checker config show`: which configuration decides here, and what it comes to."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..report.style.frame import safe
from ..report.style.wrapping import count

if TYPE_CHECKING:
    from ..config.file import Config

_OF_ACK = b".services.k8s.aws/"
_MOST_SHOWN = 5


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "config",
        help="show which configuration decides here, and what it comes to",
        description="Shows the configuration that `checker static` takes here: the file, the cells with their"
        " parameters, the requirements, the manifests, the rules, and where each comes from.",
    )
    parser.add_argument("what", choices=("show",), metavar="show", help="show it")
    parser.add_argument("--config", metavar="FILE", help="this file (default: the nearest checker.yaml)")
    parser.add_argument("--policies", metavar="DIR", action="append", default=[], help="requirements to take instead")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="output format (default: text)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints it and returns 0; raises UsageError for a configuration or requirements that cannot be used."""
    shown = _shown(arguments.config, tuple(arguments.policies))
    if arguments.format == "json":
        import json

        print(json.dumps({"schemaVersion": 1, "command": "config", **shown}, indent=2))
        return 0
    print("\n".join(map(safe, _lines(shown))))
    return 0


def _shown(given: str | None, policies: tuple[str, ...]) -> dict[str, Any]:
    from ..config.choices import choose_config, choose_requirements, from_config, project_paths
    from ..kept.key import folder
    from ..rendering.helm import find_helm
    from ..rendering.kustomize import find_kustomize
    from ..text.files import find_files

    config = choose_config(given)
    loaded = choose_requirements(config, policies)
    paths = project_paths(config)
    tools = {"kustomize": " ".join(find_kustomize() or ()), "helm": find_helm() or ""}
    return {
        "file": config.file or None,
        "manifests": {
            "paths": list(paths or (os.curdir,)),
            "files": len(find_files(paths or (os.curdir,)).files),
            "elsewhere": _elsewhere(config, paths),
        },
        "requirements": [
            {
                "name": item.name,
                "file": item.origin.file,
                "from": "--policies" if policies else config.file if config.policies else "shipped",
            }
            for item in loaded.requirements
        ],
        "cells": [
            {
                "name": cell.name,
                "parameters": dict(cell.parameters),
                "manifests": list(from_config(config, cell.manifests)),
                "placeholders": dict(cell.placeholders),
                "context": cell.context or None,
            }
            for cell in config.cells
        ],
        "rules": dict(config.severities),
        "ignores": len(config.ignores),
        "render": {
            name: {"mode": mode, "command": tools[name] or None}
            for name, mode in (("kustomize", config.render_kustomize), ("helm", config.render_helm))
        },
        "cache": None if config.cache == "off" else _cache(config) or folder(),
    }


def _elsewhere(config: Config, paths: tuple[str, ...]) -> list[str]:
    """The files around the configuration that name a kind of ACK's and are not among the manifests: they are read only
    where a chart or a kustomization takes them in."""
    from ..config.choices import from_config
    from ..text.files import find_files, read_bytes

    if not paths:
        return []
    among = set(map(os.path.realpath, find_files(paths).files))
    found = []
    for path in find_files(from_config(config, (os.curdir,))).files:
        with suppress(OSError):
            if os.path.realpath(path) not in among and _OF_ACK in read_bytes(path):
                found.append(os.path.relpath(path))
    return found


def _cache(config: Config) -> str:
    from ..config.choices import from_config

    return from_config(config, (config.cache,))[0] if config.cache else ""


def _lines(shown: dict[str, Any]) -> list[str]:
    manifests = shown["manifests"]
    lines = [
        f"configuration  {shown['file'] or 'none: there is no checker.yaml here or above'}",
        f"manifests      {', '.join(manifests['paths'])} ({count(manifests['files'], 'file')})",
    ]
    if manifests["elsewhere"]:
        some = ", ".join(manifests["elsewhere"][:_MOST_SHOWN])
        more = len(manifests["elsewhere"]) - _MOST_SHOWN
        some += f" and {more} more" if more > 0 else ""
        lines.append(f"{'':<13}  not among them, with kinds of ACK: {some}")
    for number, item in enumerate(shown["requirements"]):
        lines.append(f"{'' if number else 'requirements':<13}  {item['name']} ({item['from']}: {item['file']})")
    for number, cell in enumerate(shown["cells"] or [None]):
        title = f"{'' if number else 'cells':<13}  "
        if cell is None:
            lines.append(f"{title}none: give --set region=… --set account=… and what the requirements use")
            continue
        lines.append(
            title + cell["name"] + (f" (folders: {', '.join(cell['manifests'])})" if cell["manifests"] else "")
        )
        lines += [f"{'':<15}  {name}: {value}" for name, value in cell["parameters"].items()]
        lines += [f"{'':<15}  placeholder {name}: {value}" for name, value in cell["placeholders"].items()]
    rules = ", ".join(f"{name}: {level}" for name, level in shown["rules"].items())
    lines.append(f"rules          {rules or 'as they are (checker rules lists them)'}")
    lines += (
        [f"ignore         {count(shown['ignores'], 'entry').replace('entrys', 'entries')}"] if shown["ignores"] else []
    )
    for number, (name, item) in enumerate(shown["render"].items()):
        command = item["command"] or "not on PATH"
        lines.append(f"{'' if number else 'render':<13}  {name}: {item['mode']} ({command})")
    lines.append(f"cache          {shown['cache'] or 'off'}")
    return lines
