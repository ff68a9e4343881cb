"""Break-downs isolate nobody (issue 7 E6): of ten thousand random pairs of questions no difference comes to one to four dossiers."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import pytest

from dunghen.domain import breakdowns
from dunghen.domain.breakdowns import NOTHING, PLAIN, By, Cell, Cells, Counts, Month, Shown, isolates, over, publish, summed, tell

PAIRS = 10_000
FIELDS = {f"P{number:02}": f"F{number % 6}" for number in range(30)}
MONTHS, UNITS = 12, 20
ABOVE: dict[By | None, By] = {By.PROCEDURE: By.FIELD, By.WEEKDAY: By.CHANNEL}


class Lived(NamedTuple):
    """One dossier of a made-up unit."""

    number: int
    month: int
    procedure: str
    channel: str
    hour: str
    on_time: bool
    weekday: int = 1

    def name(self, by: By) -> str:
        if by is By.WEEKDAY:
            return f"{self.weekday}|{self.channel}"
        return FIELDS[self.procedure] if by is By.FIELD else str(getattr(self, by))


def made_up(dice: random.Random) -> list[Lived]:
    """A unit's year: some procedures and hours are frequent, most are rare."""
    weights = [2.0**-place for place in range(len(FIELDS))]
    dossiers = []
    for number in range(dice.choice([100, 250, 600])):
        procedure = dice.choices(list(FIELDS), weights)[0]
        channel, hour = dice.choices("123", (20, 30, 1))[0], f"{min(max(int(dice.gauss(10, 3)), 0), 23):02}"
        weekday = dice.choices(range(1, 8), (30, 30, 30, 30, 30, 4, 1))[0]
        dossiers.append(Lived(number, dice.randrange(MONTHS), procedure, channel, hour, dice.random() < 0.9, weekday))
    return dossiers


def counts_of(dossiers: Sequence[Lived]) -> Counts:
    """What is true of one month."""

    def cells(by: By, some: Sequence[Lived]) -> dict[str, Cell]:
        names: dict[str, list[Cell]] = defaultdict(list)
        for one in some:
            names[one.name(by)].append(Cell(1, one.on_time))
        return {name: summed(found) for name, found in names.items()}

    def within(above: By, by: By) -> dict[str, dict[str, Cell]]:
        return {name: cells(by, [one for one in dossiers if one.name(above) == name]) for name in plain[above]}

    plain = {by: cells(by, dossiers) for by in PLAIN}
    return Counts(plain, within(By.FIELD, By.PROCEDURE), within(By.CHANNEL, By.WEEKDAY))


class Answer(NamedTuple):
    """The dossiers that one figure counts, and by what it tells them apart (None: not at all, they are all that the unit has)."""

    by: By | None
    dossiers: frozenset[int]

    def known_within(self, other: Answer) -> bool:
        """Whether everybody knows that one holds the other: of the same break-down, of procedures and their fields, of weekdays and their
        channels, or of the unit.

        Two of the unit's own figures break nothing down: they are public, however small.
        """
        kinds = {ABOVE.get(each.by, each.by) for each in (self, other)}
        known = len(kinds) == 1 if None not in kinds else kinds != {None}
        return known and len(self.dossiers) > 0 and self.dossiers <= other.dossiers


class World:
    """The dossiers of a unit by month, and what is published of them."""

    def __init__(self, dice: random.Random, published: Callable[[Counts], Month]) -> None:
        self.lived: dict[int, list[Lived]] = {month: [] for month in range(MONTHS)}
        for one in made_up(dice):
            self.lived[one.month].append(one)
        months = {month: published(counts_of(lived)) for month, lived in self.lived.items()}
        self.shown = {(month, by): of.shown(by) for month, of in months.items() for by in By}

    def pair(self, dice: random.Random) -> tuple[Answer, Answer]:
        """The figures of two random questions, mostly about the same break-down; the one that counts fewer first."""
        by = dice.choice(list(By))
        small, large = sorted(
            (self.answer(dice, by), self.answer(dice, dice.choice([by, by, *By]))), key=lambda answer: len(answer.dossiers)
        )
        return small, large

    def answer(self, dice: random.Random, by: By) -> Answer:
        """A figure of a random question: a category, the rest, all that is shown, or the unit's own figure."""
        first = dice.randrange(MONTHS)
        window = range(first, dice.randint(first, MONTHS - 1) + 1)
        names = sorted({name for month in window for name in self.shown[month, by].cells})
        asked = dice.choice([*names, "rest", "all", "unit"])
        counted = {month: [one.number for one in self.lived[month] if self._meets(one, by, asked)] for month in window}
        whole = all(len(found) in (0, len(self.lived[month])) for month, found in counted.items())  # then it is months of the unit itself
        return Answer(None if whole else by, frozenset(number for found in counted.values() for number in found))

    def _meets(self, one: Lived, by: By, asked: str) -> bool:
        name = one.name(by)
        told = name in self.shown[one.month, by].cells
        broken_down = bool(self.shown[one.month, by].cells)  # where nothing is, the rest is the unit's own figure of that month
        return asked == "unit" or (broken_down and not told if asked == "rest" else told and asked in ("all", name))


def isolated(published: Callable[[Counts], Month]) -> int:
    """Of so many pairs of answers of which one is known to hold the other: how often one to four dossiers are the difference."""
    dice = random.Random(766)
    found = 0
    for city in range(UNITS):
        unit = World(random.Random(city), published)
        for _ in range(PAIRS // UNITS):
            small, large = unit.pair(dice)
            found += small.known_within(large) and isolates(len(large.dossiers - small.dossiers))
            found += small.by is not None and isolates(len(small.dossiers))
    return found


def unsuppressed(counts: Counts) -> Month:
    plain = {by: Shown(cells) for by, cells in counts.plain.items()}
    return Month(plain, *({name: Shown(cells) for name, cells in of.items()} for of in (counts.procedures, counts.weekdays)))


def test_no_difference_of_two_answers_isolates_anybody() -> None:
    assert isolated(publish) == 0


def test_the_same_test_finds_them_where_nothing_is_suppressed() -> None:
    assert isolated(unsuppressed) > 300


def test_the_same_test_finds_them_where_only_the_rest_is_not_looked_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breakdowns, "_safe", lambda *_: True)
    assert isolated(publish) > 0


def cells(**finished: int) -> Cells:
    return {name: Cell(count, count) for name, count in finished.items()}


@pytest.mark.parametrize(
    ("true", "shown", "rest"),
    [
        (cells(a=5), {"a"}, 0),
        (cells(a=4), set(), 4),
        (cells(a=40, b=30, c=2), {"a"}, 32),  # the smallest one goes too, or the whole would tell of c
        (cells(a=40, b=3, c=2), {"a"}, 5),
        (cells(a=40, c=2), set(), 42),
        (cells(a=9, b=9, c=1), {"b"}, 10),  # of equals the first name goes
        ({}, set(), 0),
    ],
)
def test_what_is_shown_of_a_month(true: Cells, shown: set[str], rest: int) -> None:
    told = tell(true)
    assert (set(told.cells), told.rest.finished) == (shown, rest)


def test_what_moved_by_a_few_goes_into_the_rest() -> None:
    before = tell(cells(a=40, b=30, c=20))
    assert set(before.cells) == {"a", "b", "c"}
    after = tell(cells(a=41, b=30, c=20), before)
    assert set(after.cells) == set(), "a alone, or a with one that did not move, would tell of the one"
    assert set(tell(cells(a=41, b=36, c=20), before).cells) == {"c"}


def test_a_month_that_did_not_change_is_told_as_before() -> None:
    counts = counts_of(made_up(random.Random(3)))
    assert publish(counts, publish(counts)) == publish(counts)


def grown(dice: random.Random, true: Mapping[str, Cell]) -> dict[str, Cell]:
    return {name: Cell(max(cell.finished + dice.choice([0, 0, 0, 1, 2, -1, 9]), 0), 0) for name, cell in true.items()}


def editions(seed: int) -> Iterator[tuple[Cells, Shown]]:
    """A month as it is published again and again while its counts change."""
    dice = random.Random(seed)
    true = {str(name): Cell(dice.choice([0, 1, 3, 4, 5, 7, 20, 60]), 0) for name in range(dice.randint(1, 9))}
    shown: Shown | None = None
    for _ in range(6):
        shown = tell(true, shown)
        yield true, shown
        true = grown(dice, true)


@pytest.mark.parametrize("start", range(0, 1500, 500))
def test_no_edition_beside_an_earlier_one_tells_of_a_few(start: int) -> None:
    for seed in range(start, start + 500):
        told: dict[str, int] = {}
        for true, shown in editions(seed):
            assert summed([*shown.cells.values(), shown.rest]) == summed(true.values())
            assert all(cell.finished >= 5 for cell in shown.cells.values())
            assert not shown.cells or not isolates(shown.rest.finished)
            assert not any(isolates(cell.finished - told.get(name, 0)) for name, cell in shown.cells.items())
            told |= {name: cell.finished for name, cell in shown.cells.items()}


def test_a_month_stays_as_published_while_only_a_few_are_new() -> None:
    dossiers = [Lived(number, 0, "P01", "1", "08", True) for number in range(40)]
    first = publish(counts_of(dossiers))
    late = [Lived(100 + number, 0, "P01", "1", "09", False) for number in range(5)]
    assert publish(counts_of([*dossiers, *late[:4]]), first) is first
    anew = publish(counts_of([*dossiers, *late]), first)
    assert anew.shown(By.CHANNEL).cells == {"1": Cell(45, 40)}
    assert anew.shown(By.HOUR).cells == {"08": Cell(40, 40), "09": Cell(5, 0)}


def test_a_month_of_an_earlier_release_gets_weekdays_only_of_channels_of_which_nothing_moved() -> None:
    dossiers = [Lived(number, 0, "P01", "12"[number % 2], "08", True, 3) for number in range(40)]
    first = replace(publish(counts_of(dossiers)), weekdays={})
    assert first.shown(By.WEEKDAY) == Shown({}, Cell(40, 40))
    again = publish(counts_of([*dossiers, Lived(40, 0, "P01", "1", "08", True, 4)]), first)
    assert again.plain == first.plain
    assert again.shown(By.WEEKDAY) == Shown({"3|2": Cell(20, 20)}, Cell(20, 20)), "by the weekdays of channel 1 the new one would be told"
    assert publish(counts_of(dossiers), again) is again


def of_channels(**dossiers: tuple[int, int]) -> list[Lived]:
    """By channel so many that were received on a Wednesday, and so many on a Thursday; procedures of two fields alike."""
    given = [(channel[1:], day, n) for channel, of in dossiers.items() for day, n in zip((3, 4), of, strict=True)]
    every = [(channel, day) for channel, day, n in given for _ in range(n)]
    codes = {("1", 3): "P00", ("1", 4): "P06", ("2", 3): "P01", ("2", 4): "P07"}  # of F0 and F1
    return [Lived(number, 0, codes[of], of[0], "08", True, of[1]) for number, of in enumerate(every)]


def test_what_was_told_within_a_channel_or_field_is_not_forgotten_while_it_is_not_shown() -> None:
    """Shown, then hidden since it moved by one, then shown again since it moved by ten: its Wednesday may not be told as one more."""
    first = publish(counts_of(of_channels(_1=(20, 20), _2=(20, 20))))
    assert {"3|1", "4|1"} <= set(first.shown(By.WEEKDAY).cells)
    assert {"P00", "P06"} <= set(first.shown(By.PROCEDURE).cells)
    second = publish(counts_of(of_channels(_1=(21, 20), _2=(20, 30))), first)
    assert "1" not in second.plain[By.CHANNEL].cells
    for by in (By.PROCEDURE, By.WEEKDAY):
        assert not {"3|1", "4|1", "P00", "P06"} & set(second.shown(by).cells)
        shown = second.shown(by)
        assert summed([*shown.cells.values(), shown.rest]) == Cell(91, 91), "everything is in it once"
    third = publish(counts_of(of_channels(_1=(21, 30), _2=(20, 40))), second)
    assert third.plain[By.CHANNEL].cells["1"] == Cell(51, 51)
    assert third.plain[By.FIELD].cells["F0"] == Cell(51, 51)
    for by, names in ((By.WEEKDAY, {"3|1"}), (By.PROCEDURE, {"P00"})):
        assert not names & set(third.shown(by).cells)
        assert summed([*third.shown(by).cells.values(), third.shown(by).rest]) == Cell(111, 111)


def test_months_are_summed_up() -> None:
    found, rest = over([Shown(cells(a=5, b=7), Cell(6, 1)), Shown(cells(a=9)), Shown({}, NOTHING)])
    assert (found["a"].cell, found["a"].months) == (Cell(14, 14), 2)
    assert (found["b"].cell, found["b"].months, rest) == (Cell(7, 7), 1, Cell(6, 1))


def test_a_dossier_stands_in_every_break_down_once() -> None:
    tally = {"P01|1|08|3|1": 3, "P01|2|08|3|3": 2, "P02|1|09|7|2": 4, "": 9}
    counts = breakdowns.counts_of(tally, lambda procedure: {"P01": "F1"}.get(procedure, ""))
    assert counts.plain[By.FIELD] == {"F1": Cell(5, 3), "": Cell(4, 4)}
    assert counts.plain[By.CHANNEL] == {"1": Cell(7, 7), "2": Cell(2, 0)}
    assert counts.plain[By.HOUR] == {"08": Cell(5, 3), "09": Cell(4, 4)}
    assert counts.procedures == {"F1": {"P01": Cell(5, 3)}, "": {"P02": Cell(4, 4)}}
    assert counts.weekdays == {"1": {"3|1": Cell(3, 3), "7|1": Cell(4, 4)}, "2": {"3|2": Cell(2, 0)}}
    assert breakdowns.counts_of({"P01|1|08|1": 3}, lambda _: "").weekdays == {"1": {"|1": Cell(3, 3)}}, "written before there were weekdays"
