"""How clients of Redis connect, said in this one place: all of it is in the address (`rediss://USER:PASSWORD@HOST:PORT/0?ssl_ca_certs=FILE`).

What the client says of a refusal may repeat what a server answered; here it is told as what is refused, where, and what mends it.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlsplit

from redis.asyncio.connection import Connection, SSLConnection, parse_url
from redis.exceptions import AuthenticationError, AuthorizationError, BusyLoadingError, NoPermissionError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from dunghen.platform.near import is_loopback
from dunghen.platform.settings import PREFIX, PlatformSettings, SettingsError

SETTING = f"{PREFIX}REDIS"
UNREACHABLE = (RedisConnectionError, RedisTimeoutError, TimeoutError, NoPermissionError)  # may pass: a password, a right, a server comes


def address_of(settings: PlatformSettings) -> str:
    """The address, which the client can use as it is. Raises SettingsError that names the fault and not the address."""
    try:
        options = cast("dict[str, Any]", parse_url(settings.redis))
        made = options.pop("connection_class", Connection)(**options)
        if isinstance(made, SSLConnection):
            made.ssl_context.get()
    except (OSError, ssl.SSLError):
        raise SettingsError(f"{SETTING}: a file that ssl_… of the address names cannot be read, or is not PEM") from None
    except (TypeError, ValueError, RedisError):
        how = (
            "redis:// or rediss://, :PASSWORD@HOST:PORT/0, options that redis-py has; in a password / # ? @ : % are %2F %23 %3F %40 %3A %25"
        )
        raise SettingsError(f"{SETTING}: no address of a Redis: {how}") from None
    return settings.redis


def place_of(settings: PlatformSettings) -> str:
    """Where it is, without who we are to it: `host:port`, or the file of a socket."""
    at = urlsplit(settings.redis)
    return f"{at.hostname}:{at.port or 6379}" if at.hostname else at.path


def goes_out_unguarded(settings: PlatformSettings) -> bool:
    """Whether what is said to it leaves this machine in plain text, or it is told no password: whoever reaches it may change the map."""
    at = urlsplit(settings.redis)
    return at.scheme != "unix" and not is_loopback(at.hostname or "localhost") and not (at.scheme == "rediss" and at.password)


def why_refused(settings: PlatformSettings, fault: BaseException) -> str:
    """A fault of the client as a sentence without a full stop: what, where, and what mends it. Nothing of its text but OpenSSL's reason."""
    faults, secured = list(_chain(fault)), urlsplit(settings.redis).scheme == "rediss"
    certificate = next((each for each in faults if isinstance(each, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        why = f"is not trusted: {certificate.verify_message} (ssl_ca_certs= of the address names the authority)"
    elif any(isinstance(each, AuthenticationError | AuthorizationError) for each in faults):
        why = "refuses this user or password, or wants one"
    elif isinstance(fault, NoPermissionError):
        why = "has given this user no right to do that (ACL)"
    elif isinstance(fault, BusyLoadingError):
        why = "is loading"
    elif secured and any(isinstance(each, ssl.SSLError | TimeoutError | RedisTimeoutError) for each in faults):
        why = f"does not answer by TLS ({type(fault).__name__}): it is away, or speaks plain text (redis://)"
    elif not secured and not any(isinstance(each, ConnectionRefusedError) for each in faults):
        why = f"does not answer ({type(fault).__name__}), or wants TLS (rediss://)"
    else:
        why = f"does not answer ({type(fault).__name__})"
    return f"Redis at {place_of(settings)} {why}: {SETTING}"


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    """A fault and what it came of."""
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        yield fault
        fault = fault.__cause__ or fault.__context__
