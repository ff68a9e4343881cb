"""A city as scoring leaves it in the topics, without scoring: records of dossiers, day counters and scores of a made-up year."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from dunghen.cli.bench.bed import Bed
from dunghen.cli.bench.events import Dossiers
from dunghen.contracts import topics
from dunghen.contracts.cells import cell_key, encode_cell
from dunghen.contracts.messages import Level, UnitScore, decode_event, encode
from dunghen.contracts.scores import unit_score
from dunghen.contracts.topics import LEVEL_KEY, partition_of
from dunghen.domain.marks import COUNTERS, marks
from dunghen.domain.policy import Policy
from dunghen.domain.rates import DaySeries
from dunghen.domain.record import fold
from dunghen.domain.windows import WINDOWS, resolve
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock


@dataclass
class Counted:
    """All that scoring would have written of a city: the record of each dossier goes out as it is made, the counters stay here."""

    policy: Policy
    days: dict[str, dict[int, list[int]]] = field(default_factory=dict)
    dossiers: Counter[str] = field(default_factory=Counter)

    def records(self, dossiers: Dossiers) -> Iterator[tuple[str, bytes]]:
        """(code, record), counted on the way."""
        for code, events in itertools.groupby(dossiers.whole(), key=lambda keyed: keyed[0]):
            record: bytes | None = None
            for _, value in events:
                record = fold(record, decode_event(value)) or record
            if record is not None:
                self._count(record)
                yield code, record

    def _count(self, record: bytes) -> None:
        unit, found = marks(record, self.policy.rules)
        if not unit:
            return
        self.dossiers[unit] += 1
        days = self.days.setdefault(unit, {})
        for day, counter, by in found:
            days.setdefault(day, [0] * len(COUNTERS))[counter] += by

    def score(self, unit: str, today: int) -> UnitScore:
        """What scoring would publish of a unit."""
        score = unit_score(unit, DaySeries(self.days[unit]), (today, today - 1), {name: resolve(name, today) for name in WINDOWS})
        score.policy, score.covers = self.policy.version, {0: 1}
        return score


async def fill(made: Bed, counted: Counted, count: int) -> None:
    """Puts `count` dossiers and all that follows from them into the topics."""
    settings, today = made.settings, counted.policy.zone.day_of(RealClock().seconds())
    async with kafka.started(kafka.producer(settings), settings) as producer:

        async def send(topic: str, key: bytes, value: bytes, place: int) -> None:
            await producer.send(settings.named(topic), value, key=key, partition=place)

        for code, record in counted.records(Dossiers(counted.policy, today, count)):
            await send(topics.DOSSIERS, code.encode(), record, partition_of(code, settings.partitions))
        for unit, days in counted.days.items():
            place = partition_of(unit, settings.partitions)
            for day, counters in days.items():
                await send(topics.UNIT_DAYS, cell_key(unit, day, 0, counted.policy.version), encode_cell(counters), place)
            await send(topics.UNIT_SCORES, unit.encode(), encode(counted.score(unit, today)), place)
        level = Level(day=today, policy=counted.policy.version, levels={0: 1})
        for place in range(settings.partitions):
            await send(topics.UNIT_SCORES, LEVEL_KEY, encode(level), place)
        await producer.flush()
