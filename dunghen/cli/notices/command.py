"""`dunghen notices test|bounces|vapid|secret`. What sends is the service itself, started as a process with the settings that it has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.programs import DEMO_CHANNELS
from dunghen.contracts.messages import Notice, decode_notice
from dunghen.contracts.topics import NOTICES, all_topics
from dunghen.platform import kafka
from dunghen.platform.local.servers import HOST

Say = Callable[[str], None]
PATIENCE_SECONDS = 360  # a mail server may take 300 for one command


def try_out(folder: DataFolder, to: str, channel: str, say: Say) -> int:
    """0 if the server took it. The address goes by standard input and is not said again."""
    return _by_hand(folder, "test", {"to": to, "channel": channel}, say)


def vapid(folder: DataFolder, say: Say) -> int:
    return _by_hand(folder, "vapid", {}, say)


async def bounces(folder: DataFolder, say: Say) -> None:
    """The newest last. Raises CommandError."""
    settings, newest = settings_of(folder), dict[str, Notice]()

    def take(_: bytes | None, value: bytes | None, *__: int) -> None:
        if value:
            notice = decode_notice(value)
            newest[notice.key] = notice

    try:
        for partition in range(all_topics(settings.partitions)[NOTICES].partitions):
            await kafka.read_all(settings, (NOTICES, partition), take)
    except (kafka.Unreachable, kafka.MissingTopic) as fault:
        raise CommandError(f"Kafka of {folder.path}: {fault}") from None
    refused = sorted((n for n in newest.values() if n.refused), key=lambda n: (n.sent_at or n.decided_at, n.key))
    for notice in refused:
        say("  ".join(_columns(notice)))
    say(f"{len(refused)} notices refused for good by a channel, {sum(n.state == 'failed' for n in refused)} of them by all")


def _columns(notice: Notice) -> Iterator[str]:
    """The recipient is an internal id; of an older release's notices the unit."""
    yield datetime.fromtimestamp(notice.sent_at or notice.decided_at, UTC).isoformat().replace("+00:00", "Z")
    yield notice.unit
    yield notice.recipient or notice.unit
    yield notice.stage
    yield ", ".join(notice.refused)
    yield notice.state


def _by_hand(folder: DataFolder, what: str, order: dict[str, str], say: Say) -> int:
    command = (sys.executable, "-m", "services.alerts.by_hand", what)
    try:
        done = subprocess.run(
            command, input=json.dumps(order).encode(), env=_environment(folder), capture_output=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise CommandError(f"no answer after {PATIENCE_SECONDS} s") from None
    if said := done.stdout.decode().strip():
        say(said)
    else:
        faults = done.stderr.decode().strip()
        raise CommandError(faults.rpartition("\n")[2] if "Traceback" in faults else faults or f"code {done.returncode}")
    return done.returncode


def _environment(folder: DataFolder) -> dict[str, str]:
    """That of alerts in this folder; in the demo mail goes to its sink."""
    facts = folder.remembered()
    sink = {"DUNGHEN_SMTP_HOST": HOST, "DUNGHEN_SMTP_PORT": str(facts["smtp_port"])} if "mail-sink" in facts.get("pids", {}) else {}
    channels = {"DUNGHEN_ALERTS_CHANNELS": DEMO_CHANNELS} if sink and "DUNGHEN_ALERTS_CHANNELS" not in os.environ else {}
    where = {f"DUNGHEN_{name.upper()}": facts[name] for name in ("kafka", "mongo") if facts.get(name)}
    return {**os.environ, "DUNGHEN_DATA": str(folder.path), **where, **sink, **channels}
