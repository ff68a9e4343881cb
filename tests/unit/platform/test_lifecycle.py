from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress

from dunghen.platform.lifecycle import Lifecycle

GUARD = 60


async def test_what_was_acquired_last_is_released_first() -> None:
    order: list[str] = []
    life = Lifecycle()
    for name in ("broker", "store"):
        life.release(name, lambda name=name: note(order, name))  # type: ignore[misc]
    await life.close()
    await life.close()
    assert order == ["store", "broker"]


async def note(order: list[str], name: str) -> None:
    order.append(name)


async def test_a_release_that_fails_or_hangs_does_not_keep_the_others() -> None:
    order: list[str] = []
    life = Lifecycle(seconds_per_release=0.01)
    life.release("first", lambda: note(order, "first"))
    life.release("hangs", lambda: asyncio.sleep(3600))
    life.release("fails", fail)
    await asyncio.wait_for(life.close(), GUARD)
    assert order == ["first"]


async def test_a_release_that_passes_over_being_cancelled_does_not_keep_the_others() -> None:
    order: list[str] = []
    life, done = Lifecycle(seconds_per_release=0.01), asyncio.Event()
    life.release("first", lambda: note(order, "first"))
    life.release("stubborn", lambda: stubborn(done))
    await asyncio.wait_for(life.close(), GUARD)
    assert order == ["first"]
    done.set()


async def stubborn(done: asyncio.Event) -> None:
    while not done.is_set():
        with suppress(asyncio.CancelledError):
            await done.wait()


def test_what_has_not_stopped_in_time_is_ended() -> None:
    program = """
import asyncio, threading
from dunghen.platform import lifecycle
async def main():
    life = lifecycle.Lifecycle(seconds_in_all=0.2)
    threading.Thread(target=threading.Event().wait).start()  # Python waits for it at its end, for ever
    life.stop()
    await life.run()
asyncio.run(main())
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, "stopped_hard" in ended.stdout + ended.stderr) == (0, True)


async def fail() -> None:
    raise OSError("away")


async def test_a_spawned_task_ends_with_the_process() -> None:
    life = Lifecycle()
    task = life.spawn("for ever", asyncio.sleep(3600))
    await life.close()
    assert task.cancelled()


async def test_a_signal_ends_the_run_in_order() -> None:
    order: list[str] = []
    life = Lifecycle()
    life.release("one", lambda: note(order, "one"))
    running = asyncio.create_task(life.run())
    await asyncio.sleep(0)  # its handlers are in place now
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, GUARD)
    assert order == ["one"]
