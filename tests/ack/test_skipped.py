"""Which containers eks.amazonaws.com/skip-containers leaves without credentials: as the webhook reads it, with Go's
encoding/csv (aws/amazon-eks-pod-identity-webhook, pkg/annotations/parser.go)."""

from __future__ import annotations

import pytest

from checker.ack.build import workload
from checker.inventory.objects import Object, Origin


@pytest.mark.parametrize(
    ("annotation", "skipped"),
    [
        ("reverse-proxy", {"reverse-proxy"}),
        ("index,reverse-proxy", {"index", "reverse-proxy"}),
        ('index,"reverse-proxy"', {"index", "reverse-proxy"}),
        ("\n\nreverse-proxy\n", {"reverse-proxy"}),
        ("index\r\nreverse-proxy", {"index"}),
        ("index, reverse-proxy", {"index"}),
        (" reverse-proxy", set()),
        ('index,"reverse-proxy', set()),
        ('in"dex,reverse-proxy', set()),
        ('"index" ,reverse-proxy', set()),
        ("index\nreverse-proxy", {"index"}),
        (",,", set()),
        ("", set()),
    ],
)
def test_the_annotation_is_read_as_the_webhook_reads_it(annotation: str, skipped: set[str]) -> None:
    pod = {
        "metadata": {"annotations": {"eks.amazonaws.com/skip-containers": annotation}},
        "spec": {"containers": [{"name": "index"}, {"name": "reverse-proxy"}]},
    }
    assert workload(_pod(pod)).skipped == skipped


def _pod(data: dict[str, object]) -> Object:
    labels: dict[str, str] = {}
    return Object("v1", "Pod", "tenant-acme", "acme", labels, {}, data, Origin("pod.yaml", 0, ()))
