"""The Redis of a city, as the operator's commands use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio as redis
from redis.exceptions import RedisError

from dunghen.cli.data_folder import CommandError
from dunghen.platform.redis_connection import address_of, why_refused
from dunghen.platform.settings import PlatformSettings


@asynccontextmanager
async def city_redis(settings: PlatformSettings) -> AsyncIterator[redis.Redis]:
    """A client for what stands in the block. Raises SettingsError, and for what the server refuses CommandError that says where and why."""
    client = redis.from_url(address_of(settings))
    try:
        yield client
    except RedisError as fault:
        raise CommandError(why_refused(settings, fault)) from None
    finally:
        await client.aclose()
