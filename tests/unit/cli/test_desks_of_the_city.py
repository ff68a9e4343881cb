"""Desk events of the made-up city: the same by the same seed, in a believable order, taken by the fold without a rest."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from dunghen.cli.simulate.city import MadeUpCity, Plan
from dunghen.cli.simulate.desk_days import BOOKED_AHEAD_DAYS, desk_day
from dunghen.contracts.city_files import read_city
from dunghen.domain.days import date_of
from dunghen.domain.desks import DESK_EVENT_KINDS, Lines, Said, added, tally_of
from dunghen.domain.policy import Policy

MONDAY = 20_780  # 2026-11-23
POLICY = Policy.from_bodies(1, read_city("danang"))
CITY = MadeUpCity(POLICY, Plan(7, 600))
TOLD = list(desk_day(CITY, MONDAY))


def test_the_same_seed_tells_the_same_day_and_a_day_of_rest_only_bookings() -> None:
    assert list(desk_day(CITY, MONDAY)) == TOLD
    assert list(desk_day(MadeUpCity(POLICY, Plan(8, 600)), MONDAY)) != TOLD
    assert {item["kind"] for _, item in desk_day(CITY, MONDAY - 1)} <= {"appointment_booked"}


def test_a_day_is_believable() -> None:
    kinds = Counter(item["kind"] for _, item in TOLD)
    assert set(kinds) == set(DESK_EVENT_KINDS)
    assert 300 < kinds["ticket_taken"] < 900
    lines: dict[tuple[str, str], Lines] = {}
    for at, item in TOLD:
        said = Said(item["kind"], item["number"], at, at * 1_000_000, item.get("channel", ""), item.get("score", 0))
        lines.setdefault((item["unit"], item["desk"]), Lines()).take(said)
    whole = added(map(tally_of, lines.values()))
    assert 0 < whole.abandoned < whole.served / 4
    assert whole.taken == whole.served + whole.abandoned
    assert whole.waits.n == whole.services.n == whole.served  # nothing runs backwards
    assert whole.satisfied * 2 > whole.answers > 50
    hours = Counter(
        datetime.fromtimestamp(at, ZoneInfo(CITY.calendar.zone.name)).hour for at, item in TOLD if item["kind"] == "ticket_taken"
    )
    assert hours[9] > hours[16]


def test_what_is_booked_for_a_day_is_kept_or_missed_on_it() -> None:
    on = date_of(MONDAY).isoformat()
    before = {
        (i["unit"], i["number"])
        for _, i in desk_day(CITY, MONDAY - BOOKED_AHEAD_DAYS)
        if i["on"] == on and i["kind"] == "appointment_booked"
    }
    then = {(i["unit"], i["number"]) for _, i in TOLD if i["kind"] in ("appointment_kept", "appointment_missed")}
    assert before == then != set()
