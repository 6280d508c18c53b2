from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from checker.gate.options import GateOptions
from checker.gate.prepare import check
from checker.gate.report import Report

if TYPE_CHECKING:
    from checker.demo.cell import Cell
    from tests.live.api_server import ApiServer

# No process that a test starts shows or keeps the answer of another one (tests/kept has folders of its own).
os.environ["XDG_CACHE_HOME"] = os.path.join(os.devnull, "none")

# Thousands of tests keep little that goes in circles; looking for it after every 700 objects costs a twentieth.
gc.set_threshold(50_000, 20, 100)

CELL = {
    "region": "us-east-1",
    "account": "111122223333",
    "authKeysTable": "cell2-auth-keys",
    "cluster": "cell2-MultitenantEKSCluster",
    "oidcIssuer": "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE",
}


def every_other(cases: Iterable[Any]) -> list[Any]:
    """Cases that are much alike: every other one is left to the slow suite."""
    slow = pytest.mark.slow
    return [pytest.param(case, marks=slow) if place % 2 else case for place, case in enumerate(cases)]


@pytest.fixture(autouse=True)
def no_renderers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """kustomize and helm are only there for tests that ask for `renderers`: what others say must not hang on the
    machine."""
    if "renderers" not in request.fixturenames:
        monkeypatch.setattr("checker.rendering.kustomize.find_kustomize", lambda: None)
        monkeypatch.setattr("checker.rendering.helm.find_helm", lambda: None)


@pytest.fixture
def renderers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real kustomize and helm: those that `make test` puts beside Python, else those on PATH. Skips, with the
    reason, where there are none."""
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"])
    for names in (("kustomize", "kubectl"), ("helm",)):
        if not any(shutil.which(name) for name in names):
            reason = f"{' and '.join(names)}: not on PATH, and scripts/renderers.py has nothing for this platform"
            if os.environ.get("RENDERERS_REQUIRED"):
                pytest.fail(reason)
            pytest.skip(reason)


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """Runs the gate with the shipped requirement for cell2, from a folder without any configuration but what a path
    brings along."""
    monkeypatch.chdir(tmp_path)

    def run(*paths: str | Path, policies: tuple[str, ...] = ()) -> Report:
        config = next(
            (str(path / "checker.yaml") for path in map(Path, paths) if (path / "checker.yaml").exists()), None
        )
        return check(GateOptions(tuple(map(str, paths)), config, parameters=CELL, policies=policies))

    return run


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """A real API server with the ACK CRDs and the shipped ClusterRole; skipped where there is none, with the reason."""
    from tests.live.api_server import ApiServer, find_assets

    assets = find_assets()
    if isinstance(assets, str):
        if os.environ.get("E2E_REQUIRED"):
            pytest.fail(assets)
        pytest.skip(assets)
    server = ApiServer(*assets, tmp_path_factory.mktemp("api-server"))
    try:
        for name in ("kubernetes.yaml", "fixer.yaml"):
            for item in yaml.safe_load_all(
                (Path(__file__).parent.parent / "deploy" / name).read_text(encoding="utf-8")
            ):
                server.put(item)
        yield server
    finally:
        server.stop()


@pytest.fixture
def cell() -> Iterator[Cell]:
    """A healthy embedded cell."""
    from checker.demo.cell import Cell

    with Cell() as running:
        yield running


@pytest.fixture(params=["embedded", "api-server"])
def grade(request: pytest.FixtureRequest, cell: Cell) -> Callable[[], Any]:
    """Gives the connection to the cluster, once the cell is as the test wants it."""
    if request.param == "embedded":
        return lambda: cell.access().connection
    from tests.live.api_server import VIEWER

    server: ApiServer = request.getfixturevalue("api_server")

    def connect() -> Any:
        server.mirror(cell)
        return server.connection(VIEWER)

    return connect


@pytest.fixture(scope="session", autouse=True)
def cells_are_copied() -> Iterator[None]:
    """Each process makes one cell, and copies it (see made_cell)."""
    from checker.demo.cell import Cell
    from tests.demo import made_cell

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cell, "fill", made_cell.fill)
        yield


@pytest.fixture(scope="session", autouse=True)
def models_of_services_are_read_once() -> Iterator[None]:
    """Each session of boto3 reads the models of the services anew from JSON; those of a process share what was read."""
    try:
        from botocore.loaders import Loader, create_loader
    except ImportError:
        yield
        return
    made: dict[object, Loader] = {}

    def shared(search_path_string: str | None = None) -> Loader:
        if search_path_string not in made:
            made[search_path_string] = create_loader(search_path_string)
        return made[search_path_string]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", shared)
        yield


@pytest.fixture(scope="session", autouse=True)
def only_what_deploy_allows() -> Iterator[None]:
    """Every call that is made anywhere in the suite is one that deploy/ grants: reads to everybody, writes to those who
    apply fixes."""
    from tests.live.rights import allowed_calls, allowed_reads, allowed_writes

    try:
        from checker.live.clients.aws import Aws
        from checker.live.clients.kubernetes import Cluster
    except ImportError:
        yield
        return
    aws_calls: set[tuple[str, str]] = set()
    reads: set[str] = set()
    call, request = Aws.call, Cluster.send

    def counted_call(self: Aws, service: str, operation: str, region: str = "", /, **parameters: object) -> object:
        aws_calls.add((service, operation))
        return call(self, service, operation, region, **parameters)

    def counted_request(self: Cluster, method: str, path: str, *rest: object, **named: object) -> object:
        reads.add(f"{method} {path}")
        return request(self, method, path, *rest, **named)  # type: ignore[arg-type]  # handed on as they came

    patch = pytest.MonkeyPatch()
    patch.setattr(Aws, "call", counted_call)
    patch.setattr(Cluster, "send", counted_request)
    yield
    patch.undo()
    assert {name for name in map(_operation, aws_calls) if name != "sts:GetCallerIdentity"} <= allowed_calls()
    asked = {_read(item) for item in reads} - {"create selfsubjectaccessreviews"}
    assert asked <= allowed_reads() | allowed_writes()


def _operation(called: tuple[str, str]) -> str:
    import botocore.session
    from botocore import xform_name

    service, method = called
    names = botocore.session.get_session().get_service_model(service).operation_names
    return f"{service}:{next(name for name in names if xform_name(name) == method)}"


def _read(called: str) -> str:
    from tests.live.faults import kubernetes_call

    method, _, path = called.partition(" ")
    return kubernetes_call({"REQUEST_METHOD": method, "PATH_INFO": path}, b"")
