from __future__ import annotations

from array import array

from dunghen.cli.bench.sse_readers import Arrivals, newest_id

CHANGE = b"1f\r\nid: 17\nevent: change\ndata: {}\n\nid: 18\nevent: change\ndata: {}\n\nevent: tick\ndata: {}\n\n\r\n"


def test_a_reader_has_the_last_version_that_came() -> None:
    assert newest_id(CHANGE) == 18
    assert newest_id(b"1f\r\nevent: tick\ndata: {}\n\n\r\n") == 0


def test_a_version_that_came_within_a_later_one_was_waited_for_since_it_was_made() -> None:
    arrived = Arrivals(old=array("q", [100, 200, 100]), new=array("q", [200, 300, 300]), at=array("q", [210, 330, 340]))
    figures = arrived.figures()
    assert {name: figures[name] for name in ("p50_ms", "max_ms", "versions", "arrivals")} == {
        "p50_ms": 35.0,  # of 10, 30, 140 and 40
        "max_ms": 140,
        "versions": 2,
        "arrivals": 3,
    }


def test_nothing_that_came_is_no_figure() -> None:
    assert Arrivals().figures() == {"arrivals": 0}
