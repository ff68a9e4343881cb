"""Everything is told many times and in the wrong order, some of it too early or much too late: the end is that of an orderly feed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
import pytest

from dunghen.contracts.messages import DIGITISED, E_RESULT, FEE, PAID_ONLINE, DossierEvent, decode_event
from dunghen.contracts.topics import DOSSIER_EVENTS
from dunghen.platform.kafka import read_all
from dunghen.platform.settings import PlatformSettings
from tests.e2e.running_city import HANOI, stamp
from tests.eventually import eventually
from tests.faults.form import long_or_short
from tests.faults.load import BATCH
from tests.faults.stories import EVENTS, Item
from tests.faults.world import FaultWorld
from tests.integration.recompute.nasty_events import DAY, POLICY, START, Maker
from tests.integration.scoring.scoring_world import ScoringWorld
from tests.integration.scoring.test_scoring_process import assert_exact

NOW = START + 80 * DAY  # everything that is told at first lies before it
GAP = (START + 9 * DAY, START + 12 * DAY)  # of some dossiers nothing of these days comes before the end
DOSSIERS = long_or_short(1000, 50)
SHARES = {1: 60, 2: 20, 5: 14, 20: 4, 50: 2}  # how often a thing is told


def distinct(events: Iterable[DossierEvent]) -> list[DossierEvent]:
    """No two events of a dossier at the same second: between those the order of arrival would decide, which is what is shuffled here."""
    taken: set[tuple[str, int]] = set()
    found = list(events)
    for event in found:
        while (event.dossier, event.occurred_at) in taken:
            event.occurred_at += 1
        taken.add((event.dossier, event.occurred_at))
    return found


def item(event: DossierEvent, names: dict[str, str]) -> Item:
    """As a CloudEvent with its own time, which makes a statement's place among the others independent of its arrival."""
    body = {
        "specversion": "1.0",
        "id": event.id,
        "source": "/H17",
        "type": f"vn.dunghen.dossier.{event.kind}",
        "time": at(event.occurred_at).isoformat(),
        "data": {"MaHoSo": event.dossier, **_DATA[event.kind](event, names)},
    }
    return Item(EVENTS, event.dossier, body)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone(HANOI)


def date(seconds: int) -> str:
    return stamp(at(seconds)) if seconds else ""


def _statement(event: DossierEvent, names: dict[str, str]) -> dict[str, Any]:
    supplements = zip(event.steps[::2], event.steps[1::2], strict=True)
    return {
        "TrangThaiHoSo": str(event.status),
        "DonViXuLy": names[event.unit],
        "MaTTHC": f"1.{event.procedure}",
        "KenhThucHien": str(event.channel or ""),
        "NgayTiepNhan": date(event.received),
        "NgayHenTra": date(event.due),
        "NgayTuChoi" if event.status == 3 else "NgayKetThucXuLy": date(event.ended),
        "NgayTra": date(event.returned),
        "DuocThanhToanTrucTuyen": "1" if event.flags & PAID_ONLINE else "0",
        "HoSoCoThanhPhanSoHoa": "1" if event.flags & DIGITISED else "0",
        "DanhSachLePhi": [{}] if event.flags & FEE else [],
        "DanhSachGiayToKetQua": [{}] if event.flags & E_RESULT else [],
        "DanhSachHoSoBoSung": [{"NgayBoSung": date(asked[1]), "NgayTiepNhanBoSung": date(given[1])} for asked, given in supplements],
    }


_DATA: dict[str, Callable[[DossierEvent, dict[str, str]], dict[str, Any]]] = {
    "synced": _statement,
    "progressed": lambda event, _: {"ThoiDiemXuLy": date(event.occurred_at), "TrangThai": str(event.status)},
    "retracted": lambda *_: {},
}


@dataclass
class Feed:
    """A sender at its worst. `rng` decides how often and in which order."""

    world: FaultWorld
    rng: Random
    names: dict[str, str]
    told: int = 0

    def tell(self, events: Iterable[DossierEvent]) -> None:
        """Each 1 to 50 times, within seven days of its place."""
        often = [event for event in events for _ in range(self.rng.choices(list(SHARES), list(SHARES.values()))[0])]
        often.sort(key=lambda event: event.occurred_at + self.rng.uniform(-7 * DAY, 7 * DAY))
        self.world.load.tell_all([item(event, self.names) for event in often])
        self.told += len(often)

    def refused(self, events: list[DossierEvent]) -> int:
        """How many of them are not taken, each as one that lies in the future."""
        count = 0
        for begin in range(0, len(events), BATCH):
            bodies = [item(event, self.names).body for event in events[begin : begin + BATCH]]
            kind = {"content-type": "application/cloudevents-batch+json"}
            results = httpx.post(self.world.ingest + EVENTS, json=bodies, headers=kind, timeout=60).json().get("results", ())
            count += sum((line["accepted"], line["code"]) == (False, "IN_THE_FUTURE") for line in results)
        return count


async def kept_once(settings: PlatformSettings) -> list[DossierEvent]:
    """What `dossier-events` holds, each as it arrived first, in the order in which it happened."""
    found: dict[str, DossierEvent] = {}

    def take(_: bytes | None, value: bytes | None, *__: int) -> None:
        event = decode_event(value or b"")
        found.setdefault(event.id, event)

    for partition in range(settings.partitions):
        await read_all(settings, (DOSSIER_EVENTS, partition), take)
    return sorted(found.values(), key=lambda event: event.occurred_at)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_whatever_the_order_and_however_often_the_end_is_that_of_an_orderly_feed(
    make_world: Callable[..., FaultWorld], report: Callable[..., None]
) -> None:
    world = make_world()
    procedures = [{**known, "code": f"1.{known['code']}"} for known in POLICY["procedures"]["procedures"]]  # a code of the wire has digits
    world.apply(calendar=POLICY["calendar"], rules=POLICY["rules"], procedures={"procedures": procedures})
    world.set_clock(NOW, speed=0)
    world.start(scoring=2)
    feed = Feed(world, world.rng, world.units)
    events = distinct(Maker(world.seed, list(world.units)).dossiers(DOSSIERS))
    early = world.rng.sample(events, len(events) // 10)
    for event in early:
        event.occurred_at = NOW + 601 + world.rng.randrange(7 * DAY)
    distinct(early)
    late = [event for event in events if GAP[0] <= event.occurred_at < GAP[1] and world.rng.random() < 0.7]
    rest = [event for event in events if event not in early and event not in late]
    assert {event.kind for event in events} == {"synced", "progressed", "retracted"}

    feed.tell(rest)
    assert feed.refused(early) == len(early)
    feed.tell(late)
    world.set_clock(NOW + 8 * DAY, speed=0)
    eventually(lambda: feed.refused(early[:1]) == 0, within=240, what="the clock seen by ingest")
    feed.tell([*early, *world.rng.sample(rest, len(rest) // 5)])

    world.settle()
    once = asyncio.run(kept_once(world.settings))
    assert len(once) == len(events)
    asyncio.run(assert_exact(ScoringWorld(world.settings, world.folder), once))
    report(dossiers=DOSSIERS, events=len(events), deliveries=feed.told, **{"too early": len(early), "much too late": len(late)})
