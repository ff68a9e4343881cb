"""Partitions are added to a living city and everything is counted anew: nothing changes but the count of partitions."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dunghen.cli.city_settings import running_settings
from dunghen.cli.data_folder import DataFolder
from dunghen.contracts import topics
from dunghen.contracts.messages import Notice, decode_notice
from dunghen.contracts.topics import DOSSIER_EVENTS, NOTICES
from dunghen.platform import kafka
from tests.e2e.mail_server import MailServer
from tests.e2e.running_city import RunningCity, dossier, stamp
from tests.eventually import eventually

pytestmark = pytest.mark.timeout(1800)
MONDAY_9_00 = "2026-11-16T09:00"
BEFORE, AFTER = 4, 6
GUARD = 300  # seconds: a wait that is longer hangs
HAI_CHAU, AN_KHE = "20242", "20305"
FIGURES = ("numerator", "denominator", "received", "finished", "counts", "pending", "overdue", "paused", "value", "rank", "trend")


@dataclass
class Growing:
    """A city with few partitions, and what a test tells it and sees of it."""

    city: RunningCity
    mail: MailServer
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def now(self) -> datetime:
        return DataFolder(self.city.data).clock().now().astimezone(UTC)

    def due(self, **in_: float) -> dict[str, Any]:
        """A dossier of Hải Châu, received an hour ago and due in so long."""
        now = self.now()
        times = {"NgayNopHoSo": stamp(now - timedelta(hours=2)), "NgayTiepNhan": stamp(now - timedelta(hours=1))}
        return dossier(f"H17.31.01-261116-{next(self._numbers):05d}", **times, NgayHenTra=stamp(now + timedelta(**in_)))

    def tell(self, *dossiers: dict[str, Any]) -> None:
        assert self.city.post(*dossiers).status_code == 200

    def figures(self, **query: str) -> dict[str, dict[str, Any]]:
        """Of every unit, and of the city under its own code."""
        shown = self.city.map(**query)
        return {row["code"]: {name: row[name] for name in FIGURES} for row in [*shown["units"], shown["city"]]}

    def reconciled(self) -> bool:
        return "\n0 differences" in self.city.command("reconcile").stdout

    def rebuild(self, *words: str) -> str:
        """Ctrl-C, `rebuild`, `up`; gives what `rebuild` said."""
        self.city.stop()
        said = self.city.command("rebuild", *words).stdout
        self.city.start()
        return said

    def refused(self, *words: str) -> str:
        """What `rebuild` says where it does nothing."""
        done = self.city.command("rebuild", *words, check=False)
        assert done.returncode == 1
        return done.stderr

    def notices(self) -> list[Notice]:
        """Everything in the topic, in the order of its partitions."""
        settings, found = running_settings(DataFolder(self.city.data)), list[Notice]()
        for partition in range(settings.partitions):
            asyncio.run(kafka.read_all(settings, (NOTICES, partition), lambda _, value, *__: found.append(decode_notice(value or b""))))
        return found

    def events(self) -> dict[int, int]:
        """Records of `dossier-events` by partition."""
        return asyncio.run(kafka.end_offsets(running_settings(DataFolder(self.city.data)), DOSSIER_EVENTS))


@pytest.fixture
def growing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Growing]:
    monkeypatch.setenv("DUNGHEN_PARTITIONS", str(BEFORE))
    monkeypatch.setenv("DUNGHEN_HISTORY_SECONDS", "0.5")
    mail = MailServer().start()
    city = RunningCity(tmp_path / "city", ("--city", "danang", "--clock", MONDAY_9_00), env=mail.as_environment()).start()
    city.options = ("--city", "danang")
    try:
        yield Growing(city, mail)
    finally:
        city.stop()
        mail.stop()


def a_past(world: Growing) -> None:
    """Forty dossiers; one moves, one ends and is opened again, one is told of as overdue."""
    now, told = world.now(), [world.due(days=3) for _ in range(40)]
    moved, reopened, breached = told[0], told[1], world.due(seconds=4)
    world.tell(*told, breached)
    world.tell({**reopened, "TrangThaiHoSo": "9", "NgayKetThucXuLy": stamp(now)}, {**moved, "DonViXuLy": "UBND phường An Khê"})
    eventually(lambda: world.city.unit(HAI_CHAU)["finished"] == 1, within=GUARD)
    world.tell(reopened)
    eventually(lambda: [n for n in world.notices() if n.stage == "breach" and n.state == "delivered"], within=GUARD)
    eventually(lambda: [world.city.unit(HAI_CHAU)[name] for name in ("received", "finished", "pending")] == [40, 0, 40], within=GUARD)
    eventually(lambda: world.city.unit(AN_KHE)["received"] == 1, within=GUARD)


def test_added_partitions_change_no_figure_no_history_and_no_notice(growing: Growing) -> None:
    a_past(growing)
    growing.city.until_history_is_level()
    known_at = growing.now().isoformat()
    figures, known, mails = growing.figures(), growing.figures(known_at=known_at), growing.mail.times_by_message_id()
    raw = sum(growing.events().values())

    assert "in use" in growing.refused()
    assert "copied" in growing.rebuild("--partitions", str(AFTER))
    copied = growing.events()
    assert len(copied) == AFTER
    assert sum(copied.values()) > raw
    assert growing.figures() == figures
    assert growing.figures(known_at=known_at) == known
    assert growing.reconciled()

    more = [growing.due(days=3) for _ in range(12)]
    assert len({topics.partition_of(one["MaHoSo"], AFTER) for one in more}) > 2
    growing.tell(*more)
    eventually(lambda: growing.city.unit(HAI_CHAU)["received"] == 52, within=GUARD)
    grown = growing.figures()

    growing.city.stop()
    assert "never take one away" in growing.refused("--partitions", str(BEFORE))
    growing.rebuild()
    again = sum(growing.events().values()) - sum(copied.values()) - 12
    assert 0 <= again <= sum(copied.values()) - raw  # what is copied twice changes no number
    assert growing.figures() == grown
    assert growing.figures(known_at=known_at) == known
    assert growing.reconciled()
    told_once(growing, mails)


def told_once(world: Growing, mails: Counter[str]) -> None:
    """Nobody heard anything twice, nobody who was to hear something was forgotten, nor is anything said of it that is not so."""
    last = world.due(seconds=3)
    world.tell(last)
    found = eventually(lambda: (n := world.notices()) and _delivered(n, last["MaHoSo"]) and n, within=GUARD)
    times = world.mail.times_by_message_id()
    assert max(times.values()) == 1
    assert mails.keys() < times.keys()
    assert len(times) == len(mails) + 1
    assert len({(n.dossier, n.stage, n.unit) for n in found}) == len({n.key for n in found}) == len(times)


def _delivered(notices: list[Notice], of: str) -> bool:
    return any(n.dossier == of and n.stage == "breach" and n.state == "delivered" for n in notices)
