"""A city whose dossiers are really counted: random lives as events, folded, marked and scored; and counted again by SQL of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from api_world import BODIES, MONDAY_8_00, TODAY, World

from dunghen.cli.recompute import Question, Recomputation, recompute
from dunghen.cli.recompute.events import events_of
from dunghen.cli.recompute.windows import standard_windows
from dunghen.contracts.cells import cell_key, encode_cell
from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.scores import unit_score
from dunghen.contracts.topics import DOSSIERS, UNIT_DAYS, partition_of
from dunghen.domain.policy import Policy
from dunghen.domain.rates import DaySeries
from dunghen.domain.record import fold
from dunghen.domain.windows import WINDOWS, resolve
from services.scoring.fold import cells_under

UNITS = ("20242", "20194", "H17.10")
DAY, HOUR = 86400, 3600


@dataclass
class CountedCity:
    """`count` dossiers of three units, most of them of the first, received in the last sixty days."""

    seed: int = 7
    count: int = 240
    events: list[DossierEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        r = Random(self.seed)
        self.events = [event for number in range(self.count) for event in _life(r, f"000.01.31.H17-261001-{number:04d}")]

    def records(self) -> dict[str, bytes]:
        """The state of each dossier."""
        records: dict[str, bytes] = {}
        for event in self.events:
            records[event.dossier] = fold(records.get(event.dossier), event) or records[event.dossier]
        return records

    async def tell(self, world: World, version: int = 1) -> None:
        """Everything that scoring would have written under a version of the policy whose rules are those of the first."""
        policy, records = Policy.from_bodies(1, BODIES), self.records()
        for code, record in records.items():
            await world.say(DOSSIERS, code, record)
        cells = cells_under(records.values(), policy)
        windows = {name: resolve(name, TODAY) for name in WINDOWS}
        scores = []
        for unit in UNITS:
            for day, counters in cells[unit].items():
                place = partition_of(unit, world.settings.partitions)
                await world.say(UNIT_DAYS, cell_key(unit, day, 0, version), encode_cell(list(counters)), place)
            score = unit_score(unit, DaySeries(cells[unit]), (TODAY, TODAY - 1), windows)
            score.policy, score.covers = version, {0: len(self.events)}
            scores.append(score)
        await world.scores(*scores)
        await world.levels(len(self.events), policy=version)

    def recomputed(self) -> Recomputation:
        """The same city by the batch path, as of the same day."""
        question = Question(TODAY, standard_windows(TODAY), TODAY - 1, policy=1)
        return recompute(events_of(self.events).arrow(), BODIES, question)


def _life(r: Random, code: str) -> Iterable[DossierEvent]:
    received = MONDAY_8_00 - r.randrange(1, 60) * DAY + r.randrange(-2, 9) * HOUR
    unit = r.choice((UNITS[0], UNITS[0], UNITS[0], *UNITS))
    due = received + r.choice((0, 1, 3, 5, 5, 10, 10, 20)) * DAY if r.random() < 0.93 else 0
    yield _event(r, code, "synced", received, unit=unit, status=2, received=received, due=due)
    if r.random() < 0.7:
        yield _event(r, code, "progressed", received + 2 * HOUR, unit=unit, status=4)
    if r.random() < 0.12:
        yield _event(r, code, "progressed", received + 5 * HOUR, unit=unit, status=5)
    ended = min(
        received + r.choice((30, 20 * HOUR, 3 * DAY, 5 * DAY, 9 * DAY, 30 * DAY)), due - 300 if r.random() < 0.2 and due else 1 << 32
    )
    if ended >= MONDAY_8_00 or r.random() < 0.05:
        return
    if r.random() < 0.8:
        yield _event(r, code, "progressed", ended, unit=unit, status=r.choice((9, 9, 9, 9, 7)))
    else:
        moved = due + r.choice((0, 0, 7 * DAY)) if due else 0
        at = min(ended + r.choice((0, 3 * DAY)), MONDAY_8_00)
        yield _event(r, code, "synced", at, unit=unit, status=9, received=received, due=moved, ended=ended)


def _event(r: Random, code: str, kind: str, at: int, **facts: Any) -> DossierEvent:
    return DossierEvent(id=f"{r.getrandbits(64):016x}", dossier=code, kind=kind, occurred_at=at, arrived_at=at * 1_000_000, **facts)
