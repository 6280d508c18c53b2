"""Who may assume a role before and after, told of strangers too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main

from ..conftest import CELL
from ..fix.test_refused import CHINA, GRANTS, association, irsa, pods
from ..hostile.bombs import role

CLUSTER = f"arn:aws:eks:{CELL['region']}:{CELL['account']}:cluster/{CELL['cluster']}"
PROXY = "system:serviceaccount:acme:proxy"
MANY = [f"{number:012}" for number in range(1, 40)]
NAMED = {"aws:RequestTag/kubernetes-namespace": "acme", "aws:RequestTag/kubernetes-service-account": "proxy"}


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.chdir(tmp_path)

    def run(before: str, after: str) -> tuple[int, str]:
        for name, text in (("before", before), ("after", after)):
            Path(name).mkdir()
            Path(name, "m.yaml").write_text(text, encoding="utf-8")
        sets = [f"--set={key}={value}" for key, value in CELL.items()]
        monkeypatch.setattr("sys.argv", ["checker", "diff", "before", "after", *sets])
        return main(), capsys.readouterr().out

    return run


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (pods(StringEquals=NAMED), pods(), "may now be assumed by any pod through EKS Pod Identity"),
        (
            pods(StringEquals=NAMED),
            pods(StringLike={**NAMED, "aws:RequestTag/kubernetes-namespace": "tenant-*"}),
            "may now be assumed by tenant-x/proxy through EKS Pod Identity",
        ),
        (
            pods(StringEquals=NAMED),
            pods(StringEquals={"aws:RequestTag/kubernetes-namespace": "acme"}),
            "may now be assumed by any pod of acme through EKS Pod Identity",
        ),
        (
            pods(StringEquals=NAMED),
            pods(StringEquals={**NAMED, "aws:RequestTag/kubernetes-namespace": ["acme", "borealis"]}),
            "may now be assumed by borealis/proxy through EKS Pod Identity",
        ),
        (
            pods(StringEquals={"aws:SourceAccount": CELL["account"]}),
            pods(),
            "may now be assumed by any pod in another account through EKS Pod Identity",
        ),
        (
            pods(StringEquals={**NAMED, "aws:SourceAccount": CELL["account"]}),
            pods(StringEquals=NAMED),
            "may now be assumed by acme/proxy in another account through EKS Pod Identity",
        ),
        (
            pods(StringEquals={"aws:SourceAccount": CELL["account"]}, ArnEquals={"aws:SourceArn": CLUSTER}),
            pods(),
            "may now be assumed by any pod in another cluster through EKS Pod Identity",
        ),
        (
            pods(StringEquals={"aws:SourceAccount": CELL["account"]}),
            pods(StringEquals={"aws:SourceAccount": [CELL["account"], "999999999999"]}),
            "may now be assumed by any pod in account 999999999999 through EKS Pod Identity",
        ),
        (
            pods(StringEquals={"aws:SourceAccount": CELL["account"]}),
            pods(StringLike={"aws:SourceAccount": "1*"}),
            "may now be assumed by any pod in account 100000000000 through EKS Pod Identity",
        ),
        (
            pods(ArnEquals={"aws:SourceArn": CLUSTER}),
            pods(ArnEquals={"aws:SourceArn": [CLUSTER, CLUSTER.replace(CELL["account"], "999999999999")]}),
            "may now be assumed by any pod in account 999999999999 through EKS Pod Identity",
        ),
        (
            pods(ArnEquals={"aws:SourceArn": CLUSTER}),
            pods(ArnLike={"aws:SourceArn": [CLUSTER, f"{CLUSTER.rpartition('/')[0]}/cell3-*"]}),
            "may now be assumed by any pod in cluster cell3-0 through EKS Pod Identity",
        ),
        (
            pods(ArnEquals={"aws:SourceArn": CLUSTER}),
            pods(ArnLike={"aws:SourceArn": [CLUSTER, "arn:aws:eks:us-east-1:999999999999:*"]}),
            "may now be assumed by any pod in account 999999999999 through EKS Pod Identity",
        ),
        (
            pods(StringEquals={"aws:SourceAccount": [CELL["account"], *MANY]}),
            pods(StringEquals={"aws:SourceAccount": [CELL["account"], *MANY, "999999999999"]}),
            "may now be assumed by any pod in account 999999999999 through EKS Pod Identity",
        ),
    ],
)
def test_widened_trust_is_told(before: Any, after: Any, said: str, told: Any) -> None:
    _, out = told(role(GRANTS, trust=before) + association(), role(GRANTS, trust=after) + association())
    assert said in out, out


def test_a_condition_that_another_one_implies_may_go(told: Any) -> None:
    """The cluster's ARN names its account."""
    both = pods(StringEquals={"aws:SourceAccount": CELL["account"]}, ArnEquals={"aws:SourceArn": CLUSTER})
    alone = pods(ArnEquals={"aws:SourceArn": CLUSTER})
    _, out = told(role(GRANTS, trust=both) + association(), role(GRANTS, trust=alone) + association())
    assert "may now be assumed" not in out, out


def test_the_same_trust_in_other_words_is_no_change(told: Any) -> None:
    other = pods(StringEquals={key: [value] for key, value in NAMED.items()})
    code, out = told(
        role(GRANTS, trust=pods(StringEquals=NAMED)) + association(), role(GRANTS, trust=other) + association()
    )
    assert code == 0
    assert "may now be assumed" not in out


def test_tags_that_are_switched_off_lock_the_pod_out(told: Any) -> None:
    text = role(GRANTS, trust=pods(StringEquals=NAMED))
    code, out = told(text + association(), text + association(", disableSessionTags: true"))
    assert code == 1, out
    assert "untrusted-service-account" in out


def test_an_arn_of_another_partition_is_no_mere_gain(told: Any) -> None:
    both = [{**GRANTS[0], "Resource": [GRANTS[0]["Resource"], CHINA]}]
    code, out = told(role(GRANTS), role(both))
    assert code == 1, out
    assert "wrong-partition" in out


def test_irsa_beside_pod_identity_is_asked_as_before(told: Any) -> None:
    code, out = told(role(GRANTS, trust=irsa()), role(GRANTS, trust=pods()))
    assert "may now be assumed by any pod through EKS Pod Identity" in out
    assert code in (0, 1)


IP = {"aws:SourceIp": "10.0.0.0/8"}
OTHER_IP = {"aws:SourceIp": "192.0.2.1/32"}
EXTERNAL = {"StringEquals": {"sts:ExternalId": "a"}}
ANY_POD = "whether any pod through EKS Pod Identity may assume it now"


def on(trust: dict[str, Any], **conditions: Any) -> dict[str, Any]:
    """The trust policy with more conditions in its statement."""
    (statement,) = trust["Statement"]
    return {**trust, "Statement": [{**statement, "Condition": {**statement["Condition"], **conditions}}]}


def beside(trust: dict[str, Any], principal: Any, condition: Any) -> dict[str, Any]:
    """The trust policy with one more statement."""
    more = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition}
    return {**trust, "Statement": [*trust["Statement"], more]}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (pods(IpAddress=IP), pods(IpAddress=OTHER_IP), ANY_POD),
        (on(irsa(), IpAddress=IP), on(irsa(), IpAddress=OTHER_IP), "whether acme/proxy of "),
        (
            on(irsa(), StringEqualsIfExists={"aws:SourceVpc": "vpc-1"}),
            on(irsa(), StringEqualsIfExists={"aws:SourceVpc": "vpc-2"}),
            "whether acme/proxy of ",
        ),
        (
            beside(irsa(), {"AWS": "arn:aws:iam::444455556666:role/ops"}, EXTERNAL),
            irsa(),
            "whether arn:aws:iam::444455556666:role/ops could assume it before: now it cannot",
        ),
        (
            beside(irsa(), {"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}),
            irsa(),
            "could assume it before: now it cannot",
        ),
    ],
)
def test_what_hangs_on_another_condition_is_no_silence(before: Any, after: Any, said: str, told: Any) -> None:
    _, out = told(role(GRANTS, trust=before), role(GRANTS, trust=after))
    assert any("? cannot tell: " in line and said in line for line in out.splitlines()), out


def test_the_same_condition_beside_another_subject_is_told_of_that_subject_alone(told: Any) -> None:
    before = on(irsa(), IpAddress=IP)
    both = json.loads(json.dumps(before).replace('"system:serviceaccount:acme:proxy"', f'["{PROXY}", "{PROXY}-2"]'))
    _, out = told(role(GRANTS, trust=before), role(GRANTS, trust=both))
    assert "whether acme/proxy-2 of " in out
    assert "whether acme/proxy of " not in out
