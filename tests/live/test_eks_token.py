"""A cluster reached with AWS credentials alone: the token is made for it, sent to it, and shown nowhere."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from checker.cli import main
from checker.demo.cell import Cell
from checker.demo.names import CLUSTER, REGION
from checker.demo.serving import write_files


def test_the_cluster_through_aws_credentials_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens: list[str] = []
    cells: list[Cell] = []

    def wrap(name: str, application: Any) -> Any:
        def seen(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if name == "kubernetes":
                tokens.append(environ.get("HTTP_AUTHORIZATION", ""))
                return list(application({**environ, "HTTP_AUTHORIZATION": ""}, start_response))
            if environ["PATH_INFO"] != f"/clusters/{CLUSTER}":
                return list(application(environ, start_response))
            body = b"".join(application(environ, lambda status, headers: start_response(status, moved(headers))))
            described = json.loads(body)
            authority = {"data": base64.b64encode(b"-----BEGIN CERTIFICATE-----").decode()}
            described["cluster"] |= {"endpoint": cells[0].kubernetes_url, "certificateAuthority": authority}
            return [json.dumps(described).encode()]

        return seen

    def moved(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(key, value) for key, value in headers if key != "Content-Length"]

    with Cell(wrap) as cell:
        cells.append(cell)
        for key, value in write_files(cell, str(tmp_path)).items():
            monkeypatch.setenv(key, value)
        monkeypatch.setenv("KUBECONFIG", "/nowhere")
        record = tmp_path / "evidence.json"
        arguments = ["--cluster", CLUSTER, "--region", REGION, "--record", str(record), "-v"]
        assert main(["live", "--index", "acme", "--config", str(tmp_path / "checker.yaml"), *arguments]) == 0
    shown = capsys.readouterr().out + record.read_text()
    token = tokens[0].removeprefix("Bearer k8s-aws-v1.")
    url = urlsplit(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode())
    query = parse_qs(url.query)
    assert (url.scheme, url.netloc, query["Action"]) == ("https", f"sts.{REGION}.amazonaws.com", ["GetCallerIdentity"])
    assert "x-k8s-aws-id" in query["X-Amz-SignedHeaders"][0]
    assert int(query["X-Amz-Expires"][0]) <= 60
    assert token not in shown
    assert "k8s-aws-v1" not in shown
    assert query["X-Amz-Signature"][0] not in shown
