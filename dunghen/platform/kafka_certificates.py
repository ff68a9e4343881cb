"""How long the certificates hold by which the brokers are known: looked at in every handshake and every few minutes, told as a metric,
named where one does not.

A service goes on with the connections that it has; the next one is refused. So the date has to be watched, and who is refused told why.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread
from time import monotonic, sleep
from typing import Any, NamedTuple

from prometheus_client import Gauge

from dunghen.platform.clock import real_milliseconds
from dunghen.platform.logs import get_logger
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.tls import verifying

log = get_logger("kafka")
ANY_TIME = ssl.VerifyFlags(0x200000)  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL: all is verified but the time
LOOK_SECONDS = 3.0
SAY_SECONDS = 10.0
LOOK_EVERY_SECONDS = 300.0
FORGET_SECONDS = 3600.0  # a broker that was not seen for so long while others were is no longer one: taken away, or of another name
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
        _note(self.server_hostname or "", _validity(self.getpeercert() or {}).ends)


_brokers: dict[str, tuple[float, float]] = {}  # by name, as last seen: (when its certificate expires, when it was seen by `monotonic`)
_said_at: dict[str, float] = {}  # by name, when its refusal was last logged


def _say_refused(broker: str, reason: str) -> None:
    """Clients try again many times a second."""
    if monotonic() - _said_at.get(broker, -SAY_SECONDS) >= SAY_SECONDS:
        _said_at[broker] = monotonic()
        log.warning("certificate_refused", broker=broker, reason=reason)


def _note(broker: str, ends: float) -> None:
    """Asked from two threads. Where nobody is seen, what was told last stays so."""
    now = monotonic()
    _brokers[broker] = ends, now
    for name, (_, seen) in list(_brokers.items()):
        if now - seen > FORGET_SECONDS:
            _brokers.pop(name, None)
    EXPIRY.labels("server").set(min(each for each, _ in list(_brokers.values())))


def watch(settings: PlatformSettings) -> None:
    """From now on looks every few minutes, in a thread of its own: what is connected makes no handshake, one that fails tells no date."""
    Thread(target=_watch, args=(settings,), name="certificates", daemon=True).start()


def _watch(settings: PlatformSettings) -> None:
    while True:
        look(settings)
        sleep(LOOK_EVERY_SECONDS)


def look(settings: PlatformSettings) -> None:
    """Tells of each broker that can be asked, whether its certificate holds or not: those of the settings, and at their ports those that
    were connected to. Blocks as `validities`.
    """
    servers = _servers(settings)
    known = {host for host, _, _ in (server.rpartition(":") for server in servers)}
    ports = {port for _, _, port in (server.rpartition(":") for server in servers)}
    servers += [f"{host}:{port}" for host in sorted(set(_brokers) - known) for port in sorted(ports)]
    first: dict[str, float] = {}
    for server in servers:
        host, _, _ = server.rpartition(":")
        for of in _shown(server, settings)[:1]:
            first[host] = min(of.ends, first.get(host, of.ends))
    for host, ends in first.items():
        _note(host, ends)


def context_of(authorities: str) -> ssl.SSLContext:
    """For connections to brokers: signed by one of `authorities` (PEM), or where it is empty by one that the system trusts."""
    context = verifying(authorities)
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
    """Which certificate does not hold now, and since when: of those by which a broker is believed, the authority first; "" where all hold,
    or no broker can be asked. Blocks as `validities`.
    """
    if settings.kafka_security_protocol == "PLAINTEXT":
        return ""
    now = real_milliseconds() / 1000
    return next((f"the certificate of {whose} {fault}" for whose, of in _in_use(settings) if (fault := of.fault(now))), "")


def _all_of(settings: PlatformSettings) -> Iterator[tuple[str, Validity]]:
    context = ssl.create_default_context(cadata=settings.kafka_ca or None)
    for authority in context.get_ca_certs() if settings.kafka_ca else ():
        of = _validity(authority)
        yield f"the authority {of.name} (DUNGHEN_KAFKA_CA_FILE)", of
    for server in _servers(settings):
        for of in _shown(server, settings)[:1]:
            yield f"the broker {server}", of


def _in_use(settings: PlatformSettings) -> Iterator[tuple[str, Validity]]:
    """Of each broker that can be asked: who signed its certificate, from the authority on down, and its own."""
    for server in _servers(settings):
        shown = _shown(server, settings)
        for place, of in reversed(list(enumerate(shown))):
            where = " (DUNGHEN_KAFKA_CA_FILE)" if of is shown[-1] and settings.kafka_ca else ""
            yield f"the authority {of.name}{where}" if place else f"the broker {server}", of


def _servers(settings: PlatformSettings) -> list[str]:
    return [server.strip() for server in settings.kafka.split(",")]


def _shown(server: str, settings: PlatformSettings) -> list[Validity]:
    """Of the certificate of this broker (host:port), and then of those that signed it, up to the one that is trusted; nothing where it
    cannot be asked. As a client takes it; where that one refuses it, whatever the time is.
    """
    host, _, port = server.rpartition(":")
    for flags in (ssl.VerifyFlags.VERIFY_DEFAULT, ANY_TIME):
        try:
            context = ssl.create_default_context(cadata=settings.kafka_ca or None)
            context.verify_flags |= flags
            with (
                socket.create_connection((host, int(port)), timeout=LOOK_SECONDS) as line,
                context.wrap_socket(line, server_hostname=host) as secured,
            ):
                return [_validity(each.get_info()) for each in _chain(secured)]
        except ssl.SSLCertVerificationError:
            continue
        except (OSError, ValueError):
            break
    return []


def _chain(secured: Any) -> list[Any]:
    """What was verified, a broker's own first. Python 3.13 has it in public, of bytes alone."""
    return secured._sslobj.get_verified_chain()  # type: ignore[no-any-return]  # noqa: SLF001


def _validity(certificate: Any) -> Validity:
    """Of a certificate as `ssl` gives it."""
    names = dict(pair for group in certificate.get("subject", ()) for pair in group)
    begins, ends = (ssl.cert_time_to_seconds(certificate[when]) for when in ("notBefore", "notAfter"))
    return Validity(names.get("commonName", ""), begins, ends)


def _text(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
