"""Sending dead letters again: the events first, then the marks that say so."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from dunghen.cli.dead_letters.letters import Decision, Outcome, decide_replay, read_letters
from dunghen.contracts import topics
from dunghen.contracts.dead_letters import Origin, origin_of
from dunghen.contracts.messages import DeadLetter, DossierEvent, encode
from dunghen.platform import kafka
from dunghen.platform.fenced import Writer
from dunghen.platform.settings import PlatformSettings

AT_ONCE = 500  # letters from one mark to the next: so many events at most stand twice where the command is killed in between


async def replay(settings: PlatformSettings, reason: str = "") -> Counter[Outcome]:
    """Appends the events of open letters to `dossier-events` again, where this release can use them; gives what became of how many.

    A repetition does nothing: what was replayed is marked. An event that stands twice changes no number. Of two replays at once the first
    loses its fence (raises Fenced). Raises Unreachable, MissingTopic.
    """
    writer, outcomes = Writer(settings, "dead-letters"), Counter[Outcome]()
    await writer.start()
    try:
        letters = [letter for letter in await read_letters(settings, reason) if not letter.replayed_as]
        async with kafka.started(kafka.producer(settings), settings) as producer:
            for start in range(0, len(letters), AT_ONCE):
                decided = await _decide(settings, letters[start : start + AT_ONCE])
                outcomes.update(decision.outcome for _, decision in decided)
                usable = [(letter, decision.event) for letter, decision in decided if decision.event is not None]
                places = await asyncio.gather(*[_append(settings, producer, event) for _, event in usable])
                await _mark(writer, [msgspec.structs.replace(of, replayed_as=str(at)) for (of, _), at in zip(usable, places, strict=True)])
    finally:
        await writer.stop()
    return outcomes


async def _decide(settings: PlatformSettings, letters: Sequence[DeadLetter]) -> list[tuple[DeadLetter, Decision]]:
    wanted: dict[kafka.Place, list[int]] = defaultdict(list)
    for letter in letters:
        if letter.event is None:
            wanted[letter.topic, letter.partition].append(letter.offset)
    values: dict[Origin, bytes | None] = {}
    for (topic, partition), offsets in wanted.items():
        for offset, record in (await kafka.read_at(settings, (topic, partition), offsets)).items():
            values[Origin(topic, partition, offset)] = record.value
    return [(letter, decide_replay(letter, values.get(origin_of(letter)))) for letter in letters]


async def _append(settings: PlatformSettings, producer: Any, event: DossierEvent) -> Origin:
    """As ingest writes it. Gives where it stands now, once Kafka has acknowledged it."""
    topic, key = topics.DOSSIER_EVENTS, event.dossier.encode()
    partition = topics.partition_of(event.dossier, settings.partitions)
    stored = await (await producer.send(settings.named(topic), encode(event), key=key, partition=partition))
    return Origin(topic, stored.partition, stored.offset)


async def _mark(writer: Writer, letters: Sequence[DeadLetter]) -> None:
    batches: dict[kafka.Place, list[tuple[bytes, bytes | None]]] = defaultdict(list)
    for letter in letters:
        batches[topics.DEAD_LETTERS, letter.partition].append((str(origin_of(letter)).encode(), encode(letter)))
    await writer.write(batches)
