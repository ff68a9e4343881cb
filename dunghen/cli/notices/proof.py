"""`dunghen notices audit`: reads raw events, policies, the directory, what people did, and the ledger; says whether every stage has its one
last word, to whom it had to go. In parts (`stories`), so that memory does not grow with the city."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.notices.audit import Known, Report, Rules, compare
from dunghen.cli.notices.course import Times as Times
from dunghen.cli.notices.stories import read_ledger, read_topics, spool_for
from dunghen.cli.notices.told_right import People, Version
from dunghen.cli.policy_topic import read_book
from dunghen.contracts import topics
from dunghen.contracts.policies import PolicyBook
from dunghen.domain.policy import Policy, PolicyError
from dunghen.platform import kafka
from dunghen.platform.clock import clock_from
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import StoreError

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """`slack`: seconds of the city's time for which alerts may have been away or behind; `rules`: alerts' own settings as they are."""

    as_json: bool = False
    slack: int = 600
    rules: Rules = field(default_factory=Rules)


async def audit(folder: DataFolder, wanted: Wanted, say: Say) -> int:
    """0 where nothing is missing, too much, double, wrong or overdue. Raises CommandError."""
    report = await proof_of(folder, wanted)
    if wanted.as_json:
        say(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        for line in report.lines():
            say(line)
    return 1 if report.faults else 0


async def proof_of(folder: DataFolder, wanted: Wanted) -> Report:
    """The comparison itself; the ledger is read last, so that all that it has can be known. Raises CommandError."""
    settings = settings_of(folder)
    try:
        policies = in_force(await read_book(settings))
        with await spool_for(settings) as spool:
            await read_topics(settings, spool)
            people = await _people(settings, real=not (settings.clock_file or folder.clock_file).exists())
            now = now_of(folder, settings)
            since = await read_ledger(settings, spool)
            times = Times(now if since is None else since, now, wanted.slack)
            return compare(spool.stories(), Known(policies, people, times, wanted.rules))
    except (kafka.Unreachable, kafka.MissingTopic) as fault:
        raise CommandError(f"Kafka of {folder.path}: {fault}") from None
    except StoreError as fault:
        raise CommandError(f"alerts has no ledger in {folder.path}: {fault}") from None


def now_of(folder: DataFolder, settings: PlatformSettings) -> int:
    """The instant of the city's clock."""
    return clock_from(settings.clock_file).seconds() if settings.clock_file else folder.clock().seconds()


async def _people(settings: PlatformSettings, *, real: bool) -> Sequence[Version]:
    people = People(real)
    await kafka.read_all(settings, (topics.PEOPLE, 0), people.take)
    return people.versions()


def in_force(book: PolicyBook) -> Sequence[tuple[int, Policy]]:
    """Every policy that was one, with the instant of the city's clock at which it was applied. Raises CommandError for none."""
    applied = {version: max(r.applied_at for r in book.records.values() if r.version == version) for version in book.versions}
    found = []
    for version, at in applied.items():
        try:
            found.append((at, book.at(version)))
        except (LookupError, PolicyError):
            continue
    if not found:
        raise CommandError("no policy has been applied yet")
    return found
