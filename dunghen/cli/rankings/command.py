"""`dunghen rankings list|publish|withdraw`: a year of a yearly set becomes public, or a draft again (decision 0027).

Each is a version of the policy: the map, the rankings and ingest switch at once, and who did it, when and why is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from dunghen.cli.city_settings import running_settings
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.policy_topic import publish, read_book
from dunghen.cli.recompute.command import facts_from_kafka
from dunghen.contracts.facts import Fact
from dunghen.domain.policy import Policy, PolicyError
from dunghen.domain.publications import Publications, SetYear, publications_body, yearly_of
from dunghen.platform import kafka
from dunghen.platform.fenced import Fenced
from dunghen.platform.settings import PlatformSettings

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become public, or a draft again."""

    of: SetYear
    public: bool
    reason: str = ""


async def show(folder: DataFolder, say: Say) -> None:
    """Every yearly set with its published years. Raises CommandError."""
    policy = await _policy(running_settings(folder), folder)
    for of in policy.indicators.sets.values():
        if of.yearly:
            since = [f"{year} ({_day(policy.publications.at[SetYear(of.code, year)])})" for year in policy.publications.of(of.code)]
            say(f"{of.code:20} published: {', '.join(since) or 'none'}")


async def change(folder: DataFolder, wanted: Change, say: Say) -> None:
    """Publishes or withdraws, and says so. Raises CommandError where there is nothing to publish or nothing would change."""
    settings = running_settings(folder)
    version = await apply(settings, wanted, folder.clock().seconds())
    say(f"{wanted.of.set} {wanted.of.year} is {'public' if wanted.public else 'a draft again'}: version {version} of the policy")


async def apply(settings: PlatformSettings, wanted: Change, at: int) -> int:
    """The same; gives the version. `at`: the city's time. Raises CommandError."""
    try:
        book = await read_book(settings)
        policy = _checked(book.latest, wanted)
        if wanted.public and not await _told(settings, policy, wanted.of):
            raise CommandError(f"nothing was told of {wanted.of.set} in {wanted.of.year}")
        body = publications_body(_changed(policy.publications, wanted, at))
        words = f"{'published' if wanted.public else 'withdrew'} {wanted.of.set} {wanted.of.year}"
        return await publish(settings, {"publications": body}, f"{words}: {wanted.reason}" if wanted.reason else words, at)
    except (kafka.Unreachable, kafka.MissingTopic) as fault:
        raise CommandError(f"Kafka: {fault}") from None
    except (Fenced, LookupError, PolicyError) as fault:
        raise CommandError(str(fault) or "somebody else applied something at the same time: try again") from None


def _changed(publications: Publications, wanted: Change, at: int) -> Publications:
    kept = {one: since for one, since in publications.at.items() if one != wanted.of}
    return Publications({**kept, wanted.of: at} if wanted.public else kept)


def _checked(policy: Policy, wanted: Change) -> Policy:
    of = policy.indicators.sets.get(wanted.of.set)
    if of is None or not of.yearly:
        raise CommandError(f"{wanted.of.set} is no set that is told by years")
    if (wanted.of in policy.publications.at) == wanted.public:
        raise CommandError(f"{wanted.of.set} {wanted.of.year} is {'public already' if wanted.public else 'not public'}")
    return policy


async def _told(settings: PlatformSettings, policy: Policy, wanted: SetYear) -> bool:
    """Whether any points that count were told."""
    facts = (told for _, _, told in (await facts_from_kafka(settings)).placed if isinstance(told, Fact))
    return any(not fact.stage and yearly_of(policy.indicators, fact.code, fact.period) == wanted for fact in facts)


async def _policy(settings: PlatformSettings, folder: DataFolder) -> Policy:
    try:
        return (await read_book(settings)).latest
    except (kafka.Unreachable, kafka.MissingTopic, LookupError) as fault:
        raise CommandError(f"Kafka of {folder.path}: {fault}") from None


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
