"""How long the certificates hold by which the brokers are known: looked at in every handshake, told as a metric, named where one does not.

A service goes on with the connections that it has; the next one is refused. So the date has to be watched, and who is refused told why.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from time import monotonic
from typing import Any, NamedTuple

from prometheus_client import Gauge

from dunghen.platform.clock import real_milliseconds
from dunghen.platform.logs import get_logger
from dunghen.platform.settings import PlatformSettings

log = get_logger("kafka")
ANY_TIME = ssl.VerifyFlags(0x200000)  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL: all is verified but the time
LOOK_SECONDS = 3.0
SAY_SECONDS = 10.0
EXPIRY = Gauge(
    "dunghen_kafka_certificate_expiry_timestamp_seconds",
    "When the first of the brokers' certificates (server) or of the authorities of the settings (authority) expires, seconds since 1970",
    ["certificate"],
    registry=None,
)


class Validity(NamedTuple):
    """Of a certificate: whose it is (common name), and between which instants it holds (seconds since 1970)."""

    name: str
    begins: float
    ends: float

    def fault(self, now: float) -> str:
        """Why it does not hold at `now`; "" where it does."""
        if now > self.ends:
            return f"has expired on {_text(self.ends)}"
        return f"begins on {_text(self.begins)} only: is this machine's clock right?" if now < self.begins else ""


class NotedObject(ssl.SSLObject):
    """TLS as ever; what it saw of the broker's certificate stands in `EXPIRY`, and a refusal in the log."""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except ssl.SSLCertVerificationError as fault:
            _say_refused(self.server_hostname or "", fault.verify_message)
            raise
        _note(self.server_hostname or "", _validity(self.getpeercert() or {}))


_brokers: dict[str, Validity] = {}  # by name, as last seen
_said_at: dict[str, float] = {}  # by name, when its refusal was last logged


def _say_refused(broker: str, reason: str) -> None:
    """Clients try again many times a second."""
    if monotonic() - _said_at.get(broker, -SAY_SECONDS) >= SAY_SECONDS:
        _said_at[broker] = monotonic()
        log.warning("certificate_refused", broker=broker, reason=reason)


def _note(broker: str, seen: Validity) -> None:
    _brokers[broker] = seen
    EXPIRY.labels("server").set(min(each.ends for each in _brokers.values()))


def context_of(authorities: str) -> ssl.SSLContext:
    """For connections to brokers: signed by one of `authorities` (PEM), or where it is empty by one that the system trusts."""
    context = ssl.create_default_context(cadata=authorities or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslobject_class = NotedObject
    if authorities and (known := context.get_ca_certs()):  # none: a broker's own certificate is pinned, which is no authority
        EXPIRY.labels("authority").set(min(_validity(each).ends for each in known))
    return context


def validities(settings: PlatformSettings) -> list[tuple[str, Validity]]:
    """(whose, how long it holds) of the authorities of the settings, and of each broker that can be asked. Blocks for up to `LOOK_SECONDS`
    a broker; nothing where it is talked to in plain text.
    """
    return [] if settings.kafka_security_protocol == "PLAINTEXT" else list(_all_of(settings))


def why_refused(settings: PlatformSettings) -> str:
    """Which certificate does not hold now, and since when: the first of the authorities, else of the brokers; "" where all hold, or none
    can be asked. Blocks as `validities`.
    """
    now = real_milliseconds() / 1000
    return next((f"the certificate of {whose} {fault}" for whose, of in validities(settings) if (fault := of.fault(now))), "")


def _all_of(settings: PlatformSettings) -> Iterator[tuple[str, Validity]]:
    context = ssl.create_default_context(cadata=settings.kafka_ca or None)
    for authority in context.get_ca_certs() if settings.kafka_ca else ():
        of = _validity(authority)
        yield f"the authority {of.name} (DUNGHEN_KAFKA_CA_FILE)", of
    context.verify_flags |= ANY_TIME
    for server in settings.kafka.split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            with (
                socket.create_connection((host, int(port)), timeout=LOOK_SECONDS) as line,
                context.wrap_socket(line, server_hostname=host) as secured,
            ):
                yield f"the broker {server.strip()}", _validity(secured.getpeercert() or {})
        except (OSError, ValueError):
            continue


def _validity(certificate: Any) -> Validity:
    """Of a certificate as `ssl` gives it."""
    names = dict(pair for group in certificate.get("subject", ()) for pair in group)
    begins, ends = (ssl.cert_time_to_seconds(certificate[when]) for when in ("notBefore", "notAfter"))
    return Validity(names.get("commonName", ""), begins, ends)


def _text(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
