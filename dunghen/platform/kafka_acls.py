"""Reading, making and taking away the ACLs of a Kafka cluster.

aiokafka 0.14 has their requests and no method of its admin client for them. Needs a user who may alter the cluster. Names are full here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from aiokafka import AIOKafkaClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest_v1, DeleteAclsRequest_v1, DeleteAclsResponse_v1, DescribeAclsRequest
from aiokafka.protocol.api import Request

from dunghen.platform.kafka_clients import bootstrap
from dunghen.platform.kafka_connection import connection
from dunghen.platform.settings import PlatformSettings

ANY = 1
DENY, ALLOW = 2, 3
EVERYWHERE = "*"  # as the host of a client


class Resource(IntEnum):
    """What a right is about; the numbers are Kafka's."""

    TOPIC = 2
    GROUP = 3
    CLUSTER = 4
    TRANSACTIONAL_ID = 5
    DELEGATION_TOKEN = 6
    USER = 7


class Pattern(IntEnum):
    """Whether a name is meant or all that begin with it; the numbers are Kafka's."""

    LITERAL = 3
    PREFIXED = 4


class Operation(IntEnum):
    """What may be done; the numbers are Kafka's. READ, WRITE, DELETE and ALTER include DESCRIBE."""

    ALL = 2
    READ = 3
    WRITE = 4
    CREATE = 5
    DELETE = 6
    ALTER = 7
    DESCRIBE = 8
    CLUSTER_ACTION = 9
    DESCRIBE_CONFIGS = 10
    ALTER_CONFIGS = 11
    IDEMPOTENT_WRITE = 12
    CREATE_TOKENS = 13
    DESCRIBE_TOKENS = 14
    TWO_PHASE_COMMIT = 15


@dataclass(frozen=True, slots=True, order=True)
class Acl:
    """One entry; `principal` as Kafka writes it, `User:name`. A denial goes over every permission."""

    principal: str
    resource: Resource
    name: str
    operation: Operation
    pattern: Pattern = Pattern.LITERAL
    host: str = EVERYWHERE
    denies: bool = False

    def __str__(self) -> str:
        where = "" if self.host == EVERYWHERE else f" from {self.host}"
        what = f"{self.resource.name.lower()} {self.name}{'…' if self.pattern is Pattern.PREFIXED else ''}"
        return f"{self.principal}  {'denied: ' if self.denies else ''}{self.operation.name.lower()}  {what}{where}"


async def read_acls(settings: PlatformSettings) -> set[Acl]:
    """All of the cluster. Raises Unreachable, and aiokafka's errors: SecurityDisabled where the brokers have no authorizer,
    ClusterAuthorizationFailedError.
    """
    async with _asking(settings) as ask:
        answer = await ask(DescribeAclsRequest(ANY, None, ANY, None, None, ANY, ANY))
    _check(answer.error_code, answer.error_message)
    return {
        Acl(principal, Resource(resource), name, Operation(operation), Pattern(pattern), host, permission == DENY)
        for resource, name, pattern, entries in answer.resources
        for principal, host, operation, permission in entries
    }


async def create_acls(settings: PlatformSettings, acls: Collection[Acl]) -> None:
    """Those that are there already stay as they are. Raises as `read_acls`."""
    await _change(settings, _Create, acls)


async def delete_acls(settings: PlatformSettings, acls: Collection[Acl]) -> None:
    """Just these; one that is not there any more is no error. Raises as `read_acls`."""
    await _change(settings, _Delete, acls)


class _DeleteAcls_v1(DeleteAclsRequest_v1):  # type: ignore[misc]  # noqa: N801 - as the library names them
    RESPONSE_TYPE = DeleteAclsResponse_v1  # the library's own reads the answer of version 0, which has no pattern


class _Create(Request[CreateAclsRequest_v1]):  # type: ignore[misc]
    """Many in one request, where the library's own takes one."""

    API_KEY = CreateAclsRequest_v1.API_KEY

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = rows

    def build(self, struct: Any) -> Any:
        return struct(self._rows)


class _Delete(Request[_DeleteAcls_v1]):  # type: ignore[misc]
    """Likewise."""

    API_KEY = _DeleteAcls_v1.API_KEY
    __init__, build = _Create.__init__, _Create.build


async def _change(settings: PlatformSettings, request: Any, acls: Collection[Acl]) -> None:
    if not acls:
        return
    async with _asking(settings) as ask:
        answer = await ask(request([_row(acl) for acl in sorted(acls)]))
    for code, message, *_ in answer.creation_responses if request is _Create else answer.filter_responses:
        _check(code, message)


def _row(acl: Acl) -> tuple[Any, ...]:
    return acl.resource, acl.name, acl.pattern, acl.principal, acl.host, acl.operation, DENY if acl.denies else ALLOW


def _check(code: int, message: str | None) -> None:
    if code:
        raise for_code(code)(message)


@asynccontextmanager
async def _asking(settings: PlatformSettings) -> AsyncIterator[Any]:
    client = AIOKafkaClient(**connection(settings))
    try:
        await bootstrap(client, settings)
        yield lambda request: client.send(client.get_random_node(), request)
    finally:
        await client.close()
