"""The whole application over a picture in memory and a store in a file: nothing of it is connected to anything else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, cast

import httpx
import msgspec
from api_figures import DAY, scored
from fastapi import FastAPI

from dunghen.contracts.keys import Grant, KeyBook, make_key
from dunghen.contracts.people import PeopleBook
from dunghen.contracts.policies import Applied, policy_records
from dunghen.platform.clock import FixedClock, real_milliseconds
from dunghen.platform.store import open_store
from services.api import audit_log, sessions
from services.api.app import build_app
from services.api.arrivals import ARRIVALS
from services.api.board_messages import FeedView, Meta, Position, Pulse
from services.api.breakdown_projector import BREAKDOWNS
from services.api.dossier_projector import DOCUMENTS
from services.api.event_projector import EVENTS
from services.api.follower import Follower
from services.api.history import generation_put, whole_put
from services.api.history_projector import COLLECTIONS
from services.api.officials import officials_of
from services.api.past import Past
from services.api.ports import BoardReader, Outlets, Stored
from services.api.settings import ApiSettings

NOW = DAY * 86400 + 3600
WORDS = {"name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}
YEARLY = {"code": "RANKED.POINTS", "kind": "manual", "facts_over": "latest", "maximum": 10, **WORDS}
SETS = [
    {"code": "RANKED", "name_vi": "a", "name_en": "a", "total": True, "yearly": True, "indicators": [YEARLY]},
    {"code": "TEST", "name_vi": "a", "name_en": "a", "indicators": [{"code": "TEST.TOLD", "kind": "ratio", **WORDS}]},
]
BODIES = {
    "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
    "units": {"units": [{"code": code, "name": name, "kind": "locality"} for code, name in (("20242", "Hải Châu"), ("20194", "Hải Vân"))]},
    "indicators": {"sets": SETS},
    "publications": {"published": [{"set": "RANKED", "year": 2025, "at": 1}]},
}


class Keys:
    """One key of an operator, and nobody else."""

    def __init__(self) -> None:
        made = make_key(Grant("operator", "", 1, (1 << 32) - 1))
        self.text, self._keys = made.text, KeyBook()
        self._keys.take(made.record.id.encode(), msgspec.json.encode(made.record))

    def books(self) -> tuple[KeyBook, PeopleBook]:
        return self._keys, PeopleBook()


@dataclass
class WholeApp:
    """`operator`: headers of who may read everything."""

    follower: Follower
    http: httpx.AsyncClient
    operator: Mapping[str, str]
    app: FastAPI

    def said(self) -> dict[str, Any]:
        """What the application says of itself."""
        return self.app.openapi()

    def hear(self, lag_seconds: float = 0.0, silent_seconds: int = 0) -> None:
        """The projector speaks, and says how far it is behind; or it spoke so long ago, and never since."""
        now, mirror = real_milliseconds(), self.follower.mirror
        if silent_seconds:
            mirror.pulse = None
        mirror.hear(Pulse(at=now - silent_seconds * 1000, lag_seconds=lag_seconds), now, monotonic())


@asynccontextmanager
async def whole_app(folder: Path) -> AsyncIterator[WholeApp]:
    """Two units, one of them with dossiers and a feed that speaks, shown for an hour; the projector has just spoken."""
    settings = ApiSettings(data=folder)
    follower = Follower(settings, cast(BoardReader, None), FixedClock(NOW))
    meta = Meta(version=7, policy=1, day=DAY, known_at=NOW, covers={0: 5})
    feed = FeedView(source="S", seen_at=NOW - 60, record_at=0, accepted_count=1, refused_count=0, missing=0, stale=False, units=["20242"])
    records = {(record.kind, record.version): record for record in policy_records(1, BODIES, Applied(1))}
    follower.mirror.load(Stored(Position(7), meta, {"20242": scored("20242")}, {"S": feed}, records))
    store, access = open_store(settings, "api"), open_store(settings, "access")
    await store.prepare((*COLLECTIONS, DOCUMENTS, ARRIVALS, BREAKDOWNS, EVENTS))
    await store.apply([whole_put(1, 1), generation_put(NOW - 3600, 1, DAY, 1)], {})  # the days are whole, and there are none
    await access.prepare((*audit_log.COLLECTIONS, *sessions.COLLECTIONS))
    keys = Keys()
    app = build_app(follower, Past(store), officials_of(follower, store, access, keys), cast(Outlets, Unused()))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        made = WholeApp(follower, http, {"authorization": f"Bearer {keys.text}"}, app)
        made.hear()
        yield made
    await access.close()
    await store.close()


class Unused:
    """Outlets that no reading goes through."""

    said = browsers = webhooks = told = None
