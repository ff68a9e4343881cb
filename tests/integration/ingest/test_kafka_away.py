"""Kafka goes away and comes back under a running ingest: 503 meanwhile, and no restart is needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_inputs import DOSSIERS, GOOD, envelope
from processes import BODIES, apply_policies, ingest_process

from dunghen.contracts.topics import all_topics
from dunghen.platform import kafka
from dunghen.platform.local import kafka_broker as local
from dunghen.platform.settings import PlatformSettings
from tests.eventually import eventually_async as eventually


@pytest.mark.slow
async def test_503_while_kafka_is_away_and_success_when_it_is_back(tmp_path: Path) -> None:
    broker = local.start(tmp_path / "kafka")
    try:
        settings = PlatformSettings(kafka=broker.address, partitions=2)
        await kafka.ensure_topics(settings, {t.name: (t.partitions, t.config) for t in all_topics(2).values()})
        await apply_policies(settings, BODIES)
        async with ingest_process(settings, tmp_path, INGEST_ACK_SECONDS="1") as running:
            await running.ready()

            async def stored(procedure: str) -> bool:
                return (await running.post(DOSSIERS, envelope({**GOOD, "MaTTHC": procedure}))).status_code == 200

            await eventually(lambda: stored("1.004222"))  # in the second that Kafka has for it here
            broker.kill()
            away = await running.post(DOSSIERS, envelope({**GOOD, "MaTTHC": "1.2"}))
            assert (away.status_code, away.json()["code"], away.headers["retry-after"]) == (503, "KAFKA_AWAY", "5")
            beat = b'{"source": "H17.31", "sent_at": "20260105080000"}'
            assert (await running.post("/heartbeats", beat)).json()["code"] == "KAFKA_AWAY"
            broker = local.start(tmp_path / "kafka", broker.port)

            await eventually(lambda: stored("1.3"))
            procedures = [event.procedure for event in await running.events()]
            assert procedures[0] == "1.004222"
            assert procedures[-1] == "1.3"
            assert set(procedures) <= {"1.004222", "1.2", "1.3"}
    finally:
        broker.stop()


async def test_ingest_starts_before_kafka_and_says_so(tmp_path: Path) -> None:
    nowhere = PlatformSettings(kafka="127.0.0.1:1", partitions=2)
    async with ingest_process(nowhere, tmp_path) as running:
        await running.ready(503)
        assert (await running.post(DOSSIERS, envelope(GOOD))).status_code == 503
        running.server.stop(60)
        assert running.server.process.returncode == 0
    assert running.log.count("\n") < 60
