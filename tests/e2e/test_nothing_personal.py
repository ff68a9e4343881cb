"""Personal values are sent wherever a sender or reader can put one; then nothing in the whole city has them (issue acceptance A6)."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import redis

from dunghen.cli.data_folder import DataFolder
from dunghen.contracts import topics
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings, load
from tests.e2e.mail_server import MailServer
from tests.e2e.running_city import PATIENCE, RunningCity, dossier, stamp
from tests.e2e.traces import files, folded, redis_dump, traces
from tests.eventually import eventually
from tests.integration.ingest.bad_inputs import CASES, DOSSIERS, EVENT, GOOD, IDENTITY, MAIL, NAME, PERSONAL, PHONE, PLANTED, STEP, STREET

CONTROL = "Trần Kiểm Soát Đối Chứng"  # put there by hand: what the search must find
GOOD_CODE, DUE_CODE, ODD_CODE = GOOD["MaHoSo"], "H17.01-261124-0077", "so.cu/2026_77"
HOSTILE_HEADERS = {
    "User-Agent": f"{MAIL} {PHONE}",
    "Referer": f"http://x.example/?ten={quote(NAME)}",
    "Cookie": f"cccd={IDENTITY}",
    "X-Forwarded-For": PHONE,
    "X-Request-ID": IDENTITY,
    "traceparent": f"00-{IDENTITY}-{PHONE}-01",
    "Authorization": "Bearer " + base64.b64encode(NAME.encode()).decode(),
}


@dataclass
class Searched:
    """A city to which everything bad has been said. `answers` has all that it answered, head and body."""

    city: RunningCity
    mail: MailServer
    answers: list[bytes] = field(default_factory=list)

    @property
    def facts(self) -> dict[str, Any]:
        return DataFolder(self.city.data).running()

    def ask(self, method: str, url: str, **more: Any) -> httpx.Response:
        answer = httpx.request(method, url, timeout=PATIENCE, **{"headers": HOSTILE_HEADERS, **more})
        head = repr([(k, v) for k, v in answer.headers.raw]).encode()
        self.answers.append(head + b"\n" + answer.content)
        return answer

    def post(self, path: str, content: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        own = {"content-type": "application/json", **HOSTILE_HEADERS, **(headers or {})}
        if path == DOSSIERS:  # open ingest takes nothing with an unknown key or through a proxy, and says so without what it was told
            assert self.ask("POST", self.city.ingest + path, content=b"[]", headers=own).status_code == 401
        local = {name: value for name, value in own.items() if name not in ("Authorization", "X-Forwarded-For")}
        return self.ask("POST", self.city.ingest + path, content=content, headers=local)

    def metrics(self) -> bytes:
        ports = self.facts["metrics"].values()
        pages = [f"http://127.0.0.1:{port}/metrics" for port in ports] + [f"{at}/metrics" for at in (self.city.page, self.city.ingest)]
        return b"\n".join(httpx.get(page, timeout=PATIENCE).content for page in pages)

    def read(self) -> str:
        """The mails as they are read."""
        parts = [part for mail in self.mail.mails for part in mail.walk()]
        return "\n".join(f"{part.items()} {'' if part.is_multipart() else part.get_content()}" for part in parts)

    def places(self) -> dict[str, bytes]:
        """Everything that is kept or said, by place."""
        mails = b"\n".join(self.mail.raw) + self.read().encode()
        said = {"answers": b"\n".join(self.answers), "metrics": self.metrics(), "mails": mails, "redis": redis_dump(self.facts["redis"])}
        return {**dict(files(self.city.data)), **said}


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searched]:
    mail = MailServer().start()
    city = RunningCity(tmp_path_factory.mktemp("searched") / "city", env=mail.as_environment()).start()
    try:
        found = Searched(city, mail)
        say_everything_bad(found)
        yield found
    finally:
        city.stop()
        mail.stop()


@pytest.fixture(scope="module")
def places(searched: Searched) -> dict[str, bytes]:
    return searched.places()


def say_everything_bad(searched: Searched) -> None:
    refuse_what_is_bad(searched)
    speak_no_http(searched)
    accept_what_is_good(searched)
    ask_with_names(searched)
    eventually(lambda: searched.city.unit("20242")["received"] >= 2)
    eventually(lambda: DUE_CODE in searched.read())
    for store, code in (("api.db", GOOD_CODE), ("alerts.db", DUE_CODE)):
        eventually(partial(_stored, searched.city.data, store, code))


def _stored(data: Path, store: str, code: str) -> bool:
    return any(code.encode() in file.read_bytes() for file in data.glob(f"{store}*"))


def refuse_what_is_bad(searched: Searched) -> None:
    for case in (case for case in CASES if case.code != "TOO_LARGE"):  # there the limit is the test's own
        answer = searched.post(case.path, case.content, case.headers)
        assert answer.status_code == case.status, case.name
    for content in (b'{"data":"' + NAME.encode() * 900_000 + b'"}', json.dumps(GOOD).encode() * 40_000):
        assert searched.post(DOSSIERS, content).status_code == 413
    for path in (f"/sync/{NAME}", f"/{PHONE}?{NAME}", f"/{quote(NAME)}/{MAIL}"):
        assert searched.post(path, json.dumps(GOOD).encode()).status_code == 404


def speak_no_http(searched: Searched) -> None:
    """What is not HTTP at all, or stops in the middle of it."""
    heads = (
        f"GET /{NAME} HTTP/9.9",
        f"POST {DOSSIERS} HTTP/1.1\r\n{NAME}: {PHONE}",
        f"{IDENTITY} {MAIL}",
        f"POST {DOSSIERS} HTTP/1.1\r\nContent-Length: 99",
    )
    for port in (searched.city.port, searched.city.ingest_port):
        for head in heads:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as s:
                s.sendall(f"{head}\r\nHost: x\r\n\r\n{NAME}".encode())
                s.shutdown(socket.SHUT_WR)
                with suppress(ConnectionError):
                    searched.answers.append(s.recv(65536))


def accept_what_is_good(searched: Searched) -> None:
    """Personal values in every field that may hold one, of what is taken: dossiers, steps, events, heartbeats, odd codes."""
    now = datetime.now(UTC)
    supplement = {
        "NgayBoSung": stamp(now - timedelta(days=1)),
        "NguoiYeuCauBoSung": NAME,
        "NoiDungBoSung": STREET,
        "ThongTinTiepNhan": PHONE,
    }
    due = {"NgayTiepNhan": stamp(now - timedelta(minutes=61)), "NgayHenTra": stamp(now + timedelta(seconds=3)), "DonViXuLy": "Sở Nội vụ"}
    dossiers = [GOOD, {**GOOD, "DanhSachHoSoBoSung": [supplement]}, dossier(DUE_CODE, **PERSONAL, **due), dossier(ODD_CODE, **PERSONAL)]
    codes = {"MaTTHC": PHONE, "MaLinhVuc": NAME, "LoaiDoiTuong": IDENTITY, "HinhThuc": NAME, "NoiNopHoSo": STREET}
    dossiers.append(dossier(GOOD_CODE[:-1] + "2", **{**PERSONAL, **codes}))
    taken = [
        (DOSSIERS, {"session": IDENTITY, "madonvi": "H17.31", "isUpdating": NAME, "data": dossiers, NAME: PHONE}),
        ("/sync/CapNhatTienDoHoSoMC", {"session": NAME, "madonvi": "H17.31", "data": [{**STEP, "ChucDanh": NAME, "PhongBanXuLy": STREET}]}),
        ("/events", {**EVENT, "id": NAME, "dataschema": f"http://{MAIL}", "nguoinop": PHONE, "datacontenttype": "application/json"}),
        ("/heartbeats", {"source": "H17.31", "sent_at": stamp(now), "last_record_at": "", "sent_count": 3, "nguoi_gui": NAME}),
        (f"{DOSSIERS}?dry_run=true&nguoi={quote(NAME)}", {"madonvi": "H17.31", "data": [GOOD]}),
    ]
    for path, body in taken:
        answer = searched.post(path, json.dumps(body, ensure_ascii=len(path) % 2 == 0).encode())
        assert (answer.status_code, answer.json()["error_code"]) == (200, "0"), answer.text


def ask_with_names(searched: Searched) -> None:
    """The reading side, asked with names in addresses, queries, methods and headers."""
    api, page = f"{searched.city.page}/api/v1", searched.city.page
    for path in (
        "map",
        "map.csv",
        "map.xlsx",
        "map.geojson",
        "changes",
        "feeds",
        "notices",
        "definitions",
        "rankings",
        f"units/{NAME}",
        f"dossiers/{PHONE}",
    ):
        for query in ("", f"?window={NAME}&rate={PHONE}", f"?kind={IDENTITY}&as_of={NAME}&known_at={MAIL}&since={NAME}&cursor={NAME}"):
            searched.ask("GET", f"{api}/{path}{query}")
    for path in (f"/{NAME}", f"/{PHONE}/..%2f{IDENTITY}", f"/assets/{quote(NAME)}.js"):
        searched.ask("GET", page + path)
    searched.ask("POST", f"{api}/wall-reports", json=PERSONAL)
    searched.ask("PUT", f"{api}/map?{NAME}", content=NAME.encode())
    with httpx.stream("GET", f"{api}/stream?window={NAME}", headers={"Last-Event-ID": IDENTITY}, timeout=PATIENCE) as refused:
        searched.answers.append(refused.read())


def test_nothing_personal_is_found_anywhere_in_the_city(places: dict[str, bytes]) -> None:
    found = {place: here for place, content in places.items() if (here := traces(content, PLANTED))}
    assert found == {}


@pytest.mark.parametrize(
    ("place", "known"),
    [
        ("kafka/log/dossier-events-", GOOD_CODE),
        ("kafka/log/dossiers-", GOOD_CODE),
        ("kafka/log/unit-scores-", "20242"),
        ("kafka/log/feeds-", "H17.31"),
        ("kafka/log/notices-", DUE_CODE),
        ("api.db", GOOD_CODE),
        ("alerts.db", DUE_CODE),
        ("redis", "20242"),
        ("logs/scoring.log", "partitions_held"),
        ("up.log", "ready"),
        ("answers", "UNKNOWN_UNIT"),
        ("metrics", "dunghen_scoring_events"),
        ("metrics", "dunghen_alerts_attempts"),
        ("mails", DUE_CODE),
    ],
)
def test_the_search_reaches_every_place_and_sees_what_may_stand_there(places: dict[str, bytes], place: str, known: str) -> None:
    assert any(known in traces(content, [known]) for name, content in places.items() if name.startswith(place))


def test_a_value_put_into_each_kind_of_store_by_hand_is_found(searched: Searched) -> None:
    data = searched.city.data
    settings = load(PlatformSettings, kafka=searched.facts["kafka"], data=data)
    asyncio.run(_into_kafka(settings))
    with closing(sqlite3.connect(data / "control.db")) as file:
        file.execute("create table t (body text)")
        file.execute("insert into t values (?)", (json.dumps({"ten": CONTROL}),))
        file.commit()
    (data / "logs" / "control.log").write_text(CONTROL.upper(), encoding="utf-8")
    with redis.Redis.from_url(searched.facts["redis"]) as client:
        _into_redis(client)
    found = {name for name, content in searched.places().items() if traces(content, [CONTROL])}
    assert found > {"control.db", "logs/control.log", "redis"}
    assert any(name.startswith("kafka/log/dead-letters-") for name in found)


async def _into_kafka(settings: PlatformSettings) -> None:
    async with kafka.started(kafka.producer(settings), settings) as producer:
        await producer.send_and_wait(settings.named(topics.DEAD_LETTERS), json.dumps({"x": CONTROL}).encode(), key=b"control", partition=0)


def _into_redis(client: Any) -> None:
    puts: list[Callable[[str], Any]] = [
        lambda v: client.set("control:s", v),
        lambda v: client.rpush("control:l", v),
        lambda v: client.sadd("control:t", v),
        lambda v: client.zadd("control:z", {v: 1}),
        lambda v: client.hset("control:h", "x", v),
        lambda v: client.xadd("control:x", {"x": v}),
    ]
    url = "redis://{host}:{port}".format(**client.connection_pool.connection_kwargs)
    for put in puts:
        put(CONTROL)
        assert traces(redis_dump(url), [CONTROL]) == [CONTROL]
        client.delete(*client.keys("control:*"))
        assert traces(redis_dump(url), [CONTROL]) == []
    client.set("control:s", CONTROL)


@pytest.mark.parametrize(
    "written",
    [
        str,
        str.upper,
        quote,
        ascii,
        json.dumps,
        lambda v: repr(v.encode()),
        lambda v: base64.b64encode(b"x" + v.encode()).decode(),
        lambda v: base64.b64encode(b"xy" + v.encode() + b"z").decode(),
        lambda v: folded(v).decode(),
        lambda v: v.encode().hex().upper(),
        lambda v: unicodedata.normalize("NFD", v),
        lambda v: "-".join(folded(v).decode().split()),
    ],
)
def test_the_search_sees_a_name_however_it_is_written(written: Callable[[str], str]) -> None:
    assert traces(f"\x00vô sự … {written(NAME)} …\xff".encode(), PLANTED) == [NAME]
    assert traces("vô sự, H17.31, 20260105080000, hoa hồng".encode(), PLANTED) == []
