"""One comparison: reads E, waits until the map stands for it, reads the map once, recomputes, compares, reports."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import httpx
import msgspec

from dunghen.cli.data_folder import CommandError
from dunghen.cli.policy_topic import read_book
from dunghen.cli.recompute import CountedDossier, History, Recomputation, history_of, recompute_history
from dunghen.cli.recompute.catalogue_table import catalogue_rows
from dunghen.cli.recompute.command import bodies_at, desks_from_kafka, events_from_kafka, facts_from_kafka, horizons_from_kafka
from dunghen.cli.recompute.desk_table import DeskTable
from dunghen.cli.recompute.fact_table import FactRow, FactTable
from dunghen.cli.recompute.indicator_answers import asked_of, definitions_of, units_of
from dunghen.cli.recompute.indicator_points import Figures
from dunghen.cli.recompute.indicators import Asked, Definitions
from dunghen.cli.recompute.looks import looks_of
from dunghen.cli.recompute.yearly import yearly_sheets
from dunghen.cli.reconcile.compare import NOT_COUNTED, OF_A_RATE, RATES, Compared, Difference, compare, expected, together
from dunghen.cli.reconcile.cuts import Batch, Offsets, batches_of, furthest, offsets, reaches
from dunghen.cli.reconcile.indicators import compare_indicator, found_for
from dunghen.cli.reconcile.yearly import compare_yearly
from dunghen.contracts.policies import PolicyBook
from dunghen.contracts.reconciliations import CITY
from dunghen.contracts.topics import DESK_EVENTS, DOSSIER_EVENTS, FACTS
from dunghen.domain.windows import WINDOWS
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings

PATIENCE_SECONDS = 120.0
_DOSSIERS_SHOWN = 3
_LEVEL_LOOKS_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Shown:
    """A difference with some of the dossiers that the batch path counted there, the newest statements first."""

    difference: Difference
    dossiers: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What was compared: E, the events read, each unit's vectors V by answer version, and what differs."""

    cells: int
    answers: int
    as_of: int
    policy: int
    end: Offsets
    facts: Offsets
    desks: Offsets
    events: int
    poison: int
    versions: tuple[int, ...]
    units: Mapping[str, list[Offsets]]
    differences: tuple[Shown, ...] = field(default_factory=tuple)

    def lines(self) -> Iterator[str]:
        """For the user."""
        versions = " to ".join(str(version) for version in sorted({self.versions[0], self.versions[-1]}))
        yield f"{self.cells:,} cells of {len(self.units)} units in {self.answers} answers of version {versions}"
        yield f"E = {_text(self.end)}: {self.events:,} events, {self.poison} unreadable"
        yield f"facts: {_text(self.facts)}; desks: {_text(self.desks)}"
        ahead = {unit: vectors for unit, vectors in self.units.items() if any(not reaches(self.end, vector) for vector in vectors)}
        for unit, vectors in sorted(ahead.items()):
            yield f"V of {unit} = {' then '.join(map(_text, vectors))}"
        for shown in self.differences:
            cell, live, batch = shown.difference.cell, shown.difference.live, shown.difference.batch
            yield f"DIFFERS {cell.unit} {cell.window} {cell.rate} {cell.figure}: live {live}, batch {batch}"
            yield from (f"    {msgspec.json.encode(dossier).decode()}" for dossier in shown.dossiers)
        yield f"{len(self.differences)} differences"


async def compared(settings: PlatformSettings, http: httpx.AsyncClient) -> Report:
    """Everything once: E, wait, one read of each window and rate, batch, comparison. Raises CommandError where the map is behind."""
    end, told, desks = [await kafka.end_offsets(settings, topic) for topic in (DOSSIER_EVENTS, FACTS, DESK_EVENTS)]
    await _level_with(http, {"covers": end, "facts": told, "desks": desks})
    codes = await _indicators(http)
    answers = [await _answer(http, window, rate=rate) for window in WINDOWS for rate in RATES]
    answers += [await _answer(http, window, indicator=code) for window in WINDOWS for code in codes]
    yearly = await _yearly(http)
    upto = furthest(batches_of(answers, end), end)
    table, book = await events_from_kafka(settings, upto), await read_book(settings)
    horizons, named = await horizons_from_kafka(settings), table.arrow()
    history = await asyncio.to_thread(history_of, named, horizons)
    known = Known(history, book, await facts_from_kafka(settings), await desks_from_kafka(settings))
    batches = batches_of(answers, end, partial(known.units, named["unit"].unique().to_pylist()))
    found, shown = await asyncio.to_thread(_judge, batches, known)
    published = await asyncio.to_thread(_judge_yearly, yearly, known)
    shown += [Shown(difference, ()) for difference in published.differences]
    return Report(
        found.cells + published.cells,
        len(answers) + len(yearly),
        min(batch.day for batch in batches),
        max(batch.policy for batch in batches),
        end,
        told,
        desks,
        table.count,
        table.poison,
        _versions(answers),
        _vectors(answers),
        tuple(shown),
    )


async def _level_with(http: httpx.AsyncClient, ends: Mapping[str, Offsets]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = await _answer(http, WINDOWS[0], rate=RATES[0])
        behind = [name for name, end in ends.items() if not reaches(offsets(answer.get(name) or {}), end)]
        if not behind:
            return
        if time.monotonic() > until:
            level, end = (_text(offset) for offset in (offsets(answer["covers"] or {}), ends["covers"]))
            scoring = f"{level} and does not reach {end}: is scoring running?"
            raise CommandError(f"the map stands for {scoring if behind == ['covers'] else 'older facts: is the projector running?'}")
        await asyncio.sleep(_LEVEL_LOOKS_SECONDS)


async def _answer(http: httpx.AsyncClient, window: str, **by: str) -> dict[str, Any]:
    return await _get(http, "/api/v1/map", {"window": window, "include": "covers", **by})


async def _indicators(http: httpx.AsyncClient) -> list[str]:
    """The codes of all indicators in force, of the sets that have a total, and of those groups of them that are totals too."""
    sets = (await _get(http, "/api/v1/indicators", {}))["sets"]
    totals = [code for one in sets for code in ([one["code"]] if one["total"] else []) + [group["measure"] for group in one["groups"]]]
    return [i["code"] for one in sets for i in one["indicators"]] + [code for code in totals if code]


async def _yearly(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The rankings of every published year."""
    sets = (await _get(http, "/api/v1/indicators", {}))["sets"]
    asked = [(one["code"], year) for one in sets for year in one["published"] or ()]
    return [await _get(http, f"/api/v1/rankings/{code}", {"period": year, "include": "covers"}) for code, year in asked]


async def _get(http: httpx.AsyncClient, path: str, asked: Mapping[str, str]) -> dict[str, Any]:
    try:
        answer = await http.get(path, params=asked)
        answer.raise_for_status()
    except httpx.HTTPError as fault:
        raise CommandError(f"the map does not answer: {type(fault).__name__}") from None
    found: dict[str, Any] = answer.json()
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What is recomputed from."""

    history: History
    book: PolicyBook
    facts: FactTable
    desks: DeskTable

    def units(self, named: Iterable[str], day: int, policy: int) -> Iterable[str]:
        """Those that are there on a local day, and those that events name."""
        return units_of(bodies_at(self.book, policy), day, named)


def _judge(batches: list[Batch], known: Known) -> tuple[Compared, list[Shown]]:
    parts, shown = [], []
    for batch in batches:
        bodies = bodies_at(known.book, batch.policy)
        definitions = definitions_of(bodies, batch.day)
        with recompute_history(known.history, partial(bodies_at, known.book), batch.question(definitions.windows())) as found:
            asked, looks, dossiers_of = _asked(batch, bodies, found), looks_of(bodies, batch.day), cache(found.dossiers_of)
            figures = _Figures(definitions, asked, known, catalogue_rows(bodies.get("procedures", {}), asked.city))
            for answer, names in batch.answers:
                scores = expected(answer, batch.scores_for(names, found.units), looks)
                if answer.get("indicator"):
                    cuts = {unit: names[unit] for unit in scores}
                    part = compare_indicator(answer, found_for(answer, cuts, figures.at(answer, cuts)), scores, looks)
                else:
                    part = compare(answer, scores, looks)
                parts.append(part)
                shown += [Shown(difference, _dossiers(dossiers_of, names, difference)) for difference in part.differences]
        definitions.close()
    return together(parts), shown


def _judge_yearly(answers: list[dict[str, Any]], known: Known) -> Compared:
    """Each at the facts and the policy that it names."""
    parts: list[Compared] = []
    for answer in answers:
        facts, _ = known.facts.below(offsets(answer["facts"]))
        sheets = yearly_sheets(bodies_at(known.book, answer["policy"]), facts, (answer["set"], answer["period"]))
        parts.append(compare_yearly(answer, sheets))
    return together(parts)


def _asked(batch: Batch, bodies: Mapping[str, Any], found: Recomputation) -> Asked:
    return asked_of({name: cut.unit for name, cut in batch.cuts.items()}, found.units, bodies)


@dataclass
class _Figures:
    """The values by the facts below each vector that an answer names, and by the cuts of its units: the city is the sum of those.

    `counted`: facts that the policy itself comes to.
    """

    definitions: Definitions
    asked: Asked
    known: Known
    counted: list[FactRow]
    _found: dict[str, Figures] = field(default_factory=dict)

    def at(self, answer: Mapping[str, Any], names: Mapping[str, str]) -> Figures:
        told, desks = offsets(answer.get("facts") or {}), offsets(answer.get("desks") or {})
        mark = f"{_text(told)} {_text(desks)} {sorted(names.values())}"
        if mark not in self._found:
            units = {name: self.asked.units[name] for name in names.values()}
            scores = {name: self.asked.scores[name] for name in units if name in self.asked.scores}
            facts, tasks = self.known.facts.below(told)
            rows = [*facts, *self.counted, *self.known.desks.below(desks)], tasks
            self._found[mark] = self.definitions.figures(Asked(units, scores, self.asked.city), rows)
        return self._found[mark]


def _dossiers(
    dossiers_of: Callable[[str, str, str], list[CountedDossier]], names: Mapping[str, str], difference: Difference
) -> tuple[Mapping[str, Any], ...]:
    """None behind what a unit is called, nor behind a rank: it is others' as well."""
    cell = difference.cell
    if cell.unit == CITY or cell.rate not in RATES or cell.figure in NOT_COUNTED:
        return ()
    rate = cell.rate if cell.figure in OF_A_RATE else "official"
    counted = sorted(dossiers_of(names[cell.unit], cell.window, rate), key=lambda dossier: -dossier.offset)
    return tuple(msgspec.to_builtins(dossier) for dossier in counted[:_DOSSIERS_SHOWN])


def _versions(answers: list[dict[str, Any]]) -> tuple[int, ...]:
    return tuple(sorted({int(answer["version"]) for answer in answers}))


def _vectors(answers: list[dict[str, Any]]) -> dict[str, list[Offsets]]:
    """Each unit's vectors, in the order of the answers, without repetition."""
    seen: dict[str, list[Offsets]] = {}
    for answer in answers:
        for row in answer["units"]:
            vectors, vector = seen.setdefault(row["code"], []), offsets(row["covers"])
            if vector not in vectors:
                vectors.append(vector)
    return seen


def _text(vector: Offsets) -> str:
    return " ".join(f"{partition}:{offset}" for partition, offset in sorted(vector.items())) or "nothing"
