"""An address range in aws:SourceIp that no request comes from.

What it does
    Reports private ranges (10.0.0.0/8 and the like) compared with
    aws:SourceIp, where every range of the condition is one.

Why it matters
    AWS sees the public address of whoever calls. Through a VPC endpoint there
    is no aws:SourceIp at all, only aws:VpcSourceIp. So an Allow under such a
    condition never grants, and a Deny of everything else always denies.

Example
        "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}

Use instead
        "Condition": {"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}

Source
    IAM User Guide, "AWS global condition context keys", aws:SourceIp; Access
    Analyzer policy checks, "Private IP address".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...project.project import DocumentFacts
from ..rule import About
from ..statements._statements import condition_text, conditions, problem_in, statements

ABOUT = About("private-source-ip", "warning", rests_on=("Condition",))


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory):
        for item, operator in conditions(written):
            is_about = operator.family == "address" and item.key.lower() == "aws:sourceip"
            if is_about and item.values and all(map(_is_private, item.values)):
                listed = ", ".join(item.values[:3])
                wrong = f"no request comes from {listed} as AWS sees it: the range is private"
                why = "AWS sees the public address, and through a VPC endpoint none in this key"
                hint = "compare aws:VpcSourceIp, beside aws:SourceVpc, or write the public range"
                yield problem_in(written, item.path, wrong, why, hint, condition_text(item))


def _is_private(text: str) -> bool:
    from ipaddress import IPv4Network, ip_network

    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return False
    if isinstance(network, IPv4Network):
        return any(network.subnet_of(IPv4Network(item)) for item in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
    return network.is_private and not network.is_loopback
