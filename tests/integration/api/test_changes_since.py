"""`/changes?since=INSTANT`: what a wall says of its last hour and its morning."""

from __future__ import annotations

from typing import Any

from api_world import MONDAY_8_00, TODAY, Opened, World, score
from test_api_history import seen

MINUTE = 60
ASKED = {"window": "30d", "rate": "resolved"}


async def a_morning(world: World) -> dict[str, Any]:
    """Hải Châu: 10 of 10 on time at 08:00; at 08:30 and 08:45 it falls, into another band at 08:30. Hải Vân stays as it is."""
    day = TODAY - 3
    await world.cell(("20242", day, 0), received=10, early=10)
    await world.cell(("20194", day, 1), received=4, early=3, late=1)
    await seen(world, 14, as_of="2026-11-15", **ASKED)
    world.clock.at = MONDAY_8_00 + 30 * MINUTE
    await world.cell(("20242", day, 1), received=5, early=2, late=3)
    await seen(world, 19, as_of="2026-11-15", **ASKED)
    world.clock.at = MONDAY_8_00 + 45 * MINUTE
    await world.cell(("20242", day, 1), received=7, early=4, late=3)
    await seen(world, 21, as_of="2026-11-15", **ASKED)
    await world.scores(score("20242", 14, 3), score("20194", 3, 1), score("H17.10", 0, 0))
    await seen(world, 21, **ASKED)
    return dict((await world.http.get("/api/v1/changes", params={"since": "2026-11-16T08:10:00+07:00", **ASKED})).json())


async def test_rows_that_are_other_than_an_hour_ago_say_what_they_were_and_when_they_changed(world: World) -> None:
    body = await a_morning(world)
    before = body["before"]["20242"]
    assert (before["numerator"], before["denominator"], before["band"]) == (10, 10, "green")
    assert (before["changed_at"], before["band_changed_at"]) == ("2026-11-16T08:45:00+07:00", "2026-11-16T08:30:00+07:00")
    row = next(row for row in body["units"] if row["code"] == "20242")
    assert (row["numerator"], row["denominator"], row["band"]) == (14, 17, "yellow")
    assert (body["since"], body["city_before"]["denominator"], body["city"]["denominator"]) == ("2026-11-16T08:10:00+07:00", 14, 21)


async def test_the_changes_since_an_instant_are_the_difference_of_two_maps(world: World) -> None:
    body = await a_morning(world)
    then = await world.map(known_at="2026-11-16T08:10:00+07:00", **ASKED)
    now = await world.map(**ASKED)
    old = {row["code"]: row for row in then["units"]}
    names = ("numerator", "denominator", "band", "overdue", "pending", "received", "finished")
    other = [row["code"] for row in now["units"] if [row[n] for n in names] != [old[row["code"]][n] for n in names]]
    assert [row["code"] for row in body["units"]] == other == list(body["before"])


async def test_an_instant_before_the_first_picture_or_ahead_is_refused(open_world: Opened) -> None:
    async with open_world() as world:
        await world.cell(("20242", TODAY - 1, 0), received=1, pending=1)
        await seen(world, 1, as_of="2026-11-15", window="30d", rate="official")
        for since, code in (
            ("2026-11-16T07:00:00+07:00", "NO_HISTORY"),
            ("2026-11-16T09:00:00+07:00", "INVALID_PARAMETER"),
            ("yesterday", "INVALID_PARAMETER"),
            ("-1", "INVALID_PARAMETER"),
        ):
            answer = await world.http.get("/api/v1/changes", params={"since": since})
            assert (since, answer.json()["code"]) == (since, code)
