from __future__ import annotations

import asyncio
import ctypes
import json
import socket
import struct
from contextlib import AsyncExitStack
from typing import Any

import httpx
import jsonschema
from api_world import MONDAY_8_00, Listener, Opened, World, score

from dunghen.contracts.topics import DOSSIER_EVENTS
from tests.eventually import eventually_async as eventually


async def advance(world: World, on_time: int) -> int:
    """A new number for one unit; gives the version that shows it."""
    await world.scores(score("20242", on_time, 5))

    async def shown() -> Any:
        body = await world.map()
        return body["version"] if body["city"]["numerator"] == on_time + 10 else 0

    return int(await eventually(shown))


async def test_a_client_that_comes_back_gets_the_changes_it_missed_and_no_snapshot(world: World) -> None:
    async with Listener(world) as watching:  # keeps the view alive, as any other client would
        first = await watching.first("snapshot")
        versions = [await advance(world, n) for n in (100, 101, 102)]
        async with Listener(world, last_event_id=versions[0]) as back:
            await back.first("change", lambda d: d["version"] == versions[2])
            assert next(name for name, _, _ in back.events if name != "tick") == "change"
            assert back.ids[0] > versions[0]
        async with Listener(world, **{"Last-Event-ID": first["version"] - 1}) as late:
            assert (await late.first("snapshot"))["version"] == versions[2]


async def test_every_frame_is_what_the_description_says(world: World) -> None:
    described = (await world.http.get("/asyncapi.json")).json()
    messages, components = described["components"]["messages"], described["components"]
    async with Listener(world) as listener:
        await listener.first("snapshot")
        await world.feed("H17.31", MONDAY_8_00, "20242")
        await advance(world, 100)
        await listener.first("change")
        await listener.first("tick")
    assert {name for name, _, _ in listener.events} == {"snapshot", "change", "tick"}
    for name, _, data in listener.events:
        jsonschema.validate(
            data, {**messages[f"map.{name}"]["payload"]["schema"], "components": components}, jsonschema.Draft202012Validator
        )


async def test_all_that_a_stream_said_adds_up_to_the_map(world: World) -> None:
    async with Listener(world, window="7d", rate="resolved", kind="all") as listener:
        await listener.first("snapshot")
        for n in (90, 91, 92, 93):
            await world.scores(score("20242", n, 1), score("20194", n, 2))
        body = await eventually(lambda: caught_up(world, listener, 93 * 2 + 7))
        rows: dict[str, Any] = {}
        for name, _, data in listener.events:
            if name != "tick":
                rows.update((row["code"], row) for row in data["units"])
        assert list(rows.values()) == body["units"]


async def caught_up(world: World, listener: Listener, numerator: int) -> Any:
    body = await world.map(window="7d", rate="resolved")
    done = body["city"]["numerator"] == numerator and listener.ids[-1] == body["version"]
    return body if done else None


async def test_clients_that_read_nothing_or_whose_line_is_dead_are_dropped_and_the_others_get_every_frame(open_world: Any) -> None:
    async with open_world(send_seconds=0.5) as world, Listener(world) as listener:
        await listener.first("snapshot")
        deaf, dead = await deaf_client(world), await deaf_client(world)
        await eventually(lambda: len(world.follower.streams.readers) == 3)
        cut_line(dead)
        pushed = 0

        async def one_left() -> bool:  # ever more is sent: the deaf one's window closes, the dead one's bytes are never confirmed
            nonlocal pushed
            pushed += 1
            await world.scores(*(score(f"U{i:03}", pushed, 1) for i in range(50)))
            await listener.first("change", lambda d: d["city"]["numerator"] == pushed * 50 + 105)
            return len(world.follower.streams.readers) == 1

        await eventually(one_left)
        assert listener.ids == sorted(set(listener.ids))
        deaf.close()
        dead.close()


async def deaf_client(world: World) -> socket.socket:
    """Asks for a stream and never reads a byte of it."""
    url, client = world.http.base_url, socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, (url.host, url.port))
    await loop.sock_sendall(client, f"GET /api/v1/stream HTTP/1.1\r\nHost: {url.host}\r\n\r\n".encode())
    return client


def cut_line(client: socket.socket) -> None:
    """From now on the kernel throws away all that comes for this socket, before TCP sees it: nothing is confirmed, as on a dead line."""
    attach_filter, keep_nothing = 26, struct.pack("HBBI", 0x06, 0, 0, 0)  # SO_ATTACH_FILTER; BPF: return 0
    program = ctypes.create_string_buffer(keep_nothing, len(keep_nothing))
    client.setsockopt(socket.SOL_SOCKET, attach_filter, struct.pack("HL", 1, ctypes.addressof(program)))


async def test_when_the_worker_stops_its_streams_end_as_whole_answers(world: World) -> None:
    async with world.http.stream("GET", "/api/v1/stream") as answer:
        lines = answer.aiter_lines()
        while await anext(lines) != "event: snapshot":
            pass
        await world.stop("worker")
        assert "event: change" not in [line async for line in lines]  # httpx raises where a chunked answer is cut off


async def test_a_stream_says_its_retry_time_first_and_its_clock(world: World) -> None:
    async with world.http.stream("GET", "/api/v1/stream") as answer:
        lines = answer.aiter_lines()
        head = [await anext(lines) for _ in range(4)]
    assert head[0].startswith("retry: 2")
    assert head[2] == "event: tick"
    assert json.loads(head[3].removeprefix("data: "))["server_time"] == "2026-11-16T08:00:00+07:00"
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_without_the_projector_the_last_values_stay_and_say_that_they_are_old(open_world: Any) -> None:
    async with open_world(out_of_touch_seconds=1.5) as world:
        fresh = await eventually(lambda: a_fresh_map(world))
        await world.stop("projector")
        old = await eventually(lambda: stale_map(world))
        assert old["units"] == fresh["units"]
        assert old["age_seconds"] >= 1
        async with Listener(world) as listener:
            assert (await listener.first("snapshot"))["stale"] is True
            await listener.first("tick", lambda d: d["stale"])
        await world.start_projector()
        await eventually(lambda: a_fresh_map(world))


async def test_with_scoring_behind_the_map_says_that_it_is_old_and_is_served_on(open_world: Opened) -> None:
    """The projector lives: nobody may take what it shows for what there is."""
    async with open_world(stale_seconds=1.5) as world:
        await eventually(lambda: a_fresh_map(world))
        for _ in range(10):  # the scores stand for nine
            await world.say(DOSSIER_EVENTS, "H17-1", b"{}", 0)
        old = await eventually(lambda: stale_map(world))
        assert (old["age_seconds"] >= 1, len(old["units"])) == (True, 3)
        async with Listener(world) as listener:
            tick = await listener.first("tick", lambda d: d["stale"])
            assert min(tick["age_seconds"], tick["kafka_lag_seconds"]) > 1.4, "the age of what is shown, not of the last sign of life"
        assert (await world.http.get("/readyz")).status_code == 200
        await world.levels(10)
        await eventually(lambda: a_fresh_map(world))


async def stale_map(world: World) -> Any:
    body = await world.map()
    return body if body["status"] == 200 and body["stale"] else None


async def a_fresh_map(world: World) -> Any:
    body = await world.map()
    return body if body["status"] == 200 and not body["stale"] else None


async def test_streams_of_one_address_are_bounded_as_long_as_they_are_open(open_world: Opened) -> None:
    """Behind a proxy, which hands on whose they are; the connection is a reader's by then, and no request any more."""
    async with open_world(streams_of_one=2) as world:

        async def opened(of: str, stack: AsyncExitStack) -> int:
            asked = world.http.stream("GET", "/api/v1/stream", headers={"X-Forwarded-For": of})
            answer: httpx.Response = await stack.enter_async_context(asked)
            return answer.status_code

        async def room() -> bool:
            async with AsyncExitStack() as again:
                return await opened("203.0.113.7", again) == 200

        async with AsyncExitStack() as held:
            async with AsyncExitStack() as first:
                assert [await opened("203.0.113.7", each) for each in (first, held)] == [200, 200]
                async with AsyncExitStack() as beyond:
                    assert await opened("203.0.113.7", beyond) == 429
                    assert await opened("203.0.113.8", beyond) == 200
            await eventually(room)
