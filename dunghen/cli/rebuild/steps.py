"""The steps of `dunghen rebuild`, each harmless when repeated: whatever ended it, the same command goes on.

In this order: before the last step some topic still has its former count, and neither `up` nor `prepare` starts anything.
"""

from __future__ import annotations

from collections.abc import Callable

from dunghen.cli.city_redis import city_redis
from dunghen.cli.data_folder import CommandError
from dunghen.cli.policy_topic import newest_version, publish
from dunghen.cli.rebuild.copying import copy_foreign
from dunghen.contracts import topics
from dunghen.contracts.board import BOARD
from dunghen.domain.marks import COUNTED
from dunghen.platform import kafka
from dunghen.platform.clock import Clock
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import StoreTakenError, open_store

Say = Callable[[str], None]
DERIVED = (topics.DOSSIERS, topics.UNIT_DAYS, topics.UNIT_SCORES)
GROUPS = {"scoring": (topics.DOSSIER_EVENTS, topics.UNIT_DAYS), "alerts": (topics.DOSSIERS,), "api-projector": (topics.UNIT_SCORES,)}


async def rebuild(settings: PlatformSettings, partitions: int | None, clock: Clock, say: Say) -> int:
    """Gives the count of partitions with which the services are to be started. `partitions`: None leaves it as it is.

    Raises CommandError where somebody is at work or there would be fewer than now, Unreachable, MissingTopic.
    """
    await nobody_at_work(settings)
    standing = len(await kafka.end_offsets(settings, topics.DOSSIER_EVENTS))
    count = partitions or max(settings.partitions, standing)
    if count < standing:
        raise CommandError(f"there are {standing} partitions: Kafka can add some and never take one away")
    then = settings.model_copy(update={"partitions": count})
    await kafka.add_partitions(then, [topics.DOSSIER_EVENTS], count)
    say(f"events copied to the partitions where they count now: {await copy_foreign(then)}")
    if await newest_version(then):
        version = await publish(then, {"counters": COUNTED}, reason=f"everything counted anew in {count} partitions", at=clock.seconds())
        say(f"policy version {version} published, with what was in force")
    await _forget(then)
    await _begin_anew(then)
    say(f"derived topics begin anew; every topic has {count} partitions")
    return count


async def nobody_at_work(settings: PlatformSettings) -> None:
    """Raises CommandError where scoring, alerts or the projector is still a member of its group."""
    at_work = [group for group, count in (await kafka.members(settings, GROUPS)).items() if count]
    if at_work:
        raise CommandError(f"stop all services first: members of {', '.join(at_work)} are still there (one that was killed: wait 10 s)")


async def _forget(settings: PlatformSettings) -> None:
    """The read model goes on behind nothing of the derived topics, and keeps its history; the live view is built anew."""
    try:
        store = open_store(settings, "api")
    except StoreTakenError as fault:
        raise CommandError(f"stop all services first: {fault}") from None
    try:
        await store.prepare(())
        await store.forget(DERIVED)
    finally:
        await store.close()
    async with city_redis(settings) as client:
        await client.delete(*(settings.named(key) for key in BOARD))


async def _begin_anew(settings: PlatformSettings) -> None:
    described = topics.all_topics(settings.partitions)
    replicas = await kafka.replicas(settings, topics.DOSSIER_EVENTS)
    await kafka.remove_topics(settings, DERIVED)
    await kafka.ensure_topics(settings, {name: (described[name].partitions, described[name].config) for name in DERIVED}, replicas)
    await groups_begin_anew(settings)
    rest = [name for name, topic in described.items() if name not in DERIVED and topic.partitions > 1]
    await kafka.add_partitions(settings, rest, settings.partitions)


async def groups_begin_anew(settings: PlatformSettings) -> None:
    """Every group goes on at the first record of topics that were made anew."""
    for group, of in GROUPS.items():
        await kafka.commit(settings, group, {(topic, p): 0 for topic in of for p in range(settings.partitions)})
