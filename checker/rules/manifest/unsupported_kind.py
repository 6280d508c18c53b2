"""An object that looks like one of ACK's and is none.

What it does
    Reports kinds that the ACK IAM controller does not have
    (RolePolicyAttachment), versions other than v1alpha1 of the kinds that bear
    on access, and API groups that only resemble iam.services.k8s.aws.

Why it matters
    No controller acts on such an object, so the policy or attachment it
    describes never reaches the reverse proxy's role.

Example
        apiVersion: identitymanagement.services.k8s.aws/v1alpha1
        kind: RolePolicyAttachment

Use instead
        apiVersion: iam.services.k8s.aws/v1alpha1
        kind: Role
        spec:
          policyRefs: [{from: {name: …}}]

Source
    The CRDs of iam-controller v1.8.1: Role, Policy, OpenIDConnectProvider,
    InstanceProfile, Group, User, ServiceLinkedRole. That attachments have no
    kind of their own: iam-controller pull request 184.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...ack.kinds import BY_NAME, IAM, IAM_GROUP, KNOWN_IAM_KINDS
from ...findings.place import at
from ...findings.problem import Problem
from ...inventory.objects import called
from ...project.project import DocumentFacts
from ..rule import About

ABOUT = About("unsupported-kind", "error")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for unsupported in document.unsupported:
        item = unsupported.object
        group = item.api_version.partition("/")[0]
        if not item.kind:
            field, wrong, hint = "kind", "the object has no kind", f"write one of {', '.join(KNOWN_IAM_KINDS)}"
        elif not item.api_version:
            field, wrong, hint = (
                "kind",
                "the object has no apiVersion",
                f"write apiVersion: {BY_NAME[item.kind].api_version}",
            )
        elif group != IAM_GROUP and item.kind in BY_NAME and BY_NAME[item.kind].group == group:
            field, wrong = "apiVersion", f"{item.api_version} does not exist"
            hint = f"write {BY_NAME[item.kind].api_version}"
        elif group != IAM_GROUP:
            field, wrong, hint = "apiVersion", f"the API group {group} is not ACK's", f"write {IAM}"
        elif item.kind in KNOWN_IAM_KINDS:
            field, wrong, hint = "apiVersion", f"{item.api_version} does not exist", f"write {IAM}"
        else:
            field, wrong = "kind", f"the ACK IAM controller has no kind {item.kind}"
            hint = f"use one of {', '.join(KNOWN_IAM_KINDS)}; policies are attached by the Role's policyRefs"
        why = "no controller acts on this object, so what it describes never reaches the role"
        yield Problem(
            at(item, (field,)), f"{called(item)}: {wrong}", why, hint, item, value=item.api_version + item.kind
        )
