"""Questions side by side under one deadline."""

from __future__ import annotations

import threading
import time

from checker.live.asking import Asking, Refused


def test_an_answer_may_lead_to_another_question() -> None:
    asking = Asking(5)

    def first() -> str:
        time.sleep(0.05)
        asking.ask("second", "", lambda: "found")
        return "found"

    asking.ask("first", "", first)
    assert {name: item.value for name, item in asking.finish().items()} == {"first": "found", "second": "found"}


def test_a_flow_may_start_another() -> None:
    asking = Asking(5)

    def second() -> None:
        asking.note("late", "", "ok")

    def first() -> None:
        time.sleep(0.05)
        asking.run(second)

    asking.run(first)
    assert set(asking.finish()) == {"late"}


def test_what_never_answers_costs_the_deadline_and_no_more() -> None:
    asking, ended = Asking(0.2), threading.Event()
    # It answers once nobody waits for it any more; whoever waited would have its answer.
    asking.ask("dead", "call", lambda: ended.wait(30))
    asking.ask("alive", "call", lambda: 1)
    readings = asking.finish()
    ended.set()
    assert (readings["dead"].status, readings["alive"].status) == ("timeout", "ok")
    assert "0.2 s" in readings["dead"].detail


def break_down() -> None:
    raise KeyError("missing")


def test_refusals_and_defects_are_readings() -> None:
    def refuse() -> None:
        raise Refused("denied", "Authorization: Bearer abcdef")

    asking = Asking(5)
    asking.ask("refused", "call", refuse)
    asking.ask("odd", "call", break_down)
    readings = asking.finish()
    assert readings["refused"].status == "denied"
    assert "abcdef" not in readings["refused"].detail
    assert readings["odd"].status == "malformed"


def test_a_broken_flow_is_kept_as_a_defect() -> None:
    asking = Asking(5)
    asking.run(break_down)
    asking.finish()
    assert [type(item) for item in asking.defects] == [KeyError]


def test_asking_twice_is_asking_once() -> None:
    asking = Asking(5)
    calls: list[int] = []
    for _ in range(2):
        asking.ask("one", "call", lambda: calls.append(1))
    asking.finish()
    assert calls == [1]
