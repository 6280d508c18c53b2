"""STS cannot fetch the cluster's signing keys, or does not trust the certificate of the issuer.

What it looks for
    "Couldn't retrieve verification key from your identity provider", or a
    certificate that does not match the provider's thumbprint, although IAM has
    the provider.

What to do
    For an issuer of EKS: wait, it is AWS's outage. For a cluster with an
    issuer of its own: make its JWKS document public and valid, and put the
    certificate's thumbprint into the provider.

Source
    STS API Reference, AssumeRoleWithWebIdentity (IDPCommunicationError,
    InvalidIdentityToken); awslabs/aws-sdk-rust issue 827.
"""

from __future__ import annotations

from ...requirements.parameters import issuer_in
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import said

ID = "oidc-keys-unreachable"
TITLE = "STS cannot fetch the cluster's signing keys, or does not trust the certificate of the issuer"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Check that the issuer's JWKS can be read from outside, and the thumbprint of the OIDC provider in IAM."


def look(case: Case) -> Seen:
    events = case.having("oidc-keys")
    log, evidence = case.says(events), tuple(said(event) for event in events[:1])
    issuer = issuer_in(case.parameters)
    command = (commands.command("curl", "-sS", f"https://{issuer or 'ISSUER'}/.well-known/openid-configuration"),)
    if case.uses_pod_identity:
        return Seen(log, "refutes", ("the pod uses EKS Pod Identity, which needs no OIDC provider",))
    provider = case.value("oidc-provider")
    if provider is not None and not provider["arn"]:
        return Seen(log, "refutes", ("IAM has no OIDC provider with the cluster's issuer",))
    return Seen(log, "no-word", evidence, next=command)
