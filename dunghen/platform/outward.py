"""Which addresses may be posted to that somebody else chose: they must not become a way into the city's own network."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from yarl import URL

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # all that is given out to the public; NAT64, mapped and local ranges lie outside
LOCAL_NAMES = ("localhost", "local", "internal", "lan", "home", "arpa")  # last labels that no public name server answers for
_NAME = re.compile(r"([a-z0-9_]([a-z0-9_-]{0,62})\.)+[a-z][a-z0-9-]{0,62}\.?", re.IGNORECASE)  # `127.1` and `0x7f000001` are no names


class LineAway(Exception):
    """Nothing goes through this line now: it cannot be reached, or refuses everybody. Its text is a code."""

    def __init__(self, code: str, *, unknown: bool, after: float = 0.0) -> None:
        """`unknown`: this message may have got through all the same. `after`: the other side asked for so many seconds of peace."""
        super().__init__(code)
        self.unknown, self.after = unknown, after


class RefusedForGood(Exception):
    """This message will never be taken there. Its text is a code."""


def networks(text: str) -> tuple[Network, ...]:
    """`10.20.0.0/16, fd00::/8` as networks. Raises ValueError."""
    return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())


def is_public(address: Address) -> bool:
    """Whether this is an address of the open internet: not private, loopback, link-local, shared (CGNAT), multicast, reserved, and not an
    IPv6 form of such an IPv4 address."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            return is_public(inner) and (address.ipv4_mapped is not None or address.is_global)
        if address not in GLOBAL_V6:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def refusal(address: Address, allowed: Sequence[Network], *, secure: bool) -> str:
    """Why this address may not be posted to: ADDRESS_FORBIDDEN, NOT_HTTPS; "" if it may. `allowed`: the operator's own networks that are
    posted to although they are not public, and without TLS."""
    if any(address in network for network in allowed):
        return ""
    if not is_public(address):
        return "ADDRESS_FORBIDDEN"
    return "" if secure else "NOT_HTTPS"


def refusal_of(url: str, allowed: Sequence[Network]) -> str:
    """The same of a whole address, also BAD_URL, as far as it says so itself: a name is not looked up. Whoever posts to it asks again, of
    what the name stands for then."""
    try:
        parsed = urlsplit(url)
        host, _ = parsed.hostname or "", parsed.port
    except ValueError:
        return "BAD_URL"
    if parsed.scheme not in ("http", "https") or not host or "@" in parsed.netloc:
        return "BAD_URL"
    secure = parsed.scheme == "https"
    try:
        return refusal(ipaddress.ip_address(host), allowed, secure=secure)
    except ValueError:
        pass
    if not _NAME.fullmatch(host) or host.rstrip(".").rpartition(".")[2].lower() in LOCAL_NAMES:
        return "ADDRESS_FORBIDDEN"
    if not authority_of(url):
        return "BAD_URL"
    return "" if secure else "NOT_HTTPS"


def authority_of(url: str) -> str:
    """`push.example.net:443`, as whoever posts reads it; "" for an address that cannot be read, such as one with a name whose `xn--` is no
    Punycode."""
    try:
        return URL(url).authority
    except ValueError:
        return ""
