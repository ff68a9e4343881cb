"""What libraries log goes our way: one line each, nothing that was received, and not without end."""

from __future__ import annotations

import json
import logging
import sys

from dunghen.platform.logs import SAME_LINES, SAME_SECONDS, Brake, LibraryLine

NAME = "Nguyễn Thị Bưởi Hồng"


def record(text: str, *values: object, fault: BaseException | None = None) -> logging.LogRecord:
    about = (type(fault), fault, fault.__traceback__) if fault else None
    return logging.LogRecord("library", logging.ERROR, __file__, 1, text, values, about)


def test_an_exception_is_its_type_and_its_place_never_its_text() -> None:
    try:
        raise KeyError(NAME)
    except KeyError as fault:
        line = LibraryLine().format(record("went wrong", fault=fault))
    assert NAME not in line
    assert json.loads(line)["exception"] == "KeyError"
    assert "test_logs.py" in json.loads(line)["frames"][0]


def test_only_the_first_line_is_kept_since_asyncio_writes_exceptions_below_it() -> None:
    line = LibraryLine().format(record(f'Task "x" was never retrieved\nfuture: <Task exception=KeyError({NAME!r})>'))
    assert json.loads(line)["event"] == 'Task "x" was never retrieved'


def test_the_same_complaint_is_told_a_few_times_and_then_now_and_then() -> None:
    now = [0.0]
    brake = Brake(lambda: now[0])
    told = [brake.filter(record("no answer of %s", number)) for number in range(1000)]
    assert sum(told) == SAME_LINES
    assert brake.filter(record("something else"))
    now[0] = SAME_SECONDS
    assert brake.filter(record("no answer of %s", 1))


def test_nothing_is_kept_of_texts_that_never_come_again() -> None:
    brake = Brake(lambda: 0.0)
    for number in range(5000):
        brake.filter(record(f"text {number}"))
    assert sys.getsizeof(brake._seen) < 200_000
