"""What comes from this machine itself. A local connection is not enough: a proxy here, or a page in a browser here, makes one too."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:  # programs without HTTP read this module too
    from starlette.requests import HTTPConnection

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_forwarded(headers: Mapping[str, str]) -> bool:
    """Whether a proxy handed the request on."""
    return any(name in headers for name in FORWARDED)


def is_here(host: str, headers: Mapping[str, str]) -> bool:
    """Whether who asks from `host` is on this machine, and no proxy here that speaks for others."""
    return is_loopback(host) and not is_forwarded(headers)


def asked_here(request: HTTPConnection) -> bool:
    """Whether the request comes from this machine itself, not handed on by a proxy on it."""
    return request.client is not None and is_here(request.client.host, request.headers)


def by_a_program_here(headers: Mapping[str, str]) -> bool:
    """Whether a request is not passed on and no page's of elsewhere: by Fetch metadata, by Origin, and by the name that was called (a name
    of another that is made to point here, DNS rebinding, is not ours).
    """
    origin, host = headers.get("origin"), headers.get("host", "")
    if is_forwarded(headers) or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    return is_loopback(urlsplit(f"//{host}").hostname or "") and (origin is None or urlsplit(origin).netloc == host)
