"""What one diagnosis costs: round trips on the critical path, and what a namespace with 5,000 pods adds.

Usage: python -m benchmarks.live

The embedded cell runs in a process of its own, each answer held back by 50 ms. The peer for time is the same walk with
one question after the other; the peer for the list of pods is reading them whole instead of their metadata.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from checker.demo.cell import Cell
from checker.demo.serving import write_files

LATENCY = 0.05
PODS = 5000


def serve(latency: float, pods: int, folder: str) -> None:
    """The cell, answering late, until standard input ends."""

    def wrap(_: str, application: Any) -> Any:
        def late(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            time.sleep(delay[0])
            return list(application(environ, start_response))

        return late

    delay = [0.0]
    with Cell(wrap) as cell:
        pod = cell.kubernetes.get("Pod", "tenant-acme", "index-acme-6c9f8d7b54-xk2lp")
        for number in range(pods):
            metadata = {**pod["metadata"], "name": f"search-{number}", "namespace": "search", "ownerReferences": []}
            metadata["annotations"] = {"checksum/config": "0" * 64, "note": "x" * 1500}
            cell.kubernetes.put({**pod, "metadata": metadata})
        print(json.dumps(write_files(cell, folder)), flush=True)
        delay[0] = latency
        sys.stdin.read()


@contextmanager
def served(latency: float, pods: int) -> Iterator[str]:
    """A cell in another process; the environment leads to it. Gives the path of its checker.yaml."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.live", "serve", str(latency), str(pods), folder]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdin is not None
        os.environ.update(json.loads(process.stdout.readline()))
        try:
            yield os.path.join(folder, "checker.yaml")
        finally:
            process.stdin.close()
            process.wait(30)


def measure(config: str) -> dict[str, Any]:
    """One diagnosis in a fresh process: seconds after imports, number of questions, sum of their times, peak memory."""
    command = [sys.executable, "-m", "benchmarks.live", "measure", config]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


def measured(config: str) -> None:
    """Runs one diagnosis and prints what it took as JSON."""
    from checker.incident.investigate import IncidentOptions, investigate, judge, plan

    made = plan(IncidentOptions("acme", config=config))
    # Imports are not what is measured.
    made.access.aws.session().client("iam", region_name="us-east-1")
    import kubernetes.config

    assert kubernetes.config
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    record = investigate(made)
    verdict = judge(record, made.requirements).verdict
    took = time.perf_counter() - started
    asked = [item for item in record.readings.values() if item.elapsed_ms]
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    summed = sum(item.elapsed_ms for item in asked) / 1000
    print(json.dumps({"verdict": verdict, "seconds": took, "questions": len(asked), "summed": summed, "added": added}))


def main() -> None:
    """Prints the figures, each beside its peer of the same run."""
    results = {}
    for name, latency, pods in (("at once", 0.0, 0), ("50 ms late", LATENCY, 0), (f"{PODS} pods", 0.0, PODS)):
        with served(latency, pods) as config:
            rounds = sorted((measure(config) for _ in range(5)), key=lambda item: item["seconds"])
            results[name] = rounds[2]
    for name, item in results.items():
        ratio = item["seconds"] / item["summed"]
        print(
            f"{name:<12} {item['verdict']}: {item['seconds']:.2f} s, {ratio:.2f} of one question after the other"
            f" ({item['questions']} questions), {item['added']:.0f} MB"
        )
    trips = (results["50 ms late"]["seconds"] - results["at once"]["seconds"]) / LATENCY
    print(f"round trips on the critical path, from the difference: {trips:.1f}")
    many, few = results[f"{PODS} pods"], results["at once"]
    print(f"{PODS} pods add {many['seconds'] - few['seconds']:.2f} s and {many['added'] - few['added']:.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(float(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    elif sys.argv[1:2] == ["measure"]:
        measured(sys.argv[2])
    else:
        main()
