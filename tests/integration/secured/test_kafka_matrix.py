"""The matrix of users and rights on the real broker: each cell tried by its user, what is declared works, everything else is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import uvloop
from aiokafka import AIOKafkaClient
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAuthorizationFailedError
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from secured_world import ADMIN, NAMESPACE, NOBODY, SecuredKafka

from dunghen.cli.backup.taking import kept_topics, take
from dunghen.cli.data_folder import CommandError
from dunghen.cli.kafka_rights.command import apply, diff
from dunghen.contracts.kafka_users import Right, all_users, rights_of
from dunghen.contracts.stores import KEPT
from dunghen.contracts.topics import all_topics
from dunghen.platform import kafka
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.fenced import Writer
from dunghen.platform.kafka_acls import Acl, Operation, Pattern, Resource, create_acls, delete_acls, read_acls
from dunghen.platform.kafka_connection import NO_RIGHT, connection
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import Collection, open_store
from tests.certificates import Authority

pytestmark = pytest.mark.slow
USERS = [*all_users(), NOBODY]
GROUPS = sorted({group for user in all_users().values() for group in user.groups} | {"elsewhere"})
FENCES = sorted({fence for user in all_users().values() for fence in user.transactional_ids} | {"elsewhere"})


@pytest.fixture(scope="module")
def matrix(secured_kafka: SecuredKafka) -> SecuredKafka:
    """Every topic with one record, and every right given."""
    asyncio.run(_filled(secured_kafka.settings(ADMIN)))
    return secured_kafka


async def _filled(admin: PlatformSettings) -> None:
    await kafka.ensure_topics(admin, {t.name: (t.partitions, t.config) for t in all_topics(admin.partitions).values()})
    async with kafka.started(kafka.producer(admin), admin) as producer:
        for topic in all_topics():
            await producer.send_and_wait(admin.named(topic), b"v", key=b"k", partition=0)
    assert await apply(admin, lambda _: None) == 0


async def succeeds(attempt: Awaitable[Any]) -> bool:
    """False where the broker refuses it for want of a right; anything else that goes wrong is raised."""
    try:
        await attempt
    except NO_RIGHT:
        return False
    return True


def declared(name: str) -> frozenset[Right]:
    return rights_of(all_users()[name]) if name in all_users() else frozenset()


@pytest.mark.parametrize("name", USERS)
async def test_a_user_reads_and_writes_the_topics_that_are_declared_and_no_other(matrix: SecuredKafka, name: str) -> None:
    """All topics are asked for in one request, all are written to in another: the broker answers for each by itself."""
    settings = matrix.settings(name)
    bare = {settings.named(topic): topic for topic in all_topics()}
    fetch = FetchRequest(100, 1, 1 << 20, 0, [(topic, [(0, 0, 1000)]) for topic in bare])
    produce = ProduceRequest(None, -1, 5000, [(topic, [(0, _batch())]) for topic in bare])
    found = {Right(name, "topic", bare[topic], "read") for topic in await _allowed(settings, fetch)}
    found |= {Right(name, "topic", bare[topic], "write") for topic in await _allowed(settings, produce)}
    assert found == {right for right in declared(name) if right.kind == "topic"}


def _batch() -> bytes:
    """One record, as a producer without idempotence sends it."""
    builder = DefaultRecordBatchBuilder(2, 0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1, batch_size=1000)
    builder.append(0, real_milliseconds(), b"k", b"v", [])
    return bytes(builder.build())


async def _allowed(settings: PlatformSettings, request: Any) -> set[str]:
    """The topics of the answer whose partition was answered; every other one must have been refused, and for no other reason."""
    client = AIOKafkaClient(**connection(settings))
    await client.bootstrap()
    try:
        answer = await client.send(client.get_random_node(), request)
    finally:
        await client.close()
    codes = {topic: parts[0][1] for topic, parts in answer.topics}
    assert set(codes.values()) <= {0, TopicAuthorizationFailedError.errno}
    assert len(codes) == len(all_topics())
    return {topic for topic, code in codes.items() if code == 0}


@pytest.mark.parametrize("name", USERS)
async def test_a_user_commits_in_the_groups_that_are_declared_and_in_no_other(matrix: SecuredKafka, name: str) -> None:
    settings = matrix.settings(name)
    topic = min(all_users()[name].reads) if name in all_users() else "policies"
    found = {group for group in GROUPS if await succeeds(kafka.commit(settings, group, {(topic, 0): 0}))}
    assert found == {right.name for right in declared(name) if right.kind == "group"}


@pytest.mark.parametrize("name", USERS)
async def test_a_user_takes_the_fences_that_are_declared_and_no_other(matrix: SecuredKafka, name: str) -> None:
    settings, found = matrix.settings(name), set()
    for fence in FENCES:
        writer = Writer(settings, fence.replace("*", "0"))
        if await succeeds(writer.start()):
            await writer.stop()
            found.add(fence)
    assert found == set(all_users()[name].transactional_ids if name in all_users() else ())


async def _made(admin: Any, settings: PlatformSettings) -> list[int]:
    answer = await admin.create_topics([NewTopic(settings.named("planted"), 1, 1)])
    return [code for _, code, *_ in answer.topic_errors]


async def _unmade(admin: Any, settings: PlatformSettings) -> list[int]:
    answer = await admin.delete_topics([settings.named(topic) for topic in all_topics()])
    return [code for _, code in answer.topic_error_codes]


async def _widened(admin: Any, settings: PlatformSettings) -> list[int]:
    codes = []
    for topic in all_topics():
        try:
            await admin.create_partitions({settings.named(topic): NewPartitions(9)})
        except NO_RIGHT as refused:
            codes.append(refused.errno)
    return codes


async def _forgotten(admin: Any, settings: PlatformSettings) -> list[int]:
    """Other settings: what was said for ever would be deleted after a second."""
    of = [ConfigResource(ConfigResourceType.TOPIC, settings.named(topic), {"retention.ms": "1000"}) for topic in all_topics()]
    return [code for answer in await admin.alter_configs(of) for code, *_ in answer.resources]


async def _listed(_: Any, settings: PlatformSettings) -> list[int]:
    await read_acls(settings)
    return [0]


async def _given(_: Any, settings: PlatformSettings) -> list[int]:
    await create_acls(settings, [Acl(f"User:{settings.kafka_user}", Resource.TOPIC, settings.named("keys"), Operation.ALL)])
    return [0]


async def _taken(_: Any, settings: PlatformSettings) -> list[int]:
    await delete_acls(settings, [Acl(f"User:{settings.kafka_user}", Resource.TOPIC, settings.named("keys"), Operation.READ)])
    return [0]


ATTEMPTS = (_made, _unmade, _widened, _forgotten, _listed, _given, _taken)


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.__name__.strip("_"))
@pytest.mark.parametrize("name", USERS)
async def test_no_user_of_the_matrix_administers_the_brokers(
    matrix: SecuredKafka, name: str, attempt: Callable[[Any, PlatformSettings], Awaitable[list[int]]]
) -> None:
    """Of each topic it is refused by itself."""
    settings = matrix.settings(name)
    admin = AIOKafkaAdminClient(**connection(settings))
    await admin.start()
    try:
        codes = await attempt(admin, settings)
    except NO_RIGHT as refused:
        codes = [refused.errno]
    finally:
        await admin.close()
    assert set(codes) <= {refusal.errno for refusal in NO_RIGHT}
    assert len(codes) >= (len(all_topics()) if attempt in (_unmade, _widened, _forgotten) else 1)


async def test_who_has_no_name_a_wrong_password_or_trusts_another_authority_is_not_connected(matrix: SecuredKafka) -> None:
    nobody = {"kafka_security_protocol": "PLAINTEXT", "kafka_user": "", "kafka_password": "", "kafka_ca": ""}
    for given in (
        nobody,
        {"kafka_password": "wrong"},
        {"kafka_user": "unknown"},
        {"kafka_ca": Authority("stranger").pem},
        {"kafka_ca": ""},
    ):
        with pytest.raises(kafka.Unreachable) as told:
            await kafka.reachable(matrix.settings("ingest", **given))
        assert not any(password in str(told.value) for password in matrix.passwords.values())
    await kafka.reachable(matrix.settings("ingest"))


async def test_a_broker_whose_certificate_a_stranger_signed_is_told_no_password(matrix: SecuredKafka) -> None:
    """The name in it is right, the authority is not: the client ends the connection before it says who it is."""
    stranger = Authority()  # of the same name as ours
    with pytest.raises(kafka.Unreachable, match="DUNGHEN_KAFKA_CA_FILE"):
        await kafka.reachable(matrix.settings("ingest", kafka_ca=stranger.pem))


def test_connections_end_at_once_also_under_the_loop_of_the_services(matrix: SecuredKafka) -> None:
    """The library's own end of one with TLS takes half a minute under uvloop."""

    async def ten() -> None:
        async with asyncio.timeout(120):
            for _ in range(10):
                await kafka.end_offsets(matrix.settings("ingest"), "policies")

    uvloop.run(ten())


async def test_the_backup_is_made_as_its_own_user_and_by_nobody_who_may_less(matrix: SecuredKafka, tmp_path: Path) -> None:
    for name, collections in KEPT.items():
        store = open_store(matrix.settings(ADMIN, data=tmp_path), name)
        await store.prepare([Collection(kept.name) for kept in collections])
        await store.close()
    manifest = await take(matrix.settings("backup", data=tmp_path), None, tmp_path / "backup")
    assert {name: entries[0].records > 0 for name, entries in manifest.topics.items()} == dict.fromkeys(kept_topics(), True)
    with pytest.raises(kafka.MissingTopic, match="no right on topic"):
        await take(matrix.settings("operator", data=tmp_path), None, tmp_path / "another")
    assert not (tmp_path / "another" / "manifest.json").exists()


async def test_what_is_not_in_the_matrix_is_named_and_taken_away_when_asked_for(matrix: SecuredKafka) -> None:
    admin = matrix.settings(ADMIN)
    planted = {
        Acl(f"User:{NAMESPACE}webhooks", Resource.TOPIC, f"{NAMESPACE}people", Operation.WRITE),
        Acl("User:somebody", Resource.TOPIC, NAMESPACE, Operation.READ, Pattern.PREFIXED),
        Acl("User:somebody", Resource.GROUP, "*", Operation.READ),
        Acl(f"User:{NAMESPACE}ingest", Resource.TOPIC, f"{NAMESPACE}facts", Operation.WRITE, denies=True),
    }
    elsewhere = Acl("User:somebody", Resource.TOPIC, "their-own", Operation.ALL)
    gone = Acl(f"User:{NAMESPACE}scoring", Resource.TOPIC, f"{NAMESPACE}policies", Operation.READ)
    before = await read_acls(admin)
    assert gone in before
    await create_acls(admin, [*planted, elsewhere])
    await delete_acls(admin, [gone])
    lines: list[str] = []
    assert await diff(admin, lines.append) == 1
    assert sorted(lines) == sorted([f"missing  {gone}", *(f"not declared  {acl}" for acl in planted)])
    assert await apply(admin, lines.append) == 1
    assert await read_acls(admin) == before | planted | {elsewhere}
    assert await apply(admin, lines.append, revoke=True) == 0
    assert await read_acls(admin) == before | {elsewhere}
    assert await diff(admin, lines.append) == 0
    await delete_acls(admin, [elsewhere])


async def test_rights_need_an_administrator_and_brokers_that_give_any(matrix: SecuredKafka, kafka_broker: Any) -> None:
    with pytest.raises(CommandError, match=r"super\.users"):
        await diff(matrix.settings("operator"), print)
    with pytest.raises(CommandError, match="authorizer"):
        await apply(PlatformSettings(kafka=kafka_broker.address), print)
