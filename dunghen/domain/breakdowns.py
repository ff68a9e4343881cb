"""What the public may know of a unit's finished dossiers by procedure, field, channel, hour and weekday (`domain.md` §7, issue 7 E6). Pure.

Published are whole calendar months that are over, each cell by itself at least five dossiers. What is not shown of a month (the rest) is
none or at least five too, within each field and each channel as well. All that anybody asks is a sum of such cells, so no difference of two
answers, nor of one and the unit's own figures, comes to one to four dossiers.

What a few late dossiers change is not told: a month stays as it was published. Where some cell moved by five or more it is published anew;
a cell that would move by one to four since it was last shown goes into the rest then, and others with it until the rest moves by none or
by five.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from dunghen.domain.days import Zone
from dunghen.domain.fives import SMALLEST
from dunghen.domain.reckoning import Reckoning
from dunghen.domain.traits import JUDGED, LATE, OPEN


class By(StrEnum):
    """By what dossiers are told apart. `hour`: the local hour of receipt, 00 to 23; `weekday`: of receipt, within each channel."""

    PROCEDURE = "procedure"
    FIELD = "field"
    CHANNEL = "channel"
    HOUR = "hour"
    WEEKDAY = "weekday"


PLAIN = (
    By.FIELD,
    By.CHANNEL,
    By.HOUR,
)  # the others tell the cells of one of these further apart: procedures of fields, weekdays of channels


class Cell(NamedTuple):
    """Dossiers that ended in the month, and those of them on or before their due day."""

    finished: int = 0
    on_time: int = 0


Cells = Mapping[str, Cell]
NOTHING = Cell()
DIRECT = 1  # of `KenhThucHien`; null counts as direct (domain.md §2)


def summed(cells: Iterable[Cell]) -> Cell:
    """All of them together."""
    every = list(cells)
    return Cell(sum(cell.finished for cell in every), sum(cell.on_time for cell in every))


@dataclass(frozen=True, slots=True)
class Shown:
    """Cells that are shown, and the rest together. `told`: of every cell that ever was, its dossiers when it was shown last."""

    cells: Cells = field(default_factory=dict)
    rest: Cell = NOTHING
    told: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Month:
    """A unit's month as published: by field, channel and hour; and within each field or channel that is shown, by procedure or weekday.

    Of one that was shown in an earlier edition only, there is what was `told` within it, and nothing else.
    """

    plain: Mapping[By, Shown]
    procedures: Mapping[str, Shown]  # by field
    weekdays: Mapping[str, Shown] = field(default_factory=dict)  # by channel

    def shown(self, by: By) -> Shown:
        """One break-down: of procedures those of all fields together, what belongs to no shown field in the rest; so of weekdays."""
        if by in PLAIN:
            return self.plain[by]
        above, of = (By.FIELD, self.procedures) if by is By.PROCEDURE else (By.CHANNEL, self.weekdays)
        cells = {name: cell for each in of.values() for name, cell in each.cells.items()}
        apart = {name for name, each in of.items() if each.cells or each.rest.finished}
        untold = [cell for name, cell in self.plain[above].cells.items() if name not in apart]
        return Shown(cells, summed([self.plain[above].rest, *untold, *(each.rest for each in of.values())]))


class Category(NamedTuple):
    """One cell over several months; `months`: in how many of them it is shown. Where it is not, its dossiers are in the rest."""

    cell: Cell
    months: int


def over(months: Iterable[Shown]) -> tuple[dict[str, Category], Cell]:
    """The same break-down of several months, summed up: its categories, and the rest."""
    found: dict[str, Category] = {}
    rest = [NOTHING]
    for month in months:
        rest.append(month.rest)
        for name, cell in month.cells.items():
            so_far = found.get(name, Category(NOTHING, 0))
            found[name] = Category(summed([so_far.cell, cell]), so_far.months + 1)
    return found, summed(rest)


class Counts(NamedTuple):
    """What is true of a month: the cells by field, channel and hour; of each field by procedure, and of each channel by weekday."""

    plain: Mapping[By, Cells]
    procedures: Mapping[str, Cells]
    weekdays: Mapping[str, Cells]


def publish(counts: Counts, before: Month | None = None) -> Month:
    """What of a month may be told. `before`: what was told of it before, which stays if no more than a few dossiers are new anywhere."""
    old = before or Month({}, {})
    plain = {by: tell(cells, old.plain.get(by)) for by, cells in counts.plain.items()}
    if before is not None and not any(_moved_much(cells, old.plain.get(by, Shown())) for by, cells in counts.plain.items()):
        return before if before.weekdays else replace(before, weekdays=_of_before(counts, before))
    return Month(
        plain,
        _within(plain[By.FIELD].cells, counts.procedures, old.procedures),
        _within(plain[By.CHANNEL].cells, counts.weekdays, old.weekdays),
    )


def _within(shown: Cells, true: Mapping[str, Cells], old: Mapping[str, Shown]) -> dict[str, Shown]:
    """The cells that are shown, told further apart. Of one that is not shown any more it stays known what was told within it."""
    hidden = {name: Shown({}, NOTHING, each.told) for name, each in old.items() if name not in shown}
    return hidden | {name: tell(cells, old.get(name)) for name, cells in true.items() if name in shown}


def _of_before(counts: Counts, before: Month) -> dict[str, Shown]:
    """Weekdays of a month that was published before there were any: only of channels whose figures are still what was told of them."""
    told = before.plain[By.CHANNEL].cells
    return _within({name: cell for name, cell in told.items() if counts.plain[By.CHANNEL].get(name) == cell}, counts.weekdays, {})


def tell(true: Cells, before: Shown | None = None) -> Shown:
    """Which of these cells may be shown, and the rest. `before`: what was shown of the same."""
    told = before.told if before else {}
    hidden = {name for name, cell in true.items() if cell.finished < SMALLEST or isolates(cell.finished - told.get(name, cell.finished))}
    while not _safe(true, hidden, before):
        seen = [name for name in true if name not in hidden]
        if not seen:
            break
        enough = [name for name in seen if _safe(true, hidden | {name}, before)]
        hidden.add(min(enough or seen, key=lambda name: (true[name].finished, name)))
    cells = {name: cell for name, cell in sorted(true.items()) if name not in hidden}
    return Shown(cells, summed(true[name] for name in hidden), {**told, **{name: cell.finished for name, cell in cells.items()}})


def isolates(dossiers: int) -> bool:
    """Whether so many, more or fewer, are some but too few to be told."""
    return 0 < abs(dossiers) < SMALLEST


def _moved_much(true: Cells, before: Shown) -> bool:
    """Whether some cell, or what was not shown, has five dossiers more or fewer."""
    rest = summed(cell for name, cell in true.items() if name not in before.cells)
    moves = [true.get(name, NOTHING).finished - cell.finished for name, cell in before.cells.items()]
    return any(abs(by) >= SMALLEST for by in [*moves, rest.finished - before.rest.finished])


def _safe(true: Cells, hidden: set[str], before: Shown | None) -> bool:
    """Whether the rest isolates nobody: not by itself, and not beside what was told before of what is in it now, or was then."""
    rest = summed(true[name] for name in hidden).finished
    if isolates(rest) and len(hidden) < len(true):
        return False
    if before is None:
        return True
    gone = [name for name in before.cells if name not in true or name in hidden]
    was = before.rest.finished + sum(before.cells[name].finished for name in gone)
    appeared = sum(cell.finished for name, cell in true.items() if name not in hidden and name not in before.cells)
    return not isolates(rest + appeared - was)


def cut_of(found: Reckoning, traits: int, zone: Zone) -> str:
    """Where a dossier stands in every break-down, as one word that a store can tally; "" while it is open."""
    if traits & JUDGED == OPEN:
        return ""
    day, second = divmod(found.received_at + zone.offset_at(found.received_at), 86400)
    return f"{found.head.procedure}|{found.head.channel or DIRECT}|{second // 3600:02}|{(day + _THURSDAY) % 7 + 1}|{traits & JUDGED}"


_THURSDAY = 3  # 1970-01-01, counted from Monday


def counts_of(tally: Mapping[str, int], field_of: Callable[[str], str]) -> Counts:
    """So many dossiers of each cut, as cells. `field_of` a procedure: "" where nobody knows it. A weekday is `3|2`: Wednesday, channel 2.

    A cut that was written before there were weekdays has none: `|2`.
    """
    plain: dict[By, Counter[tuple[str, bool]]] = {by: Counter() for by in PLAIN}
    procedures: dict[str, Counter[tuple[str, bool]]] = defaultdict(Counter)
    weekdays: dict[str, Counter[tuple[str, bool]]] = defaultdict(Counter)
    for cut, dossiers in tally.items():
        if not cut:
            continue
        procedure, channel, hour, *weekday, judged = cut.split("|")
        met, name = int(judged) != LATE, field_of(procedure)
        for by, category in ((By.FIELD, name), (By.CHANNEL, channel), (By.HOUR, hour)):
            plain[by][category, met] += dossiers
        procedures[name][procedure, met] += dossiers
        weekdays[channel][f"{''.join(weekday)}|{channel}", met] += dossiers
    parts = ({name: _cells(of) for name, of in each.items()} for each in (procedures, weekdays))
    return Counts({by: _cells(of) for by, of in plain.items()}, *parts)


def _cells(counted: Counter[tuple[str, bool]]) -> dict[str, Cell]:
    names = sorted({name for name, _ in counted})
    return {name: Cell(counted[name, True] + counted[name, False], counted[name, True]) for name in names}
