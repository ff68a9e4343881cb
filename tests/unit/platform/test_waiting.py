"""What waits for the next round of a partition is bounded by records, not by events."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from dunghen.platform.stages import Waiting


def event(records: int) -> Any:
    return SimpleNamespace(value=[None] * records)


async def test_many_small_batches_of_one_partition_do_not_hold_up_the_agent_of_the_others() -> None:
    waiting = Waiting(most=1000)
    for _ in range(100):
        await asyncio.wait_for(waiting.put(event(1)), timeout=60)  # would wait for ever if events were counted
    assert waiting.records == 100


async def test_who_brings_more_than_there_is_room_for_waits_until_a_round_took_some() -> None:
    waiting = Waiting(most=10)
    await waiting.put(event(10))
    late = asyncio.create_task(waiting.put(event(3)))
    await asyncio.sleep(0)
    assert not late.done()
    assert len(waiting.pop().value) == 10
    await asyncio.wait_for(late, timeout=60)
    assert waiting.records == 3


async def test_it_tells_whether_there_is_some_and_gives_the_oldest_first() -> None:
    waiting = Waiting(most=10)
    assert not waiting
    assert not waiting.some.is_set()
    first, second = event(1), event(2)
    await waiting.put(first)
    await waiting.put(second)
    assert waiting.some.is_set()
    assert [waiting.pop(), waiting.pop()] == [first, second]
    assert not waiting.some.is_set()
    with pytest.raises(IndexError):
        waiting.pop()
