"""Mail server, push service and a webhook's receiver go away, fall deaf and grow slow under load, all at once: notices are kept and each
goes out once when they are back, what ended meanwhile is not told, and the map does not notice."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import secrets
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dunghen.contracts import topics
from dunghen.contracts.messages import Notice, decode_notice
from dunghen.contracts.people import PersonRecord, PostRecord, encode_person
from dunghen.contracts.subscriptions import Subscription, encode_subscription
from dunghen.platform import kafka
from dunghen.platform.local.servers import free_port
from tests.e2e.running_city import COMMAND, dossier, stamp
from tests.eventually import eventually
from tests.faults.attack import PATIENCE, Attack
from tests.faults.form import long_or_short
from tests.faults.stories import STEP, WHOLE, Item, instant
from tests.faults.tcp_proxy import TcpProxy
from tests.faults.test_killed_alerts import Mails
from tests.faults.test_redis_and_store import AWAY_SECONDS, Reader, pause
from tests.faults.world import MONDAY_8_00, FaultWorld
from tests.http_receiver import HttpReceiver
from tests.smtp_server import SmtpServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
OPENS = MONDAY_8_00 + 3600  # the first of ours is due then
EACH_ROUND = long_or_short(200, 16)  # dossiers that fall due in it, one after the other
MINUTE = 60
DIGEST_MINUTES = 10
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
CODE = re.compile(r"H17\.31\.03-261116-\d{5}")


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Ends:
    """A real SMTP server and a real HTTP server for the two other channels, each behind a way that can be cut, deafened and slowed."""

    mails: Mails = field(default_factory=lambda: Mails(code=CODE))
    http: HttpReceiver = field(default_factory=HttpReceiver)
    ways: list[TcpProxy] = field(default_factory=list)

    @contextmanager
    def open(self) -> Iterator[Ends]:
        with SmtpServer(self.mails, self.mails.port), self.http.listening():
            self.ways = [TcpProxy(free_port(), port).start() for port in (self.mails.port, self.http.port)]
            try:
                yield self
            finally:
                for way in self.ways:
                    way.stop()

    def each(self, what: Callable[[TcpProxy], object]) -> None:
        for way in self.ways:
            what(way)

    def mend(self) -> None:
        for way in self.ways:
            way.shut(False)
            way.unmute()
            way.delay(0)

    def received(self) -> Counter[str]:
        """How often each message came: by its Message-ID; of a push by the part of it that is its topic."""
        posted = [headers.get("webhook-id") or headers["topic"] for headers, _ in self.http.requests]
        return self.mails.ids + Counter(posted)


@dataclass
class Told:
    """A city with alerts. Units 0 and 1 have a webhook, in 2 and 3 the head has a browser, the others get mail."""

    world: FaultWorld
    ends: Ends
    now: int = OPENS - 10 * MINUTE
    told: int = 0  # dossiers of ours so far
    ended: set[str] = field(default_factory=set)

    def turn(self, to: int) -> None:
        self.now = to
        self.world.set_clock(to, speed=0.0)

    def start(self) -> None:
        self.turn(self.now)
        self.world.apply(stages={"stages": [{"stage": "breach", "terms": "long", "percent": 100, "roles": ["unit_head"]}]})
        units = list(self.world.units)
        asyncio.run(self._put(topics.PEOPLE, [self._person(n, unit) for n, unit in enumerate(units[2:4])]))
        asyncio.run(self._put(topics.PUSH_SUBSCRIPTIONS, [self._browser(n) for n in range(2)]))
        self.world.start(scoring=1)
        hook = {"url": f"http://{self.ends.ways[1].address}/hook", "secrets": [SECRET], "units": units[:2]}
        given = {"ALERTS_MODE": "on", "ALERTS_CHANNELS": "push,webhook,mail", "WEBHOOKS": json.dumps([hook])}
        given |= {"SMTP_PORT": str(self.ends.ways[0].port), "SMTP_TIMEOUT": "3", "OUTWARD_SECONDS": "3", "RETRY_LONGEST": "1"}
        given |= {"ALERTS_PRIVATE_NETWORKS": "127.0.0.0/8", "DIGEST_AFTER_MINUTES": str(DIGEST_MINUTES), "FEED_STALE_SECONDS": "100000000"}
        given |= {"FEED_STALE_OUTSIDE_SECONDS": "100000000"}
        self.world.start_part("alerts", **{f"DUNGHEN_{name}": value for name, value in given.items()})
        eventually(lambda: self.world.parts["alerts"].said("partitions_held"), within=PATIENCE, what="alerts at work")

    def _person(self, number: int, unit: str) -> tuple[str, bytes]:
        record = PersonRecord(
            id=f"p{number:016x}",
            ref=f"{number:032x}",
            posts=(PostRecord(unit=unit, role="unit_head"),),
            address=f"p{number}@danang.example",
        )
        return record.id, encode_person(record)

    def _browser(self, number: int) -> tuple[str, bytes]:
        point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        endpoint, auth = f"http://{self.ends.ways[1].address}/push/{number}", text_of(secrets.token_bytes(16))
        made = Subscription(person=f"p{number:016x}", endpoint=endpoint, p256dh=text_of(point), auth=auth, made_at=1)
        return made.id, encode_subscription(made)

    async def _put(self, topic: str, records: list[tuple[str, bytes]]) -> None:
        settings = self.world.settings
        async with kafka.started(kafka.producer(settings), settings) as producer:
            for key, value in records:
                await producer.send_and_wait(settings.named(topic), value, key=key.encode(), partition=0)

    def fall_due(self) -> list[str]:
        """So many more dossiers, of all units in turn, due a minute after each other from ten minutes from now on."""
        names, codes = list(self.world.units.values()), list[str]()
        items = []
        for n in range(EACH_ROUND):
            self.told += 1
            code = f"H17.31.03-261116-{self.told:05d}"
            received, due = instant(self.now) - timedelta(days=9), instant(self.now + (10 + n % 60) * MINUTE)
            dates = {"NgayNopHoSo": stamp(received), "NgayTiepNhan": stamp(received), "NgayHenTra": stamp(due), "NgayKetThucXuLy": ""}
            items.append(Item(WHOLE, code, dossier(code, **dates, DonViXuLy=names[n % len(names)])))
            codes.append(code)
        self.world.load.tell_all(items)
        self.world.until_level()
        return codes

    def end(self, codes: list[str]) -> None:
        """These are finished."""
        at = stamp(instant(self.now))
        self.world.load.tell_all(Item(STEP, code, {"MaHoSo": code, "ThoiDiemXuLy": at, "TrangThai": "9"}) for code in codes)
        self.ended |= set(codes)
        self.world.until_level()

    def ledger(self) -> dict[str, Notice]:
        """The last word of each notice, as the topic has it."""
        found: dict[str, Notice] = {}

        def take(_: bytes | None, value: bytes | None, *__: int) -> None:
            if value:
                notice = decode_notice(value)
                found[notice.key] = notice

        for partition in range(self.world.settings.partitions):
            asyncio.run(kafka.read_all(self.world.settings, (topics.NOTICES, partition), take))
        return found

    def decided(self, codes: list[str]) -> bool:
        """Whether each of these has its row."""
        return {notice.dossier for notice in self.ledger().values()}.issuperset(codes)

    def settled(self, codes: list[str]) -> bool:
        """Whether each of these has its word, and it is no `pending`."""
        words = {notice.dossier for notice in self.ledger().values() if notice.state != "pending"}
        return words.issuperset(codes)

    def audited(self) -> str:
        """What `dunghen notices audit` says; "" where it finds nothing wrong."""
        done = subprocess.run(
            (*COMMAND, "notices", "audit", "--data", str(self.world.folder)),
            env={**os.environ, **self.world.env}, capture_output=True, text=True, timeout=400, check=False,
        )  # fmt: skip
        print(done.stdout[:400], flush=True)
        return "" if done.returncode == 0 else done.stdout[-2000:] + done.stderr[-1500:]


@pytest.fixture
def city(make_world: Callable[..., FaultWorld]) -> Iterator[Told]:
    with Ends().open() as ends:
        yield Told(make_world(), ends)


def test_notices_wait_for_lines_that_are_away_deaf_or_slow_and_each_goes_out_once(city: Told, report: Callable[..., None]) -> None:
    world, ends = city.world, city.ends
    city.start()
    world.load.start()
    attack, reader = Attack(world), Reader(world.page)
    attack.level()
    strikes: dict[str, Callable[[], None]] = {
        "away": lambda: ends.each(lambda way: way.shut(True)),
        "deaf": lambda: ends.each(TcpProxy.mute),
        "slow": lambda: ends.each(lambda way: way.delay(0.5)),
    }
    ours = list[str]()
    with reader.reading():
        for name in world.rng.sample(sorted(strikes), len(strikes)):
            codes = city.fall_due()
            strikes[name]()
            city.turn(city.now + 75 * MINUTE)  # all of them are due
            eventually(partial(city.decided, codes), within=PATIENCE, every=0.5, what="all decided")
            if name == "slow":
                eventually(partial(city.settled, codes), within=PATIENCE, every=0.5, what="all told all the same")
            else:
                before = ends.received().total()
                city.end(codes[::4])
                pause(AWAY_SECONDS)
                assert ends.received().total() == before, f"{name}: and something came through"
            ends.mend()
            eventually(partial(city.settled, codes), within=PATIENCE, every=0.5, what=f"all told after {name}")
            attack.blow(name, lambda: None)
            ours += codes
    world.parts["alerts"].leave()
    told, received = city.ledger(), ends.received()
    delivered = [notice for notice in told.values() if notice.state == "delivered"]
    of_ours = [notice for notice in delivered if CODE.fullmatch(notice.dossier)]
    breaches = Counter(notice.dossier for notice in of_ours)
    assert {code for code, count in breaches.items() if count != 1} == set()
    assert set(ours) - city.ended == set(breaches) - city.ended
    assert city.ended.isdisjoint(breaches), "what ended while nobody could be told is not told"
    assert {notice.channel for notice in of_ours} == {"mail", "push", "webhook"}
    unheard = [n.key for n in delivered if not received[n.message_id if n.channel != "push" else n.message_id[:20]]]
    assert unheard == []
    assert [code for code, ids in ends.mails.named.items() if len(ids) > 1] == [], "one Message-ID for each, also where it came twice"
    assert city.audited() == ""
    assert reader.faults == []
    assert reader.old < reader.answers / 20, "the map has nothing to do with it"  # a busy machine is late by itself, now and then
    world.settle()
    repeats = received.total() - len(received)
    report(
        notices=len(delivered),
        messages=len(received),
        repeats=repeats,
        superseded=len(city.ended),
        answers=reader.answers,
        **attack.figures(),
    )
