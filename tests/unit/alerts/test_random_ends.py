"""Random stories of a dossier that ends, seen or unseen: by the audit, however long alerts was away, no stage is without its word."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from scenario import Play, perform, spoken
from test_audited import ledger_of, policies_of, proven

from dunghen.cli.notices.audit import Report
from services.alerts.watch import Watch

SEEDS = range(40)
HOURS = 16  # of the city's time between two events, at most
ENDS = {"finish": "over", "return": "over", "pause": "paused", "resume": "open", "reopen": "open"}
AWAY = ("go down", "stop looking")


@dataclass
class Story:
    """A play, and for how long at most nobody looked."""

    play: Play
    chance: random.Random
    state: str = "open"
    away: str = ""
    since: int = 0
    longest: int = 0
    lines: list[str] = field(default_factory=list)

    async def do(self, at: int, what: str) -> None:
        self.lines.append(f"at {spoken(at)} {what}")
        await perform(self.play, self.lines[-1])
        self.state = "over" if "finished" in what else ENDS.get(what, self.state)
        if what in AWAY:
            self.away, self.since = what, at
        elif what in ("come up", "look again"):
            self.away, self.longest = "", max(self.longest, at - self.since)

    def back(self) -> str:
        return "come up" if self.away == AWAY[0] else "look again"

    def next_event(self, at: int) -> str:
        def due(first: int, last: int) -> str:
            return spoken(at + 3600 * self.chance.randrange(first, last))

        choices = [self.back()] if self.away else [*AWAY, "restart"]
        if self.state == "over":
            choices += ["return", "finish", "reopen", f"due {due(-40, 60)} and finished"]
        elif self.state == "paused":
            choices += ["resume", "resume", "finish"]
        else:
            choices += ["finish"] * 3 + ["pause", "hand to colleague", f"due {due(1, 120)}", f"step due {due(2, 48)}", "say again"]
        return self.chance.choice(choices)


async def told(seed: int) -> tuple[Story, Report]:
    story = Story(await Play().start(), random.Random(seed))
    at = story.play.time + 1800
    await story.do(at, "receive 5-day dossier")
    at += 3600 * story.chance.randrange(30, 100)
    await story.do(at, story.chance.choice(AWAY))
    for _ in range(story.chance.randrange(4, 14)):
        at += 60 * story.chance.randrange(1, 60 * HOURS)
        await story.do(at, story.next_event(at))
    if story.away:
        await story.do(at + 3600, story.back())
    await story.play.until(at + 12 * 86400)
    return story, await proven(story.play.world, policies_of(story.play), await ledger_of(story.play.world), story.longest)


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_stage_has_its_word(seed: int) -> None:
    story, report = await told(seed)
    assert report.faults == [], "\n".join([*story.lines, *map(str, report.faults)])


async def test_where_the_unseen_get_none_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watch, "_over", lambda *_: [])
    kinds = {fault.kind for seed in SEEDS for fault in (await told(seed))[1].faults}
    assert kinds == {"missing"}
