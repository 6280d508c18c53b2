"""What it takes to reach a running cell from another process: a kubeconfig, a checker.yaml, variables for AWS."""

from __future__ import annotations

import os

import yaml

from ..text.writing import write_file
from .cell import Cell
from .names import ACCOUNT, CLUSTER, REGION, TABLE


def write_files(cell: Cell, folder: str) -> dict[str, str]:
    """Writes kubeconfig and checker.yaml into the folder; returns the environment variables to set.

    The credentials are made up and open nothing but the cell.
    """
    kubeconfig = os.path.join(folder, "kubeconfig")
    cluster = {"name": "demo", "cluster": {"server": cell.kubernetes_url}}
    context = {"name": "demo", "context": {"cluster": "demo", "user": "demo"}}
    _write(
        kubeconfig,
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [cluster],
            "users": [{"name": "demo", "user": {}}],
            "contexts": [context],
            "current-context": "demo",
        },
    )
    settings = {"cluster": CLUSTER, "context": "demo", "region": REGION, "account": ACCOUNT}
    settings["parameters"] = {"authKeysTable": TABLE}  # type: ignore[assignment]  # a mapping among strings
    _write(os.path.join(folder, "checker.yaml"), {"version": 1, "cells": {"demo": settings}})
    return {
        "KUBECONFIG": kubeconfig,
        "AWS_ENDPOINT_URL": cell.aws_url,
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_DEFAULT_REGION": REGION,
    }


def _write(path: str, value: object) -> None:
    write_file(path, yaml.safe_dump(value, sort_keys=False).encode("utf-8"), 0o600)
