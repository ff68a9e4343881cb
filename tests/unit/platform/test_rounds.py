"""What a stage decides between the queue and the transaction, without a broker."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from dunghen.platform.rounds import Beat
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.stages import Gap, Pace, Stage, joined


class Plain(Stage):
    async def load(self) -> None: ...

    def work(self, records: list[Any]) -> Any:
        return {}


class Gapless(Plain):
    gapless = True


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("dunghen.platform.stages.Writer", lambda *_: None)  # a round's choice of records writes nothing

    def make(kind: type[Stage], next_: int | None) -> Stage:
        stage = kind(PlatformSettings(), "count", 0)
        stage.next = next_
        return stage

    return make


def at(*offsets: int) -> list[Any]:
    return [SimpleNamespace(offset=o, timestamp=0) for o in offsets]


class Heard:
    """A faust event."""

    def __init__(self, *offsets: int) -> None:
        self.value, self.acked = at(*offsets), False

    def ack(self) -> None:
        self.acked = True


async def written(_: Any) -> int:
    return 0


@pytest.mark.parametrize(
    ("next_", "batches", "left"),
    [
        (None, [(5, 6)], [5, 6]),
        (5, [(5, 6)], [5, 6]),
        (6, [(5, 6)], [6]),
        (7, [(5, 6)], []),
        (5, [(3, 4, 5), (4, 5, 6), (5,)], [5, 6]),
        (None, [(5, 6), (5, 6), (7,)], [5, 6, 7]),
        (5, [], []),
    ],
)
def test_what_the_state_holds_is_not_applied_again(made: Any, next_: int | None, batches: list[tuple[int, ...]], left: list[int]) -> None:
    assert [r.offset for r in made(Plain, next_)._unseen([at(*b) for b in batches])] == left


def test_a_hole_is_fatal_only_where_the_source_has_none(made: Any) -> None:
    assert made(Plain, 5)._unseen([at(6)])
    with pytest.raises(Gap, match="count-0: source offsets 5 to 6 are missing"):
        made(Gapless, 5)._unseen([at(6)])
    with pytest.raises(Gap, match="count-0: source offsets 7 to 9 are missing"):
        made(Gapless, 5)._unseen([at(5, 6), at(9)])


def test_a_round_and_a_tick_are_written_together_the_round_first() -> None:
    one, other = {("a", 0): [(b"k", b"1")]}, {("a", 0): [(b"~", b"2")], ("b", 1): [(b"~", b"3")]}
    assert {place: list(records) for place, records in joined(one, other).items()} == {
        ("a", 0): [(b"k", b"1"), (b"~", b"2")],
        ("b", 1): [(b"~", b"3")],
    }
    assert joined({}, other) is other


def test_the_more_records_beyond_many_a_round_had_the_longer_the_next_waits() -> None:
    pace = Pace(shortest=0.03, longest=0.3, behind=1.0, many=1000)
    assert [pace.wait(1000, took) for took in (0.0, 0.1, 2.0)] == [0.03, 0.2, 0.3]
    assert [pace.wait(count, 0.1) for count in (2000, 4000, 40_000)] == [0.6, 1.0, 1.0]
    assert Pace(longest=5.0).wait(40_000, 4.0) == 5.0


def test_after_a_costly_round_of_a_backlog_a_stage_may_rest_longer() -> None:
    pace = Pace(shortest=0.03, longest=0.3, behind=2.0, many=300, rest=10, late=8.0)
    assert [pace.wait(9000, took) for took in (0.01, 0.5, 5.0)] == [2.0, 5.0, 8.0]
    assert [pace.wait(count, 5.0) for count in (300, 600)] == [0.3, 0.6]


def test_a_round_settles_for_a_part_of_the_time_that_the_last_one_took() -> None:
    assert [Pace(shortest=0.03, settle=0.5).settling(took) for took in (0.0, 0.01, 2.0)] == [0.0, 0.005, 0.03]
    assert Pace().settling(0.1) == 0.0


async def test_a_round_that_had_records_holds_back_the_next_of_all_that_share_its_beat_a_mere_tick_does_not(made: Any) -> None:
    stage, quiet = made(Plain, 5), made(Plain, 5)
    stage.beat = quiet.beat = Beat()
    stage.writer = quiet.writer = SimpleNamespace(write=written)
    stage.pace = Pace(shortest=3600.0, longest=7200.0, behind=90_000.0)
    await quiet._round([])
    assert quiet.beat.at == 0.0
    before = time.monotonic()
    await stage._round([Heard(5, 6)])
    assert before + 3600 <= quiet.beat.at < before + 3700
    beat = stage.beat.at
    await stage._round([Heard(*range(7, 2007))])
    assert stage.beat.at < beat + 3700  # one partition's backlog is its own
    assert stage._round_at > beat + 3700


async def test_a_stage_that_stopped_takes_nothing_more_and_acknowledges_only_what_it_took(made: Any) -> None:
    class Stops(Gapless):
        def work(self, records: list[Any]) -> Any:
            self.stopped_at = 8
            return {}

    stage = made(Stops, 5)
    stage.writer = SimpleNamespace(write=written)
    events = [Heard(5, 6), Heard(7), Heard(8, 9), Heard(10)]
    await stage._round(events)
    assert ([e.acked for e in events], stage.next) == ([True, True, False, False], 8)
    await stage._round([late := Heard(11, 12)])
    assert (late.acked, stage.next) == (False, 8)
