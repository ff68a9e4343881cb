"""What is said of certificates, over real TLS. Whether Kafka's own are seen so: tests/faults/test_certificate_expires.py."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dunghen.platform import kafka_certificates
from dunghen.platform.kafka_certificates import EXPIRY, validities, why_refused
from dunghen.platform.kafka_clients import unreachable
from dunghen.platform.kafka_connection import tls
from dunghen.platform.settings import PlatformSettings
from tests.certificates import DAY, Authority, write_self_signed

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


async def test_when_they_expire_is_told_after_a_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_certificates, "_brokers", {})
    async with broker(tmp_path, Authority(holds=3 * DAY), 2 * DAY) as settings:
        await connect(settings)
        assert told("server") == pytest.approx(seconds_from_now(2 * DAY), abs=60)
        assert told("authority") == pytest.approx(seconds_from_now(3 * DAY), abs=60)
        assert await asyncio.to_thread(why_refused, settings) == ""


async def test_a_pinned_certificate_that_is_no_authority_is_connected_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_certificates, "_brokers", {})
    EXPIRY.clear()
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


async def test_a_stranger_s_certificate_is_not_called_expired(tmp_path: Path) -> None:
    async with broker(tmp_path, Authority("stranger"), -MINUTE, asked=Authority().pem) as settings:
        assert await asyncio.to_thread(why_refused, settings) == ""
        assert "its certificate is of another name or authority" in str(await unreachable(settings, OSError("gone")))
