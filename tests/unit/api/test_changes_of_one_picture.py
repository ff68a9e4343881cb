"""`/changes?since=INSTANT` while the map goes on: everything that it says of now is of one version."""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic
from typing import cast

import msgspec
import pytest
from api_figures import DAY, POLICY, scored
from test_past import Store

from dunghen.contracts.policies import Applied, policy_records
from dunghen.domain.marks import COUNTERS
from dunghen.platform.clock import FixedClock, real_milliseconds
from dunghen.platform.store import Put
from services.api.board_messages import Entry, Meta, Position, Pulse
from services.api.changes import changes_since
from services.api.follower import Follower
from services.api.history import GENERATIONS, REVISIONS, SERIES, WHOLE, SeriesKey, generation_put, packed, whole_put
from services.api.past import Past
from services.api.ports import BoardReader, Stored
from services.api.settings import ApiSettings
from services.api.views import ViewKey

NOW, UNIT = DAY * 86400, "20242"  # 07:00 in the city
BODIES = {
    "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
    "units": {"units": [{"code": unit.code, "name": unit.name, "kind": unit.kind, "type": unit.type} for unit in POLICY.catalogue.all]},
}


class City:
    """A map that somebody listens to; with each page that is read of the store it goes on by a version, and by a day."""

    def __init__(self) -> None:
        self.follower, self.store = Follower(ApiSettings(), cast(BoardReader, None), FixedClock(NOW)), Store()
        records = {(record.kind, record.version): record for record in policy_records(1, BODIES, Applied(1))}
        meta = Meta(version=7, policy=1, day=DAY, known_at=NOW)
        self.follower.mirror.load(Stored(Position(7), meta, {UNIT: scored(UNIT, 7, 10)}, policies=records))
        self.follower.mirror.hear(Pulse(at=real_milliseconds(), lag_seconds=0), real_milliseconds(), monotonic())
        self.channel = self.follower.channels.at(ViewKey(), self.follower.mirror.scene())
        self.channel.clients = 1
        self.store.before = self.goes_on

    async def goes_on(self, *_: object) -> None:
        mirror = self.follower.mirror
        assert mirror.meta is not None
        version = mirror.meta.version + 1
        meta = Meta(version=version, policy=1, day=mirror.meta.day + 1, known_at=NOW)
        entry = Entry(after=mirror.position.text, meta=meta, scores=[scored(UNIT, version, version + 3)])
        assert mirror.apply(Position(version), entry)
        self.follower._show()


@pytest.fixture
async def city() -> City:
    city = City()
    await city.store.prepare((SERIES, REVISIONS, GENERATIONS, WHOLE))
    counters = [{"received": 10, "early": 9, "late": 1}.get(name, 0) for name in COUNTERS]
    key = SeriesKey(UNIT, 0, 1)
    days = Put("series", key.id, 1, {**key._asdict(), "days": packed({DAY - 3: counters})})
    await city.store.apply([days, whole_put(1, 1), generation_put(NOW - 7200, 1, DAY, 1)], {})
    return city


async def test_what_is_said_of_now_is_of_one_version_and_day(city: City) -> None:
    since = datetime.fromtimestamp(NOW - 3600, UTC)
    answer = msgspec.json.decode((await changes_since(Past(city.store), city.follower, city.channel, since))[0])
    assert city.channel.version > 8, "the map went on meanwhile"
    (row,) = answer["units"]
    assert (answer["version"], answer["as_of"], answer["first"], answer["last"]) == (7, "2026-11-16", "2026-11-01", "2026-11-16")
    for told in (row, answer["city"]):
        assert (told["numerator"], told["denominator"]) == (7, 10)
    assert (answer["before"][UNIT]["numerator"], answer["city_before"]["numerator"]) == (9, 9)
