"""Reads and writes the topic `policies`: one record a kind, versions from one sequence (`architecture.md` §9)."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Any

from dunghen.contracts import topics
from dunghen.contracts.messages import encode
from dunghen.contracts.policies import Applied, PolicyBook, check_channels, policy_key, policy_records
from dunghen.domain.policy import Policy
from dunghen.platform import kafka
from dunghen.platform.fenced import writing
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
    """Publishes these kinds as the next version and gives it; raises PolicyError, with nothing written, if the result is not valid.

    Behind a fence, in one transaction: of two who apply at once one gets Fenced, or they get two versions. One version with two contents
    would be counted as the first of them by whoever read it first, and never again. Returns when it is there to be read.
    """
    async with writing(settings, "policies") as writer:
        book = await read_book(settings)
        version = book.newest_version + 1
        check_channels(Policy.from_bodies(version, {**book.bodies, **bodies}))
        records = policy_records(version, bodies, Applied(at, getpass.getuser(), reason))
        await writer.write({(topics.POLICIES, 0): [(policy_key(record.kind, version), encode(record)) for record in records]})
        return version
