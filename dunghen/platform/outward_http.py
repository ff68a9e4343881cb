"""One POST to an address that somebody else chose: it must not become a way into the city's own network.

The name is resolved once, every address it has is looked at, and the connection goes to exactly those: a name that answers differently a
moment later (DNS rebinding) changes nothing. No redirect is followed, no proxy of the environment is used, nothing of an answer is read
but its code and Retry-After.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from dunghen.platform.clock import RealClock
from dunghen.platform.lookups import Addresses, Lookups
from dunghen.platform.outward import Address, LineAway, Network, RefusedForGood, refusal
from dunghen.platform.tls import verifying

LATER = {408, 425, 429}
UNSURE = {502, 504}  # the answer of something before the one who may have taken it


@dataclass(frozen=True, slots=True)
class _Target:
    url: URL
    addresses: Addresses


class _Pinned(AbstractResolver):
    """Knows the addresses that were looked at, and no others."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        flags = socket.AI_NUMERICHOST
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=flags) for kind, address in self._addresses
        ]

    async def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Outward:
    """`allowed`: networks of the operator that may be posted to although they are not public, and without TLS. `seconds`: for one POST
    in all, the lookup of the name too, of real time."""

    allowed: Sequence[Network]
    seconds: float
    lookups: Lookups = field(default_factory=Lookups)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> str:
        """The code by which it was taken (2xx). Raises LineAway for what may pass, else RefusedForGood."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.seconds
        try:
            async with asyncio.timeout_at(until):
                target = await self._target(url)
        except TimeoutError:
            raise LineAway("DNS", unknown=False) from None
        status, after = await self._status(target, (body, headers), until - loop.time())
        if status in LATER or status >= 500:
            raise LineAway(str(status), unknown=status in UNSURE, after=after)
        if not 200 <= status < 300:
            raise RefusedForGood(str(status))
        return str(status)

    async def _target(self, url: str) -> _Target:
        """Raises RefusedForGood for an address that must not be reached, LineAway where its name cannot be resolved."""
        try:
            parsed = URL(url)
            host, port = parsed.host and parsed.raw_host, parsed.port  # `host`: it can be decoded, which aiohttp will do
        except ValueError:
            raise RefusedForGood("BAD_URL") from None
        if parsed.scheme not in ("http", "https") or not host or not port or parsed.user or parsed.password:
            raise RefusedForGood("BAD_URL")
        try:
            addresses = await self.lookups.addresses(host, port)
        except (OSError, UnicodeError):
            raise LineAway("DNS", unknown=False) from None
        self._look_at([ipaddress.ip_address(address) for _, address in addresses], secure=parsed.scheme == "https")
        return _Target(parsed, addresses)

    def _look_at(self, addresses: Sequence[Address], *, secure: bool) -> None:
        for address in addresses:
            if why := refusal(address, self.allowed, secure=secure):
                raise RefusedForGood(why)

    async def _status(self, target: _Target, said: tuple[bytes, Mapping[str, str]], seconds: float) -> tuple[int, float]:
        body, headers = said
        connector = aiohttp.TCPConnector(resolver=_Pinned(target.addresses), use_dns_cache=False, force_close=True, ssl=_verified())
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False) as session,
                session.post(target.url, data=body, headers={"User-Agent": "dunghen", **headers}, allow_redirects=False) as answer,
            ):
                return answer.status, seconds_of(answer.headers.get("Retry-After", ""))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as fault:
            raise LineAway(_code(fault), unknown=False) from None
        except aiohttp.InvalidURL:
            raise RefusedForGood("BAD_URL") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise LineAway(_code(fault), unknown=True) from None


_verified = cache(verifying)


def seconds_of(retry_after: str) -> float:
    """Retry-After, seconds or a date (RFC 9110), as seconds from now; 0 where it says nothing that can be read."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - RealClock().now()).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _code(fault: BaseException) -> str:
    return "TIMEOUT" if isinstance(fault, TimeoutError) else type(fault).__name__
