"""Tasks and follow-ups from the topic over a real projector to HTTP: board, list, who may see what; what an upgrade reads again."""

from __future__ import annotations

from typing import Any

import redis.asyncio as redis
from access_world import settle
from api_world import MONDAY_8_00, TODAY, Opened, World

from dunghen.contracts.statements import FollowUp, Statement, Task, told_key
from dunghen.contracts.topics import FACTS, partition_of
from dunghen.domain.days import date_of
from tests.eventually import eventually_async as eventually

YEAR = date_of(TODAY).year


def task(unit: str, code: str, due_on: int, done_on: int | None = None, **other: Any) -> Task:
    given = {"bloc": "party", "year": YEAR, "plan": "KH02", "vi": "Số hóa", "arrived_at": MONDAY_8_00 * 10**6, **other}
    return Task(id="0" * 16, unit=unit, code=code, due_on=due_on, done_on=done_on, source="H17", occurred_at=MONDAY_8_00, **given)


async def tell(world: World, *told: Statement) -> None:
    for one in told:
        await world.say(FACTS, told_key(one), one, partition_of(one.unit, world.settings.partitions))


async def get(world: World, path: str, **query: Any) -> dict[str, Any]:
    answer = await world.http.get(f"/api/v1{path}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def all_told(world: World, count: int) -> bool:
    """Whether the worker has so many statements."""
    assert world.follower is not None
    held = world.follower.mirror.statements
    return sum(map(len, (*held.tasks.values(), *held.follow_ups.values()))) == count


TASKS = [task("20242", "D-1", TODAY - 9, TODAY - 10), task("20242", "D-2", TODAY - 9), task("20194", "D-1", TODAY + 30, TODAY - 2)]


async def test_the_board_and_the_list_say_what_the_topic_does(world: World) -> None:
    await tell(world, *TASKS, task("20194", "", 0, bloc="front", kind="not_assessed", plan=""))
    await eventually(lambda: all_told(world, 4))
    board = await get(world, "/tasks/board")
    assert [(unit["code"], unit["rank"], unit["colour"], unit["overdue"]) for unit in board["units"]] == [
        ("20194", 1, "green", 0), ("20242", 2, "red", 1),
    ]  # fmt: skip
    assert board["units"][0]["blocs"][3] == {**board["units"][0]["blocs"][3], "bloc": "front", "state": "not_assessed", "value": None}
    first = await world.http.get("/api/v1/tasks", params={"limit": 1, "bloc": "party"})
    assert first.json()["tasks"][0]["code"] == "D-2"
    codes, link = [first.json()["tasks"][0]["unit"]], first.links.get("next")
    while link:
        page = await world.http.get(link["url"])
        codes, link = codes + [one["unit"] for one in page.json()["tasks"]], page.links.get("next")
    assert sorted(codes) == ["20194", "20242", "20242"]
    again = await world.http.get(
        "/api/v1/tasks/board", headers={"if-none-match": (await world.http.get("/api/v1/tasks/board")).headers["etag"]}
    )
    assert again.status_code == 304
    before = await get(world, "/tasks/board", as_of=date_of(TODAY - 3).isoformat())
    assert (before["city"]["done"], before["city"]["all"]) == (1, 3)


async def test_what_is_no_question_is_refused_by_its_code(world: World) -> None:
    async def code(path: str, **query: str) -> tuple[int, str]:
        answer = await world.http.get(f"/api/v1{path}", params=query)
        return answer.status_code, answer.json()["code"]

    await tell(world, *TASKS)
    await eventually(lambda: all_told(world, 3))
    assert await code("/tasks", unit="99999") == (404, "UNKNOWN_UNIT")
    assert await code("/tasks", after="x") == (422, "INVALID_PARAMETER")
    assert await code("/tasks", after="WzFd") == (422, "INVALID_PARAMETER")
    assert await code("/tasks", bloc="ubnd") == (422, "INVALID_PARAMETER")
    assert await code("/tasks/board", as_of="2999-01-01") == (422, "INVALID_PARAMETER")
    assert await code("/tasks/board", year="999") == (422, "INVALID_PARAMETER")


async def test_a_projector_that_keeps_more_reads_all_again_where_an_older_one_passed_it_over(world: World) -> None:
    await tell(world, *TASKS)
    await eventually(lambda: all_told(world, 3))
    await world.stop("projector")
    await world.stop("worker")
    async with redis.from_url(world.settings.redis) as client:  # as an older release leaves it: it has read these records, and kept none
        offsets = world.settings.named("offsets")
        for name, value in (await client.hgetall(offsets)).items():
            if name.startswith(b"facts@"):
                await client.hdel(offsets, name)
                await client.hset(offsets, b"facts|" + name.partition(b"|")[2], value)
        assert await client.delete(world.settings.named("statements")) == 1
    await world.start_worker()
    await world.start_projector()
    await eventually(lambda: all_told(world, 3))


async def test_follow_ups_are_for_officials_of_the_unit_and_of_the_city_and_everybody_sees_fives(open_world: Opened) -> None:
    async with open_world() as world:
        actors = await settle(world)
        given: dict[str, Any] = {"id": "0" * 16, "source": "H17", "occurred_at": MONDAY_8_00, "arrived_at": 1, "violation": "late_result"}
        many = [FollowUp(unit="20242", code=f"VP-{n}", opened_on=TODAY - 20 + n, **given) for n in range(7)]
        await tell(world, *many, FollowUp(unit="20194", code="VP-1", opened_on=TODAY - 5, explained_on=TODAY - 1, **given))

        async def seen(name: str, **query: str) -> list[str] | int:
            answer = await world.http.get("/api/v1/follow-ups", params=query, headers=dict(actors[name].headers))
            return [one["code"] for one in answer.json()["follow_ups"]] if answer.status_code == 200 else answer.status_code

        await eventually(lambda: all_told(world, 8))
        assert await seen("nobody") == 401
        assert await seen("source") == 403
        assert await seen("official of Hải Châu") == [f"VP-{n}" for n in range(7)]
        assert await seen("official of Hải Châu", unit="20194") == 403
        assert await seen("head of Hải Vân") == ["VP-1"]
        assert len(await seen("leader of the city")) == 8  # type: ignore[arg-type]
        assert await seen("leader of the city", state="explained") == ["VP-1"]
        counts = {unit["code"]: unit["all"]["at_least"] for unit in (await get(world, "/follow-ups/counts"))["units"]}
        assert counts == {"20242": 5, "20194": None, "H17.10": None}
