"""The look-ahead over HTTP: out of documents as the projector writes them, to everybody and to the unit's officials."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any, cast

import httpx
import pytest
from api_figures import DAY, POLICY, scored
from fastapi import FastAPI

from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.policies import Applied, policy_records
from dunghen.domain.days import date_of
from dunghen.domain.fives import Reason as Given
from dunghen.domain.look_ahead import Expected, Reason
from dunghen.domain.record import fold
from dunghen.platform.clock import FixedClock, real_milliseconds
from dunghen.platform.store import Put, StoreAwayError
from dunghen.platform.store.in_memory import InMemoryStore
from services.api import problems
from services.api.ahead import Ahead, Horizon, LookAhead
from services.api.board_messages import Meta, Position, Pulse
from services.api.definitions import definitions
from services.api.dossier_projector import DOCUMENTS, document_of
from services.api.follower import Follower
from services.api.look_ahead_answer import Subject, look_ahead_answer
from services.api.past import Past
from services.api.ports import BoardReader, Stored
from services.api.routes_look_ahead import look_ahead_routes
from services.api.settings import ApiSettings

HAI_CHAU, HAI_VAN = "20242", "20194"
BODIES = {
    "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
    "units": {
        "units": [
            {"code": HAI_CHAU, "name": "Hải Châu", "kind": "locality", "type": "Phường"},
            {"code": HAI_VAN, "name": "Hải Vân", "kind": "locality", "type": "Phường"},
        ]
    },
}
ZONE = POLICY.zone


def at(day: int, hour: int) -> int:
    return ZONE.at(day, hour * 3600)


def dossier(number: int, due_day: int, ended_day: int | None = None, unit: str = HAI_CHAU, **more: Any) -> Put:
    """Received at 8 a week before it is due at 17, ended at 10 on a day."""
    facts: dict[str, Any] = {"received": at(due_day - 7, 8), "due": at(due_day, 17), "status": 4, **more}
    if ended_day is not None:
        facts |= {"status": 10, "ended": at(ended_day, 10)}
    event = DossierEvent(
        id="0123456789abcdef", dossier=f"D{number}", unit=unit, kind="synced", occurred_at=facts["received"],
        arrived_at=facts["received"] * 10**6, **facts,
    )  # fmt: skip
    record = fold(None, event)
    assert record is not None
    return Put("dossiers", event.dossier, 1, document_of(record, POLICY.rules))


def past(first: int, unit: str, late: int, of: int = 40) -> list[Put]:
    """So many that were due last Friday: `late` of them ended today, the rest on the day before."""
    return [dossier(first + n, DAY - 3, DAY if n < late else DAY - 4, unit) for n in range(of)]


def soon(first: int, count: int, day: int, unit: str = HAI_CHAU) -> list[Put]:
    return [dossier(first + n, day, unit=unit) for n in range(count)]


class Town:
    """A store, and answers out of it."""

    def __init__(self, folder: Path) -> None:
        self.store = InMemoryStore()
        self.clock = FixedClock(at(DAY, 8) + 30)
        self.follower = Follower(ApiSettings(data=folder), cast(BoardReader, None), self.clock)
        records = {(record.kind, record.version): record for record in policy_records(1, BODIES, Applied(1))}
        meta = Meta(version=7, policy=1, day=DAY, known_at=at(DAY, 8), covers={})
        self.follower.mirror.load(Stored(Position(7), meta, {HAI_CHAU: scored(HAI_CHAU)}, policies=records))
        self.follower.mirror.hear(Pulse(at=real_milliseconds(), lag_seconds=0), real_milliseconds(), monotonic())
        app = FastAPI()
        problems.install(app)
        app.include_router(look_ahead_routes(self.follower, LookAhead(Past(self.store))))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/api/v1")

    async def told(self, *dossiers: Put) -> None:
        await self.store.prepare([DOCUMENTS])
        await self.store.apply(dossiers, {})

    async def ask(self, code: str = HAI_CHAU) -> dict[str, Any]:
        answer = await self.http.get(f"/units/{code}/look-ahead")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    found = Town(tmp_path)
    yield found
    await found.http.aclose()


def figures(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [tuple(of[name] for name in ("working_days", "due", "due_reason", "expected", "reason")) for of in answer["horizons"]]


async def test_a_slow_unit_is_expected_to_be_late_and_a_fast_one_is_not(town: Town) -> None:
    await town.told(*past(0, HAI_CHAU, late=36), *past(100, HAI_VAN, late=2), *soon(200, 20, DAY + 1), *soon(300, 20, DAY + 1, HAI_VAN))
    slow, fast = await town.ask(HAI_CHAU), await town.ask(HAI_VAN)
    assert [of["due"] for of in slow["horizons"]] == [None, 15, 15], "of twenty at least five are left untold"
    assert slow["horizons"][1]["expected"] > 12 > 3 > fast["horizons"][1]["expected"]
    assert slow["horizons"][1]["low"] <= slow["horizons"][1]["expected"] <= slow["horizons"][1]["high"] <= 15, "of those that are told"
    assert (slow["horizons"][1]["reason"], slow["method"], slow["level"]) == ("OWN_PACE", "PRODUCT_LIMIT", 0.9)
    city = await town.ask("H17")
    assert (city["kind"], [of["due"] for of in city["horizons"]]) == ("city", [None, 35, 35])
    assert city["horizons"][1]["expected"] == pytest.approx(
        (slow["horizons"][1]["expected"] + fast["horizons"][1]["expected"]) * 35 / 30, abs=1.5
    )


async def test_what_is_due_today_is_not_late_for_certain_when_the_work_is_over(town: Town) -> None:
    """Of eighty that were due on Friday half ended at 18 o'clock on that day, half today: of twenty so it is expected tonight."""
    evenings = [dossier(n, DAY - 3, status=10, ended=at(DAY - 3, 18)) for n in range(40)]
    assert {of.body["pace"].partition("|")[2] for of in evenings} == {"-2"}
    nights = [dossier(100 + n, DAY - 3, DAY) for n in range(40)]
    await town.told(*evenings, *nights, *soon(200, 20, DAY), *soon(300, 20, DAY + 9))
    town.clock.at = at(DAY, 17)
    (today, *_) = (await town.ask())["horizons"]
    assert (today["last"], today["due"], today["expected"]) == (date_of(DAY + 1).isoformat(), 20, 10)
    assert 0 < today["low"] < 10 < today["high"] < 20


async def test_days_are_those_of_the_calendar_and_each_horizon_says_its_last(town: Town) -> None:
    await town.told(
        *past(0, HAI_CHAU, late=20), *soon(100, 10, DAY), *soon(200, 10, DAY + 2), *soon(300, 10, DAY + 4), *soon(400, 9, DAY + 7)
    )
    answer = await town.ask()
    assert [(of["working_days"], of["last"], of["due"]) for of in answer["horizons"]] == [
        (1, date_of(DAY).isoformat(), 10),
        (3, date_of(DAY + 2).isoformat(), 20),
        (5, date_of(DAY + 4).isoformat(), 30),
    ]
    assert (answer["as_of"], answer["record_last"]) == (date_of(DAY).isoformat(), date_of(DAY - 1).isoformat())
    assert answer["record_first"] == date_of(DAY - 28).isoformat()


async def test_of_fewer_than_five_nothing_is_said_and_none_are_not_told_from_four(town: Town) -> None:
    await town.told(*past(0, HAI_CHAU, late=20), *soon(100, 4, DAY), *soon(200, 30, DAY + 9))
    four = figures(await town.ask())
    assert four == [(days, None, "SUPPRESSED", None, "SUPPRESSED") for days in (1, 3, 5)]
    assert figures(await town.ask(HAI_VAN)) == four


async def test_without_a_record_nothing_is_expected_and_why_is_said(town: Town) -> None:
    await town.told(*soon(0, 20, DAY), *soon(100, 20, DAY + 9))
    assert figures(await town.ask())[0] == (1, 20, "AT_LEAST", None, "TOO_LITTLE_DATA")


async def test_stopped_ones_have_no_due_date_and_are_counted_apart(town: Town) -> None:
    stopped = [dossier(500 + n, DAY, steps=((5, at(DAY - 1, 9)),)) for n in range(12)]
    await town.told(*past(0, HAI_CHAU, late=20), *soon(100, 10, DAY), *stopped)
    answer = await town.ask()
    assert (answer["paused"], answer["horizons"][0]["due"]) == (10, 10)
    assert answer["undated"] is None


async def test_an_answer_keeps_its_tag_within_the_minute_and_unknown_units_are_none(town: Town) -> None:
    await town.told(*past(0, HAI_CHAU, late=20), *soon(100, 10, DAY))
    first = await town.http.get(f"/units/{HAI_CHAU}/look-ahead")
    town.clock.at += 20
    again = await town.http.get(f"/units/{HAI_CHAU}/look-ahead", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert (await town.http.get("/units/99999/look-ahead")).status_code == 404


async def test_while_the_store_is_away_nothing_is_said(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any) -> None:
        raise StoreAwayError("away")

    monkeypatch.setattr(town.store, "tally", away)
    assert (await town.http.get(f"/units/{HAI_CHAU}/look-ahead")).status_code == 503


def test_officials_see_counts_as_they_are_and_estimates_to_a_tenth() -> None:
    ahead = Ahead((Horizon(1, DAY, Expected(4, 1.26, 0.9, 0, 3, Reason.OWN_PACE)),), 9, 3, 2, DAY - 28)
    subject = Subject(HAI_CHAU, "Hải Châu", "locality", at(DAY, 8), ZONE)
    exact = look_ahead_answer(subject, ahead, public=False)
    (told,) = exact.horizons
    assert (told.due, told.due_reason, told.expected, told.low, told.high, exact.paused, exact.undated) == (4, "EXACT", 1.3, 0, 3, 3, 2)
    public = look_ahead_answer(subject, ahead, public=True)
    (told,) = public.horizons
    assert (told.due, told.expected, told.low, told.high, told.reason, public.paused) == (None, None, None, None, "SUPPRESSED", None)


def test_what_everybody_is_told_does_not_give_away_the_count_that_it_rounds() -> None:
    """Seven that will be late for certain are "at least 5, 5 late", and not "at least 5, 7 late"."""
    found = []
    for due in range(5, 10):
        ahead = Ahead((Horizon(1, DAY, Expected(due, float(due), 0.0, due, due, Reason.OWN_PACE, 0.0)),), 47, 0, 0, DAY - 28)
        (told,) = look_ahead_answer(Subject(HAI_CHAU, "Hải Châu", "locality", at(DAY, 18), ZONE), ahead, public=True).horizons
        found.append((told.due, told.due_reason, told.expected, told.low, told.high))
    assert found == [(5, "AT_LEAST", 5.0, 5, 5)] * 5


async def test_over_http_five_to_nine_that_are_due_are_answered_alike(tmp_path: Path) -> None:
    on_their_day = [dossier(500 + n, DAY - 3, DAY - 3) for n in range(40)]
    found = []
    for due in range(5, 10):
        town = Town(tmp_path / str(due))
        await town.told(*past(0, HAI_CHAU, late=36), *on_their_day, *soon(100, due, DAY), *soon(200, 30, DAY + 9))
        found.append((await town.ask())["horizons"])
        await town.http.aclose()
    assert found == [found[0]] * 5
    assert (found[0][0]["due"], found[0][0]["due_reason"], found[0][0]["reason"]) == (5, "AT_LEAST", "OWN_PACE")
    assert 1 <= found[0][0]["low"] <= found[0][0]["expected"] <= found[0][0]["high"] <= 5


def test_every_reason_is_in_the_definitions() -> None:
    said = cast(dict[str, Any], definitions(None))["look_ahead_reasons"]
    assert set(said) == {*map(str, Reason), str(Given.SUPPRESSED)}
    assert all(of["vi"] and of["en"] for of in said.values())
