"""`checker live` as people type it, against the embedded cell through a kubeconfig and AWS_ENDPOINT_URL."""

from __future__ import annotations

import json
import shlex
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from checker.cli import main
from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.demo.serving import write_files
from checker.live.collect import collect
from checker.live.record.record import dump
from checker.schemas import load
from tests.conftest import every_other


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cell, Path, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("served")
    with Cell() as cell:
        BREAKS["missing-action"].change(cell, "acme")
        yield cell, folder, write_files(cell, str(folder))


@pytest.fixture
def live(
    served: tuple[Cell, Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., int]:
    _, folder, variables = served
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> int:
        return main(["live", "--config", str(folder / "checker.yaml"), *arguments])

    return run


Captured = pytest.CaptureFixture[str]


def test_a_cause_is_found_and_exit_is_1(live: Callable[..., int], capsys: Captured) -> None:
    assert live("--index", "acme") == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("VERDICT   cause found: missing-action, confirmed (index acme)\n")
    assert shown.err == ""


def test_healthy_is_0(live: Callable[..., int], capsys: Captured) -> None:
    assert live("--index", "borealis", "-q") == 0
    assert capsys.readouterr().out.startswith("VERDICT   healthy (index borealis)\n")


def test_an_unknown_index_is_3_and_says_how_to_look(live: Callable[..., int], capsys: Captured) -> None:
    assert live("--index", "nobody") == 3
    shown = capsys.readouterr().out
    assert "no pod of index nobody among 5" in shown
    assert "next      kubectl --context demo get pods -A | grep -F -- nobody" in shown


def test_json_record_and_replay(live: Callable[..., int], capsys: Captured) -> None:
    assert live("--index", "acme", "--format", "json", "--record", "evidence.json") == 1
    first = json.loads(capsys.readouterr().out)
    jsonschema.validate(first, load("diagnosis"))
    assert stat.S_IMODE(Path("evidence.json").stat().st_mode) == 0o600
    assert live("--replay", "evidence.json", "--format", "json") == 1
    assert json.loads(capsys.readouterr().out) == first
    assert live("--replay", "evidence.json", "--exit-zero") == 0


def payload(**labels: Any) -> dict[str, Any]:
    alert = {"status": "firing", "labels": {"alertname": "auth_keys_refresh_failure", **labels}, "fingerprint": "f"}
    return {"version": "4", "status": "firing", "alerts": [alert], "commonLabels": {}, "newKey": 1}


def test_an_alert_names_the_index(live: Callable[..., int], capsys: Captured) -> None:
    Path("alert.json").write_text(json.dumps({**payload(index_name="acme", account_id="7"), "truncatedAlerts": 2}))
    assert live("--alert", "alert.json", "-q") == 1
    shown = capsys.readouterr()
    assert "(index acme, account 7)" in shown.out
    assert "2 more alerts were left out" in shown.err


def test_several_alerts_are_several_diagnoses(live: Callable[..., int], capsys: Captured) -> None:
    both = payload(index_name="borealis")
    both["alerts"] += payload(index_name="acme")["alerts"]
    Path("alert.json").write_text(json.dumps(both))
    assert live("--alert", "alert.json", "-q") == 1
    assert capsys.readouterr().out.count("VERDICT") == 2


@pytest.mark.long
@pytest.mark.parametrize(
    "beside",
    every_other(
        [
            {"alerts": [{"labels": {"index_name": "a b"}}]},
            {"alerts": [{"labels": {"alertname": "another", "index_name": "acme"}}]},
            {"truncatedAlerts": 3},
            {"alerts": [{"labels": {}}]},
        ]
    ),
)
def test_what_of_an_alert_was_not_looked_at_is_never_healthy(
    beside: dict[str, Any], live: Callable[..., int], capsys: Captured
) -> None:
    whole = payload(index_name="borealis")
    alone = json.dumps(whole)
    whole = {**whole, **beside, "alerts": [*whole["alerts"], *beside.get("alerts", [])]}
    Path("alert.json").write_text(alone)
    assert live("--alert", "alert.json", "-q") == 0
    capsys.readouterr()
    Path("alert.json").write_text(json.dumps(whole))
    assert live("--alert", "alert.json", "-q") == 3
    assert "checker: " in capsys.readouterr().err


HOSTILE = ["$(rm -rf /)", "a b", "acme\n", "-n", "", "a" * 64, "../x", "acme;ls", "é", 7, None, ["acme"]]


@pytest.mark.parametrize("name", HOSTILE)
def test_labels_are_not_trusted(name: Any, live: Callable[..., int], capsys: Captured) -> None:
    Path("alert.json").write_text(json.dumps(payload(index_name=name)))
    assert live("--alert", "alert.json") == 2
    assert "which is no name of an index" in capsys.readouterr().err
    if isinstance(name, str) and not name.startswith("-") and name:
        assert live("--index", name) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "this is not JSON"),
        ("[]", "no Alertmanager webhook payload"),
        ('{"version": "3", "alerts": []}', "no Alertmanager webhook payload"),
        ('{"version": "4", "alerts": [1, {"labels": 3}]}', "an alert in it has no label index_name"),
        ('{"version": "4", "alerts": [{"labels": {"alertname": "other", "index_name": "x"}}]}', 'alert "other" is not'),
    ],
)
def test_what_is_no_alert_is_said(text: str, said: str, live: Callable[..., int], capsys: Captured) -> None:
    Path("alert.json").write_text(text)
    assert live("--alert", "alert.json") == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "which index?"),
        (("--index", "acme", "--alert", "x"), "leave out --index"),
        (("--index", "acme", "--since", "soon"), "write a time such as"),
        (("--index", "acme", "--deadline", "0"), "from 1 to 600"),
        (("--index", "acme", "--cluster", "other", "--config", "empty.yaml"), "needs --region"),
        (("--replay", "nothing.json"), "cannot read nothing.json"),
        (("--replay", "empty.yaml"), "this is not JSON"),
    ],
)
def test_wrong_usage_is_2(arguments: tuple[str, ...], said: str, live: Callable[..., int], capsys: Captured) -> None:
    Path("empty.yaml").write_text("version: 1\n")
    assert live(*arguments) == 2
    assert said in capsys.readouterr().err


DAMAGED = [
    "{}", "[]", '{"kind": "EvidenceRecord"}', '{"kind": "EvidenceRecord", "schemaVersion": 2}',
    '{"kind": "EvidenceRecord", "schemaVersion": 1, "target": {}, "readings": {}}',
    '{"kind": "EvidenceRecord", "schemaVersion": 1, "target": {"index_name": "a"}, "readings": {"x": {}}}',
    '{"kind": "EvidenceRecord", "schemaVersion": 1, "target": {"index_name": "a"}, "collectedAt": "", "elapsedMs": 0,'
    ' "readings": {"x": {"status": "fine", "value": 1, "detail": "", "source": "", "elapsed_ms": 0}}}',
]  # fmt: skip


@pytest.fixture(scope="module")
def recorded(served: tuple[Cell, Path, dict[str, str]]) -> str:
    """The evidence of one run."""
    cell, _, _ = served
    return dump(collect(cell.target("acme"), cell.access(), cell.search))


@pytest.mark.parametrize("version", [1, 1.3, "1.3"])
def test_a_record_of_a_newer_minor_version_replays(
    version: Any, recorded: str, tmp_path: Path, capsys: Captured
) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(recorded)
    assert main(["live", "--replay", str(old), "-q"]) == 1
    told = capsys.readouterr().out
    whole = json.loads(recorded)
    whole |= {"schemaVersion": version, "new": 1}
    whole["target"]["new"] = ["x"]
    whole["readings"] = {key: {**item, "new": {}} for key, item in whole["readings"].items()}
    whole["readings"]["new-one"] = {**whole["readings"]["pods"], "new": 2}
    new.write_text(json.dumps(whole))
    assert main(["live", "--replay", str(new), "-q"]) == 1
    assert capsys.readouterr().out == told


@pytest.mark.parametrize("version", [2, "2.0", True, None, "x"])
def test_a_record_of_another_version_is_refused(version: Any, recorded: str, tmp_path: Path, capsys: Captured) -> None:
    new = tmp_path / "new.json"
    new.write_text(json.dumps({**json.loads(recorded), "schemaVersion": version}))
    assert main(["live", "--replay", str(new), "-q"]) == 2
    assert "unknown to this version of checker" in capsys.readouterr().err


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_record_is_one_sentence(text: str, live: Callable[..., int], capsys: Captured) -> None:
    Path("damaged.json").write_text(text)
    assert live("--replay", "damaged.json") == 2
    assert capsys.readouterr().err.startswith("checker: damaged.json: ")


def test_a_dead_cluster_is_3(live: Callable[..., int], capsys: Captured) -> None:
    text = json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "demo",
            "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:9"}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": "demo", "context": {"cluster": "c", "user": "u"}}],
        }
    )
    Path("kubeconfig").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", "kubeconfig")
        assert live("--index", "acme") == 3
    assert "unreachable" in capsys.readouterr().out


def test_an_unknown_context_is_3(live: Callable[..., int], capsys: Captured) -> None:
    assert live("--index", "acme", "--context", "nowhere") == 3
    assert "the kubeconfig has no context nowhere; it has demo" in capsys.readouterr().out


def test_watch_ends_when_healthy(live: Callable[..., int], capsys: Captured) -> None:
    assert live("--index", "borealis", "--watch", "1", "-q") == 0
    assert capsys.readouterr().out.count("VERDICT") == 1


def test_an_odd_label_costs_its_own_alert(live: Callable[..., int], capsys: Captured) -> None:
    both = payload(index_name="x y")
    both["alerts"] += payload(index_name="acme")["alerts"]
    Path("alert.json").write_text(json.dumps(both))
    assert live("--alert", "alert.json", "-q") == 1
    shown = capsys.readouterr()
    assert "which is no name of an index" in shown.err
    assert shown.out.count("VERDICT") == 1


@pytest.mark.long
def test_several_indexes_are_one_json_document(live: Callable[..., int], capsys: Captured) -> None:
    both = payload(index_name="borealis")
    both["alerts"] += payload(index_name="acme")["alerts"]
    Path("alert.json").write_text(json.dumps(both))
    assert live("--alert", "alert.json", "--format", "json", "--output", "out.json") == 1
    assert [item["index"] for item in json.loads(Path("out.json").read_text())] == ["borealis", "acme"]
    assert live("--alert", "alert.json", "--record", "evidence.json") == 2
    assert "diagnose them one by one" in capsys.readouterr().err


def test_a_record_that_cannot_be_written_costs_no_diagnosis(live: Callable[..., int], capsys: Captured) -> None:
    assert live("--index", "borealis", "-q", "--record", "/dev/full") == 3
    shown = capsys.readouterr()
    assert shown.out.startswith("VERDICT   healthy")
    assert "cannot write /dev/full" in shown.err


def test_an_old_record_file_is_closed_to_others(live: Callable[..., int]) -> None:
    Path("evidence.json").write_text("")
    Path("evidence.json").chmod(0o644)
    live("--index", "acme", "-q", "--record", "evidence.json")
    assert stat.S_IMODE(Path("evidence.json").stat().st_mode) == 0o600


def plugin_config(folder: Path, script: str) -> None:
    """A kubeconfig whose user is an exec plugin with this script."""
    config = yaml.safe_load((folder / "kubeconfig").read_text())
    plugin = Path("plugin").absolute()
    plugin.write_text(f"#!/bin/sh\n{script}\n")
    plugin.chmod(0o755)
    version = "client.authentication.k8s.io/v1"
    config["users"][0]["user"] = {"exec": {"apiVersion": version, "command": str(plugin), "interactiveMode": "Never"}}
    Path("kubeconfig").write_text(yaml.safe_dump(config))


@pytest.mark.parametrize("kind", ["token", "exec"])
def test_a_token_of_a_kubeconfig_is_sent(
    kind: str, served: tuple[Cell, Path, dict[str, str]], live: Callable[..., int]
) -> None:
    cell, folder, _ = served
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"}
    plugin_config(folder, f"echo '{json.dumps({**credential, 'status': {'token': 'tok-en'}})}'")
    if kind == "token":
        config = yaml.safe_load((folder / "kubeconfig").read_text())
        config["users"][0]["user"] = {"token": "tok-en"}
        Path("kubeconfig").write_text(yaml.safe_dump(config))
    everything = cell.kubernetes.users[""]
    cell.kubernetes.users = {"tok-en": everything}
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KUBECONFIG", "kubeconfig")
            assert live("--index", "borealis", "-q") == 0
    finally:
        cell.kubernetes.users = {"": everything}


def test_a_plugin_that_fails_is_told_of_and_redacted(
    served: tuple[Cell, Path, dict[str, str]], live: Callable[..., int], capsys: Captured
) -> None:
    plugin_config(served[1], "echo password=hunter2 >&2; exit 3")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", "kubeconfig")
        assert live("--index", "borealis") == 3
    shown = capsys.readouterr()
    assert "the kubeconfig's plugin for credentials failed: exec: process returned 3" in shown.out
    assert "hunter2" not in shown.out + shown.err


def test_names_of_a_hostile_cluster_are_quoted(live: Callable[..., int], capsys: Captured) -> None:
    live("--index", "acme", "-q", "--record", "evidence.json")
    text = Path("evidence.json").read_text()
    Path("evidence.json").write_text(text.replace('"acme-reverse-proxy"', '"x; touch PWNED #"'))
    capsys.readouterr()
    live("--replay", "evidence.json", "-q", "-v")
    for line in capsys.readouterr().out.splitlines():
        if line.strip().startswith("next"):
            words = shlex.split(line.partition("next")[2].lstrip(": "))
            assert "touch" not in words


@pytest.mark.slow
def test_every_single_damage_to_a_record_is_one_sentence(live: Callable[..., int], capsys: Captured) -> None:
    live("--index", "acme", "-q", "--record", "evidence.json")
    whole = json.loads(Path("evidence.json").read_text())
    for key in whole["readings"]:
        for odd in ("x", 7, [], {}, None, [None], {"metadata": 3}):
            damaged = {**whole, "readings": {**whole["readings"], key: {**whole["readings"][key], "value": odd}}}
            Path("damaged.json").write_text(json.dumps(damaged))
            capsys.readouterr()
            code = live("--replay", "damaged.json", "-q")
            shown = capsys.readouterr()
            assert code in (0, 1, 2, 3)
            assert "internal error" not in shown.err, (key, odd, shown.err)
            if code == 2:
                assert shown.err.startswith("checker: damaged.json: the evidence record is damaged")


def test_watch_goes_on_until_healthy(
    served: tuple[Cell, Path, dict[str, str]], live: Callable[..., int], capsys: Captured
) -> None:
    cell = served[0]
    kept = cell.kubernetes.get("ServiceAccount", "tenant-borealis", "reverse-proxy-borealis")
    cell.kubernetes.delete("ServiceAccount", "tenant-borealis", "reverse-proxy-borealis")

    def mend(_: float) -> None:
        cell.kubernetes.put(kept)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("checker.cli.live.time.sleep", mend)
        assert live("--index", "borealis", "--watch", "1", "-q") == 0
    shown = capsys.readouterr()
    assert shown.out.count("VERDICT") == 2
    assert shown.err == "checker: looking again in 1 s; ^C ends it\n"
