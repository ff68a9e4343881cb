"""What is said of certificates, over real TLS. Whether Kafka's own are seen so: tests/faults/test_certificate_expires.py."""

from __future__ import annotations

import asyncio
import ssl
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from dunghen.platform import kafka_certificates
from dunghen.platform.kafka_certificates import EXPIRY, FORGET_SECONDS, look, validities, why_refused
from dunghen.platform.kafka_clients import unreachable
from dunghen.platform.kafka_connection import tls
from dunghen.platform.local.servers import free_port
from dunghen.platform.settings import PlatformSettings
from tests.certificates import DAY, Authority, write_self_signed
from tests.eventually import eventually_async

HOST = "127.0.0.1"
MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def broker(folder: Path, authority: Authority, holds: timedelta = DAY, asked: str = "") -> AsyncIterator[PlatformSettings]:
    """Somebody who talks TLS; `asked`: the authorities that a client is given, else this one."""
    keystore, _ = authority.write_server(folder, "broker", holds)
    async with served(keystore, asked or authority.pem) as settings:
        yield settings


@asynccontextmanager
async def served(keystore: Path, authorities: str) -> AsyncIterator[PlatformSettings]:
    """Shows the certificate of `keystore`; the settings are of a client that knows `authorities`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keystore)
    server = await asyncio.start_server(lambda _, writer: writer.close(), HOST, 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    who = {"kafka_security_protocol": "SASL_SSL", "kafka_user": "ingest", "kafka_password": "x"}
    try:
        yield PlatformSettings(kafka=f"{HOST}:{port}", kafka_ca=authorities, **who)  # type: ignore[arg-type]
    finally:
        server.close()
        await server.wait_closed()


async def connect(settings: PlatformSettings) -> None:
    host, _, port = settings.kafka.partition(":")
    _, writer = await asyncio.open_connection(host, int(port), ssl=tls(settings), server_hostname=host)
    writer.close()


def told(certificate: str) -> float | None:
    samples = [sample for family in EXPIRY.collect() for sample in family.samples]
    return next((sample.value for sample in samples if sample.labels["certificate"] == certificate), None)


def seconds_from_now(holds: timedelta) -> float:
    return (datetime.now(UTC) + holds).timestamp()


@pytest.fixture(autouse=True)
def _nobody_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_certificates, "_brokers", {})
    EXPIRY.clear()


async def test_when_they_expire_is_told_after_a_connection(tmp_path: Path) -> None:
    async with broker(tmp_path, Authority(holds=3 * DAY), 2 * DAY) as settings:
        await connect(settings)
        assert told("server") == pytest.approx(seconds_from_now(2 * DAY), abs=60)
        assert told("authority") == pytest.approx(seconds_from_now(3 * DAY), abs=60)
        assert await asyncio.to_thread(why_refused, settings) == ""


async def test_a_pinned_certificate_that_is_no_authority_is_connected_to(tmp_path: Path) -> None:
    keystore, known = await asyncio.to_thread(write_self_signed, tmp_path, "broker")
    async with served(keystore, known.read_text()) as settings:
        await connect(settings)
        assert told("server") == pytest.approx(seconds_from_now(DAY), abs=60)
        assert told("authority") is None


async def test_of_a_certificate_that_has_expired_the_error_says_whose_and_since_when(tmp_path: Path) -> None:
    async with broker(tmp_path, Authority(), -MINUTE) as settings:
        with pytest.raises(ssl.SSLCertVerificationError):
            await connect(settings)
        said = str(await unreachable(settings, OSError("gone")))
        (_, (_, (name, _, ends))) = await asyncio.to_thread(validities, settings)
        since = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        assert name == "broker"
        assert ends == pytest.approx(seconds_from_now(-MINUTE), abs=30)
        where = settings.kafka
        assert said == f"Kafka at {where} (DUNGHEN_KAFKA) is not trusted: the certificate of the broker {where} has expired on {since}"


async def test_of_an_authority_too(tmp_path: Path) -> None:
    async with broker(tmp_path, Authority("city", holds=-MINUTE)) as settings:
        said = str(await unreachable(settings, OSError("gone")))
        assert "the certificate of the authority city (DUNGHEN_KAFKA_CA_FILE) has expired on " in said


async def test_an_expired_authority_is_not_blamed_for_what_it_has_not_signed(tmp_path: Path) -> None:
    good, old = Authority("good"), Authority("old", holds=-MINUTE)
    async with broker(tmp_path, good, asked=old.pem + good.pem) as settings:
        await connect(settings)
        assert await asyncio.to_thread(why_refused, settings) == ""
    said = str(await unreachable(settings, OSError("gone")))
    assert said.startswith(f"Kafka does not answer at {settings.kafka} (DUNGHEN_KAFKA): gone")


async def test_a_certificate_that_has_expired_is_told_though_nothing_connects(tmp_path: Path) -> None:
    async with broker(tmp_path, Authority(), -MINUTE) as settings:
        with pytest.raises(ssl.SSLCertVerificationError):
            await connect(settings)
        assert told("server") is None
        await asyncio.to_thread(look, settings)
        assert told("server") == pytest.approx(seconds_from_now(-MINUTE), abs=30)
    await asyncio.to_thread(look, settings)
    assert told("server") == pytest.approx(seconds_from_now(-MINUTE), abs=30)  # what is away now has not got better by that


async def test_a_renewed_certificate_is_told_though_nothing_connects_anew(tmp_path: Path) -> None:
    authority = Authority()
    async with broker(tmp_path, authority, DAY) as settings:
        await connect(settings)
    async with broker(tmp_path, authority, 2 * DAY) as settings:
        assert told("server") == pytest.approx(seconds_from_now(DAY), abs=60)
        await asyncio.to_thread(look, settings)
        assert told("server") == pytest.approx(seconds_from_now(2 * DAY), abs=60)


async def test_a_broker_that_is_no_more_is_forgotten_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with broker(tmp_path, Authority(), 2 * DAY) as settings:
        kafka_certificates._note("127.0.0.2", seconds_from_now(DAY))
        await asyncio.to_thread(look, settings)
        assert told("server") == pytest.approx(seconds_from_now(DAY), abs=60)
        monkeypatch.setattr(kafka_certificates, "monotonic", lambda: monotonic() + FORGET_SECONDS + 1)
        await asyncio.to_thread(look, settings)
        assert told("server") == pytest.approx(seconds_from_now(2 * DAY), abs=60)


async def test_a_service_that_starts_after_the_end_tells_it_to_operators(tmp_path: Path) -> None:
    program = (
        "import sys; from dunghen.platform.metrics import *; from dunghen.platform.settings import PlatformSettings as S; "
        "serve_metrics(S.model_validate_json(sys.argv[1]), Readiness({})); input()"
    )
    port, name = free_port(), 'dunghen_kafka_certificate_expiry_timestamp_seconds{certificate="server"} '
    async with broker(tmp_path, Authority(), -MINUTE) as settings:
        given = settings.model_copy(update={"metrics_port": port}).model_dump_json()
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, given, stdin=asyncio.subprocess.PIPE)

        def said() -> list[str]:
            with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=20) as answer:
                lines = answer.read().decode().splitlines()
            return [line.removeprefix(name) for line in lines if line.startswith(name)]

        try:
            (ends,) = await eventually_async(lambda: asyncio.to_thread(said), within=60, what="the end of the certificate as a metric")
        finally:
            process.kill()
            await process.wait()
    assert float(ends) == pytest.approx(seconds_from_now(-MINUTE), abs=90)


async def test_a_stranger_s_certificate_is_not_called_expired(tmp_path: Path) -> None:
    async with broker(tmp_path, Authority("stranger"), -MINUTE, asked=Authority().pem) as settings:
        assert await asyncio.to_thread(why_refused, settings) == ""
        assert "its certificate is of another name or authority" in str(await unreachable(settings, OSError("gone")))
