from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alerts_process import MONDAY_8_00, PARTITIONS, City, MailServer

from dunghen.contracts.topics import all_topics
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings


@pytest.fixture
async def city(kafka_broker: Any, namespace: str, tmp_path: Path) -> AsyncIterator[City]:
    """Policies and topics are there, Monday 08:00, one dossier open since then; alerts is not started."""
    settings = PlatformSettings(kafka=kafka_broker.address, namespace=namespace, partitions=PARTITIONS, data=tmp_path)
    wanted = ("dossier-events", "dossiers", "notices", "policies", "people", "feeds", "notice-actions", "push-subscriptions")
    await kafka.ensure_topics(settings, {n: (t.partitions, t.config) for n, t in all_topics(PARTITIONS).items() if n in wanted})
    mail = MailServer()
    mail.start()
    async with kafka.started(kafka.producer(settings, linger_ms=0), settings) as producer:
        made = City(settings, tmp_path, producer, mail)
        made.clock(MONDAY_8_00)
        await made.policies()
        await made.open_dossier()
        try:
            yield made
        finally:
            mail.stop()
            for process in made.processes:
                process.kill()
