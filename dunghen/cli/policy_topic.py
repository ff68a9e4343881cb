"""Reads and writes the topic `policies`: one record a kind, versions from one sequence (`architecture.md` §9)."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Any

from dunghen.contracts import topics
from dunghen.contracts.messages import encode
from dunghen.contracts.policies import Applied, PolicyBook, policy_key, policy_records
from dunghen.domain.policy import Policy
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings


async def read_book(settings: PlatformSettings) -> PolicyBook:
    """Everything in the topic as it is now."""
    book = PolicyBook()
    await kafka.read_all(settings, (topics.POLICIES, 0), lambda key, value, *_: book.take(key, value))
    return book


async def newest_version(settings: PlatformSettings) -> int:
    """The newest policy version; 0 if there is none yet."""
    return (await read_book(settings)).newest_version


async def publish(settings: PlatformSettings, bodies: Mapping[str, Any], reason: str, at: int) -> int:
    """Publishes these kinds as the next version and gives it; raises PolicyError, with nothing written, if the result is not valid."""
    book = await read_book(settings)
    version = book.newest_version + 1
    Policy.from_bodies(version, {**book.bodies, **bodies})
    async with kafka.started(kafka.producer(settings), settings) as producer:
        for record in policy_records(version, bodies, Applied(at, getpass.getuser(), reason)):
            await producer.send(settings.named(topics.POLICIES), encode(record), key=policy_key(record.kind, version), partition=0)
        await producer.flush()
    return version
