"""`dunghen facts import|list|export`: told to ingest over HTTP with a source's key, as every sender does; read from the topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from dunghen.cli.city_settings import settings_of, told_city
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.facts.changes import Changes, changes_of, figure, instant, item_of, origin
from dunghen.cli.facts.rows import LAYOUT, Refused, Statement, statements
from dunghen.cli.ingest_client import AWAY_SECONDS, IngestClient, Patience, key_in
from dunghen.cli.policy_topic import read_book
from dunghen.cli.sheets import read_sheet, write_sheet
from dunghen.contracts import topics
from dunghen.contracts.facts import Fact, FactBook, decode_fact
from dunghen.domain.policy import Policy
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings

Say = Callable[[str], None]
AT_ONCE = 1_000
COLUMNS = ("unit", "unit_name", "code", "period", "kind", "numerator", "denominator", "evidence", "source", "by", "stated_at")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A table to import. `source`: whose key it is ("" : the city's code); `ingest`: its address where `up` did not start it."""

    file: Path
    dry_run: bool = False
    source: str = ""
    key_file: Path | None = None
    ingest: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """Which facts: all that these name. `every`: also statements that no longer hold."""

    unit: str = ""
    code: str = ""
    period: str = ""
    every: bool = False

    def has(self, fact: Fact) -> bool:
        return self.unit in ("", fact.unit) and self.code in ("", fact.code) and self.period in ("", fact.period)


async def take(folder: DataFolder, wanted: Wanted, say: Say) -> int:
    """Tells what the table changes; the exit code: 1 where a row was refused. Rows that can be told are told. Raises CommandError."""
    settings, address = told_city(folder, wanted.ingest)
    policy, now = (await read_book(settings)).latest, folder.clock().seconds()
    rows, refused = statements(read_sheet(wanted.file, LAYOUT), policy, policy.zone.day_of(now))
    changes = changes_of(rows, refused, book_of(await read_facts(settings)))
    async with IngestClient(address, key_in(wanted.key_file), Patience(AWAY_SECONDS, say)) as ingest:
        changes = await _tell(ingest, changes, (wanted.source or policy.city.code, now), dry_run=wanted.dry_run)
    for line in changes.lines(policy.zone):
        say(line)
    say(changes.summary() + (": nothing was written" if wanted.dry_run else ""))
    return 1 if changes.refused else 0


async def _tell(ingest: IngestClient, changes: Changes, said: tuple[str, int], *, dry_run: bool) -> Changes:
    """The same, with what ingest refused. `said` = (source, instant)."""
    source, at = said
    told, refused = list[tuple[Fact | None, Statement]](), list(changes.refused)
    for begin in range(0, len(changes.told), AT_ONCE):
        chunk = changes.told[begin : begin + AT_ONCE]
        body = {"source": source, "facts": [item_of(after, at) for _, after in chunk]}
        answer = await ingest.post("/facts?dry_run=true" if dry_run else "/facts", body)
        if answer.whole:
            raise CommandError(f"ingest takes nothing of it: {answer.refused[0].code} {answer.refused[0].path}".rstrip())
        why = {one.index: Refused(chunk[one.index][1].row, one.path or "the row", one.code) for one in answer.refused}
        refused += why.values()
        told += [pair for i, pair in enumerate(chunk) if i not in why]
    return replace(changes, told=tuple(told), refused=tuple(sorted(refused, key=lambda one: one.row)))


async def show(folder: DataFolder, wanted: Shown, say: Say) -> None:
    """One line a statement: what it says, who said it and when (the city's time)."""
    settings = settings_of(folder)
    policy, facts = (await read_book(settings)).latest, _chosen(await read_facts(settings), wanted)
    for fact in facts:
        said = f"{fact.unit} {fact.code} {fact.period}: {figure(fact)}  {instant(fact.occurred_at, policy.zone)} {origin(fact)}"
        say(said + (f"  {fact.evidence}" if fact.evidence else ""))
    say(f"{len(facts)} statements")


async def export(folder: DataFolder, file: Path, wanted: Shown, say: Say) -> None:
    """What holds, as a table that `import` reads."""
    settings = settings_of(folder)
    policy, facts = (await read_book(settings)).latest, _chosen(await read_facts(settings), wanted)
    say(f"{write_sheet(file, COLUMNS, (_line(fact, policy) for fact in facts))} facts in {file}")


def _line(fact: Fact, policy: Policy) -> list[str | int | None]:
    unit = policy.catalogue.get(fact.unit)
    name = unit.full_name if unit else policy.city.name if fact.unit == policy.city.code else ""
    figures = (fact.numerator, fact.denominator) if fact.kind == "value" else (None, None)
    who = (fact.evidence, fact.source, fact.by, instant(fact.occurred_at, policy.zone))
    return [fact.unit, name, fact.code, fact.period, fact.kind, *figures, *who]


def _chosen(facts: Iterable[Fact], wanted: Shown) -> list[Fact]:
    """In the order of unit, code, period, and of what was said first; without `every` what holds and was not withdrawn."""
    chosen = facts if wanted.every else [fact for fact in book_of(facts).facts.values() if fact.kind != "withdrawn"]
    return sorted(filter(wanted.has, chosen), key=lambda fact: (fact.unit, fact.code, fact.period, *fact.order))


def book_of(facts: Iterable[Fact]) -> FactBook:
    """What holds of them."""
    book = FactBook()
    for fact in facts:
        book.take(fact)
    return book


async def read_facts(settings: PlatformSettings) -> list[Fact]:
    """Every statement in the topic. What does not decode counts for nothing on the map either. Raises MissingTopic, Unreachable."""
    found: dict[bytes, Fact] = {}

    def take(key: bytes | None, value: bytes | None, *_: int) -> None:
        if key is not None and not key.startswith(topics.OWN_KEY) and value is not None:
            with suppress(msgspec.MsgspecError):
                found[key] = decode_fact(value)

    for partition in range(settings.partitions):
        await kafka.read_all(settings, (topics.FACTS, partition), take)
    return list(found.values())
