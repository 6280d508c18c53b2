"""A change by kustomize, Flux, Argo CD, kpt or a mutating policy that was not worked out.

What it does
    Reports patches, replacements, transformers, prefixes and suffixes of names
    in kustomization files, Flux Kustomizations and Argo CD Applications that
    may change a Role, a Policy, a Table, a Key, or an object that gives a role
    to pods; and functions of a Kptfile, Kyverno's mutate rules, Gatekeeper's
    mutations, MutatingAdmissionPolicies, and webhooks for these groups. A
    namespace and labels are put in, and are not reported. For a role that a
    requirement selects, its access is then unknown (unknown-grant, an error).

Why it matters
    What reaches the cluster is what kustomize builds. A patch that takes the
    inline policies away stands in another file than the role, and a prefix
    renames a Policy while `policyRefs` keep its old name.

Example
        patches:
          - target: {kind: Role}
            patch: |
              - op: remove
                path: /spec/inlinePolicies

Use instead
        kustomize build overlays/prod | checker static -

Source
    Kustomize reference, "patches", "namePrefix"; that references of custom
    resources are not renamed: kubernetes-sigs/kustomize#3130.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import Place
from ...findings.problem import Problem
from ...inventory.objects import called
from ...project.rendered import FAILED_BUILD
from ..facts import Facts
from ..rule import About

ABOUT = About("kustomize-change", "warning")


def check_project(facts: Facts) -> Iterator[Problem]:
    failed = {rendering.file for rendering in facts.project.failed_renderings}
    for change in facts.project.changes:
        if change.file in failed and change.what == FAILED_BUILD:
            continue  # failed-rendering says so
        first, *others = change.objects
        whom = called(first) + (f" and {len(others)} more" if others else "")
        if change.is_name:
            message = f"{change.what} in {change.by} renames {whom}, and not the references to it"
            hint = "write the built name in policyRefs, roleRef and trust policies, and check what is built"
        else:
            message = f"not checked: {change.what} of {change.by} may change {whom}"
            hint = "check what comes of it: kustomize build … | checker static -, or the object as the cluster has it"
        why = "what is built is not known here, so nothing is proven about it"
        place = Place(change.file, None, offset=change.offset)
        yield Problem(place, message, why, hint, value=f"{change.what} {first.name}")
