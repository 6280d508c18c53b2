"""A log reduced to its lines of trouble."""

from __future__ import annotations

from checker.live.log.log import Session, principal, read


def stamped(*rows: tuple[str, str]) -> bytes:
    return "".join(f"2026-11-24T03:{at}.123456789Z {text}\n" for at, text in rows).encode()


def test_lines_that_differ_in_numbers_are_one() -> None:
    rows = [
        (f"00:{n:02}", f"level=error dynamodb failed attempt={n} id=4fd1f3a{n}-0000-1111-2222-333344445555")
        for n in range(5)
    ]
    found = read(stamped(*rows), 10_000, 100)
    (line,) = found["lines"]
    assert (line["count"], line["first"], line["last"]) == (5, "2026-11-24T03:00:00Z", "2026-11-24T03:00:04Z")


def test_failures_are_counted_in_windows_of_three_minutes() -> None:
    rows = [
        ("00:00", "refresh failed"),
        ("02:00", "refresh failed"),
        ("02:59", "refresh failed"),
        ("03:01", "refresh failed"),
    ]
    found = read(stamped(*rows), 10_000, 100)
    assert (found["failures"], found["peak"]) == (4, 3)
    found = read(stamped(*rows[1:], ("04:00", "refresh failed")), 10_000, 100)
    assert found["peak"] == 4


def test_traffic_of_customers_is_left_out() -> None:
    rows = [("00:00", "GET /search?q=secret 500 error"), ("00:01", 'POST /v1/index 401 "invalid api key: abc123"')]
    found = read(stamped(*rows), 10_000, 100)
    assert (found["lineCount"], found["lines"], found["failures"]) == (2, [], 0)


def test_a_cut_log_is_said_to_be_cut() -> None:
    data = stamped(*[("00:00", "all is well")] * 10)
    assert read(data, len(data), 100)["isCut"]
    assert read(data, 10_000, 10)["isCut"]
    assert not read(data, 10_000, 11)["isCut"]


def test_bytes_that_are_no_text_and_lines_without_end() -> None:
    found = read(b"2026-11-24T03:00:00Z error \xff\xfe " + b"x" * 100_000, 1_000_000, 100)
    assert len(found["lines"][0]["text"]) <= 2000


def test_the_number_of_kinds_is_bounded() -> None:
    rows = [("00:00", f"error {chr(97 + n % 26)}{chr(97 + n // 26)}") for n in range(300)]
    found = read(stamped(*rows), 100_000, 1000)
    assert (len(found["lines"]), found["leftOut"]) == (60, 240)


def test_the_role_session_in_a_line() -> None:
    line = "User: arn:aws:sts::111122223333:assumed-role/acme-reverse-proxy/1732 is not authorized"
    assert principal(line) == Session("aws", "111122223333", "acme-reverse-proxy", "1732")
    assert principal("no principal") is None
