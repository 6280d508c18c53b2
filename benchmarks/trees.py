"""A seeded generator of believable trees: tenants with a role each, proven ones and broken ones, among other manifests.

python -m benchmarks.trees FOLDER --tenants 1000 --shape plain|stream|chart|overlays --unrelated 2 --seed 1
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

REGION, ACCOUNT, TABLE = "us-east-1", "111122223333", "cell2-auth-keys"
ISSUER = f"oidc.eks.{REGION}.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}"
CONFIG = f"""version: 1
manifests: [manifests]
cells:
  cell2:
    region: {REGION}
    account: "{ACCOUNT}"
    oidcIssuer: https://{ISSUER}
    parameters: {{authKeysTable: {TABLE}}}
"""
_DEFECTS = ("action", "table", "subject", "typo")


def main() -> None:
    """Writes a tree."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--shape", choices=("plain", "stream", "chart", "overlays"), default="plain")
    parser.add_argument("--unrelated", type=int, default=2, help="manifests of other kinds for each tenant")
    parser.add_argument("--broken", type=float, default=0.01, help="share of roles that lack something")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write(given.folder, given.tenants, given.shape, given.unrelated, given.broken, given.seed)


def write(folder: Path, tenants: int, shape: str, unrelated: int = 2, broken: float = 0.01, seed: int = 1) -> int:
    """Writes a tree of this shape, and says how many files it has."""
    draw = random.Random(seed)  # a tree that is the same for the same seed
    files = {"checker.yaml": CONFIG}
    names = [f"t{number:05}" for number in range(tenants)]
    if shape == "chart":
        files |= _chart(names)
    elif shape == "overlays":
        files |= _overlays(names)
    else:
        documents = [
            (f"manifests/{name}/{kind}.yaml", text)
            for name in names
            for kind, text in _tenant(name, draw, unrelated, draw.random() < broken)
        ]
        files |= (
            dict(documents) if shape == "plain" else {"manifests/all.yaml": "---\n".join(text for _, text in documents)}
        )
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return len(files)


def _tenant(name: str, draw: random.Random, unrelated: int, is_broken: bool) -> Iterator[tuple[str, str]]:
    defect = draw.choice(_DEFECTS) if is_broken else ""
    actions = ["dynamodb:GetItem"] if defect == "action" else ["dynamodb:GetItem", "dynamodb:Query"]
    actions = ["dynamodb:GetItem", "dynamodb:Qurey"] if defect == "typo" else actions
    grant = {"Effect": "Allow", "Action": actions, "Resource": ARN + ("-old" if defect == "table" else "")}
    others = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": f"arn:aws:s3:::{name}-bucket/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [grant, others]}, indent=2)
    by_reference = draw.random() < 0.75
    subject = f"system:serviceaccount:tenant-{name}:{'proxy' if defect == 'subject' else f'reverse-proxy-{name}'}"
    yield "role", _role(name, subject, None if by_reference else document)
    if by_reference:
        yield "policy", _policy(name, document)
    metadata = f"metadata:\n  name: reverse-proxy-{name}\n  namespace: tenant-{name}\n"
    annotation = f"  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::{ACCOUNT}:role/{name}-reverse-proxy\n"
    yield "serviceaccount", f"apiVersion: v1\nkind: ServiceAccount\n{metadata}{annotation}"
    for number in range(unrelated):
        yield f"other{number}", _OTHERS[number % len(_OTHERS)].replace("NAME", name)


def _role(name: str, subject: str, document: str | None) -> str:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {f"{ISSUER}:sub": subject, f"{ISSUER}:aud": "sts.amazonaws.com"}},
            }
        ],
    }
    head = (
        f"# The reverse proxy of {name}.\napiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata:\n"
        f"  name: {name}-reverse-proxy\n  namespace: tenant-{name}\nspec:\n  name: {name}-reverse-proxy\n"
        f"  assumeRolePolicyDocument: |\n{_indented(json.dumps(trust, indent=2), 4)}"
    )
    if document is None:
        return f"{head}  policyRefs:\n  - from: {{name: {name}-auth-keys}}\n"
    return f"{head}  inlinePolicies:\n    auth-keys: |\n{_indented(document, 6)}"


def _policy(name: str, document: str) -> str:
    return (
        f"apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Policy\nmetadata:\n  name: {name}-auth-keys\n"
        f"  namespace: tenant-{name}\nspec:\n  name: {name}-auth-keys\n  policyDocument: |\n{_indented(document, 4)}"
    )


def _indented(text: str, depth: int) -> str:
    return "".join(f"{' ' * depth}{line}\n" for line in text.splitlines())


_OTHERS = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME, namespace: tenant-NAME}\nspec:\n  replicas: 2\n"
    "  selector: {matchLabels: {app: NAME}}\n  template:\n    metadata: {labels: {app: NAME}}\n    spec:\n"
    "      serviceAccountName: reverse-proxy-NAME\n      containers:\n      - name: reverse-proxy\n"
    "        image: registry.example/reverse-proxy:1\n        ports: [{containerPort: 8080}]\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: NAME, namespace: tenant-NAME}\nspec:\n"
    "  selector: {app: NAME}\n  ports: [{port: 80, targetPort: 8080}]\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME, namespace: tenant-NAME}\ndata:\n  settings.yaml: |\n"
    "    index: NAME\n    refresh: 60s\n",
)


def _chart(names: list[str]) -> dict[str, str]:
    role = _role("NAME", "system:serviceaccount:tenant-NAME:reverse-proxy-NAME", json.dumps(
        {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": ARN}
        ]}
    ))  # fmt: skip
    body = "{{- range .Values.tenants }}\n---\n" + role.replace("NAME", "{{ . }}") + "{{- end }}\n"
    return {
        "manifests/chart/Chart.yaml": "apiVersion: v2\nname: tenants\nversion: 1.0.0\n",
        "manifests/chart/values.yaml": "tenants:\n" + "".join(f"- {name}\n" for name in names),
        "manifests/chart/templates/role.yaml": body,
    }


def _overlays(names: list[str]) -> dict[str, str]:
    head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    files = {"manifests/base/kustomization.yaml": head + "resources: [role.yaml]\n"}
    document = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": ARN}],
        }
    )
    files["manifests/base/role.yaml"] = _role("base", "system:serviceaccount:x:reverse-proxy", document)
    for name in names:
        files[f"manifests/overlays/{name}/kustomization.yaml"] = (
            f"{head}namespace: tenant-{name}\nnamePrefix: {name}-\nresources: [../../base]\n"
        )
    return files


if __name__ == "__main__":
    main()
