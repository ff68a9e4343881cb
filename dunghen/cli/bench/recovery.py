"""`bench recovery`: a process that holds many dossiers is killed; how soon its successor serves, and what a dossier costs in memory."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

from dunghen.cli.bench.bed import Bed, bed
from dunghen.cli.bench.events import Dossiers
from dunghen.cli.bench.measure import Stopwatch, median_of, usage
from dunghen.cli.bench.scoring import SERVICE, reach
from dunghen.contracts import topics
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock

PROBES = 1000
TAKEOVERS = 3  # of the same state, each after a kill
# Few rounds: a day's counters are written anew in every round, and in a living city compaction has removed all but the last.
IN_FEW_ROUNDS = {"DUNGHEN_FOLD_SHORTEST": "5", "DUNGHEN_FOLD_LONGEST": "5"}


async def recovery(count: int, say: Callable[[str], object]) -> dict[str, float]:
    """One run with `count` dossiers, told dossier by dossier, so that the state's topic holds hardly more than one record of each; the
    medians of TAKEOVERS.

    `events` are the dossiers taken over; the time from the kill to the durable write of what came meanwhile, start-up and the group's
    session timeout included; `takeover_seconds`: of that, fence, load and count of all partitions, as the process says itself.
    `bytes_per_dossier`: the successor's memory, less that of a process that holds next to nothing.
    """
    async with bed() as made:
        policy = await made.policy()
        dossiers = Dossiers(policy, policy.zone.day_of(RealClock().seconds()), count)
        probes = list(itertools.islice(dossiers.opening(), PROBES))  # said again: the same states
        await made.put(probes)
        with made.service(SERVICE) as process:
            await reach([process], PROBES)
            empty_mb = usage(process.pid).rss_mb
        await made.put(dossiers.whole())
        say(f"{count} dossiers with {count + dossiers.later_count} events are in the topic")
        with made.service(SERVICE, **IN_FEW_ROUNDS) as first:
            await reach([first], count + dossiers.later_count, say)
            say("they are held; killing the process that holds them")
            first.kill()
        say(f"their state is in {await _state_records(made)} records")
        runs = []
        for _ in range(TAKEOVERS):
            runs.append(await _taken_over(made, dossiers, empty_mb))
            say(f"taken over, and killed again: {runs[-1]}")
        return median_of(runs)


async def _taken_over(made: Bed, dossiers: Dossiers, empty_mb: float) -> dict[str, float]:
    with made.service(SERVICE) as second:
        watch = Stopwatch([second.pid])
        watch.start()
        await made.put(itertools.islice(dossiers.opening(), PROBES))
        await reach([second], PROBES)
        figures = watch.result(dossiers.count)
        second.kill()
    takeover, kept = last_takeover(made), (figures["rss_mb"] - empty_mb) * 1e6 / dossiers.count
    return {**figures, "takeover_seconds": takeover, "bytes_per_dossier": round(kept, 1)}


async def _state_records(made: Bed) -> dict[str, int]:
    """By topic, with what compaction has not removed yet."""
    return {t: sum((await kafka.end_offsets(made.settings, t)).values()) for t in (topics.DOSSIERS, topics.UNIT_DAYS, topics.UNIT_SCORES)}


def last_takeover(made: Bed, program: str = SERVICE) -> float:
    """Seconds that the last process needed from its assignment to serving, from its log."""
    lines = [line for line in made.log(program).read_text().splitlines() if "partitions_held" in line]
    held = [found for found in map(json.loads, lines) if found["new"]]
    return float(held[-1]["seconds"])
