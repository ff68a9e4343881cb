"""Poison straight into `dossier-events`, as a faulty or newer ingest would write it: set aside, nobody delayed, right after the mend."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections import Counter
from collections.abc import Callable

import pytest
from aiokafka.errors import MessageSizeTooLargeError

from dunghen.cli.dead_letters.letters import read_letters
from dunghen.contracts import topics
from dunghen.contracts.dead_letters import Reason
from dunghen.contracts.messages import DossierEvent, encode
from dunghen.platform import kafka
from tests.e2e.running_city import COMMAND
from tests.eventually import eventually
from tests.faults.form import long_or_short
from tests.faults.world import MONDAY_8_00, FaultWorld

ITEMS, ROUNDS = long_or_short(400, 150), long_or_short(6, 2)
TEN_MEGABYTES = bytes(10_000_000)
POISON = (b"", b"{", b"\xff\xfe\x00", b'{"id":"planted 0905999888"}', b'{"version":2}', b"[]", bytes(900_000))


def fresh(number: int) -> DossierEvent:
    """A dossier of nobody else's, received and open."""
    code, at = f"H17.31-261123-{9_000_000 + number}", MONDAY_8_00
    return DossierEvent(
        id=f"{number:016x}", dossier=code, unit="20242", kind="synced", occurred_at=at, arrived_at=at * 10**6, status=2, received=at
    )


async def told(world: FaultWorld, records: list[tuple[str, bytes]]) -> None:
    """Written as they are to the home of their keys; acknowledged by Kafka."""
    async with kafka.started(kafka.producer(world.settings, max_request_size=20_000_000), world.settings) as producer:
        name = world.settings.named(topics.DOSSIER_EVENTS)
        for key, value in records:
            home = topics.partition_of(key, world.settings.partitions)
            await producer.send_and_wait(name, value, key=key.encode(), partition=home)


def dead_letters(world: FaultWorld, *words: str) -> list[str]:
    """What the operator's command says."""
    command = (*COMMAND, "dead-letters", *words, "--data", str(world.folder))
    done = subprocess.run(command, env={**os.environ, **world.env}, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def open_letters(world: FaultWorld) -> Counter[str]:
    return Counter(letter.reason for letter in asyncio.run(read_letters(world.settings)) if not letter.replayed_as)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_poison_under_load_is_set_aside_and_right_after_the_mend(
    make_world: Callable[..., FaultWorld], report: Callable[..., None]
) -> None:
    world = make_world()
    world.start_part("scoring-older", "tests.faults.older_release")
    for name in ("projector", "api", "ingest"):
        world.start_part(name)
    eventually(world.all_at_work, within=400, what="the city")
    world.watcher.start()
    misplaced = [fresh(number) for number in range(ROUNDS)]
    for number in range(ROUNDS):
        world.load.tell(ITEMS)
        codes = world.rng.sample(sorted(world.load.accepted), len(POISON))
        asyncio.run(told(world, [*zip(codes, POISON, strict=True), (codes[0], encode(misplaced[number]))]))
        after = fresh(1000 + number)
        asyncio.run(told(world, [(after.dossier, encode(after))]))
    with pytest.raises(MessageSizeTooLargeError):
        asyncio.run(told(world, [("H17.31-261123-0001", TEN_MEGABYTES)]))
    world.load.tell(ITEMS)
    wrong = world.findings()
    assert {finding.check for finding in wrong} == {"reconcile", "dossiers"}, "what the older release cannot read is missing, and is seen"
    before = open_letters(world)
    assert (before[Reason.UNUSABLE], before[Reason.UNKNOWN_VERSION]) == (ROUNDS, ROUNDS)
    retracted = before[Reason.UNREADABLE] - ROUNDS * (len(POISON) - 1)
    assert retracted > 0
    older = world.parts["scoring-older"]
    older.leave()
    eventually(lambda: older.process is None, within=240, what="the end of the older release, which would set aside again what is replayed")
    world.start_part("scoring-newer")
    assert dead_letters(world, "replay")[-1] == f"{retracted + ROUNDS} of {before.total()} open letters replayed"
    assert dead_letters(world, "replay")[-1] == f"0 of {before.total() - retracted - ROUNDS} open letters replayed"
    assert "0905999888" not in "".join(dead_letters(world, "list"))
    found = world.findings()
    assert Counter(finding.check for finding in found) == {"twice": retracted + ROUNDS}, (
        "nothing but what a replay is: an event appended again"
    )
    report(poison=ROUNDS * (len(POISON) + 1), replayed=retracted + ROUNDS, **world.figures())
