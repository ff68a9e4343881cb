"""How clients of Kafka connect, said in this one place: in plain text on this machine, else by TLS and a user with a password."""

from __future__ import annotations

import socket
import ssl
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

from dunghen.platform.kafka_certificates import context_of
from dunghen.platform.near import is_loopback
from dunghen.platform.settings import PlatformSettings

NO_RIGHT = (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)  # the brokers know who we are, and nobody gave us a right for this
MECHANISM = "SCRAM-SHA-512"  # RFC 5802: neither the wire nor the broker has the password
SILENT_SECONDS = 5
SILENT_OPTIONS = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, SILENT_SECONDS - 3),  # of a connection that only waits for an answer
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_SECONDS * 1000),
)


def _close(self: Any, reason: Any = None, exc: Any = None, full: Any = AIOKafkaConnection.close) -> Any:
    """What the library's own does, and no wait for the broker's goodbye: under uvloop it was waited for till half a minute was over, at the
    end of each connection with TLS. Whatever was asked has been answered by then.
    """
    writer = self._writer
    closed = full(self, reason, exc)
    if writer is not None and self._ssl_context is not None:
        writer.transport.abort()
    return closed


AIOKafkaConnection.close = _close


async def _connect(self: Any, full: Any = AIOKafkaConnection.connect) -> Any:
    """What the library's own does, and a connection on which the other machine confirms nothing is lost after SILENT_SECONDS: it went away
    without a word. Else a request waits for its whole time, which a broker that only is slow must have.
    """
    streams = await full(self)
    sock = self._writer.get_extra_info("socket")
    for level, option, value in SILENT_OPTIONS:
        sock.setsockopt(level, option, value)
    return streams


AIOKafkaConnection.connect = _connect


def connection(settings: PlatformSettings) -> dict[str, Any]:
    """Options of every client of aiokafka: where the brokers are, and who we are to them."""
    context = tls(settings)
    if context is None:
        return {"bootstrap_servers": settings.kafka}
    return {
        "bootstrap_servers": settings.kafka,
        "security_protocol": settings.kafka_security_protocol,
        "ssl_context": context,
        "sasl_mechanism": MECHANISM,
        "sasl_plain_username": settings.kafka_user,
        "sasl_plain_password": settings.kafka_password,
    }


def tls(settings: PlatformSettings) -> ssl.SSLContext | None:
    """A broker must have a certificate of its host's name, signed by an authority of the settings, else of the system; None: no TLS."""
    if settings.kafka_security_protocol == "PLAINTEXT":
        return None
    return _context(settings.kafka_ca)


_context = lru_cache(maxsize=4)(context_of)  # one for all connections: reading the system's authorities takes longer than a handshake


def goes_out_unguarded(settings: PlatformSettings) -> bool:
    """Whether what is said to a broker leaves this machine in plain text, and from nobody in particular."""
    hosts = [urlsplit(f"//{server.strip()}").hostname or "" for server in settings.kafka.split(",")]
    return settings.kafka_security_protocol == "PLAINTEXT" and not all(is_loopback(host) for host in hosts)


def refusal_hint(settings: PlatformSettings) -> str:
    """What else than a broker that is away it may be: which of them, the client does not say."""
    if settings.kafka_security_protocol == "PLAINTEXT":
        return "; or it asks for TLS and a user (DUNGHEN_KAFKA_SECURITY_PROTOCOL)" if goes_out_unguarded(settings) else ""
    return f"; or it refused the user {settings.kafka_user}, or its certificate is of another name or authority (DUNGHEN_KAFKA_CA_FILE)"
