"""The line of progress on a terminal."""

from __future__ import annotations

import io

from checker.cli.terminal.progress import Progress
from checker.live.record.record import Reading


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


def test_an_answer_after_the_end_writes_nothing() -> None:
    stream = Terminal()
    with Progress(stream) as progress:
        progress.observe("role", Reading("ok", {}, "", "iam:GetRole", 1))
        assert "1 answers" in stream.getvalue()
    ended = stream.getvalue()
    progress.observe("table", Reading("ok", {}, "", "dynamodb:DescribeTable", 1))
    assert stream.getvalue() == ended
    assert ended.endswith("\r\x1b[K")
