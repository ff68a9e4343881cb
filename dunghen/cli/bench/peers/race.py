"""`bench scoring --peers`: ours and the peers on the same events of the same bed; whoever counts something else fails the bench."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dunghen.cli.bench.bed import Bed, bed
from dunghen.cli.bench.measure import line, median_of
from dunghen.cli.bench.peers.job import Counts, counts_of, differences, share
from dunghen.cli.bench.scoring import score_all
from dunghen.cli.data_folder import CommandError
from dunghen.cli.policy_topic import read_book
from dunghen.cli.programs import INTERPRETER
from dunghen.contracts import topics
from dunghen.contracts.cells import CellKey, decode_cell, parse_key
from dunghen.contracts.messages import decode_event
from dunghen.domain.marks import EARLY, LATE, ON_DAY, RECEIVED
from dunghen.domain.policy import Policy
from dunghen.domain.record import fold
from dunghen.platform import kafka

OURS = "dunghen"
SLOW_EVENTS = 20_000
PEER_SECONDS = 300
Ends = dict[int, int]


@dataclass(frozen=True, slots=True)
class Peer:
    """One system: its module here, and the most events that it gets (None: all)."""

    name: str
    module: str
    most: int | None = None


PEERS = (
    Peer("aiokafka, getmany and decode only", "floor"),
    Peer("aiokafka, the job in a dict, nothing durable", "bare"),
    Peer("quixstreams, dossiers in state", "quix_state"),
    Peer("faust per event, tables", "faust_table", SLOW_EVENTS),
)


@dataclass(frozen=True, slots=True)
class Finish:
    """What one system did. `counts` None: it only read."""

    system: str
    ends: Ends
    figures: dict[str, float]
    counts: Counts | None
    taken_back: int | None = None  # None: it does not say


def run(count: int, runs: int, say: Callable[[str], None]) -> None:
    """One JSON line a system, each figure the median of its runs, then the ratios. Raises CommandError where counts differ."""
    if importlib.util.find_spec("quixstreams") is None:
        raise CommandError("quixstreams is not installed: pip install 'dunghen[bench]', in an environment of its own (docs/performance.md)")
    found: dict[str, list[dict[str, float]]] = {}
    for _ in range(runs):
        for finish in asyncio.run(_race(count)):
            found.setdefault(finish.system, []).append(finish.figures)
    medians = {system: median_of(figures) for system, figures in found.items()}
    for system, figures in medians.items():
        say(line("scoring", system, {**figures, "runs": runs}))
    say(json.dumps({"bench": "scoring", "dunghen_against": ratios(medians)}))


def ratios(medians: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Ours against each peer: `throughput` > 1 means that we are faster, `cpu` > 1 that we use less for an event."""
    ours = medians[OURS]
    return {
        system: {
            "throughput": round(ours["events_per_second"] / figures["events_per_second"], 2),
            "cpu": round(figures["cpu_us_per_event"] / ours["cpu_us_per_event"], 2),
        }
        for system, figures in medians.items()
        if system != OURS
    }


async def _race(count: int) -> list[Finish]:
    """One run on a fresh bed, one system after another, each checked against the batch path over the same events."""
    async with bed() as made:
        await made.fill(count)
        ends = await kafka.end_offsets(made.settings, topics.DOSSIER_EVENTS)
        policy = (await read_book(made.settings)).latest
        wanted: dict[int, Counts] = {}
        finishes = []
        async for finish in _finishes(made, ends):
            size = sum(finish.ends.values())
            if size not in wanted:
                wanted[size] = await batch_counts(made, finish.ends, policy)
            check(finish, wanted[size])
            finishes.append(finish)
        return finishes


async def _finishes(made: Bed, ends: Ends) -> AsyncIterator[Finish]:
    figures = await score_all(made, sum(ends.values()))
    yield Finish(OURS, ends, figures, await our_counts(made))
    for peer in PEERS:
        cut = prefix(ends, peer.most)
        told = await _told(made, peer, cut)
        yield Finish(peer.name, cut, told["figures"], told["counts"], told["taken_back"] if told["counts"] is not None else None)


def prefix(ends: Ends, most: int | None) -> Ends:
    """The first events of each partition, about `most` in all."""
    total = sum(ends.values())
    return dict(ends) if most is None or total <= most else {partition: end * most // total for partition, end in ends.items()}


def check(finish: Finish, wanted: Counts) -> None:
    """Raises CommandError where the counts differ, or where the events do not try what a system must be able to do."""
    if not all(sum(numbers[place] for numbers in wanted.values()) for place in (0, 1, 2)):
        raise CommandError("these events do not have both on-time and late dossiers: take more")
    if finish.counts is None:
        return
    if wrong := differences(wanted, finish.counts):
        raise CommandError(f"{finish.system} counts otherwise in {len(wrong)} units: {'; '.join(wrong[:3])}")
    if finish.taken_back == 0:
        raise CommandError(f"{finish.system} never had to take anything back: take more events")


async def _told(made: Bed, peer: Peer, ends: Ends) -> dict[str, Any]:
    """Runs the process of a peer and gives its last line."""
    own = {"DUNGHEN_KAFKA": made.settings.kafka, "DUNGHEN_DATA": str(made.folder), "PYTHONWARNINGS": "ignore"}
    process = await asyncio.create_subprocess_exec(
        INTERPRETER,
        "-m",
        f"dunghen.cli.bench.peers.{peer.module}",
        json.dumps(ends),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **own},
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), PEER_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise CommandError(f"{peer.name} has not come to the end of its events within {PEER_SECONDS} s: it must have lost some") from None
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode or not out:
        raise CommandError(f"{peer.name} ended with {process.returncode}: {err.decode(errors='replace')[-2000:]}")
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    return told


async def our_counts(made: Bed) -> Counts:
    """What our scoring has written: the newest cells of `unit-days`, all days of a unit together."""
    cells: dict[CellKey, list[int]] = {}

    def take(key: bytes | None, value: bytes | None, *_: int) -> None:
        parsed = parse_key(key or b"")
        if isinstance(parsed, CellKey):
            cells[parsed] = decode_cell(value) if value else []

    for partition in range(made.settings.partitions):
        await kafka.read_all(made.settings, (topics.UNIT_DAYS, partition), take)
    counts: Counts = {}
    for key, c in cells.items():
        if c:
            sums = counts.setdefault(key.unit, [0, 0, 0])
            counts[key.unit] = [a + b for a, b in zip(sums, (c[RECEIVED], c[EARLY] + c[ON_DAY], c[LATE]), strict=True)]
    return counts


async def batch_counts(made: Bed, ends: Ends, policy: Policy) -> Counts:
    """The same events by the batch path: every dossier's last state, counted once."""
    dossiers: dict[bytes, bytes] = {}
    for partition, end in ends.items():

        def take(key: bytes | None, value: bytes | None, offset: int, _: int, end: int = end) -> None:
            if key is not None and offset < end:
                dossiers[key] = fold(dossiers.get(key), decode_event(value or b"")) or dossiers[key]

        await kafka.read_all(made.settings, (topics.DOSSIER_EVENTS, partition), take)
    return counts_of(share(record, policy.rules) for record in dossiers.values())
