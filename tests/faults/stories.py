"""What the load tells of made-up dossiers, in the wire format: a pure function of a seed. Moved, paused, reopened, retracted, repeated."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple

from tests.e2e.running_city import HANOI, dossier, stamp

WHOLE, STEP, EVENTS = "/sync/DongBoHoSoMC", "/sync/CapNhatTienDoHoSoMC", "/events"
OPEN_AT_ONCE = 40  # dossiers that the load is in the middle of


class Item(NamedTuple):
    """One thing told: where it is posted, of which dossier, and how."""

    path: str
    dossier: str
    body: dict[str, Any]


def items(rng: Random, now: datetime, units: list[str], first: int = 1) -> Iterator[Item]:
    """For ever: some dozen dossiers at a time, each in its order, now and then something again. `units`: names as senders write them.

    Dossiers are numbered from `first`.
    """
    numbers, told = itertools.count(first), list[Item]()
    stories = [story(rng, next(numbers), now, units) for _ in range(OPEN_AT_ONCE)]
    while True:
        place = rng.randrange(OPEN_AT_ONCE)
        if (item := next(stories[place], None)) is None:
            stories[place] = story(rng, next(numbers), now, units)
        elif told and rng.random() < 0.1:
            yield rng.choice(told)
            yield item
        else:
            yield item
        if item is not None:
            told = [*told[-200:], item]


def story(rng: Random, number: int, now: datetime, units: list[str]) -> Iterator[Item]:
    """One dossier from its first word to its last; dates lie in the last forty days, due dates up to twenty days ahead."""
    code = f"H17.31.01-261116-{number:05d}"
    received = now - timedelta(minutes=rng.randrange(2, 40 * 24 * 60))
    due = received + timedelta(minutes=rng.randrange(60, 20 * 24 * 60))
    said = {"NgayNopHoSo": stamp(received), "NgayTiepNhan": stamp(received), "NgayHenTra": stamp(due), "DonViXuLy": rng.choice(units)}

    def past() -> str:
        return stamp(received + (now - received) * rng.random())

    def whole(status: int, **changed: Any) -> Item:
        said.update(changed)
        return Item(WHOLE, code, dossier(code, **{"NgayKetThucXuLy": "", **said}, TrangThaiHoSo=str(status)))

    def step() -> Item:
        return Item(STEP, code, {"MaHoSo": code, "ThoiDiemXuLy": past(), "TrangThai": str(rng.choice((4, 4, 5, 6, 9, 10)))})

    def retracted() -> Item:
        return Item(EVENTS, code, {**_RETRACTED, "id": f"{code}-{rng.random()}", "data": {"MaHoSo": code}})

    turns = (
        (9, step),
        (3, lambda: whole(9, NgayKetThucXuLy=past())),
        (3, lambda: whole(4, NgayKetThucXuLy="")),  # after an end: reopened
        (2, lambda: whole(4, NgayHenTra=stamp(due + timedelta(days=rng.randrange(1, 9))))),
        (2, lambda: whole(4, DonViXuLy=rng.choice(units))),
        (1, retracted),
    )
    yield whole(2)
    for turn in rng.choices([turn for _, turn in turns], [weight for weight, _ in turns], k=rng.randrange(0, 7)):
        yield turn()
    yield whole(rng.choice((4, 9)), NgayKetThucXuLy="")


@dataclass(frozen=True)
class Plain:
    """A dossier without pauses: by its three dates all figures can be counted by hand."""

    code: str
    received: date
    due: date
    ended: date | None = None
    told: dict[str, str] = field(default_factory=dict)  # in the place of its plain dates
    unit: str = "Sở Nội vụ"

    def item(self) -> Item:
        given = {
            "NgayNopHoSo": at(self.received, 8),
            "NgayTiepNhan": at(self.received, 8),
            "NgayHenTra": at(self.due, 17),
            "NgayKetThucXuLy": at(self.ended, 10) if self.ended else "",
            "TrangThaiHoSo": "9" if self.ended else "4",
        }
        return Item(WHOLE, self.code, dossier(self.code, DonViXuLy=self.unit, **{**given, **self.told}))

    def ended_at_once(self) -> Plain:
        """As it ended on the day on which it was received: all that it counted as open is taken back on the same days."""
        return replace(self, ended=self.received)


def on_days_of_their_own(unit: str, first: int, today: date) -> list[Plain]:
    """Thirty open dossiers, numbered from `first`: no two of them, and no `story`, count anything on the same day (received 60 to 147 days
    ago, due ten days later). A cell of theirs that is wrong is never put right by somebody else."""
    days = [today - timedelta(days=60 + 3 * number) for number in range(30)]
    return [Plain(f"H17.31.02-260601-{first + n:05d}", day, day + timedelta(days=10), unit=unit) for n, day in enumerate(days)]


_RETRACTED = {"specversion": "1.0", "source": "/H17", "type": "vn.dunghen.dossier.retracted"}


def at(day: date, hour: int) -> str:
    return stamp(datetime.combine(day, time(hour), HANOI))


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
