"""A small city, ingest built as in production, and events that are only remembered instead of sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from key_books import Keys

from dunghen.contracts.desks import DeskEvent
from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.statements import Told
from dunghen.domain.policy import Policy
from dunghen.platform.clock import FixedClock
from services.ingest.app import build_app
from services.ingest.feeds import FeedBook
from services.ingest.metrics import Metrics
from services.ingest.policy_view import desk_of
from services.ingest.ports import Desk, Ports, Unavailable
from services.ingest.settings import IngestSettings

MONDAY_8 = 1767574800  # 2026-01-05 08:00 in Đà Nẵng
UNITS = [
    {"code": "20242", "name": "Hải Châu", "kind": "locality", "type": "Phường", "wire_codes": ["H17.31"]},
    {"code": "20263", "name": "An Khê", "kind": "locality", "type": "Phường", "wire_codes": ["H17.32"]},
    {"code": "H17.03", "name": "Sở Tài chính", "kind": "department", "wire_codes": ["H17.03"]},
]
FORMS = {"0": "counter", "1": "post", "2": "online"}
CITY = {"city": {"code": "H17", "name": "Đà Nẵng", "result_forms": FORMS}, "units": {"units": UNITS}}


class RecordingEvents:
    """The port `Events`: keeps what is published, or says that Kafka is away."""

    def __init__(self) -> None:
        self.kept: list[DossierEvent] = []
        self.away = False

    def connected(self) -> bool:
        return not self.away

    async def publish(self, events: Sequence[DossierEvent]) -> None:
        if self.away:
            raise Unavailable
        self.kept.extend(events)


class RecordingFacts:
    """The port `Facts`, likewise."""

    def __init__(self) -> None:
        self.kept: list[Told] = []
        self.away = False

    async def publish(self, facts: Sequence[Told]) -> None:
        if self.away:
            raise Unavailable
        self.kept.extend(facts)


class RecordingDeskEvents:
    """The port `DeskEvents`, likewise."""

    def __init__(self) -> None:
        self.kept: list[DeskEvent] = []
        self.away = False

    async def publish(self, events: Sequence[DeskEvent]) -> None:
        if self.away:
            raise Unavailable
        self.kept.extend(events)


@dataclass
class Desks:
    """The port `Desks`: a desk, or none yet."""

    desk: Desk | None

    def current(self) -> Desk | None:
        return self.desk


@dataclass
class Ingest:
    """Ingest under test: `post` an answer, look at `events`."""

    ports: Ports
    events: RecordingEvents
    facts: RecordingFacts
    desk_events: RecordingDeskEvents
    desks: Desks
    client: httpx.AsyncClient
    clock: FixedClock = field(default_factory=lambda: FixedClock(MONDAY_8))

    async def post(self, path: str, body: Any = None, content: bytes | None = None, **headers: str) -> httpx.Response:
        given = {k.replace("_", "-"): v for k, v in headers.items()}
        if content is None:
            return await self.client.post(path, json=body, headers=given)
        return await self.client.post(path, content=content, headers={"content-type": "application/json", **given})

    async def sync(self, *items: Any, **envelope: Any) -> httpx.Response:
        return await self.post(
            "/sync/DongBoHoSoMC", {"session": "s", "madonvi": "H17.31", "service": "DongBoHoSoMC", "data": items, **envelope}
        )


@pytest.fixture
def desk() -> Desk:
    return desk_of(Policy.from_bodies(1, CITY))


@pytest.fixture
def start(desk: Desk) -> Callable[..., Ingest]:
    """Builds ingest with the given settings; with `keys` only they open it, without it is open."""

    def built(keys: Keys | None = None, **settings: Any) -> Ingest:
        events, facts, desk_events = RecordingEvents(), RecordingFacts(), RecordingDeskEvents()
        desks, clock = Desks(desk), FixedClock(MONDAY_8)
        ports = Ports(events, facts, desk_events, desks, FeedBook(), clock, Metrics(), keys or Keys())
        app = build_app(ports, IngestSettings(ingest_insecure=keys is None, **settings))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8010")
        return Ingest(ports, events, facts, desk_events, desks, client, clock)

    return built


@pytest.fixture
async def ingest(start: Callable[..., Ingest]) -> AsyncIterator[Ingest]:
    built = start()
    async with built.client:
        yield built


@pytest.fixture
def dossier() -> Callable[..., dict[str, Any]]:
    """A dossier in the wire format, personal fields and all; keywords replace fields, None leaves one out."""

    def made(**fields: Any) -> dict[str, Any]:
        item = {
            "MaHoSo": "H17.31-260105-0001",
            "MaTTHC": "1.004222",
            "TenTTHC": "Đăng ký thường trú",
            "MaLinhVuc": "G01-CT01",
            "ChuHoSo": "Nguyễn Thị Bưởi",
            "SoDienThoai": "0905123456",
            "TrichYeuHoSo": "Đăng ký cho bà Bưởi, số 7 đường Lê Lợi",
            "KenhThucHien": "2",
            "NgayNopHoSo": "20260105071500",
            "NgayTiepNhan": "20260105080000",
            "NgayHenTra": "20260112170000",
            "TrangThaiHoSo": "2",
            "NgayTra": "",
            "NgayKetThucXuLy": "",
            "DonViXuLy": "UBND phường Hải Châu",
            "HoSoCoThanhPhanSoHoa": "1",
            "DuocThanhToanTrucTuyen": "0",
            "DanhSachLePhi": [],
            "DanhSachHoSoBoSung": [],
            "DanhSachGiayToKetQua": [],
        }
        return {k: v for k, v in {**item, **fields}.items() if v is not None}

    return made
