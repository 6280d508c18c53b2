"""As much of kubectl as the printed commands use: their options are checked, and their objects asked for."""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request

CORE = ("pods", "serviceaccounts", "nodes", "namespaces")
ALIASES = {"pod": "pods", "serviceaccount": "serviceaccounts", "deployment": "deployments", "node": "nodes"}
IAM = "iam.services.k8s.aws"


def fail(text: str) -> None:
    sys.exit(f"error: {text}")


VERBS = ("get", "describe", "logs", "delete", "annotate", "rollout", "set", "apply", "cordon", "edit")


def parsed() -> argparse.Namespace:
    """The verb, its options, and its words, wherever the options stand among them."""
    top = argparse.ArgumentParser(prog="kubectl")
    top.add_argument("--context")
    top.add_argument("verb", choices=VERBS)
    verb = top.parse_known_args()[0].verb
    top.add_argument("-n", "--namespace", default="default")
    if verb == "get":
        top.add_argument("-A", "--all-namespaces", action="store_true")
        top.add_argument("-l", "--selector")
        top.add_argument("-o", "--output", choices=["wide", "yaml", "json"])
    if verb in ("logs", "set"):
        top.add_argument("-c", "--container")
    if verb == "logs":
        top.add_argument("--since")
        top.add_argument("--previous", action="store_true")
    if verb == "annotate":
        top.add_argument("--overwrite", action="store_true")
    if verb == "apply":
        top.add_argument("-f", "--filename", required=True)
    top.add_argument("words", nargs="*")
    return top.parse_intermixed_args()


def exists(resource: str, name: str, namespace: str) -> None:
    """Asks the API server for the object, or for the list where no name is given."""
    plural, _, group = ALIASES.get(resource, resource).partition(".")
    if plural == "networkpolicies":
        return
    if plural in ("roles", "policies") and group != IAM:
        fail(f"{resource} is not a resource of ACK")
    base = "/api/v1" if plural in CORE else f"/apis/{IAM}/v1alpha1" if group == IAM else "/apis/apps/v1"
    scope = "" if plural in ("nodes", "namespaces") or not namespace else f"/namespaces/{namespace}"
    path = f"{base}{scope}/{plural}" + (f"/{name}" if name else "")
    try:
        with urllib.request.urlopen(os.environ["CELL_KUBERNETES"] + path) as answer:
            json.load(answer)
    except urllib.error.HTTPError as error:
        fail(f"{path}: {error.code}")


def pairs(words: list[str]) -> None:
    if not words or not all("=" in word or word.endswith("-") for word in words):
        fail(f"no key=value in {words}")


def main() -> None:
    given = parsed()
    words, namespace = given.words, given.namespace
    if given.verb in ("get", "describe", "delete", "edit"):
        if not words:
            fail("which resource?")
        everywhere = getattr(given, "all_namespaces", False)
        exists(words[0], words[1] if len(words) > 1 else "", "" if everywhere else namespace)
    elif given.verb == "logs":
        kind, _, name = words[0].rpartition("/")
        exists(kind or "pods", name, namespace)
    elif given.verb == "annotate":
        exists(words[0], words[1], namespace)
        pairs(words[2:])
    elif given.verb == "rollout":
        if words[0] != "restart":
            fail(f"rollout {words[0]}")
        exists(words[1], words[2], namespace)
    elif given.verb == "set":
        if words[0] != "env" or words[1].partition("/")[0] not in ("deployment", "statefulset", "pod"):
            fail(f"set {words[:2]}")
        pairs(words[2:])
    elif given.verb == "apply" and not os.path.exists(given.filename):
        fail(f"{given.filename}: there is no such file")


if __name__ == "__main__":
    main()
