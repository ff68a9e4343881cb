"""Desk events from the topic to the board, the workers, the page of a unit's desks and the indicators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any, cast

import httpx
import msgspec
import pytest
from api_figures import DAY, level, scored
from fastapi import FastAPI
from test_indicator_views import UNITS, record

from dunghen.contracts.city_files import read_city
from dunghen.contracts.desks import DeskEvent, desk_event_id, desk_event_key
from dunghen.contracts.messages import encode
from dunghen.contracts.policies import Applied, policy_records
from dunghen.contracts.topics import DESK_EVENTS, LEVEL_KEY, POLICIES, UNIT_SCORES
from dunghen.domain.days import date_of
from dunghen.domain.desks import ANSWER_CHANNELS, DESK_EVENT_KINDS
from dunghen.domain.feeds import Patience
from dunghen.domain.indicator_values import Stated
from dunghen.domain.units import Unit
from dunghen.domain.windows import Window
from dunghen.platform.clock import FixedClock, real_milliseconds
from dunghen.platform.store import open_store
from services.api import problems
from services.api.board_messages import Pulse, decode_entry
from services.api.definitions import definitions
from services.api.desk_page import desk_page
from services.api.follower import Follower
from services.api.mirror import Mirror
from services.api.past import Past
from services.api.ports import BoardReader, Commit, Stored
from services.api.projector_state import Showing
from services.api.routes_desks import desk_routes
from services.api.routes_indicators import indicator_routes
from services.api.routes_map import map_routes
from services.api.settings import ApiSettings

SETS = [one for one in read_city("danang")["indicators"]["sets"] if one["code"] == "DESK"]
BODIES = {"city": {"code": "H17", "name": "Đà Nẵng"}, "units": {"units": UNITS}, "indicators": {"sets": SETS}}


def event(kind: str, number: int, minutes: int = 0, **other: Any) -> DeskEvent:
    day = other.pop("day", DAY)
    at = day * 86400 + 3600 + 60 * minutes
    given = {"unit": "20242", "desk": "1", "on": date_of(day).isoformat(), "occurred_at": at, "arrived_at": at * 1_000_000, **other}
    made = DeskEvent(id="0" * 16, kind=kind, number=number, source="H17.31", **given)  # type: ignore[arg-type]
    made.id = desk_event_id(made)
    return made


def served(number: int, wait: int = 10, **other: Any) -> list[DeskEvent]:
    steps = (("ticket_taken", 0), ("ticket_called", wait), ("ticket_served", wait + 5))
    return [event(kind, number, minutes, **other) for kind, minutes in steps]


def told(showing: Showing, *events: DeskEvent) -> None:
    following = showing.offsets.get((DESK_EVENTS, 0), 0) + len(events)
    showing.take((DESK_EVENTS, 0), [record(0, desk_event_key(one), encode(one)) for one in events], following)


def begun() -> tuple[Showing, Commit]:
    """A picture with one unit, as it is first written."""
    showing = Showing.resume(Stored(), 1, Patience(900, 86400))
    policies = [record(i, b"", encode(one)) for i, one in enumerate(policy_records(1, BODIES, Applied(1)))]
    showing.take((POLICIES, 0), policies, len(policies))
    showing.take((UNIT_SCORES, 0), [record(0, b"20242", encode(scored("20242"))), record(1, LEVEL_KEY, encode(level(p0=5)))], 2)
    first = showing.step(1, 1000)
    assert first is not None
    return showing, first


def stepped(showing: Showing, version: int) -> Commit:
    commit = showing.step(2, version)
    assert commit is not None
    return commit


def mirrored(first: Commit) -> Mirror:
    mirror = Mirror()
    assert first.entry is not None
    assert mirror.load(Stored(first.position, first.entry.meta))
    return mirror


def test_a_desks_day_goes_to_the_workers_without_its_tickets_and_to_the_board_with_them() -> None:
    showing, first = begun()
    told(showing, *served(1), *served(2, 20), event("ticket_taken", 3))
    second = stepped(showing, 2000)
    assert second.entry is not None
    assert (second.entry.meta.desks, second.position.version) == ({0: 7}, 2000)
    kept = second.desks["20242", "1", DAY]
    assert kept is not None
    assert kept.lines is not None
    assert (kept.tally.taken, kept.waiting) == (3, 1)
    assert [day.lines for day in second.entry.desks] == [None]
    mirror = mirrored(first)
    assert mirror.apply(second.position, decode_entry(encode(second.entry)))
    assert mirror.facts.unit("20242")["DESK.WAIT_15"] == {date_of(DAY).isoformat(): Stated(1, 2)}
    assert mirror.desks.unit("20242")[DAY]["1"].waiting == 1


def test_a_worker_that_loads_the_board_has_what_one_has_that_followed() -> None:
    showing, first = begun()
    followed = mirrored(first)
    for version, day in ((2000, DAY - 1), (3000, DAY), (4000, DAY)):
        told(showing, *served(version, day=day), event("answered", version, channel="kiosk", score=4, day=day, desk="2"))
        commit = stepped(showing, version)
        assert commit.entry is not None
        assert followed.apply(commit.position, decode_entry(encode(commit.entry)))
    loaded = Mirror()
    assert followed.meta is not None
    assert loaded.load(Stored(followed.position, followed.meta, desks=showing.desks))
    assert loaded.desks.of == followed.desks.of
    assert loaded.facts.of == followed.facts.of


def test_a_repetition_changes_no_figure_and_what_cannot_be_read_is_counted() -> None:
    showing, _ = begun()
    told(showing, *served(1))
    before = stepped(showing, 2000).desks
    told(showing, *served(1))
    assert stepped(showing, 3000).desks == before
    showing.take((DESK_EVENTS, 0), [record(9, b"", b"?"), record(10, b"", encode(event("ticket_taken", 1, on="2026-02-30")))], 11)
    assert showing.undecodable == 2


@pytest.fixture
async def http(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    """At 08:00; or at so many minutes after 07:00 as a test says."""
    showing, first = begun()
    assert first.entry is not None
    for day in (DAY - 2, DAY - 1, DAY):
        for number in range(1, 8):
            told(showing, *served(number, 10 * number, day=day))
            told(showing, event("answered", number, channel="kiosk", score=5 if number > 1 else 1, day=day))
        told(showing, *served(1, desk="2", day=day), event("ticket_taken", 50, day=day), event("ticket_abandoned", 50, 9, day=day))
    told(showing, event("ticket_taken", 60))
    stepped(showing, 2000)
    settings = ApiSettings(data=tmp_path)
    follower = Follower(settings, cast(BoardReader, None), FixedClock(DAY * 86400 + 60 * getattr(request, "param", 60)))
    stored = Stored(first.position, first.entry.meta, {"20242": scored("20242")}, policies=showing.policies, desks=showing.desks)
    follower.mirror.load(stored)
    follower.mirror.hear(Pulse(at=real_milliseconds(), lag_seconds=0), real_milliseconds(), monotonic())
    past = Past(open_store(settings, "api"))
    app = FastAPI()
    problems.install(app)
    for router in (desk_routes(follower), map_routes(follower, past), indicator_routes(follower, past)):
        app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/api/v1") as client:
        yield client


async def test_the_page_tells_a_units_figures_whole_and_its_desks_of_closed_days(http: httpx.AsyncClient) -> None:
    page = (await http.get("/units/20242/desks", params={"window": "7d"})).json()
    tickets = page["tickets"]
    assert (tickets["taken"], tickets["served"], tickets["abandoned"], page["waiting"]) == (28, 24, 3, 1)
    assert (tickets["waited"]["count"], tickets["waited"]["median_at_most_seconds"], tickets["waited"]["p90_at_most_seconds"]) == (
        24,
        1800,
        5400,
    )
    assert sum(bucket["count"] for bucket in tickets["waited"]["buckets"]) == 24
    satisfaction = page["satisfaction"]
    assert (satisfaction["numerator"], satisfaction["denominator"], satisfaction["by_score"]) == (18, 21, [3, 0, 0, 0, 18])
    assert 0 < satisfaction["low"] < 18 / 21 < satisfaction["high"] < 1
    assert page["appointments"] is None
    # two closed days: desk 2 had one ticket on each, and desk 1 would give it away
    assert [(row["desk"], row["tickets"], row["withheld"]) for row in page["desks"]] == [("1", None, True), ("2", None, True)]
    assert page["desks"][0]["satisfaction"]["denominator"] == 14


async def test_today_alone_is_told_of_no_single_desk(http: httpx.AsyncClient) -> None:
    page = (await http.get("/units/20242/desks", params={"window": "today"})).json()
    assert (page["desks"], page["tickets"]["taken"], page["waiting"]) == ([], 10, 1)


@pytest.mark.parametrize(("http", "silent"), [(140, ["2"]), (151, ["1", "2"]), (60 * 24 * 9, ["1", "2"])], indirect=["http"])
async def test_which_desks_are_connected_is_said_by_when_each_was_heard_and_never_of_one_that_is_silent(
    http: httpx.AsyncClient, silent: list[str]
) -> None:
    """The last of desk 1 came at 09:15, of desk 2 at 08:15; also where the window has nothing of them."""
    heard = {"1": "2026-11-16T09:15:00+07:00", "2": "2026-11-16T08:15:00+07:00"}
    for window in ("today", "2026-02"):
        page = (await http.get("/units/20242/desks", params={"window": window})).json()
        assert page["connections"] == [{"desk": desk, "heard_at": at, "stale": desk in silent} for desk, at in heard.items()]
    assert (await http.get("/units/20194/desks")).json()["connections"] == []


def test_a_desk_is_heard_of_to_the_quarter_of_an_hour_and_by_the_newest_arrival_whatever_the_order() -> None:
    for events in (served(1, 33), served(1, 33)[::-1]):
        showing, first = begun()
        told(showing, *events)
        commit, mirror = stepped(showing, 2000), mirrored(first)
        assert commit.entry is not None
        assert mirror.apply(commit.position, decode_entry(encode(commit.entry)))
        assert mirror.desks.unit("20242")[DAY]["1"].heard_at == DAY * 86400 + 3600 + 38 * 60
        scene = mirror.scene()
        assert scene is not None
        page = msgspec.to_builtins(desk_page(Unit("20242", "Hải Châu", "locality"), scene, ("today", Window(DAY, DAY)), lambda _: False))
        assert [one["heard_at"][11:16] for one in page["connections"]] == ["01:30"]  # by a scene without a city: UTC


async def test_the_desks_are_an_indicator_set(http: httpx.AsyncClient) -> None:
    answer = (await http.get("/map", params={"indicator": "DESK.ABANDONED", "window": "7d", "include": "covers"})).json()
    row = next(row for row in answer["units"] if row["code"] == "20242")
    assert (row["numerator"], row["denominator"], row["band"]) == (3, 27, "orange")
    card = (await http.get("/units/20242/indicators", params={"window": "today"})).json()
    lines = {line["code"]: line for one in card["sets"] if one["code"] == "DESK" for line in one["indicators"]}
    assert (lines["DESK.SATISFIED"]["numerator"], lines["DESK.SATISFIED"]["denominator"]) == (6, 7)
    assert lines["DESK.KEPT"]["reason"] == "NOTHING_OCCURRED"


async def test_what_is_no_answer_is_refused_by_its_code(http: httpx.AsyncClient) -> None:
    assert (await http.get("/units/99/desks")).json()["code"] == "UNKNOWN_UNIT"
    assert (await http.get("/units/20242/desks", params={"window": "fortnight"})).json()["code"] == "INVALID_PARAMETER"
    nothing = (await http.get("/units/20194/desks")).json()
    assert (nothing["tickets"], nothing["desks"], nothing["waiting"]) == (None, [], 0)
    tag = (await http.get("/units/20242/desks")).headers["ETag"]
    assert (await http.get("/units/20242/desks", headers={"If-None-Match": tag})).status_code == 304


def test_every_word_of_desk_events_is_defined() -> None:
    words = cast(dict[str, Any], definitions(None))
    assert list(words["desk_event_kinds"]) == list(DESK_EVENT_KINDS)
    assert list(words["answer_channels"]) == list(ANSWER_CHANNELS)
