"""What people hear, and what they do not: one story each, in `scenarios.txt`. A broken rule is heard of: shown on rules that are broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scenario import read, run

from dunghen.domain import manners, recipients, warnings
from services.alerts import decisions, handlers
from services.alerts.owners import Owners
from services.alerts.watch import Watch

SCENARIOS = read(Path(__file__).with_name("scenarios.txt").read_text(encoding="utf-8"))
LAST = "\nwant nothing more"


@pytest.mark.parametrize("title", SCENARIOS)
async def test_scenario(title: str) -> None:
    await run(SCENARIOS[title])


def test_there_are_as_many_as_were_asked_for() -> None:
    assert len(SCENARIOS) >= 40


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("at Mon 08:00 receive 5-day dossier" + LAST, "not wanted: .*dossier half to official at Wed 14:00"),
        (
            "at Mon 08:00 receive 5-day dossier\nat Mon 09:00 finish\nwant half to official at Wed 14:00" + LAST,
            "not heard: .*half to official",
        ),
        ("at Mon 08:00 receive 5-day dossier\nat Mon 09:00 finish\nwant ENDED of half" + LAST, "want ENDED of half"),
        ("at Mon 08:00 receive 5-day dossier\nat Mon 09:00 finish", "the last line"),
        ("at Mon 08:00 dance" + LAST, "nobody knows how"),
        ("on Monday dance" + LAST, "no line of this language"),
    ],
)
async def test_a_scenario_that_does_not_hold_fails_and_says_why(text: str, what: str) -> None:
    with pytest.raises(AssertionError, match=what):
        await run(text)


def _always_there(person: Any, reach: Any, day: int) -> Any:
    return person if reach.person(person) else None


def _without_end(found: Any) -> Any:
    return warnings.Running("step", found.head.step_at, found.head.step_due) if found.head.step_due else None


async def _nothing_known(*_: Any) -> None:
    pass


BROKEN: dict[str, tuple[Any, str, Any]] = {
    "who is on leave is stood in for, and nothing is told again at the return": (recipients, "_there", _always_there),
    "what is found at night waits for the morning": (manners, "_open", lambda *_: True),
    "what is found on a Saturday waits for Monday": (manners, "_open", lambda *_: True),
    "an acknowledged breach goes no further up": (manners, "ANSWERS", ()),
    "snoozed, a stage is told when the snooze is over": (manners, "snoozed_until", lambda *_: 0),
    "a storm day declared on its eve moves what is ahead and tells nothing again": (Watch, "_told", lambda *_: frozenset()),
    "with the next step that clock is over": (warnings, "step_of", _without_end),
    "while the feed is silent officials hear nothing, and when it is back how it stands": (
        handlers,
        "ruling",
        lambda *_: manners.Ruling("send"),
    ),
    "nobody named as its official: the unit head hears": (recipients, "_instead", lambda *_: ()),
    "an answer does not answer what a later due date asks": (manners, "_is_of_this", lambda *_: True),
    "an answer lasts through a pause": (manners, "_is_of_this", lambda action, telling, _: action.at >= telling.asked_at),
    "what the list held when the clock stopped is heard when it goes on, once": (handlers, "REPLACED", ()),
    "who heard before a pause hears nothing again because somebody else was snoozed then": (handlers, "_same_stage", lambda *_: False),
    "a silenced breach asks nobody, and nothing of it goes up the line": (handlers, "asked_since", lambda *_: 1),
    "who was told late has the whole time to answer": (handlers, "asked_since", lambda *_: 1),
    "who goes on leave while the list holds a stage is stood in for when it goes out": (Watch, "lost", lambda *_: ""),
    "a feed that is back by the morning tells nobody": (Owners, "ruling", lambda *_: manners.Ruling("send")),
    "who answers for the feed later hears nothing of what was said before": (Owners, "take_over", _nothing_known),
    "who answers for the feed by the morning hears of its silence": (Owners, "instead", lambda *_: []),
    "what a clock that ran ahead held back for a morning goes at its stage once the clock is put back": (
        handlers.Handlers,
        "_look_back",
        lambda *_: None,
    ),
    "what an event tells of more than a day late is history": (decisions.Live, "lateness", lambda *_: 0),
}


@pytest.mark.parametrize("title", BROKEN)
async def test_a_broken_rule_fails_its_scenario(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*BROKEN[title])
    with pytest.raises(AssertionError, match=r"not wanted|not heard"):
        await run(SCENARIOS[title])
