from __future__ import annotations

import random

from api_figures import DAY, level, scored

from dunghen.contracts.messages import UnitScore
from services.api.board_messages import Generation
from services.api.picture import Picture


def shown(*units: str, partitions: int = 2) -> Picture:
    picture = Picture(partitions)
    for unit in units:
        picture.put(scored(unit))
    for partition in range(partitions):
        picture.level(partition, level(p0=5, p1=7))
    assert picture.switch()
    picture.take_changes()
    return picture


def test_nothing_is_shown_before_every_partition_is_level() -> None:
    picture = Picture(2)
    picture.put(scored("A"))
    picture.level(0, level(p0=5))
    assert not picture.switch()
    assert picture.scores == {}
    picture.level(1, level(p0=4))
    assert picture.switch()
    assert (list(picture.scores), picture.covers()) == (["A"], {0: 4})


def test_a_score_of_the_shown_generation_counts_at_once_and_a_newer_one_waits() -> None:
    picture = shown("A", "B")
    picture.put(scored("A", 8))
    picture.put(scored("B", 7, day=DAY + 1))
    changes = picture.take_changes()
    assert list(changes.scores) == ["A"]
    assert list(changes.staged) == [(Generation(1, DAY + 1), "B")]
    assert picture.scores["B"].day == DAY


def test_the_switch_waits_for_the_last_partition_and_then_moves_everything() -> None:
    picture = shown("A", "B")
    for unit in ("A", "B"):
        picture.put(scored(unit, 1, day=DAY + 1))
    picture.level(0, level(DAY + 1, p0=9, p1=9))
    assert not picture.switch()
    assert picture.covers() == {0: 5, 1: 7}
    picture.level(1, level(DAY + 1, p0=8, p1=9))
    assert picture.switch()
    assert {score.day for score in picture.scores.values()} == {DAY + 1}
    assert (picture.covers(), picture.staged) == ({0: 8, 1: 9}, {})


def test_a_partition_that_has_gone_further_is_shown_where_all_have_been() -> None:
    picture = shown("A")
    picture.put(scored("A", 1, day=DAY + 1))
    picture.level(0, level(DAY + 1, p0=9))
    picture.put(scored("A", 2, day=DAY + 2))
    picture.level(0, level(DAY + 2, p0=9))
    picture.level(1, level(DAY + 1, p0=9))
    assert picture.switch()
    assert (picture.shown, picture.scores["A"].windows["month"].counts["early"]) == (Generation(1, DAY + 1), 1)
    assert picture.staged[Generation(1, DAY + 2)]["A"].windows["month"].counts["early"] == 2


def test_an_old_generation_never_comes_back() -> None:
    picture = shown("A")
    picture.put(scored("A", 3, policy=2))
    for partition in (0, 1):
        picture.level(partition, level(policy=2, p0=9))
    picture.switch()
    picture.put(scored("A", 5))
    picture.level(0, level(p0=99))
    assert not picture.switch()
    assert (picture.scores["A"].policy, picture.covers()) == (2, {0: 9})


def turned(picture: Picture, day: int, good: int, *partitions: int) -> bool:
    """What scoring says where a day begins: all scores anew, and behind them how far each partition is."""
    for unit in ("A", "B"):
        picture.put(scored(unit, good, day=day))
    for partition in partitions:
        picture.level(partition, level(day, p0=20 + good, p1=20 + good))
    return picture.switch()


def test_a_day_goes_back_where_every_partition_says_so_after_a_clock_that_ran_ahead() -> None:
    picture = shown("A", "B")
    assert turned(picture, DAY + 1, 1, 0, 1)
    assert not turned(picture, DAY, 2, 0)
    assert {(s.day, s.windows["month"].counts["early"]) for s in picture.scores.values()} == {(DAY + 1, 1)}
    assert turned(picture, DAY, 3, 1)
    assert picture.shown == Generation(1, DAY)
    assert {(s.day, s.windows["month"].counts["early"]) for s in picture.scores.values()} == {(DAY, 3)}
    assert picture.covers() == {0: 22, 1: 22}
    picture.put(scored("A", 4))
    picture.level(0, level(p0=30, p1=30))
    assert (picture.scores["A"].windows["month"].counts["early"], picture.switch()) == (4, False)
    assert turned(picture, DAY + 1, 5, 0, 1)
    assert {(s.day, s.windows["month"].counts["early"]) for s in picture.scores.values()} == {(DAY + 1, 5)}
    assert (picture.staged, set(picture.levels)) == ({}, {Generation(1, DAY + 1)})


def test_what_a_worker_said_of_a_day_ahead_does_not_hold_when_that_day_comes() -> None:
    """Its clock ran ahead for a while, and nobody else's: at midnight the others turn first."""
    picture = shown("A", "B")
    assert not turned(picture, DAY + 1, 1, 0)
    picture.put(scored("A", 9))
    picture.level(0, level(p0=90, p1=80))
    assert not turned(picture, DAY + 1, 5, 1), "the first has to say anew what it has on that day"
    assert picture.scores["A"].windows["month"].counts["early"] == 9
    assert turned(picture, DAY + 1, 6, 0)
    assert {(s.day, s.windows["month"].counts["early"]) for s in picture.scores.values()} == {(DAY + 1, 6)}


def test_one_worker_whose_clock_is_behind_takes_no_day_back() -> None:
    picture = shown("A", "B")
    turned(picture, DAY + 1, 1, 0, 1)
    assert not turned(picture, DAY, 2, 0)
    assert not turned(picture, DAY + 1, 3, 0)
    assert not turned(picture, DAY, 4, 1), "the first has gone on since"
    assert turned(picture, DAY + 2, 5, 0, 1)
    assert {(s.day, s.windows["month"].counts["early"]) for s in picture.scores.values()} == {(DAY + 2, 5)}
    assert (picture.staged, set(picture.levels)) == ({}, {Generation(1, DAY + 2)})


def test_a_unit_without_a_newer_score_keeps_its_older_one_with_its_own_covers() -> None:
    picture = shown("A", "B")
    picture.put(scored("A", day=DAY + 1, covers={0: 9}))
    for partition in (0, 1):
        picture.level(partition, level(DAY + 1, p0=9))
    picture.switch()
    assert (picture.scores["B"].day, picture.scores["A"].covers) == (DAY, {0: 9})


def test_a_tombstone_takes_a_unit_out_of_all_generations() -> None:
    picture = shown("A")
    picture.put(scored("A", day=DAY + 1))
    picture.take_changes()
    picture.remove("A")
    changes = picture.take_changes()
    assert (changes.scores, list(changes.staged.values())) == ({"A": None}, [None])


def test_changes_written_and_read_back_give_the_same_picture_at_any_moment() -> None:
    for seed in range(60):
        rng, picture, board = random.Random(seed), Picture(2), Picture(2)
        day, furthest = DAY, Generation(0, 0)
        for _ in range(40):
            day += rng.random() < 0.1
            said = day - (rng.random() < 0.3)
            if rng.random() < 0.7:
                picture.put(scored(rng.choice("ABC"), rng.randrange(9), day=said))
            else:
                picture.level(rng.randrange(2), level(said, p0=rng.randrange(99)))
            picture.switch()
            furthest = max(furthest, picture.shown or furthest)
            if rng.random() < 0.3:
                _write(picture, board)
        _write(picture, board)
        assert _told(board) == _told(picture)
        assert picture.shown is None or all((s.policy, s.day) <= furthest for s in picture.scores.values())


def _write(picture: Picture, board: Picture) -> None:
    changes = picture.take_changes()
    board.shown = picture.shown
    for unit, score in changes.scores.items():
        board.scores[unit] = score  # type: ignore[assignment]
    for (generation, unit), score in changes.staged.items():
        board.staged.setdefault(generation, {})[unit] = score  # type: ignore[assignment]
    for (generation, partition), said in changes.levels.items():
        board.levels.setdefault(generation, {})[partition] = said  # type: ignore[assignment]


def _told(picture: Picture) -> tuple[object, ...]:
    def full(of: dict[Generation, dict[str, UnitScore]]) -> dict[Generation, dict[str, UnitScore]]:
        return {g: left for g, values in of.items() if (left := {k: v for k, v in values.items() if v is not None})}

    return picture.shown, full({Generation(0, 0): picture.scores}), full(picture.staged), full(picture.levels)  # type: ignore[arg-type]
