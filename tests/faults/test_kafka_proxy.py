"""What the proxy does to a client of Kafka, and that our clients live with it."""

from __future__ import annotations

from contextlib import aclosing

import pytest
from aiokafka.errors import KafkaError

from dunghen.platform import kafka, kafka_clients
from dunghen.platform.settings import PlatformSettings
from services.api.adapters.kafka_lag import KafkaLag
from tests.faults.kafka_proxy import Api
from tests.faults.proxied_broker import ProxiedBroker

TOPIC = "told"


@pytest.fixture
def broker(proxied_broker: ProxiedBroker) -> ProxiedBroker:
    return proxied_broker


@pytest.fixture
async def straight(broker: ProxiedBroker, namespace: str) -> PlatformSettings:
    settings = PlatformSettings(kafka=broker.server.address, namespace=namespace)
    await kafka.ensure_topics(settings, {TOPIC: (1, {})})
    return settings


@pytest.fixture
def proxied(broker: ProxiedBroker, straight: PlatformSettings) -> PlatformSettings:
    return straight.model_copy(update={"kafka": broker.proxy.address})


async def kept(settings: PlatformSettings) -> list[bytes]:
    found: list[bytes] = []
    await kafka.read_all(settings, (TOPIC, 0), lambda _, value, *__: found.append(value or b""))
    return found


@pytest.mark.parametrize("idempotent", [True, False])
async def test_a_record_whose_answer_is_lost_is_sent_again_and_kept_once_where_the_producer_is_idempotent(
    broker: ProxiedBroker, straight: PlatformSettings, proxied: PlatformSettings, *, idempotent: bool
) -> None:
    before = broker.proxy.lost[Api.PRODUCE]
    async with kafka.started(kafka.producer(proxied, enable_idempotence=idempotent), proxied) as producer:
        for number in range(5):
            broker.proxy.lose_answers(Api.PRODUCE)
            await producer.send_and_wait(straight.named(TOPIC), b"%d" % number, partition=0)
    assert broker.proxy.lost[Api.PRODUCE] - before == 5
    assert await kept(straight) == [b"%d" % n for n in range(5) for _ in range(1 if idempotent else 2)]


async def test_every_answer_may_be_late_and_every_connection_cut(
    broker: ProxiedBroker, straight: PlatformSettings, proxied: PlatformSettings
) -> None:
    broker.proxy.delay(0.05)
    try:
        async with kafka.started(kafka.producer(proxied), proxied) as producer:
            for number in range(6):
                future = await producer.send(straight.named(TOPIC), b"%d" % number, partition=0)
                assert broker.proxy.cut() > 0
                await future
    finally:
        broker.proxy.delay(0)
    assert await kept(straight) == [b"%d" % n for n in range(6)]


async def test_a_connection_that_says_nothing_any_more_is_given_up_and_the_record_kept_once(
    broker: ProxiedBroker, straight: PlatformSettings, proxied: PlatformSettings
) -> None:
    async with kafka.started(kafka.producer(proxied, request_timeout_ms=4000), proxied) as producer:
        await producer.send_and_wait(straight.named(TOPIC), b"0", partition=0)
        assert broker.proxy.deafen() > 0
        await producer.send_and_wait(straight.named(TOPIC), b"1", partition=0)
    assert await kept(straight) == [b"0", b"1"]


async def test_reading_a_partition_that_stalls_ends_with_an_error_that_says_where(
    broker: ProxiedBroker, straight: PlatformSettings, proxied: PlatformSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "STALL_SECONDS", 1.0)
    async with kafka.started(kafka.producer(straight), straight) as producer:
        await producer.send_and_wait(straight.named(TOPIC), b"0", partition=0)
    broker.proxy.withhold(Api.FETCH)
    try:
        with pytest.raises(kafka.Stalled, match=r"told 0 stands at 0 of 1"):
            await kafka.read_all(proxied, (TOPIC, 0), lambda *_: None)
    finally:
        broker.proxy.withhold()


async def test_reading_goes_on_over_another_connection_where_one_goes_deaf(
    broker: ProxiedBroker, straight: PlatformSettings, proxied: PlatformSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_clients, "REQUEST_SECONDS", 4.0)
    deaf = 0
    seen: list[bytes | None] = []
    async with aclosing(kafka.Reader(proxied, [TOPIC]).batches()) as reading, kafka.started(kafka.producer(straight), straight) as producer:
        await producer.send_and_wait(straight.named(TOPIC), b"x", partition=0)
        async for batches in reading:
            seen += [record.value for records in batches.values() for record in records]
            if seen == [b"x"] and not deaf:
                deaf = broker.proxy.deafen()
                await producer.send_and_wait(straight.named(TOPIC), b"y", partition=0)
            if len(seen) > 1:
                break
    assert deaf > 0
    assert seen == [b"x", b"y"]


async def test_the_lag_is_known_again_after_its_connection_went_deaf(
    broker: ProxiedBroker, proxied: PlatformSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_clients, "REQUEST_SECONDS", 4.0)
    lag = KafkaLag(proxied, "lag")
    await lag.start([(TOPIC, 0)])
    try:
        assert await lag.ends(TOPIC, 1) == {0: 0}
        assert broker.proxy.deafen() > 0
        with pytest.raises(KafkaError):
            await lag.ends(TOPIC, 1)
        assert await lag.ends(TOPIC, 1) == {0: 0}
        await lag.commit({(TOPIC, 0): 0})
    finally:
        await lag.close()
