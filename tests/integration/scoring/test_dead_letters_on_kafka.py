"""Records that cannot be used: set aside one by one, held by the brake when they are many, sent again when they can be used."""

from __future__ import annotations

import json
from collections import Counter

import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import MessageSizeTooLargeError
from prometheus_client.parser import text_string_to_metric_families

from dunghen.cli.dead_letters import replay as replaying
from dunghen.cli.dead_letters.letters import Outcome, read_letters
from dunghen.contracts import topics
from dunghen.contracts.dead_letters import Reason
from dunghen.contracts.messages import encode
from dunghen.platform import kafka
from dunghen.platform.local.servers import free_port
from tests.eventually import eventually_async as eventually
from tests.integration.scoring.scoring_world import NOW, UNITS, ScoringWorld
from tests.integration.scoring.test_scoring_process import DAY, assert_exact, event, lives

HAI_CHAU = UNITS[0]
TEN_MEGABYTES = 10_000_000


def home(world: ScoringWorld, dossier: str) -> int:
    return topics.partition_of(dossier, world.settings.partitions)


async def reasons(world: ScoringWorld) -> Counter[str]:
    """Of the open letters."""
    return Counter(letter.reason for letter in await read_letters(world.settings) if not letter.replayed_as)


async def test_poison_is_a_dead_letter_and_the_dossiers_later_events_count(world: ScoringWorld) -> None:
    world.start()
    good, other = event(1), event(2)
    at, key = home(world, good.dossier), good.dossier.encode()
    await world.tell([event(1, status=4, occurred_at=NOW - 2 * DAY)])
    for value in (b'{"id": "planted 0905999888"', b"\xff\xfe", encode(good)[:-1] + b',"version":2}', encode(other)):
        await world.tell_bytes(key, value, at)
    await world.tell([event(1, status=9, ended=NOW - DAY), other])
    await eventually(world.level_with_sources)
    found = await read_letters(world.settings)
    assert [(lt.topic, lt.partition, lt.offset, lt.reason) for lt in found] == [
        (topics.DOSSIER_EVENTS, at, 1 + n, reason)
        for n, reason in enumerate((Reason.UNREADABLE, Reason.UNREADABLE, Reason.UNKNOWN_VERSION, Reason.UNUSABLE))
    ]
    assert [lt.event for lt in found] == [None, None, None, other]
    assert not any(b"0905999888" in value for value in (await world.read(topics.DEAD_LETTERS)).values())
    said = (await world.scores())[HAI_CHAU]
    assert (said.pending, said.windows["7d"].counts["early"]) == (1, 1)


async def raise_limit(world: ScoringWorld, size: int) -> None:
    """As an operator may: the topic takes values of this size."""
    admin = AIOKafkaAdminClient(bootstrap_servers=world.settings.kafka)
    await admin.start()
    try:
        name = world.settings.named(topics.DOSSIER_EVENTS)
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, {"max.message.bytes": str(size)})])
    finally:
        await admin.close()


async def tell_large(world: ScoringWorld, key: bytes, value: bytes, partition: int) -> None:
    options = {"max_request_size": len(value) + 1000}
    async with kafka.started(kafka.producer(world.settings, **options), world.settings) as producer:
        await producer.send_and_wait(world.settings.named(topics.DOSSIER_EVENTS), value, key=key, partition=partition)


async def test_ten_megabytes_are_refused_by_kafka_and_where_it_takes_them_a_dead_letter(world: ScoringWorld) -> None:
    world.start()
    good = event(1)
    at, key = home(world, good.dossier), good.dossier.encode()
    padded = encode(good)[:-1] + b',"weight":"' + bytes(TEN_MEGABYTES).replace(b"\0", b"x") + b'"}'
    crowded = encode(event(1))[:-1] + b',"steps":[' + b",".join(b"[4,%d]" % n for n in range(1, 900_000)) + b"]}"
    with pytest.raises(MessageSizeTooLargeError):
        await tell_large(world, key, padded, at)
    await raise_limit(world, 12_000_000)
    for value in (padded[:-1], crowded, padded):
        await tell_large(world, key, value, at)
    await world.tell([event(1, status=9, ended=NOW - DAY), *(event(n) for n in range(2, 30))])
    await eventually(world.level_with_sources)
    assert await reasons(world) == {Reason.UNREADABLE: 2}
    said = (await world.scores())[HAI_CHAU]
    assert (said.pending, said.windows["7d"].counts["early"]) == (28, 1)
    assert await replaying.replay(world.settings) == {Outcome.STILL_UNREADABLE: 2}


def gauge(port: int, name: str, **labels: str) -> float | None:
    """What a worker says of itself."""
    said = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
    samples = [s for family in text_string_to_metric_families(said) for s in family.samples]
    return next((s.value for s in samples if (s.name, s.labels) == (name, labels)), None)


def readiness(port: int) -> str:
    return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=60).text


async def test_a_flood_of_poison_holds_its_partition_and_no_other_and_nothing_of_it_is_lost(world: ScoringWorld) -> None:
    port = free_port()
    worker = world.start(DUNGHEN_BRAKE_RUN="20", DUNGHEN_METRICS_PORT=str(port))
    first, behind, elsewhere = event(1), event(1, status=9, ended=NOW - DAY), [event(n) for n in range(2, 40)]
    at, key = home(world, first.dossier), first.dossier.encode()
    await world.tell([first])
    for _ in range(30):
        await world.tell_bytes(key, b"{", at)
    await world.tell([behind])
    await world.tell(others := [e for e in elsewhere if home(world, e.dossier) != at])

    async def others_are_level() -> bool:
        ends = await kafka.end_offsets(world.settings, topics.DOSSIER_EVENTS)
        levels = await world.levels()
        return len(levels) == 4 and all(lv.levels.get(p, 0) >= end for lv in levels for p, end in ends.items() if p != at)

    await eventually(others_are_level)
    await eventually(lambda: "braked" in (world.folder / "workers.log").read_text())

    async def level_where_it_stands() -> bool:
        return {lv.levels.get(at) for lv in await world.levels()} == {21}

    await eventually(level_where_it_stands)
    said = (await world.scores())[HAI_CHAU]
    assert said.pending == 1 + len(others)
    assert await reasons(world) == {Reason.UNREADABLE: 20}
    more = event(1, status=9, ended=NOW - DAY // 2)
    await world.tell([more])  # the last that the worker reads is of the partition that takes nothing
    await eventually(lambda: gauge(port, "dunghen_scoring_waiting_events", stage="fold", partition=str(at)) == 12)
    worker.terminate()
    assert worker.wait(60) == 0
    assert b"stopped_hard" not in (world.folder / "workers.log").read_bytes()
    world.start(DUNGHEN_BRAKE_RUN="0")
    await eventually(world.level_with_sources)
    assert await reasons(world) == {Reason.UNREADABLE: 30}
    await assert_exact(world, [first, behind, more, *others])


async def test_a_worker_whose_partition_stands_still_gives_others_to_a_newcomer(world: ScoringWorld) -> None:
    log = world.folder / "workers.log"
    world.start(DUNGHEN_BRAKE_RUN="5")
    good = event(1)
    await world.tell([good])
    for _ in range(10):
        await world.tell_bytes(good.dossier.encode(), b"{", home(world, good.dossier))
    await eventually(lambda: "braked" in log.read_text())
    await world.tell([event(1, status=9, ended=NOW - DAY)])
    world.start(DUNGHEN_BRAKE_RUN="5")
    every = [f"{stage}-{n}" for stage in ("fold", "score") for n in range(world.settings.partitions)]

    def shared() -> bool:
        """Whether the last two that said what they hold are the two workers, each with its own."""
        said = [json.loads(line)["held"] for line in log.read_text().splitlines() if '"partitions_held"' in line][-2:]
        return len(said) == 2 and all(said) and sorted(h for got in said for h in got) == every

    await eventually(shared)


async def test_a_replay_that_dies_before_its_mark_is_repeated_and_counts_nothing_twice(
    world: ScoringWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.start()
    told, misplaced = lives(60, seed=9), [event(n) for n in range(1000, 1030)]
    await world.tell(told)
    for lost in misplaced:
        await world.tell_bytes(b"another", encode(lost), home(world, lost.dossier))
    await eventually(world.level_with_sources)
    assert await reasons(world) == {Reason.UNUSABLE: len(misplaced)}
    with monkeypatch.context() as patch:
        patch.setattr(replaying, "_mark", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await replaying.replay(world.settings)
    assert await replaying.replay(world.settings, Reason.UNREADABLE) == {}
    assert await replaying.replay(world.settings) == {Outcome.REPLAYED: len(misplaced)}
    await eventually(world.level_with_sources)
    await assert_exact(world, [*told, *misplaced])
    ends = await kafka.end_offsets(world.settings, topics.DOSSIER_EVENTS)
    assert sum(ends.values()) == len(told) + 3 * len(misplaced)
    assert (await replaying.replay(world.settings), await reasons(world)) == ({}, {})
    assert await kafka.end_offsets(world.settings, topics.DOSSIER_EVENTS) == ends
