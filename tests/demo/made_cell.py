"""A cell is the same whenever it is made, and making it takes 25 calls to AWS: each process makes one, and copies it.

What is copied is moto's inventory and the objects in the cluster; servers, pods and logs are each cell's own.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from checker.demo.cell import Cell

SERVICES: tuple[Any, ...] = ("iam", "kms", "dynamodb", "eks", "sts")

make = Cell.fill
_kept: dict[str, Any] = {}


def fill(cell: Cell) -> None:
    """In the place of Cell.fill: makes the first cell, and copies it for the others."""
    if not _kept:
        make(cell)
        _kept.update(account=copy.deepcopy(_account()), cluster=json.dumps(cluster(cell)), aws=_own(cell))
        return
    from moto.backends import get_backend

    for service, account, region, backend in copy.deepcopy(_kept["account"]):
        get_backend(service)[account][region] = backend
    for item in json.loads(_kept["cluster"]):
        cell.kubernetes.put(item)
    cell.issuer, cell.key_arn, associations = copy.deepcopy(_kept["aws"])
    cell.aws.associations = associations


def _account() -> list[tuple[Any, str, str, Any]]:
    """Everything that moto has of the services that a cell uses: (service, account, region, backend)."""
    from moto.backends import get_backend

    found = [(service, get_backend(service)) for service in SERVICES]
    return [
        (service, account, region, backends[account][region])
        for service, backends in found
        for account in backends
        for region in backends[account]
    ]


def cluster(cell: Cell) -> list[dict[str, Any]]:
    from checker.demo.servers.kubernetes_api import KINDS

    return [item for kind in KINDS.values() for item in cell.kubernetes.all(kind)]


def _own(cell: Cell) -> tuple[str, str, list[dict[str, Any]]]:
    return cell.issuer, cell.key_arn, copy.deepcopy(cell.aws.associations)
