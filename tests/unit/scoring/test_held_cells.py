"""What a takeover reads instead of counting: right after any life of a partition, and never believed where another release had it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from prometheus_client import REGISTRY
from test_fold import DAY, MONDAY, event, sent
from test_prune_stage import limited

from dunghen.contracts import topics
from dunghen.contracts.cells import CellKey, cell_key, covers_key, decode_cell, encode_cell, parse_key
from dunghen.contracts.messages import FEE, NOT_PAID_ONLINE, DossierEvent
from dunghen.contracts.policies import PolicyBook
from dunghen.domain.days import Zone
from dunghen.domain.marks import COUNTERS, FEES, GATEWAYS_TOLD, RECEIVED
from dunghen.platform.clock import FixedClock
from dunghen.platform.fenced import Batches
from services.scoring import fold_stage, held_cells
from services.scoring.fold import NEXT, FoldState
from services.scoring.fold_stage import FoldStage
from services.scoring.held_cells import COUNTED, DAYS, Cells, Days
from services.scoring.settings import ScoringSettings

HOME = (topics.DOSSIERS, 2)


@dataclass
class City:
    """One partition's topics as compaction leaves them, and its present owner."""

    monkeypatch: pytest.MonkeyPatch
    book: PolicyBook
    clock: FixedClock = field(default_factory=lambda: FixedClock(MONDAY))
    kept: dict[tuple[str, int], dict[bytes, bytes]] = field(default_factory=dict)
    written: list[Batches] = field(default_factory=list)

    async def take_over(self, **settings: Any) -> FoldStage:
        self.monkeypatch.setattr(fold_stage, "read_all", self.read)
        stage = FoldStage(ScoringSettings(partitions=4, retire_after=0, **settings), self.book, 2, self.clock)
        await stage.writer.stop()
        self.monkeypatch.setattr(stage.writer, "write", self.write)
        await stage.load()
        stage.state.partitions = 0  # whatever dossier it is told of is its own
        return stage

    async def write(self, batches: Batches) -> int:
        batches = {place: list(records) for place, records in batches.items()}
        self.written.append(batches)
        for place, records in batches.items():
            kept = self.kept.setdefault(place, {})
            for key, value in records:
                kept.pop(key, None)  # to the end
                if value is not None:
                    kept[key] = value
        return len(batches)

    async def read(self, _: object, place: tuple[str, int], take: Callable[..., object]) -> int:
        for key, value in list(self.kept.get(place, {}).items()):
            take(key, value, 0, 0)
        return 0


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> City:
    book = PolicyBook()
    limited(book, 1, 5)
    return City(monkeypatch, book)


def recounted() -> float:
    return REGISTRY.get_sample_value("dunghen_scoring_recounted_dossiers_total") or 0


def plain(cells: dict[str, Any]) -> dict[str, dict[int, list[int]]]:
    """Everything that is not zero, packed or not."""
    open_ = {unit: {day: days[day] for day in list(days.all_days())} for unit, days in cells.items()}
    return {unit: kept for unit, days in open_.items() if (kept := {d: c for d, c in days.items() if any(c)})}


def counted_anew(state: FoldState) -> dict[str, dict[int, list[int]]]:
    fresh = FoldState(state.topic, state.partition, state.policy, records=state.records, past=state.past)
    return plain(fresh.recount(state.policy))


def life(rng: random.Random, count: int) -> list[DossierEvent]:
    """Dossiers that come, move, pause, end, are opened again and withdrawn; some of them years ago."""
    out = []
    for _ in range(count):
        code = f"H17.31-261123-{rng.randrange(25):04d}"
        long_ago = 900 * DAY if code.endswith(("1", "3", "5")) and rng.random() < 0.9 else 0
        at = MONDAY - long_ago + rng.randrange(40 * DAY)
        facts: dict[str, Any] = {"occurred_at": at, "arrived_at": at * 1_000_000, "status": rng.choice([1, 2, 4, 5, 7, 9, 10])}
        kind = rng.choice(["synced", "synced", "progressed", "progressed", "progressed", "retracted"])
        if kind == "synced":
            facts |= {"received": at - rng.randrange(9 * DAY), "due": rng.choice([0, at + rng.randrange(-5, 20) * DAY]), "procedure": "P"}
        out.append(event(code, kind=kind, unit=rng.choice(["20242", "20263", "20285"]), **facts))
    return out


async def run(city: City, stage: FoldStage, events: Iterable[DossierEvent]) -> None:
    """One round, and in it a tick."""
    messages = sent(*events)
    for message in messages:
        message.offset += stage.next or 0
    await city.write(stage.work(messages))
    stage.next = messages[-1].offset + 1
    await city.write(stage.tick())


@pytest.mark.parametrize("seed", range(12))
async def test_after_any_life_a_takeover_reads_what_counting_every_dossier_would_give(city: City, seed: int) -> None:
    rng = random.Random(seed)
    stage, before = await city.take_over(prune_at_once=3), recounted()
    for turn in range(40):
        await run(city, stage, life(rng, rng.randrange(1, 12)))
        if turn in (13, 27):
            limited(city.book, turn, rng.randrange(1, 9))
        if rng.random() < 0.3:
            city.clock.at += DAY
        if rng.random() < 0.4:
            held, stage = stage, await city.take_over(prune_at_once=3)
            assert stage.next == held.next
            assert plain(stage.state.cells) == counted_anew(stage.state)
    assert len(stage.state.past.frozen) > 0
    assert recounted() == before


async def test_what_nobody_asks_for_stays_packed_and_is_right_when_it_is_asked_for(city: City) -> None:
    stage = await city.take_over()
    await run(city, stage, [event(f"H17.31-261123-{n:04d}", received=MONDAY - n * DAY) for n in range(30)])
    stage = await city.take_over()
    assert len(stage.state.cells["20242"]) == 0
    await run(city, stage, [event("H17.31-261123-0030", received=MONDAY - 3 * DAY)])
    days = stage.state.cells["20242"]
    assert 0 < len(days) <= held_cells.SPAN
    assert days[MONDAY // DAY - 3][RECEIVED] == 2
    assert plain(stage.state.cells) == counted_anew(stage.state)


async def spoiled(city: City) -> None:
    """A partition whose written counters are wrong, with a unit too many."""
    stage = await city.take_over()
    await run(city, stage, life(random.Random(7), 60))
    city.kept[HOME] |= {key: WRONG for key in city.kept[HOME] if key.startswith(DAYS)}
    city.kept[HOME][DAYS + b"99999|2597"] = WRONG


WRONG = Days({20_776: [9] * len(COUNTERS)}).span(2597) or b""


async def test_wrong_counters_would_be_believed_if_nothing_said_otherwise(city: City) -> None:
    """So that the two tests behind this one can fail."""
    await spoiled(city)
    stage = await city.take_over()
    assert plain(stage.state.cells) != counted_anew(stage.state)


async def test_a_release_that_went_on_without_writing_counters_has_them_counted_anew(city: City) -> None:
    await spoiled(city)
    city.kept[HOME][NEXT] = b"%d" % (int(city.kept[HOME][NEXT]) + 1)
    await healed(city)


async def test_a_release_that_counts_otherwise_counts_anew(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    await spoiled(city)
    monkeypatch.setattr(held_cells, "CODE", b"another")
    held_cells._counted_by.cache_clear()
    await healed(city)
    monkeypatch.undo()
    held_cells._counted_by.cache_clear()


async def test_a_release_that_knows_nothing_of_written_counters_leaves_none_that_are_believed(city: City) -> None:
    await spoiled(city)
    del city.kept[HOME][COUNTED]
    await healed(city)


def told(city: City) -> dict[str, dict[int, list[int]]]:
    """What `unit-days` says of the partition under the newest policy."""
    found: dict[str, dict[int, list[int]]] = {}
    for place, kept in city.kept.items():
        for key, value in kept.items() if place[0] == topics.UNIT_DAYS else ():
            parsed = parse_key(key)
            if isinstance(parsed, CellKey) and parsed.policy == city.book.latest.version:
                found.setdefault(parsed.unit, {})[parsed.day] = decode_cell(value)
    return found


async def a_release_without_the_last_counter_had_it(city: City) -> None:
    """A fold of this release, then one that knows one counter less, counts everything so and tells it of one day, and of one too many."""
    stage = await city.take_over()
    facts = {"flags": FEE, "gateway": NOT_PAID_ONLINE}
    await run(city, stage, [event(f"H17.31-261123-{n:04d}", received=MONDAY - n * DAY, **facts) for n in range(30)])
    day, policy, home = MONDAY // DAY, city.book.latest.version, stage._home("20242")
    assert told(city) == counted_anew(stage.state)
    shorter = Cells({"20242": Days({day: counters[:-1] for day, counters in told(city)["20242"].items()})})
    shorter["20242"][day - 400] = [1] * (len(COUNTERS) - 1)
    city.kept[HOME] |= {key: value for key, value in shorter.rewritten(Cells()) if value is not None}
    city.kept[HOME][COUNTED] = b"another"
    for changed in (day - 3, day - 400):
        city.kept[home][cell_key("20242", changed, 2, policy)] = encode_cell(shorter["20242"][changed])


async def test_the_cells_of_a_release_that_counts_less_are_put_right_at_once_and_in_one_transaction(city: City) -> None:
    await a_release_without_the_last_counter_had_it(city)
    day = MONDAY // DAY
    assert [told(city)["20242"][day - 3][counter] for counter in (FEES, GATEWAYS_TOLD)] == [1, 0]
    stage = await city.take_over()
    assert told(city) == counted_anew(stage.state)
    assert [told(city)["20242"][day - 3][counter] for counter in (FEES, GATEWAYS_TOLD)] == [1, 1]
    (last,) = city.written[-1:]
    records = list(last[stage._home("20242")])
    assert COUNTED in dict(last[HOME])
    assert records[-1] == (covers_key("20242", 2, city.book.latest.version), b"%d" % (stage.next or 0)), "behind all its cells"


async def healed(city: City) -> None:
    """The next takeover counts anew and leaves right counters, which the one after it reads."""
    before = recounted()
    stage = await city.take_over()
    counted = recounted() - before
    assert (counted, plain(stage.state.cells)) == (len(stage.state.records), counted_anew(stage.state))
    assert b"99999" not in b" ".join(city.kept[HOME])
    again = await city.take_over()
    assert (recounted() - before, plain(again.state.cells)) == (counted, counted_anew(again.state))


async def test_records_counters_and_how_far_they_are_stand_in_one_partition_of_one_transaction(city: City) -> None:
    stage = await city.take_over()
    for seed in range(5):
        await run(city, stage, life(random.Random(seed), 8))
    for batches in city.written:
        written = dict(batches.get(HOME, ()))
        assert (NEXT in written) == (COUNTED in written)
        assert NEXT not in written or written[COUNTED].endswith(b"|" + written[NEXT])
        assert all(place == HOME for place, records in batches.items() for key, _ in records if key.startswith(DAYS))


def test_a_day_that_comes_to_nothing_leaves_its_span_and_a_span_without_days_is_a_tombstone() -> None:
    cells = Cells()
    cells["20242"][20_776][RECEIVED] += 1
    cells["20242"][20_777][RECEIVED] += 1
    ((key, both),) = cells.records("20242", [20_776, 20_777])
    del cells["20242"][20_776]
    ((_, one),) = cells.records("20242", [20_776])
    del cells["20242"][20_777]
    assert cells.records("20242", [20_777]) == [(key, None)]
    assert both != one is not None


def test_zones_that_move_their_clocks_otherwise_are_told_apart() -> None:
    zones = ("Asia/Ho_Chi_Minh", "Asia/Singapore", "Europe/Berlin", "Europe/London", "UTC")
    assert len({held_cells._zone_digest(Zone(name)) for name in zones}) == len(zones)
