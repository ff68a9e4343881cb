"""The live map on a Redis that is talked to by TLS and a password; who is refused says what, where and why, and never the password."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_world import Listener, World, score, world_of

from dunghen.cli.doctor.servers import redis_of
from dunghen.platform.local.servers import LocalServer, free_port, launch
from dunghen.platform.settings import PlatformSettings, SettingsError
from services.api.adapters.redis_board import RedisBoard
from services.api.ports import BoardUnreachableError
from tests.certificates import Authority
from tests.eventually import eventually_async as eventually
from tests.secured_redis import PASSWORD, SecuredRedis

HIDDEN = (PASSWORD, "a%2Fb", "a/b?c", "wr0ng")


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[SecuredRedis]:
    made = SecuredRedis.start(tmp_path / "redis")
    yield made
    made.server.stop()


async def test_projector_and_worker_show_the_map_over_tls_with_a_password(
    secured: SecuredRedis, kafka_broker: Any, namespace: str, tmp_path: Path
) -> None:
    given = {"kafka": kafka_broker.address, "redis": secured.address(), "namespace": namespace, "data": tmp_path}
    async with world_of(**given) as world, Listener(world) as listener:
        await listener.first("snapshot")
        await world.scores(score("20242", 50, 5))
        changed = await listener.first("change", lambda d: d["city"]["numerator"] == 60)
        assert changed["units"][0]["numerator"] == 50


@dataclass
class Place:
    """Where a refused client goes, and what is there."""

    secured: SecuredRedis
    plain: int
    folder: Path

    def stranger(self) -> Path:
        file = self.folder / "stranger.pem"
        file.write_text(Authority().pem)
        return file


REFUSED: dict[str, tuple[Callable[[Place], str], str]] = {
    "wrong password": (lambda p: p.secured.address("wr0ng"), "refuses this user or password, or wants one"),
    "no password": (
        lambda p: f"rediss://{p.secured.server.address}/0?ssl_ca_certs={p.secured.ca}",
        "refuses this user or password, or wants one",
    ),
    "another authority": (lambda p: p.secured.address(ca=p.stranger()), "is not trusted: "),
    "no authority": (lambda p: p.secured.address().partition("?")[0], "self-signed certificate in certificate chain (ssl_ca_certs="),
    "plain text to TLS": (lambda p: f"redis://:wr0ng@{p.secured.server.address}/0", "or wants TLS (rediss://)"),
    "TLS to plain text": (lambda p: f"rediss://:wr0ng@127.0.0.1:{p.plain}/0", "speaks plain text (redis://)"),
    "nobody": (lambda _: f"rediss://:wr0ng@127.0.0.1:{free_port()}/0", "does not answer (ConnectionError)"),
}


@pytest.mark.parametrize(("address", "why"), REFUSED.values(), ids=REFUSED.keys())
async def test_who_is_refused_says_where_and_why_and_so_does_doctor(
    address: Callable[[Place], str], why: str, secured: SecuredRedis, redis_server: LocalServer, tmp_path: Path
) -> None:
    settings = PlatformSettings(redis=address(Place(secured, redis_server.port, tmp_path)))
    board = RedisBoard(settings)
    with pytest.raises(BoardUnreachableError) as raised:
        await board.last_pulse()
    await board.close()
    (finding,) = await asyncio.to_thread(lambda: list(redis_of(settings)))
    assert not finding.good
    for said in (str(raised.value), finding.mend):
        assert said.startswith("Redis at 127.0.0.1:")
        assert said.endswith(": DUNGHEN_REDIS")
        assert why in said
        assert [each for each in HIDDEN if each in said + finding.what] == []


async def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    other = Authority(host="127.0.0.2")
    with ExitStack() as ends:
        # Asked by an address that its certificate does not have; `answers` would refuse it too, so the server is started by hand.
        elsewhere = pytest.MonkeyPatch()
        elsewhere.setattr(SecuredRedis, "answers", lambda self: "Ready to accept" in self.server.log.read_text())
        made = SecuredRedis.start(tmp_path, other)
        ends.callback(made.server.stop)
        elsewhere.undo()
        board = RedisBoard(PlatformSettings(redis=made.address()))
        with pytest.raises(BoardUnreachableError, match="is not trusted: IP address mismatch"):
            await board.last_pulse()
        await board.close()


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("rediss://:a/b?c@redis.danang.example:6379/0", "no address of a Redis"),
        ("rediss://:hush@redis.danang.example:6379/0?ssl_ca_cert=/ca.pem", "no address of a Redis"),
        ("https://:hush@redis.danang.example/", "no address of a Redis"),
        ("rediss://:hush@redis.danang.example:6379/0?ssl_ca_certs=/nowhere/ca.pem", "a file that ssl_… of the address names"),
    ],
)
def test_an_address_that_cannot_be_used_ends_the_start_and_is_not_repeated(address: str, named: str) -> None:
    with pytest.raises(SettingsError) as raised:
        RedisBoard(PlatformSettings(redis=address))
    said = str(raised.value)
    assert said.startswith(f"DUNGHEN_REDIS: {named}")
    assert [each for each in ("hush", "a/b", "danang") if each in said] == []
    (finding,) = redis_of(PlatformSettings(redis=address))
    assert (finding.good, finding.mend) == (False, said)


def launched(world: World, program: str, **own: str) -> LocalServer:
    """One of the api's programs as a process, whose address of Redis stands in a file."""
    given = world.settings
    env = {
        "KAFKA": given.kafka,
        "REDIS_FILE": str(given.data / "redis-address"),
        "NAMESPACE": given.namespace,
        "DATA": str(given.data),
        "PARTITIONS": str(given.partitions),
        **own,
    }
    pairs = (f"DUNGHEN_{name}={value}" for name, value in env.items())
    return launch(("env", *pairs, sys.executable, "-m", "services.api", program), 0, given.data / f"{program}.log")


async def test_a_wrong_password_is_said_and_put_right_at_the_server_without_a_restart(
    secured: SecuredRedis, kafka_broker: Any, namespace: str, tmp_path: Path
) -> None:
    given = {"kafka": kafka_broker.address, "redis": secured.address(), "namespace": namespace, "data": tmp_path}
    async with world_of(**given) as world:
        await world.stop("projector")
        await world.stop("worker")
        (tmp_path / "redis-address").write_text(secured.address("wr0ng") + "\n")
        port, metrics = free_port(), free_port()
        projector = launched(world, "projector", METRICS_PORT=str(metrics))
        worker = launched(world, "http", PORT=str(port))
        try:
            why = f"Redis at {secured.server.address} refuses this user or password, or wants one: DUNGHEN_REDIS"
            await eventually(lambda: why in projector.log.read_text() and why in worker.log.read_text(), within=120)
            answer = await eventually(lambda: asked(f"http://127.0.0.1:{metrics}/readyz"), within=120)
            assert "redis" in answer.text
            secured.takes("wr0ng")
            shown = await eventually(lambda: asked(f"http://127.0.0.1:{port}/api/v1/map", 200), within=120)
            assert len(shown.json()["units"]) == 3
            logs = answer.text + projector.log.read_text() + worker.log.read_text()
            assert [each for each in (*HIDDEN, "rediss://:") if each in logs] == []
        finally:
            worker.stop()
            projector.stop()


async def asked(url: str, *wanted: int) -> httpx.Response | None:
    """The answer; None where there is none, or another than wanted."""
    try:
        async with httpx.AsyncClient(timeout=60) as http:
            answer = await http.get(url)
    except httpx.HTTPError:
        return None
    return answer if not wanted or answer.status_code in wanted else None
