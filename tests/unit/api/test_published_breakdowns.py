"""Break-downs on their way from the read model to an answer: when they are published, what of them, and what of a window."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any, cast

import httpx
import pytest
from api_figures import DAY, scored
from fastapi import FastAPI

from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.policies import Applied, policy_records
from dunghen.domain.days import date_of
from dunghen.domain.policy import Policy
from dunghen.domain.record import fold
from dunghen.domain.windows import Window
from dunghen.platform.clock import FixedClock, real_milliseconds
from dunghen.platform.store import Document, Put
from dunghen.platform.store.in_memory import InMemoryStore
from services.api import problems
from services.api.board_messages import Meta, Position, Pulse
from services.api.breakdown_projector import BREAKDOWNS, BreakdownProjector, closed_months, month_in, month_of
from services.api.dossier_projector import DOCUMENTS, DossierProjector, document_of
from services.api.follower import Follower
from services.api.past import Past
from services.api.ports import BoardReader, Stored
from services.api.routes_breakdowns import breakdown_routes
from services.api.settings import ApiSettings

UNITS = [{"code": "20242", "name": "Hải Châu", "kind": "locality", "type": "Phường"}]
PROCEDURES = [
    {"code": "1.004222", "name": "Đăng ký thường trú", "field": "Cư trú", "limit": 3, "unit": "working_days"},
    {"code": "1.004194", "name": "Đăng ký tạm trú", "field": "Cư trú", "limit": 3, "unit": "working_days"},
    {"code": "1.000894", "name": "Đăng ký kết hôn", "field": "Hộ tịch", "limit": 3, "unit": "working_days"},
]
BODIES = {"city": {"code": "H17", "name": "Đà Nẵng"}, "units": {"units": UNITS}, "procedures": {"procedures": PROCEDURES}}
POLICY = Policy.from_bodies(1, BODIES)
OCTOBER, SEPTEMBER = closed_months(DAY)[:2]  # DAY is in November 2026


def ended(number: int, day: int, procedure: str = "1.004222", **more: Any) -> Put:
    """A dossier received at 8:15 in Đà Nẵng that ended on a local day."""
    received = (day - 2) * 86400 + 75 * 60
    facts = {"received": received, "due": day * 86400, "status": 10, "ended": day * 86400, "unit": "20242", "procedure": procedure, **more}
    event = DossierEvent(
        id="0123456789abcdef", dossier=f"D{number}", kind="synced", occurred_at=received, arrived_at=received * 1_000_000, **facts
    )
    record = fold(None, event)
    assert record is not None
    return Put("dossiers", event.dossier, 1, document_of(record, POLICY.rules))


def many(count: int, day: int, procedure: str = "1.004222", start: int = 0, **more: Any) -> list[Put]:
    return [ended(start + number, day, procedure, **more) for number in range(count)]


class Town:
    """A store with dossiers, what publishes their break-downs, and the answers."""

    def __init__(self, folder: Path) -> None:
        self.store = InMemoryStore()
        self.settings = ApiSettings(data=folder, breakdown_settle_seconds=0)
        self.clock = FixedClock(DAY * 86400 + 3600)
        self.dossiers = DossierProjector(self.settings, self.store, lambda: POLICY)
        self.dossiers.level = True
        self.breakdowns = BreakdownProjector(self.settings, self.store, self.clock, self.dossiers)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self._app()), base_url="http://test/api/v1")

    async def told(self, *dossiers: Put) -> None:
        """Dossiers are stored, and what can be published is."""
        await self.store.prepare([DOCUMENTS, BREAKDOWNS])
        await self.store.apply(dossiers, {})
        self.breakdowns.on_written(dossiers)
        await self.breakdowns.look()

    async def ask(self, **question: str) -> dict[str, Any]:
        answer = await self.http.get("/units/20242/breakdowns", params=question)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def _app(self) -> FastAPI:
        follower = Follower(self.settings, cast(BoardReader, None), self.clock)
        records = {(record.kind, record.version): record for record in policy_records(1, BODIES, Applied(1))}
        meta = Meta(version=7, policy=1, day=DAY, known_at=DAY * 86400, covers={})
        follower.mirror.load(Stored(Position(7), meta, {"20242": scored("20242")}, policies=records))
        follower.mirror.hear(Pulse(at=real_milliseconds(), lag_seconds=0), real_milliseconds(), monotonic())
        app = FastAPI()
        problems.install(app)
        app.include_router(breakdown_routes(follower, Past(self.store)))
        return app


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    found = Town(tmp_path)
    yield found
    await found.http.aclose()


def shown(answer: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {each["category"]: (each["numerator"], each["denominator"]) for each in answer["categories"]}


def rest(answer: dict[str, Any]) -> tuple[int, int]:
    return answer["rest"]["on_time"], answer["rest"]["finished"]


async def test_a_month_that_is_over_is_told_by_procedure_and_the_few_are_not(town: Town) -> None:
    late = {"due": (OCTOBER.first - 1) * 86400}
    usual, others = many(10, OCTOBER.first), many(3, OCTOBER.last, start=10, **late)
    rare = [*many(5, OCTOBER.first, "1.004194", start=20), *many(2, OCTOBER.first, "1.000894", start=30)]
    await town.told(*usual, *others, *rare)
    answer = await town.ask(by="procedure", window="2026-10")
    assert (answer["finished"], [month["month"] for month in answer["months"]]) == (20, ["2026-10"])
    assert (shown(answer), rest(answer)) == ({}, (17, 20)), "the two of another field would be the difference to the whole"
    await town.told(*many(3, OCTOBER.first, "1.000894", start=40), *many(9, OCTOBER.first, start=50))
    answer = await town.ask(by="procedure", window="2026-10")
    assert (shown(answer), rest(answer)) == ({"1.004222": (19, 22), "1.004194": (5, 5), "1.000894": (5, 5)}, (0, 0))
    named = answer["categories"][0]
    assert (named["category"], named["vi"], named["value"], named["band"], named["few"]) == (
        "1.004222",
        "Đăng ký thường trú",
        19 / 22,
        "yellow",
        False,
    )
    assert shown(await town.ask(by="field", window="2026-10")) == {"Cư trú": (24, 27), "Hộ tịch": (5, 5)}


@pytest.mark.parametrize(
    ("by", "category", "vi"),
    [
        ("channel", "2", "Trực tuyến"),
        ("hour", "08", "08 giờ"),
        ("field", "Cư trú", "Cư trú"),
        ("weekday", "2|2", "Thứ Ba, trực tuyến"),  # received on 29 September 2026
    ],
)
async def test_other_ways_of_telling_apart(town: Town, by: str, category: str, vi: str) -> None:
    await town.told(*many(6, OCTOBER.first, channel=2))
    answer = await town.ask(by=by, window="2026-10")
    assert [(each["category"], each["vi"], each["denominator"]) for each in answer["categories"]] == [(category, vi, 6)]


async def test_the_share_online_of_a_weekday_can_be_counted_and_its_few_are_not_told(town: Town) -> None:
    """Tân Thành took some procedures only online on Wednesdays and Thursdays, and online dossiers rose (`docs/seeds.md`)."""
    wednesday = OCTOBER.first + 8  # received two days before, on 7 October 2026
    assert date_of(wednesday - 2).isoweekday() == 3
    online, counter, few = (many(n, wednesday, start=100 * n, channel=channel) for n, channel in ((20, 2), (6, 1), (3, 3)))
    await town.told(*online, *counter, *many(8, wednesday + 2, start=1000, channel=1), *few)
    answer = await town.ask(by="weekday", window="2026-10")
    assert shown(answer) == {"3|2": (20, 20)}, "channel 1 went with channel 3 of three dossiers, or the whole would tell of those"
    assert (rest(answer), answer["finished"]) == ((17, 17), 37)
    await town.told(*many(5, wednesday, start=5000, channel=3))
    assert shown(await town.ask(by="weekday", window="2026-10")) == {"3|2": (20, 20), "3|1": (6, 6), "5|1": (8, 8), "3|3": (8, 8)}


async def test_a_month_that_an_earlier_release_published_gets_its_weekdays(town: Town) -> None:
    await town.told(*many(9, OCTOBER.first, channel=2))
    stored = await town.store.get(BREAKDOWNS.name, f"20242|{OCTOBER.first}")
    assert stored is not None
    body = {**stored.body, "shown": [each for each in stored.body["shown"] if each["part"] != "weekdays"]}
    await town.store.apply([Put(BREAKDOWNS.name, stored.id, stored.version + 1, body)], {})
    assert shown(await town.ask(by="weekday", window="2026-10")) == {}
    await town.told(*many(1, OCTOBER.first, start=8, channel=2))  # one of them is written again
    assert shown(await town.ask(by="weekday", window="2026-10")) == {"2|2": (9, 9)}


async def test_a_month_as_an_earlier_release_stored_it_is_read_as_it_was_shown(town: Town) -> None:
    await town.told(*many(9, OCTOBER.first, channel=2), *many(7, OCTOBER.first, "1.000894", start=20))
    stored = await town.store.get(BREAKDOWNS.name, f"20242|{OCTOBER.first}")
    assert stored is not None
    now = month_in(stored)
    parts = {"plain": now.plain, "procedures": now.procedures, "weekdays": now.weekdays}
    before = {
        part: {
            of: [[[name, *cell] for name, cell in shown.cells.items()], list(shown.rest), list(shown.told.items())]
            for of, shown in each.items()
        }
        for part, each in parts.items()
    }
    assert all(before.values())
    assert month_in(Document(stored.id, stored.version, before)) == now
    del before["weekdays"]
    assert month_in(Document(stored.id, stored.version, before)) == replace(now, weekdays={})


async def test_a_window_tells_the_months_that_lie_wholly_in_it(town: Town) -> None:
    await town.told(*many(6, OCTOBER.first), *many(7, SEPTEMBER.last, start=10), *many(9, month_of(DAY).first, start=30))
    whole = await town.ask(window="year")
    assert (shown(whole), [month["month"] for month in whole["months"]]) == ({"1.004222": (13, 13)}, ["2026-09", "2026-10"])
    assert whole["categories"][0]["months"] == 2
    for window in ("month", "today", "2026-11", "7d"):
        nothing = await town.ask(window=window)
        assert (nothing["months"], nothing["categories"], nothing["finished"]) == ([], [], 0), "this month is not over"
    assert [month["month"] for month in (await town.ask(window="2026-Q3"))["months"]] == ["2026-09"]


async def test_a_few_late_dossiers_leave_a_month_as_it_was_published(town: Town) -> None:
    await town.told(*many(40, OCTOBER.first))
    first = await town.ask(window="2026-10")
    await town.told(*many(4, OCTOBER.first, start=100))
    assert await town.ask(window="2026-10") == first
    await town.told(*many(1, OCTOBER.first, start=200))
    assert shown(await town.ask(window="2026-10")) == {"1.004222": (45, 45)}


async def test_nothing_is_published_before_the_read_model_is_level_or_the_month_is_over(town: Town) -> None:
    town.dossiers.level = False
    await town.told(*many(6, OCTOBER.first), *many(6, month_of(DAY).first, start=10))
    assert (await town.ask())["months"] == []
    town.dossiers.level = True
    await town.told()
    assert [month["month"] for month in (await town.ask())["months"]] == ["2026-10"]
    town.clock.at = month_of(DAY).last * 86400 + 86400
    await town.told()
    stored = [(await town.store.get(BREAKDOWNS.name, f"20242|{month.first}")) is not None for month in (OCTOBER, month_of(DAY))]
    assert stored == [True, True], "the day turned, and with it the month"


async def test_what_is_being_loaded_is_not_published_yet(town: Town) -> None:
    town.breakdowns.settings = town.settings.model_copy(update={"breakdown_settle_seconds": 3600.0})
    await town.told(*many(6, OCTOBER.first))
    assert (await town.ask())["months"] == []
    town.breakdowns.settings = town.settings
    await town.told()
    assert [month["month"] for month in (await town.ask())["months"]] == ["2026-10"]


@pytest.mark.parametrize(("question", "status"), [({"by": "name"}, 422), ({"window": "never"}, 422), ({"window": "2030-01"}, 422)])
async def test_what_nobody_can_answer_is_refused(town: Town, question: dict[str, str], status: int) -> None:
    await town.told()
    assert (await town.http.get("/units/20242/breakdowns", params=question)).status_code == status
    assert (await town.http.get("/units/99999/breakdowns")).status_code == 404


def days(months: Sequence[Window]) -> list[int]:
    return [day for month in reversed(months) for day in range(month.first, month.last + 1)]


def test_months_follow_one_another() -> None:
    months = closed_months(DAY)
    assert (len(months), months[0].last) == (13, month_of(DAY).first - 1)
    assert days(months) == list(range(months[-1].first, months[0].last + 1))
    assert all(month_of(day) == month for month in months for day in (month.first, month.last))
