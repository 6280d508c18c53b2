"""Questions put side by side under one deadline, each in a thread of its own.

A slow or dead service costs its own question only: nobody waits longer than the deadline, and what has no answer by
then is recorded as such. The threads are daemons, so a service that never answers cannot keep the process alive.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from .record.record import Reading, Status
from .record.redaction import redact


class Refused(Exception):  # noqa: N818  # an answer, not an error of ours
    """The other side did not give a value; `status` says in which way, `reasons` are the codes that it gave for it."""

    def __init__(self, status: Status, detail: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.status: Status = status
        self.detail = detail
        self.reasons = reasons


Observer = Callable[[str, Reading], None]


class Reply:
    """The answer to one question, due by the deadline."""

    def __init__(self, asking: Asking, name: str, source: str) -> None:
        self._asking = asking
        self._done = threading.Event()
        self.name = name
        self.source = source
        self.started = time.monotonic()
        self.reading: Reading | None = None

    def get(self) -> Reading:
        """Waits for the answer; after the deadline the reading says that there was none."""
        self._done.wait(self._asking.remaining())
        return self.reading or self._overdue()

    def settle(self, reading: Reading) -> None:
        """Records the answer."""
        self.reading = reading
        self._done.set()

    def _overdue(self) -> Reading:
        elapsed = round((time.monotonic() - self.started) * 1000)
        detail = f"no answer within the deadline of {self._asking.seconds:g} s"
        return Reading("timeout", None, detail, self.source, elapsed)


class Asking:
    """All questions of one collection. `observer` gets each answer as it comes in, from its question's thread."""

    def __init__(self, seconds: float, observer: Observer | None = None) -> None:
        self.seconds = seconds
        self._ends = time.monotonic() + seconds
        self._observer = observer
        self._lock = threading.Lock()
        self._answers: dict[str, Reply] = {}
        self._flows: list[threading.Thread] = []
        self.defects: list[BaseException] = []

    def remaining(self) -> float:
        """Seconds until the deadline, never less than 0."""
        return max(0.0, self._ends - time.monotonic())

    def ask(self, name: str, source: str, call: Callable[[], Any]) -> Reply:
        """Starts one question. `call` returns the value or raises Refused; asking twice is asking once."""
        with self._lock:
            if name in self._answers:
                return self._answers[name]
            answer = self._answers[name] = Reply(self, name, source)
        threading.Thread(target=self._answer, args=(answer, call), daemon=True).start()
        return answer

    def answer(self, name: str) -> Reply | None:
        """A question that was put before, or None."""
        with self._lock:
            return self._answers.get(name)

    def names(self) -> tuple[str, ...]:
        """The questions put so far."""
        with self._lock:
            return tuple(self._answers)

    def note(self, name: str, source: str, status: Status, detail: str = "", value: Any = None) -> Reading:
        """Records a reading that needed no question: one skipped, or one worked out."""
        reading = Reading(status, value, redact(detail), source, 0)
        with self._lock:
            answer = self._answers.setdefault(name, Reply(self, name, source))
        answer.settle(reading)
        return reading

    def run(self, flow: Callable[[], None]) -> None:
        """Starts a sequence of questions of which each needs the answers before it."""
        thread = threading.Thread(target=self._flow, args=(flow,), daemon=True)
        self._flows.append(thread)
        thread.start()

    def finish(self) -> dict[str, Reading]:
        """Waits for everything, at most until the deadline, and returns the readings by name."""
        while True:
            before = self.names()
            # A flow may start another one while it runs, and an answer may lead to another question.
            for thread in self._flows:
                thread.join(self.remaining())
            with self._lock:
                answers = dict(self._answers)
            readings = {name: answer.get() for name, answer in answers.items()}
            is_settled = self.names() == before and not any(thread.is_alive() for thread in self._flows)
            if is_settled or not self.remaining():
                return readings

    def _answer(self, answer: Reply, call: Callable[[], Any]) -> None:
        status: Status = "ok"
        value, detail = None, ""
        try:
            value = call()
        except Refused as error:
            status, detail = error.status, error.detail
        # An answer of an unforeseen shape must cost this question only, and is reported.
        except Exception as error:  # noqa: BLE001
            status, detail = "malformed", f"the answer could not be understood ({type(error).__name__}: {error})"
        elapsed = round((time.monotonic() - answer.started) * 1000)
        reading = Reading(status, value, redact(detail), answer.source, elapsed)
        answer.settle(reading)
        if self._observer is not None:
            self._observer(answer.name, reading)

    def _flow(self, flow: Callable[[], None]) -> None:
        try:
            flow()
        # The collector records it as a reading of its own: a defect must not look like "nothing found".
        except Exception as error:  # noqa: BLE001
            self.defects.append(error)
