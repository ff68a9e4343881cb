"""Who tells subscribers: in order, each message until it is taken, over any restart; no storm, no half count, no silent end."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from api_figures import scene_of, scored

from dunghen.contracts.band_webhooks import BandWebhook
from dunghen.domain.deliveries import Outcome, State
from dunghen.platform.store import StoreAwayError
from dunghen.platform.store.in_memory import InMemoryStore
from dunghen.platform.store.lease import LEASES, Lease
from services.api.channels import Channels
from services.api.settings import ApiSettings
from services.api.views import Scene
from services.api.webhook_states import KEPT, Message
from services.api.webhook_teller import Teller, Telling
from tests.eventually import eventually_async as eventually

SECRET = "whsec_" + "A" * 43 + "="
HOOK = BandWebhook(id="0" * 20, owner="consumer1", url="https://a.example/", secret=SECRET, made_at=1, kind="locality")
NOON = 1_794_790_800_000
SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
TAKEN = Outcome("204", taken=True)
REFUSED = Outcome("500", taken=False)


@dataclass
class Map:
    """The live picture as a worker holds it: what `Teller` asks of a follower, with values that the test sets."""

    shown: Scene | None = None
    lag: float | None = 0.1
    stale: float | None = None
    channels: Channels = field(default_factory=lambda: Channels(1, 120.0, lambda: 0.0))

    @property
    def mirror(self) -> Map:
        return self

    def scene(self) -> Scene | None:
        return self.shown

    def lag_seconds(self, _: float) -> float | None:
        return self.lag

    def stale_age(self) -> float | None:
        return self.stale


@dataclass
class Receiver:
    """The other end: `answers` what the next attempts get (then TAKEN)."""

    answers: list[Outcome] = field(default_factory=list)
    got: list[tuple[str, Any]] = field(default_factory=list)

    async def post(self, _: BandWebhook, message: Message) -> Outcome:
        self.got.append((message.id, json.loads(message.body)))
        return self.answers.pop(0) if self.answers else TAKEN


class FailingStore(InMemoryStore):
    """Away when it is told to be."""

    away = False

    async def apply(self, writes: Any, offsets: Any) -> None:
        if self.away:
            raise StoreAwayError
        await super().apply(writes, offsets)


@dataclass
class Telephone:
    """One subscription with everything around it, on a clock that stands."""

    hook: BandWebhook = HOOK
    map: Map = field(default_factory=Map)
    receiver: Receiver = field(default_factory=Receiver)
    store: FailingStore = field(default_factory=FailingStore)
    now: int = NOON
    version: int = 0
    lease_seconds: float = 9e6
    lease: Lease = field(init=False)

    async def begin(self) -> Telling:
        """As after a start."""
        await self.store.prepare([KEPT, LEASES])
        self.lease = Lease(self.store, "sender", self.lease_seconds, alone=True, now=lambda: self.now)
        assert await self.lease.take()
        teller = self.teller()
        return Telling(teller, self.hook.id, await teller._load(self.hook.id))

    def teller(self, *hooks: BandWebhook) -> Teller:
        settings = ApiSettings(webhook_retry_shortest=5, webhook_retry_longest=5, webhook_seconds=10)
        live = lambda: hooks or [self.hook]  # noqa: E731
        return Teller(settings, self.map, self.store, self.lease, live, self.receiver, lambda: self.now)  # type: ignore[arg-type]

    def show(self, **good_of_ten: int) -> None:
        """A new version; units `u20242=9`: how many of ten were on time."""
        self.version += 1
        self.map.shown = scene_of(self.version, *(scored(unit[1:], good) for unit, good in good_of_ten.items()))

    @property
    def told(self) -> list[list[tuple[str, str, str]]]:
        said = [body["data"]["changes"] for _, body in self.receiver.got if body["type"] == "unit.bands_changed"]
        return [[(one["unit"], one["from"], one["to"]) for one in changes] for changes in said]


@pytest.fixture
async def phone() -> Telephone:
    made = Telephone()
    made.show(u20242=9, u20194=3)
    await (await made.begin()).look(made.hook)
    assert made.receiver.got == []
    return made


async def test_a_change_is_told_with_exact_counts_of_which_picture_and_once(phone: Telephone) -> None:
    telling = await phone.begin()
    phone.show(u20242=8, u20194=3)
    for _ in range(3):
        await telling.look(phone.hook)
    ((message_id, body),) = phone.receiver.got
    data = body["data"]
    assert (message_id, body["timestamp"], data["sequence"]) == ("0" * 20 + ".1794790800000.1", "2026-11-16T01:00:00Z", 1)
    assert (data["version"], data["window"], data["rate"], data["indicator"], data["as_of"]) == (2, "month", "official", None, "2026-11-16")
    assert data["changes"] == [
        {"unit": "20242", "name": "Hải Châu", "kind": "locality", "from": "green", "to": "yellow", "value": 0.8, "numerator": 8,
         "denominator": 10, "few": False, "exact": None, "reason": None}
    ]  # fmt: skip
    assert telling.kept.course.state is State.DELIVERING


async def test_what_was_not_taken_comes_again_the_same_before_anything_newer(phone: Telephone) -> None:
    telling = await phone.begin()
    phone.receiver.answers = [REFUSED, REFUSED]
    phone.show(u20242=8, u20194=3)
    await telling.look(phone.hook)
    phone.show(u20242=8, u20194=8)
    for _ in range(5):
        await telling.look(phone.hook)  # every other time too early: nothing goes
        phone.now += 2500
    ids = [message_id[20:] for message_id, _ in phone.receiver.got]
    assert ids == [".1794790800000.1"] * 3
    assert len({json.dumps(body) for _, body in phone.receiver.got}) == 1
    await telling.look(phone.hook)
    assert phone.told[-1] == [("20194", "red", "yellow")]


async def test_what_is_undone_while_the_receiver_is_away_is_never_told(phone: Telephone) -> None:
    telling = await phone.begin()
    phone.receiver.answers = [REFUSED]
    phone.show(u20242=8, u20194=3)
    await telling.look(phone.hook)
    for good in (9, 7, 8, 9, 8):
        phone.show(u20242=8, u20194=good)
        await telling.look(phone.hook)
    phone.show(u20242=8, u20194=3)
    phone.now += HOUR
    for _ in range(3):
        await telling.look(phone.hook)
    assert phone.told == [[("20242", "green", "yellow")]] * 2


async def test_a_start_after_a_kill_between_storing_and_sending_repeats_under_the_same_id(phone: Telephone) -> None:
    telling = await phone.begin()
    phone.show(u20242=8, u20194=3)
    phone.receiver.answers = [REFUSED]
    await telling.look(phone.hook)  # stored, attempted, not taken: then killed
    phone.now += MINUTE
    await (await phone.begin()).look(phone.hook)
    assert [message_id[20:] for message_id, _ in phone.receiver.got] == [".1794790800000.1"] * 2


async def test_a_store_that_is_away_after_the_sending_repeats_rather_than_loses(phone: Telephone) -> None:
    telling = await phone.begin()
    phone.show(u20242=8, u20194=3)
    phone.store.away = True
    with pytest.raises(StoreAwayError):
        await telling.look(phone.hook)
    assert phone.receiver.got == []  # not even sent: it was not stored yet
    phone.store.away = False
    await (await phone.begin()).look(phone.hook)
    assert phone.told == [[("20242", "green", "yellow")]]


async def test_after_an_outage_of_ours_only_what_is_other_than_was_told_goes_in_one_message(phone: Telephone) -> None:
    for good in (8, 7, 6, 9, 5):
        phone.show(u20242=good, u20194=good)
    phone.now += HOUR
    telling = await phone.begin()
    for _ in range(3):
        await telling.look(phone.hook)
    assert phone.told == [[("20242", "green", "red")]]  # 20194 was red and is red


@pytest.mark.parametrize("trouble", [{"lag": None}, {"stale": 9.0}, {"shown": None}])
async def test_of_a_map_that_is_old_or_still_being_counted_nobody_is_told(phone: Telephone, trouble: dict[str, Any]) -> None:
    telling = await phone.begin()
    phone.show(u20242=1, u20194=3)
    for name, value in trouble.items():
        setattr(phone.map, name, value)
    await telling.look(phone.hook)
    assert phone.told == []
    phone.map.lag, phone.map.stale = 0.1, None
    phone.show(u20242=9, u20194=3)
    await telling.look(phone.hook)
    assert phone.told == []


@pytest.mark.parametrize("topic", ["covers", "facts", "desks"])
async def test_of_a_map_that_is_being_counted_anew_nobody_is_told_until_all_is_in_it_again(phone: Telephone, topic: str) -> None:
    telling = await phone.begin()
    phone.show(u20242=9, u20194=3)
    setattr(phone.map.shown.meta, topic, {0: 50, 1: 70})  # type: ignore[union-attr]
    await telling.look(phone.hook)
    phone.now += MINUTE
    phone.show(u20242=9, u20194=3)
    setattr(phone.map.shown.meta, topic, {0: 60, 1: 90})  # type: ignore[union-attr]
    await telling.look(phone.hook)  # noted for the next start
    for start in (telling, await phone.begin()):
        for reached in ({}, {0: 60}, {0: 60, 1: 89}, {0: 59, 1: 90, 2: 7}):
            phone.show(u20242=1, u20194=3)
            setattr(phone.map.shown.meta, topic, reached)  # type: ignore[union-attr]
            await start.look(phone.hook)
    assert phone.told == []
    phone.show(u20242=8, u20194=3)
    setattr(phone.map.shown.meta, topic, {0: 60, 1: 90, 2: 7})  # type: ignore[union-attr]
    await start.look(phone.hook)
    assert phone.told == [[("20242", "green", "yellow")]]


async def test_an_older_picture_than_was_told_of_says_nothing(phone: Telephone) -> None:
    telling = await phone.begin()
    phone.version = 10
    phone.show(u20242=8, u20194=3)
    await telling.look(phone.hook)
    phone.now, phone.version = phone.now + HOUR, 4
    phone.show(u20242=9, u20194=3)
    await telling.look(phone.hook)
    assert len(phone.told) == 1


async def test_within_a_minute_a_unit_is_told_once_and_then_as_it_stands(phone: Telephone) -> None:
    telling = await phone.begin()
    for good in (8, 9, 8, 9, 8, 7):
        phone.show(u20242=good, u20194=3)
        await telling.look(phone.hook)
        phone.now += SECOND
    assert phone.told == [[("20242", "green", "yellow")]]
    phone.now += MINUTE
    await telling.look(phone.hook)  # the same version: its time has come
    assert phone.told[1:] == [[("20242", "yellow", "orange")]]


async def test_after_a_day_of_failing_it_rests_and_says_so_until_its_owner_tries(phone: Telephone) -> None:
    telling = await phone.begin()
    phone.show(u20242=8, u20194=3)
    phone.receiver.answers = [Outcome("503", taken=False, after=3600.0)] * 30
    for _ in range(30):
        await telling.look(phone.hook)
        phone.now += HOUR
    assert (telling.kept.course.state, telling.kept.course.code, len(phone.receiver.got)) == (State.FAILING, "503", 25)
    phone.receiver.answers = []
    phone.hook = BandWebhook(**{**{n: getattr(HOOK, n) for n in HOOK.__struct_fields__}, "tried_at": 77})
    await (await phone.begin()).look(phone.hook)
    assert (len({message_id for message_id, _ in phone.receiver.got}), len(phone.receiver.got)) == (1, 26)


async def test_a_clock_a_day_ahead_gives_up_nobody_who_is_away_for_an_hour(phone: Telephone) -> None:
    telling = await phone.begin()
    phone.show(u20242=8, u20194=3)
    phone.receiver.answers = [REFUSED] * 3
    for at in (NOON, NOON + 24 * HOUR + MINUTE, NOON + 2 * MINUTE, NOON + 3 * MINUTE):  # ahead once, and put back
        phone.now = at
        await telling.look(phone.hook)
    assert (telling.kept.course.state, len(phone.receiver.got)) == (State.DELIVERING, 4)


async def test_a_try_where_nothing_waits_sends_a_message_that_says_nothing(phone: Telephone) -> None:
    telling = await phone.begin()
    phone.hook = BandWebhook(**{**{n: getattr(HOOK, n) for n in HOOK.__struct_fields__}, "tried_at": 77})
    for _ in range(3):
        await telling.look(phone.hook)
    ((_, body),) = phone.receiver.got
    assert (body["type"], body["data"]) == ("webhook.test", {"subscription": HOOK.id, "sequence": 1})


async def test_only_the_units_of_the_subscription_are_told_of() -> None:
    phone = Telephone(BandWebhook(**{**{n: getattr(HOOK, n) for n in HOOK.__struct_fields__}, "units": ("20194",)}))
    phone.show(u20242=9, u20194=3)
    telling = await phone.begin()
    await telling.look(phone.hook)
    phone.show(u20242=1, u20194=3)
    await telling.look(phone.hook)
    phone.show(u20242=1, u20194=9)
    await telling.look(phone.hook)
    assert phone.told == [[("20194", "red", "green")]]


async def test_who_has_not_the_lease_for_as_long_as_a_post_may_take_sends_nothing(phone: Telephone) -> None:
    phone.lease_seconds = 30
    telling = await phone.begin()
    phone.show(u20242=8, u20194=3)
    phone.now += 20 * SECOND  # as it wakes after a stop
    await telling.look(phone.hook)
    assert phone.receiver.got == []
    assert await phone.lease.renew()
    await telling.look(phone.hook)
    assert phone.told == [[("20242", "green", "yellow")]]


async def test_of_two_the_one_that_lost_the_lease_neither_sends_nor_undoes_what_the_other_has_told(phone: Telephone) -> None:
    phone.lease_seconds = 30
    former = await phone.begin()
    phone.now += 31 * SECOND
    newer = await phone.begin()
    phone.show(u20242=8, u20194=3)
    await newer.look(phone.hook)
    phone.now += 5 * MINUTE  # both are over: the newer one renews
    phone.show(u20242=7, u20194=3)
    await former.look(phone.hook)
    assert len(phone.told) == 1
    again = await phone.begin()
    assert (again.kept.message, again.kept.sequence) == (None, 1)  # as the newer one left it
    await again.look(phone.hook)
    assert phone.told == [[("20242", "green", "yellow")], [("20242", "yellow", "orange")]]
    assert [body["data"]["sequence"] for _, body in phone.receiver.got] == [1, 2]
    assert (await phone.begin()).kept.sequence == 2


class Holding(Receiver):
    """All but one of its addresses take a message and never answer."""

    well: BandWebhook = HOOK

    async def post(self, hook: BandWebhook, message: Message) -> Outcome:
        outcome = await super().post(hook, message)
        if hook.id != self.well.id:
            await asyncio.Event().wait()
        return outcome


async def test_as_many_subscribers_as_may_be_that_never_answer_keep_one_that_is_well_from_nothing(phone: Telephone) -> None:
    silent = [msgspec.structs.replace(HOOK, id=f"{n:020x}") for n in range(1, 200)]
    phone.receiver = Holding()
    running = asyncio.create_task(phone.teller(*silent, HOOK).run())
    try:
        await eventually(lambda: _begun(phone, 200))
        phone.show(u20242=8, u20194=3)
        await eventually(lambda: len(phone.receiver.got) == 200)
        phone.now += MINUTE
        phone.show(u20242=7, u20194=3)
        await eventually(
            lambda: [body["data"]["sequence"] for _, body in phone.receiver.got if body["data"]["subscription"] == HOOK.id] == [1, 2]
        )
    finally:
        running.cancel()
        await asyncio.wait({running})


async def _begun(phone: Telephone, wanted: int) -> bool:
    return await phone.store.count(KEPT.name, {}) == wanted
