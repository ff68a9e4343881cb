"""What became of the notices of a story: exact counts by hand, for stories told in the language of `scenario.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alerts_world import HAI_CHAU
from scenario import IDS, Play, instant, read, run
from test_audited import ledger_of, stories_of

from dunghen.cli.notices.quality import Asked, quality_of, table
from dunghen.domain.manners import Action
from dunghen.domain.quality import OUTCOMES, Life, Move, Quality, Row, Statement, moves_of, outcome_of
from dunghen.domain.windows import Window

SCENARIOS = read(Path(__file__).with_name("scenarios.txt").read_text(encoding="utf-8"))
RECEIVED = "at Mon 08:00 receive 5-day dossier\nwant half to official at Wed 14:00\n"
NOTHING_MORE = "want nothing more"
REST = """want three_quarters to official at Thu 16:00
want nine_tenths to official at Fri 14:00
want nine_tenths to section at Fri 14:00
want breach to official at Mon+1 08:00
want breach to section at Mon+1 08:00
want breach to unit at Mon+1 08:00
want breach_escalated to leader at Tue+1 08:00
"""
STORIES: dict[str, tuple[str, dict[str, int]]] = {
    "finished after the first warning": (
        RECEIVED + "at Thu 09:00 finish\n" + NOTHING_MORE, {"sent": 1, "acted": 1},
    ),
    "nobody did anything": (
        RECEIVED + REST + NOTHING_MORE, {"sent": 8, "breached": 4, "after_due": 4},
    ),
    "taken in hand, and breached all the same": (
        RECEIVED + "at Wed 15:00 working half by official\n" + REST + NOTHING_MORE,
        {"sent": 8, "acted": 1, "breached": 4, "acted_breached": 1, "after_due": 4},
    ),
    "seen, not taken in hand: a dispute is no act": (
        RECEIVED + "at Wed 15:00 dispute half by official\nwant feed disputed to operator at Wed 15:00\n" + REST + NOTHING_MORE,
        {"sent": 8, "breached": 4, "after_due": 4},
    ),
    "finished before the warning, and the event came after it": (
        RECEIVED + "at Thu 09:00 hear of finish at Wed 13:00\n" + NOTHING_MORE, {"sent": 1, "late_data": 1},
    ),
    "stopped before the warning, and the event came after it": (
        RECEIVED + "at Thu 09:00 hear of pause at Wed 13:00\n" + NOTHING_MORE, {"sent": 1, "late_data": 1},
    ),
    "extended: by the old date nothing came of it": (
        RECEIVED + """at Thu 09:00 due Fri+1 08:00
want half to official at Fri 14:00
want three_quarters to official at Tue+1 16:00
want nine_tenths to official at Thu+1 08:48
want nine_tenths to section at Thu+1 08:48
at Thu+1 10:00 finish
""" + NOTHING_MORE, {"sent": 5, "acted": 4, "lapsed": 1},
    ),
    "silenced: nothing went out": (
        "at Mon 08:00 receive 5-day dossier\nat Mon 09:00 silence Hải Châu Mon to Fri\nat Fri 16:00 finish\n" + NOTHING_MORE,
        {"SILENCED": 4},
    ),
    "handed on within the step's term": (
        RECEIVED + "at Wed 15:00 hand to colleague\nat Thu 09:00 finish\n"
        + "want half as HANDED_OVER to colleague at Wed 15:00\n" + NOTHING_MORE,
        {"sent": 2, "acted": 2},
    ),
}  # fmt: skip


async def counted(play: Play, now: int = 0, **more: Any) -> dict[str, Quality]:
    stories = stories_of(play.world, await ledger_of(play.world))
    asked = {"window": Window(0, 1 << 20), "units": None, "policy": play.world.book.latest, "now": now or play.now, **more}
    return quality_of(stories, Asked(**asked))


@pytest.mark.parametrize("title", STORIES)
async def test_of_each_story_the_counts_are_those_by_hand(title: str) -> None:
    text, wanted = STORIES[title]
    (quality,) = (await counted(await run(text))).values()
    told = quality.as_json()
    suppressed: Any = told["suppressed"]
    counts = {name: told[name] for name in ("sent", "acted", "breached", "acted_breached", "late_data", "open", "lapsed", "after_due")}
    assert {name: n for name, n in {**counts, **suppressed}.items() if n} == wanted


@pytest.mark.parametrize("title", SCENARIOS)
async def test_every_row_of_every_story_is_counted_once(title: str) -> None:
    play = await run(SCENARIOS[title])
    rows = [row for row in (await ledger_of(play.world)).rows if row.clock != "feed"]
    total = Quality()
    for each in (await counted(play)).values():
        total.merge(each)
    assert total.states.total() == len(rows)
    assert total.outcomes.total() == total.states["delivered"] == sum(row.state == "delivered" for row in rows)
    assert set(total.outcomes) <= set(OUTCOMES)
    assert total.suppressed.total() == total.states["suppressed"]
    told: dict[str, Any] = total.as_json()
    parts = ("late_data", "after_due", "acted", "breached", "open", "lapsed")
    assert told["sent"] == sum(told[name] for name in parts) - told["acted_breached"]


async def test_of_nothing_a_share_is_null_and_what_lies_ahead_is_open() -> None:
    play = await run(STORIES["nobody did anything"][0])
    told: Any = (await counted(play, now=instant("Fri 12:00")))[HAI_CHAU].as_json()
    assert told["acted_share"] == {"value": None, "numerator": 0, "denominator": 0}
    assert told["open"] == 4
    assert Quality().as_json()["late_share"] == {"value": None, "numerator": 0, "denominator": 0}


async def test_only_the_days_and_units_asked_for_are_counted() -> None:
    play = await run(STORIES["nobody did anything"][0])
    day = play.world.book.latest.zone.day_of(instant("Wed 14:00"))
    (one,) = (await counted(play, window=Window(day, day))).values()
    assert one.as_json()["sent"] == 1
    assert await counted(play, units=frozenset({"20263"})) == {}
    assert [line.split()[:2] for line in table({"20242": one})][1:] == [["20242", "1"]]


WARNING = Row("20242", "step", "half", due_at=200, state="delivered", reason="WARNING", decided_at=100, sent_at=110)


def life(*moves: Move, answers: tuple[Action, ...] = (), rows: tuple[Row, ...] = (), ended_at: int = 0) -> Life:
    return Life(moves, ended_at, answers, rows)


def test_the_step_that_a_step_s_clock_is_of_is_not_the_next_one() -> None:
    own = Move(50, 60, 4)
    assert outcome_of(WARNING, life(own), now=300) == "BREACHED"
    assert outcome_of(WARNING, life(own, Move(105, 150, 4)), now=300) == "LATE_DATA"
    assert outcome_of(WARNING, life(own, Move(150, 151, 4)), now=300) == "ACTED"


def test_an_acknowledgement_counts_from_the_message_to_the_breach_and_of_its_stage() -> None:
    def answer(at: int, stage: str = "half") -> Action:
        return Action("acknowledge", IDS["section"], "step", stage, at)

    outcomes = [outcome_of(WARNING, life(answers=(answer(*each),)), now=120) for each in ((109,), (115,), (201,), (115, "breach"))]
    assert outcomes == ["OPEN", "ACTED", "OPEN", "OPEN"]


def test_an_intake_is_over_with_any_word_but_new() -> None:
    intake = WARNING._replace(clock="intake")
    assert outcome_of(intake, life(Move(20, 30, 1), Move(90, 140, 2)), now=300) == "LATE_DATA"
    assert outcome_of(intake, life(Move(20, 30, 1)), now=300) == "BREACHED"


def test_moves_are_steps_supplements_and_syncs_that_say_something_new_each_once() -> None:
    said = [
        Statement(10, 11, 2, True), Statement(20, 25, 4, False), Statement(20, 21, 4, False), Statement(30, 31, 4, True, ((5, 28),)),
        Statement(90, 91, 9, True), Statement(95, 96, 9, True),
    ]  # fmt: skip
    assert moves_of(said, ended_at=80) == [Move(10, 11, 2), Move(20, 21, 4), Move(28, 31, 5), Move(80, 91, 9)]
