"""The configuration of a repository: checker.yaml, or [tool.checker] in pyproject.toml."""

from __future__ import annotations

import datetime
import errno
import os
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ..ack.scan import CONFIGURATIONS as NAMES
from ..findings.severity import Level
from ..iam.documents.paths import show_path
from ..iam.values import NamedTuple
from ..schemas import violations
from ..schemas.sentences import say
from ..schemas.validated import InvalidFileError, place, read
from ..text.documents import YamlDocument
from ..text.files import read_bytes
from ..text.links import LEADS_OUT, leads_out
from ..text.nodes import find
from ..text.source import Source, decode, line_starts, position
from ..text.yaml_nodes import start_of, too_deep
from .ignores import Ignore, ignores_in


class ConfiguredCell(NamedTuple):
    """One cell: the values it gives to parameters in requirements (its own `parameters`, and region, account, …), and
    the kubeconfig context that leads to it ("" for none). `placeholders` are what it fills in templates with, by name;
    a value may name parameters (`${region}`). `manifests` are the files and folders that belong to it.
    """

    name: str
    parameters: dict[str, str]
    context: str = ""
    placeholders: Mapping[str, str] = MappingProxyType({})
    manifests: tuple[str, ...] = ()


class Live(NamedTuple):
    """How `checker live` finds things: the sidecar's container, the pods of an index (a label selector with `{index}`
    in it, or the name that they have, `index-{index}-{hash}`), what the alert's account_id means, where credentials are
    to be had, and how the proxy words a refresh that succeeded or failed (regular expressions).
    """

    container: str = "reverse-proxy"
    pod_selector: str = ""
    account_id_means: str = ""
    account_id_label: str = "account_id"
    deadline_seconds: float = 30
    credentials_url: str = ""
    ack_namespace: str = "ack-system"
    log_success: tuple[str, ...] = ()
    log_failure: tuple[str, ...] = ()
    pod_name: str = ""


class Config(NamedTuple):
    """The configuration. Paths are relative to `folder`, the folder of the file; "" stands for no file at all.
    `source` is its text, `document` its nodes where it is YAML; `catalogue` a newer list of AWS's actions.
    `render_kustomize` and `render_helm` say whether manifests are rendered: "auto" (where the tool is there), "off" or
    "required". `cache` is the folder in which answers are kept: "" for the user's, "off" for none."""

    file: str = ""
    folder: str = ""
    manifests: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    cells: tuple[ConfiguredCell, ...] = ()
    severities: Mapping[str, Level] = MappingProxyType({})
    live: Live = Live()
    ignores: tuple[Ignore, ...] = ()
    source: Source | None = None
    document: YamlDocument | None = None
    catalogue: str = ""
    render_kustomize: str = "auto"
    render_helm: str = "auto"
    cache: str = ""


def may_be_config(name: str, data: bytes) -> bool:
    """Whether a file of this name and with these bytes is a configuration."""
    return name in NAMES or (name == "pyproject.toml" and _holds_checker(data))


def find_config(start: str) -> str | None:
    """The nearest checker.yaml (or pyproject.toml with a [tool.checker] table) from `start` upward, or None."""
    folder = os.path.abspath(start)
    while True:
        for name in NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                return path
        path = os.path.join(folder, "pyproject.toml")
        if os.path.isfile(path) and _mentions_checker(path):
            return path
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def load_config(path: str) -> Config:
    """Reads a configuration file. Raises InvalidFileError with places, OSError where it cannot be read."""
    if leads_out(path):
        raise OSError(errno.ELOOP, LEADS_OUT)
    return parse_config(path, read_bytes(path))


def parse_config(path: str, data: bytes) -> Config:
    """The configuration in the bytes of a file. Raises InvalidFileError with places."""
    shown = os.path.relpath(path)
    source = Source(shown, decode(data))
    document = None
    if path.endswith(".toml"):
        value = _from_toml(data, shown)
    else:
        document, value = _from_yaml(source)
    folder = os.path.dirname(os.path.abspath(path))
    return Config(
        file=shown,
        folder=folder,
        manifests=tuple(value.get("manifests", ())),
        policies=tuple(value.get("policies", ())),
        cells=tuple(
            ConfiguredCell(
                name,
                _parameters(cell),
                cell.get("context", ""),
                cell.get("placeholders", {}),
                tuple(cell.get("manifests", ())),
            )
            for name, cell in value.get("cells", {}).items()
        ),
        severities={rule: item["severity"] for rule, item in value.get("rules", {}).items() if "severity" in item},
        live=_live(source, document, value.get("live", {})),
        ignores=ignores_in(source, document, value.get("ignore", [])),
        source=source,
        document=document,
        catalogue=value.get("catalogue", ""),
        render_kustomize=value.get("render", {}).get("kustomize", "auto"),
        render_helm=value.get("render", {}).get("helm", "auto"),
        cache=value.get("cache", ""),
    )


def place_of(config: Config, *path: str | int) -> str:
    """Where a field of the configuration stands, as `file:line:column`; the file alone where that is not known."""
    if config.document is None or config.source is None:
        return config.file
    node = find(config.document.root, path, "key" if path and isinstance(path[-1], str) else "value")
    at = position(line_starts(config.source.text), config.document.piece.start + start_of(node))
    return f"{config.file}:{at.line}:{at.column}"


def _live(source: Source, document: YamlDocument | None, given: dict[str, Any]) -> Live:
    """The section `live:`. Raises InvalidFileError for a pattern that is no regular expression."""
    problems = []
    for kind, patterns in given.get("log", {}).items():
        for number, pattern in enumerate(patterns):
            try:
                re.compile(pattern)
            except (re.error, OverflowError, RecursionError) as error:
                where = f"{source.name}: "
                if document is not None:
                    node = find(document.root, ("live", "log", kind, number))
                    where = place(source, document.piece.start + start_of(node), "")
                problems.append(f"{where}live.log.{kind}[{number}] is no regular expression of Python: {error}")
    if problems:
        raise InvalidFileError(problems)
    wording = given.get("log", {})
    live = Live(**{_LIVE[key]: item for key, item in given.items() if key != "log"})
    return live._replace(log_success=tuple(wording.get("success", ())), log_failure=tuple(wording.get("failure", ())))


_LIVE = {
    "container": "container", "podSelector": "pod_selector", "accountIdMeans": "account_id_means",
    "accountIdLabel": "account_id_label", "deadlineSeconds": "deadline_seconds", "credentialsUrl": "credentials_url",
    "ackNamespace": "ack_namespace", "podName": "pod_name",
}  # fmt: skip


def _parameters(cell: dict[str, Any]) -> dict[str, str]:
    own = {key: cell[key] for key in ("cluster", "region", "account", "oidcIssuer") if key in cell}
    ack = {f"ack.{key}": value for key, value in cell.get("ack", {}).items()}
    return {**own, **ack, **cell.get("parameters", {})}


def _mentions_checker(path: str) -> bool:
    """Whether a pyproject.toml has a [tool.checker] table. A broken one that seems to is taken, and then reported."""
    try:
        return _holds_checker(read_bytes(path))
    except OSError:
        return False


def _holds_checker(data: bytes) -> bool:
    import tomllib

    if b"checker" not in data:
        return False
    try:
        tool = tomllib.loads(data.decode("utf-8")).get("tool")
        return isinstance(tool, dict) and "checker" in tool
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return b"[tool.checker" in data


def _from_yaml(source: Source) -> tuple[YamlDocument, dict[str, Any]]:
    documents = read(source, "config")
    if len(documents) != 1:
        problem = "the file is empty" if not documents else f"it has {len(documents)} documents, and one is due"
        raise InvalidFileError([f"{source.name}:1:1: {problem}"])
    return documents[0].document, documents[0].value


def _from_toml(data: bytes, shown: str) -> dict[str, Any]:
    import tomllib

    try:
        value: Any = tomllib.loads(data.decode("utf-8"))["tool"]["checker"]
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidFileError([f"{shown}: this is not TOML: {error}"]) from None
    except RecursionError:
        raise InvalidFileError([f"{shown}: {too_deep()}"]) from None
    except (KeyError, TypeError):
        raise InvalidFileError([f"{shown}: there is no table [tool.checker]"]) from None
    if not isinstance(value, dict):
        raise InvalidFileError([f"{shown}: tool.checker is not a table; write [tool.checker]"])
    table: dict[str, Any] = {"version": 1, **_without_dates(value)}
    problems = []
    for violation in violations("config", table):
        message, hint = say(violation, f"tool.checker.{show_path(violation.path)}")
        problems.append(f"{shown}: {message}; {hint}")
    if problems:
        raise InvalidFileError(problems)
    return table


def _without_dates(value: Any) -> Any:
    """The value with TOML's dates as strings, as they are in YAML."""
    if isinstance(value, dict):
        return {key: _without_dates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_dates(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value
