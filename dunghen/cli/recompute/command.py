"""`dunghen recompute`: where the events and the policy come from, and the answer as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from dunghen.cli.city_settings import running_settings
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.policy_topic import read_book
from dunghen.cli.recompute.catalogue_table import catalogue_rows
from dunghen.cli.recompute.desk_table import DeskTable
from dunghen.cli.recompute.events import EventTable, events_from_jsonl
from dunghen.cli.recompute.fact_table import FactTable
from dunghen.cli.recompute.frozen import History, history_of
from dunghen.cli.recompute.indicator_answers import answers_of, asked_of, definitions_of, units_of
from dunghen.cli.recompute.recomputation import Question, recompute_history
from dunghen.cli.recompute.windows import standard_windows
from dunghen.contracts.city_files import read_city
from dunghen.contracts.horizons import Horizon, horizon_of
from dunghen.contracts.messages import UnitScore
from dunghen.contracts.policies import PolicyBook
from dunghen.contracts.topics import DESK_EVENTS, DOSSIER_EVENTS, DOSSIERS, FACTS
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings

Say = Callable[[str], None]
Horizons = dict[int, list[Horizon]]  # by partition of the source
KAFKA = "kafka"
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`source`: `kafka` or a JSONL file. `as_of`: the day at whose end to count (None: today). `city`: its policy if none answers."""

    source: str = KAFKA
    as_of: date | None = None
    as_json: bool = False
    city: str = "demo"


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that is counted from."""

    events: EventTable
    bodies: Mapping[str, Any]
    policy: int
    book: PolicyBook = field(default_factory=PolicyBook)
    told: tuple[FactTable, DeskTable] = field(default_factory=lambda: (FactTable(), DeskTable()))
    horizons: Horizons = field(default_factory=dict)

    def bodies_at(self, version: int) -> Mapping[str, Any]:
        """The bodies in force at a version."""
        return self.bodies if version == self.policy else bodies_at(self.book, version)


async def run(folder: DataFolder, wanted: Wanted, say: Say) -> None:
    """Counts and prints. Raises CommandError where nothing runs or the file cannot be read."""
    source = await _source(folder, wanted)
    today = local_today(folder, source.bodies)
    asked = today if wanted.as_of is None else (wanted.as_of - _EPOCH).days
    question = Question(asked, standard_windows(asked), min(asked, today - 1), policy=source.policy)
    history = history_of(source.events.arrow(), source.horizons)
    if wanted.as_json:
        say(everything(source, history, question))
        return
    with recompute_history(history, source.bodies_at, question) as found:
        say(_table(found.units))


def local_today(folder: DataFolder, bodies: Mapping[str, Any]) -> int:
    """The local day of the city's clock."""
    zone = ZoneInfo(bodies.get("city", {}).get("time_zone", "Asia/Ho_Chi_Minh"))
    return (folder.clock().now().astimezone(zone).date() - _EPOCH).days


async def events_from_kafka(settings: PlatformSettings, ends: Mapping[int, int]) -> EventTable:
    """All events below the given offset of each partition, as far as they count there (`topics.belongs`). `ends` names every partition.

    Raises what `platform.kafka.read_all` raises.
    """
    table = EventTable(partitions=len(ends))
    for partition, end in sorted(ends.items()):
        await kafka.read_all(settings, (DOSSIER_EVENTS, partition), _into(table, partition, end))
    return table


async def facts_from_kafka(settings: PlatformSettings) -> FactTable:
    """All facts, so far. Raises what `platform.kafka.read_all` raises."""
    table = FactTable()
    await _fill(settings, FACTS, table)
    return table


async def desks_from_kafka(settings: PlatformSettings) -> DeskTable:
    """All desk events, so far. Raises what `platform.kafka.read_all` raises."""
    table = DeskTable()
    await _fill(settings, DESK_EVENTS, table)
    return table


async def _fill(settings: PlatformSettings, topic: str, table: FactTable | DeskTable) -> None:
    def into(partition: int) -> kafka.Take:
        return lambda _key, value, offset, _timestamp: table.add_record(partition, offset, value)

    for partition in range(settings.partitions):
        await kafka.read_all(settings, (topic, partition), into(partition))


async def horizons_from_kafka(settings: PlatformSettings) -> Horizons:
    """All horizons of each partition, so far. Raises what `platform.kafka.read_all` raises."""
    found: Horizons = {}

    def take(partition: int, key: bytes | None, value: bytes | None) -> None:
        if (horizon := horizon_of(key, value)) is not None:
            found.setdefault(partition, []).append(horizon)

    for partition in range(settings.partitions):
        await kafka.read_all(settings, (DOSSIERS, partition), lambda key, value, *_, p=partition: take(p, key, value))
    return found


def bodies_at(book: PolicyBook, version: int) -> dict[str, Any]:
    """The bodies in force at a version: of each kind the newest up to it."""
    return PolicyBook({key: record for key, record in book.records.items() if record.version <= version}).bodies


def _into(table: EventTable, partition: int, end: int) -> kafka.Take:
    def take(key: bytes | None, value: bytes | None, offset: int, _timestamp: int) -> None:
        if offset < end:
            table.add_record(partition, offset, (key, value))

    return take


async def _source(folder: DataFolder, wanted: Wanted) -> Source:
    if wanted.source == KAFKA:
        return await _running(folder)
    try:
        events = events_from_jsonl(Path(wanted.source))
    except OSError as fault:
        raise CommandError(f"{wanted.source}: {fault.strerror}") from None
    try:
        book = await read_book(running_settings(folder))
        return Source(events, book.bodies, book.newest_version)
    except (CommandError, kafka.Unreachable, kafka.MissingTopic):
        return Source(events, read_city(wanted.city), 0)


async def _running(folder: DataFolder) -> Source:
    settings = running_settings(folder)
    try:
        book = await read_book(settings)
        events = await events_from_kafka(settings, await kafka.end_offsets(settings, DOSSIER_EVENTS))
        horizons = await horizons_from_kafka(settings)
        told = await facts_from_kafka(settings), await desks_from_kafka(settings)
    except (kafka.Unreachable, kafka.MissingTopic) as fault:
        raise CommandError(f"Kafka of {folder.path}: {fault}") from None
    return Source(events, book.bodies, book.newest_version, book, told, horizons)


def everything(source: Source, history: History, question: Question) -> str:
    """Units with their windows and rates, and indicators and totals of sets, as JSON. Facts come from a running city alone."""
    definitions = definitions_of(source.bodies, question.today)
    try:
        asked = replace(question, windows=(*question.windows, *definitions.windows()))
        with recompute_history(history, source.bodies_at, asked) as found:
            facts, tasks = source.told[0].below(None)
            units = units_of(source.bodies, question.today, found.units)
            of_units = asked_of(units, found.units, source.bodies)
            counted = catalogue_rows(source.bodies.get("procedures", {}), of_units.city)
            figures = definitions.figures(of_units, ([*facts, *counted, *source.told[1].below(None)], tasks))
            scores = {code: _in_windows(score, question) for code, score in found.units.items()}
    finally:
        definitions.close()
    whole = {"events": source.events.count, "poison": source.events.poison, "units": scores, "indicators": answers_of(figures)}
    return msgspec.json.encode(whole).decode()


def _in_windows(score: UnitScore, question: Question) -> UnitScore:
    """Without the days that only definitions are counted by."""
    return msgspec.structs.replace(score, windows={name: score.windows[name] for name, _, _ in question.windows})


def _table(units: Mapping[str, UnitScore]) -> str:
    lines = [f"{'unit':<12} {'received':>9} {'early':>7} {'on day':>7} {'late':>7} {'pending':>8} {'overdue':>8}   (this year)"]
    for code, unit in sorted(units.items()):
        year = unit.windows["year"]
        counted = " ".join(f"{year.counts[name]:>{width}}" for name, width in (("received", 9), ("early", 7), ("on_day", 7), ("late", 7)))
        lines.append(f"{code:<12} {counted} {unit.pending:>8} {unit.overdue:>8}")
    return "\n".join(lines)
