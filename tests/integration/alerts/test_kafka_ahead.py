"""Whether a worker is level with Kafka, where Kafka takes the question and does not answer."""

from __future__ import annotations

import asyncio

from dunghen.platform.settings import PlatformSettings
from services.alerts.adapters.kafka_ahead import KafkaAhead


async def test_a_broker_that_takes_the_question_and_never_answers_is_not_waited_for() -> None:
    over, open_ = asyncio.Event(), []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_.append(writer)
        await over.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(60):
        assert await KafkaAhead(PlatformSettings(kafka=f"127.0.0.1:{port}"), patience=2.0).keys(0, 0) is None
    assert open_
    over.set()
    server.close()
    await server.wait_closed()
