"""`dunghen notices audit`: reads raw events, policies, what people did, and the ledger; says whether every stage has its one last word."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.notices.audit import Ledger, Report, Rules, compare
from dunghen.cli.notices.course import Times as Times
from dunghen.cli.notices.course import by_dossier, course_of
from dunghen.cli.policy_topic import read_book
from dunghen.cli.recompute.events import EventTable
from dunghen.contracts import topics
from dunghen.contracts.messages import DossierEvent, Notice, decode_notice
from dunghen.contracts.people import decode_action
from dunghen.contracts.policies import PolicyBook
from dunghen.domain.manners import Action
from dunghen.domain.policy import Policy, PolicyError
from dunghen.platform import kafka
from dunghen.platform.clock import clock_from
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import Query, Store, StoreError, open_store

Say = Callable[[str], None]
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """`slack`: seconds of the city's time for which alerts may have been away or behind; `rules`: alerts' own settings as they are."""

    as_json: bool = False
    slack: int = 600
    rules: Rules = field(default_factory=Rules)


@dataclass
class Told(EventTable):
    """The events that count, as they stand: within a partition in their order."""

    events: list[DossierEvent] = field(default_factory=list)

    def add(self, partition: int, offset: int, event: DossierEvent) -> None:
        self.events.append(event)


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
        book = await read_book(settings)
        events = await _events(settings)
        actions, said = await _actions(settings), await _said(settings)
        now = clock_from(settings.clock_file).seconds() if settings.clock_file else folder.clock().seconds()
        rows, since = await _outbox(settings)
    except (kafka.Unreachable, kafka.MissingTopic) as fault:
        raise CommandError(f"Kafka of {folder.path}: {fault}") from None
    except StoreError as fault:
        raise CommandError(f"alerts has no ledger in {folder.path}: {fault}") from None
    times = Times(now if since is None else since, now, wanted.slack)
    policies = in_force(book)
    courses = (course_of(dossier, told, policies, times) for dossier, told in by_dossier(events).items())
    return compare(courses, Ledger(rows, said, actions), (policies[-1][1], times, wanted.rules))


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


async def _events(settings: PlatformSettings) -> list[DossierEvent]:
    table = Told(partitions=settings.partitions)

    def take(partition: int) -> kafka.Take:
        return lambda key, value, offset, _: table.add_record(partition, offset, (key, value))

    for partition in range(settings.partitions):
        await kafka.read_all(settings, (topics.DOSSIER_EVENTS, partition), take(partition))
    return table.events


async def _said(settings: PlatformSettings) -> list[Notice]:
    found: list[Notice] = []
    for partition in range(topics.all_topics(settings.partitions)[topics.NOTICES].partitions):
        await kafka.read_all(settings, (topics.NOTICES, partition), lambda _, value, *__: found.append(decode_notice(value or b"")))
    return found


async def _actions(settings: PlatformSettings) -> Mapping[str, Sequence[Action]]:
    found: dict[str, list[Action]] = {}

    def take(_: bytes | None, value: bytes | None, *__: int) -> None:
        try:
            said = decode_action(value or b"")
        except msgspec.DecodeError:
            return
        found.setdefault(said.dossier, []).append(Action(said.kind, said.person, said.clock, said.stage, said.at, said.until, said.reason))

    for partition in range(topics.all_topics(settings.partitions)[topics.NOTICE_ACTIONS].partitions):
        await kafka.read_all(settings, (topics.NOTICE_ACTIONS, partition), take)
    return found


async def _outbox(settings: PlatformSettings) -> tuple[list[Notice], int | None]:
    """Every row, and the instant of go-live (None: alerts is off). Its database is only read: alerts may be running."""
    store = open_store(settings, "alerts", read_only=True)
    try:
        live = await store.get("facts", "go_live")
        return await _rows(store), int(live.body["at"]) if live else None
    finally:
        await store.close()


async def _rows(store: Store) -> list[Notice]:
    rows: list[Notice] = []
    after = ""
    while True:
        page: Any = await store.find(Query("notices", limit=AT_ONCE, after=after))
        rows += [msgspec.convert(document.body, Notice) for document in page.documents]
        after = page.after
        if not after:
            return rows
