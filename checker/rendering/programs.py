"""Runs a renderer: with a time limit, an empty home, and nothing that leads into a network or a cluster.

What a chart or a kustomization of a stranger can do here is what the renderer does with files: kustomize runs no
plugins unless it is told to, and loads nothing outside of the folders that are named; `helm template` asks no cluster
and its `lookup` returns nothing. Proxies that lead nowhere are set for the rest, and git may use no protocol.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from ..iam.values import NamedTuple

TIMEOUT = 60
_NOWHERE = "http://127.0.0.1:9"
_MOST_OUTPUT = 64 * 1024 * 1024
_KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "LANG")


class Answer(NamedTuple):
    """What a program printed, and why it failed ("" where it did not)."""

    text: str
    failed: str = ""


def run(command: list[str], home: str) -> Answer:
    """Runs a renderer whose home is this folder, which is also where it works."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {
        "HOME": home,
        "XDG_CONFIG_HOME": home,
        "XDG_CACHE_HOME": home,
        "XDG_DATA_HOME": home,
        "KUBECONFIG": os.devnull,
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
        "HTTP_PROXY": _NOWHERE,
        "HTTPS_PROXY": _NOWHERE,
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
    }
    try:
        process = subprocess.Popen(  # noqa: S603 - the renderer that was found on PATH
            command,
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Answer("", f"{os.path.basename(command[0])} cannot be run: {getattr(error, 'strerror', None) or error}")
    _RUNNING.add(process)
    if _BROKEN_OFF.is_set():
        _end(process)
    try:
        out, err = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        _end(process)
        return Answer("", f"it took more than {TIMEOUT} seconds")
    finally:
        _RUNNING.discard(process)
    if process.returncode != 0:
        return Answer("", _said(err) or f"it ended with {process.returncode}, and said nothing")
    if len(out) > _MOST_OUTPUT:
        return Answer("", f"it printed more than {_MOST_OUTPUT // 1024 // 1024} MiB")
    return Answer(out.decode("utf-8", errors="replace"))


_RUNNING: set[subprocess.Popen[bytes]] = set()
_BROKEN_OFF = threading.Event()
"""The renderers that run now, to be ended by an interrupt; and whether there was one, for a renderer that is just being
started."""


@contextmanager
def side_by_side() -> Iterator[ThreadPoolExecutor]:
    """Runs renderers side by side. Where the run is broken off, those that run are ended, and no other is begun."""
    pool = ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1))
    _BROKEN_OFF.clear()
    try:
        yield pool
    except BaseException:
        _BROKEN_OFF.set()
        pool.shutdown(wait=False, cancel_futures=True)
        for process in tuple(_RUNNING):
            _end(process)
        raise
    finally:
        pool.shutdown()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the program and what it has started."""
    if hasattr(os, "killpg"):
        # The program may have ended, and a child of it still hold its output.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _said(err: bytes) -> str:
    """The error that a program printed, in one line: from the line that begins with `error:` on, else all."""
    lines = [line.strip() for line in err.decode("utf-8", errors="replace").splitlines() if line.strip()]
    begun = next((number for number, line in enumerate(lines) if line.lower().startswith("error:")), 0)
    message = " ".join(lines[begun:])
    return message[6:].strip() if message.lower().startswith("error:") else message
