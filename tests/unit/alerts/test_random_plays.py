"""Random stories of one dossier: whatever comes together, nobody hears a stage twice while it holds; what holds in the end was heard."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from alerts_world import DOSSIER
from scenario import Play, perform, spoken

from dunghen.domain.warnings import newest_of
from services.alerts.watch import Watch

SEEDS = range(20)
HOURS = 60  # of the city's time between two events, at most
FRESH = 4 * 86400  # the list of a Friday goes out on Monday
DIGESTS = ("half", "three_quarters", "nine_tenths")


@dataclass
class Story:
    """A play, what it has done so far, and how often the dossier has entered each stage."""

    play: Play
    chance: random.Random
    paused: bool = False
    handler: str = "official"
    lines: list[str] = field(default_factory=list)
    entered: Counter[str] = field(default_factory=Counter)
    inside: set[str] = field(default_factory=set)

    async def do(self, what: str, at: int) -> None:
        self.lines.append(f"at {spoken(at)} {what}")
        await self.play.until(at - self.play.offset)
        self.note()
        await perform(self.play, self.lines[-1])
        self.note()

    def note(self) -> None:
        """Which stages hold by now; while the clock stands still all stay as they are."""
        case, _ = self.play.world.handlers.watch.case_of(DOSSIER)
        if case is None or not case.facts.due_at("dossier"):
            return
        now = {c.stage.name for c in case.crossings if c.at <= self.play.now}
        self.entered.update(now - self.inside)
        self.inside = now

    def next_event(self, at: int) -> str:
        choices = ["say again", "restart", "feed silent", f"hand to {self.chance.choice(('official', 'colleague'))}"]
        choices += [f"due {spoken(at + 3600 * self.chance.randrange(4, 24 * 9))}"] * 2
        choices += [f"snooze until {spoken(at + 3600 * self.chance.randrange(2, 40))} by {self.handler}"]
        if self.paused:
            choices = ["resume", "resume", "restart", f"still paused, hand to {self.chance.choice(('official', 'colleague'))}"]
        else:
            choices += ["pause", "pause"]
        return self.chance.choice(choices)

    async def event(self, at: int) -> None:
        what = self.next_event(at)
        self.paused = what == "pause" or (self.paused and what != "resume")
        self.handler = what.split()[-1] if "hand to" in what else self.handler
        await self.do(what, at)
        if what == "feed silent":
            await self.do("feed back", at + 1800 * self.chance.randrange(1, 6))


async def told(seed: int) -> Story:
    """Fifteen events, then peace until six days after the first stage at least."""
    chance = random.Random(seed)
    story = Story(await Play().start(), chance)
    at = story.play.time + 1800
    for stage in chance.sample(DIGESTS, chance.randrange(3)):
        await story.do(f"matrix {stage} digest", at)
    at += 1800
    await story.do("receive 5-day dossier", at)
    for _ in range(15):
        at += 10800 + 60 * chance.randrange(1, 60 * HOURS)
        await story.event(at)
    at += 10800
    for what in ("resume", "due " + spoken(at + 3600 * chance.randrange(1, 120))):
        at += 1800
        await story.do(what, at)
    case, _ = story.play.world.handlers.watch.case_of(DOSSIER)
    assert case is not None
    await story.play.until(max(at, case.crossings[0].at) + 6 * 86400)
    story.note()
    return story


@pytest.mark.parametrize("seed", SEEDS)
async def test_nobody_hears_a_stage_twice_while_it_holds_and_what_holds_was_heard(seed: int) -> None:
    await check(await told(seed))


async def test_told_again_at_every_look_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watch, "_told", lambda *_: frozenset())
    stories = [await told(seed) for seed in SEEDS]
    with pytest.raises(AssertionError, match="times"):
        await asyncio.gather(*map(check, stories))


async def check(story: Story) -> None:
    """What everybody heard, against what the dossier went through."""
    heard = [h for h in story.play.heard if h.clock == "dossier"]
    said = "\n".join([*story.lines, *(f"  {h.stage} to {h.who} at {spoken(h.at)} ({h.reason})" for h in heard)])
    for (who, stage), count in Counter((h.who, h.stage) for h in heard if h.reason != "HANDED_OVER").items():
        assert count <= story.entered[stage], f"{stage} to {who} {count} times\n{said}"
    case, _ = story.play.world.handlers.watch.case_of(DOSSIER)
    assert case is not None
    newest = newest_of(case.crossings, "dossier", story.play.now)
    assert newest is not None, said
    if newest.at > story.play.now - FRESH:
        return
    history = {n.stage for n in story.play.world.last(reason="HISTORICAL")}
    assert newest.stage.name in history or any((h.stage, h.who) == (newest.stage.name, story.handler) for h in heard), f"{newest}\n{said}"
