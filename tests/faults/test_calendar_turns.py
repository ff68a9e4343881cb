"""The city's clock turns day, month, quarter and year, passes Tết, a storm day and a worked Saturday: figures and warnings follow."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import httpx
import msgspec
import pytest

from dunghen.cli.policy_topic import read_book
from dunghen.cli.reconcile.driver import compared
from dunghen.contracts.messages import decode_notice
from dunghen.contracts.topics import NOTICES
from dunghen.domain.windows import WINDOWS
from dunghen.platform.kafka import read_all
from tests.e2e.running_city import HANOI
from tests.eventually import NotInTime, eventually
from tests.faults.form import LONG, long_or_short
from tests.faults.stories import Plain
from tests.faults.world import FaultWorld

WITHIN = 180.0  # for everything that should take a second or two
TERM_OF_3_DAYS, TERM_OF_15_CALENDAR_DAYS = "1.004194", "1.011606"
FULL_DAY = [[25200, 41400], [48600, 61200]]


def seconds(text: str) -> int:
    """An instant of the city."""
    return int(datetime.fromisoformat(text).replace(tzinfo=HANOI).timestamp())


def some(rng: Random, count: int, today: date) -> Iterator[Plain]:
    for number in range(count):
        received = today - timedelta(days=rng.randrange(130))
        ended = received + timedelta(days=rng.randrange(20)) if rng.random() < 0.7 else None
        due = received + timedelta(days=rng.randrange(1, 25))
        yield Plain(f"H17.01-261231-{number:05d}", received, due, ended if ended and ended <= today else None)


def first_day(window: str, today: date) -> date:
    begins = {
        "today": today,
        "month": today.replace(day=1),
        "quarter": today.replace(month=today.month - (today.month - 1) % 3, day=1),
        "year": today.replace(month=1, day=1),
    }
    return begins[window] if window in begins else today - timedelta(days=int(window.removesuffix("d")) - 1)


def counted(dossiers: list[Plain], window: str, today: date) -> dict[str, Any]:
    """What the city has to show on a day, counted one dossier after the other (`domain.md` §4)."""
    first = first_day(window, today)
    ended = [d for d in dossiers if d.ended and first <= d.ended <= today]
    met = [d for d in ended if d.ended and d.ended <= d.due]
    is_open = [d for d in dossiers if d.ended is None]
    overdue = [d for d in is_open if d.due < today]
    over = [d for d in dossiers if first <= d.due < today]
    kept = [d for d in over if d.ended and d.ended <= d.due]
    pending = len(is_open) - len(overdue)
    return {
        "received": sum(first <= d.received <= today for d in dossiers),
        "finished": len(ended),
        "pending": pending,
        "overdue": len(overdue),
        "due_today": sum(d.due == today for d in dossiers),
        "due_today_left": sum(d.due == today for d in is_open),
        "official": (len(met) + pending, len(ended) + len(is_open)),
        "resolved": (len(met), len(ended)),
        "due_cohort": (len(kept), len(over)),
        "statutory": (len(kept), len(over)),
    }


@dataclass
class Turning:
    """A city whose clock stands still except when the test moves it; nobody tells it anything meanwhile."""

    world: FaultWorld
    dossiers: list[Plain]
    compared: int = 0
    turns: int = 0

    def tell(self, *dossiers: Plain) -> None:
        self.world.load.tell_all([d.item() for d in dossiers])
        self.dossiers += dossiers

    def move(self, code: str, due: str) -> None:
        """What the calendar, no event, has made of a due date."""
        self.dossiers = [replace(d, due=date.fromisoformat(due)) if d.code == code else d for d in self.dossiers]

    def at(self, instant: str) -> None:
        """The clock stands at that instant; then the whole city shows what there is to count on that day, in every window."""
        self.world.set_clock(seconds(instant), speed=0)
        today = date.fromisoformat(instant[:10])
        for window in WINDOWS:
            self._until_shown(window, {"as_of": today.isoformat(), **counted(self.dossiers, window, today)})

    def _until_shown(self, window: str, wanted: dict[str, Any]) -> None:
        try:
            eventually(lambda: self._shown(window) == wanted, within=WITHIN, what=window)
        except NotInTime:
            assert self._shown(window) == wanted, self.world.load.refused
            raise
        self.compared += len(wanted)

    def _shown(self, window: str) -> dict[str, Any]:
        answer = httpx.get(f"{self.world.page}/api/v1/map", params={"window": window}, timeout=20).raise_for_status().json()
        city = answer["city"]
        plain = {name: city[name] for name in ("received", "finished", "pending", "overdue", "due_today", "due_today_left")}
        rates = {name: (rate["numerator"], rate["denominator"]) for name, rate in city["rates"].items()}
        return {"as_of": answer["as_of"], **plain, **rates}

    def turn(self, last: str) -> None:
        """A day to its last second, and the first of the next: there and nowhere else everything turns."""
        self.at(f"{last}T23:59:59")
        self.at(f"{date.fromisoformat(last) + timedelta(days=1)}T00:00:00")
        self.reconcile()
        self.turns += 1

    def reconcile(self) -> None:
        async def once() -> None:
            async with httpx.AsyncClient(base_url=self.world.page, timeout=60) as http:
                report = await compared(self.world.settings, http)
            assert not report.differences, "\n".join(report.lines())

        asyncio.run(once())

    def override(self, day: str, hours: list[list[int]]) -> None:
        """A day off, or hours of its own, applied while everything runs; returns when alerts, too, goes by it."""
        book = asyncio.run(read_book(self.world.settings))
        calendar = book.bodies["calendar"]
        version = self.world.apply(calendar={**calendar, "overrides": {**calendar["overrides"], day: hours}})
        eventually(lambda: {policy for _, policy in self.progress()} == {version}, within=WITHIN, what="alerts under the new calendar")

    def progress(self) -> list[tuple[str, int]]:
        """For each partition under which policy alerts has decided."""
        with closing(sqlite3.connect(f"file:{next(self.world.folder.glob('*alerts.db'))}?mode=ro", uri=True)) as file:
            rows = file.execute("select id, body from c_progress").fetchall()
        return [(key, msgspec.json.decode(body)["policy"]) for key, body in rows]

    def breaches(self) -> dict[str, set[int]]:
        """For each dossier of which alerts has said that it is overdue, by which due dates."""
        found: dict[str, set[int]] = {}

        def take(_: bytes | None, value: bytes | None, *__: int) -> None:
            notice = decode_notice(value or b"")
            if notice.stage == "breach":
                found.setdefault(notice.dossier, set()).add(notice.due_at)

        for partition in range(self.world.settings.partitions):
            asyncio.run(read_all(self.world.settings, (NOTICES, partition), take))
        return found


@pytest.fixture
def turning(make_world: Callable[..., FaultWorld]) -> Turning:
    world = make_world()
    world.set_clock(seconds("2026-12-31T23:59:59"), speed=0)
    world.start_part("alerts")
    made = Turning(world.start(), [])
    made.tell(*some(world.rng, long_or_short(400, 60), date(2026, 12, 31)))
    return made


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_day_month_quarter_and_year_tet_a_storm_day_and_a_worked_saturday_turn_by_themselves(
    turning: Turning, report: Callable[..., None]
) -> None:
    for last in ("2026-12-31", "2027-01-01", "2027-01-31") if LONG else ("2026-12-31",):
        turning.turn(last)

    turning.at("2027-02-02T09:00:00")
    by_days = Plain(
        "H17.01-270122-00001", date(2027, 1, 22), date(2027, 2, 11), told={"NgayHenTra": "", "MaTTHC": TERM_OF_15_CALENDAR_DAYS}
    )
    by_work = Plain("H17.01-270202-00001", date(2027, 2, 2), date(2027, 2, 12), told={"NgayHenTra": "", "MaTTHC": TERM_OF_3_DAYS})
    promised = Plain("H17.01-270201-00001", date(2027, 2, 1), date(2027, 2, 8))  # a holiday, but so it was promised
    turning.tell(by_days, by_work, promised)
    turning.at("2027-02-02T09:00:00")
    turning.turn("2027-02-08")

    turning.override("2027-02-11", [])  # a storm on the first day after Tết
    turning.move(by_days.code, "2027-02-12")
    turning.move(by_work.code, "2027-02-15")
    turning.turn("2027-02-11")
    turning.override("2027-02-13", FULL_DAY)  # a Saturday is worked instead
    turning.move(by_work.code, "2027-02-13")
    turning.at("2027-02-13T00:00:00")
    turning.at("2027-02-13T08:00:00")
    for last in ("2027-02-13", "2027-02-28", "2027-03-31") if LONG else ("2027-03-31",):
        turning.turn(last)

    due = {promised.code: "2027-02-08T17:00", by_days.code: "2027-02-12T17:00", by_work.code: "2027-02-13T08:00"}
    wanted = {code: {seconds(text)} for code, text in due.items()}
    eventually(lambda: wanted.items() <= turning.breaches().items(), within=WITHIN, what=f"breaches at {due}, not {turning.breaches()}")
    turning.world.settle()
    report(turns=turning.turns, **{"figures compared": turning.compared, "breaches": len(turning.breaches())})
