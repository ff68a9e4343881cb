"""Real receivers of the three channels on loopback, each with the same troubles: it fails, takes a message and never answers, says that
nobody is there any more, answers slowly."""

from __future__ import annotations

import base64
import json
import os
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import http_ece
from alerts_process import MailServer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid
from standardwebhooks import Webhook as Verifier

from dunghen.contracts.subscriptions import Subscription
from tests.http_receiver import HOST, HttpReceiver

SLOW_SECONDS = 0.4
SECRET, OLDER_SECRET = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@dataclass
class WebhookEnd:
    """A program that is told by webhooks; it believes what standardwebhooks has verified with its secret."""

    http: HttpReceiver
    secret: str = SECRET

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.http.port}/hook"

    def messages(self) -> list[tuple[str, Any]]:
        """(id, data) of everything received. Raises WebhookVerificationError."""
        return [(headers["webhook-id"], Verifier(self.secret).verify(body, headers)["data"]) for headers, body in self.http.requests]

    def trouble(self, kind: str) -> None:
        http_trouble(self.http, kind)


@dataclass
class Browser:
    """A browser and the push service of its maker: decrypts with keys that only it has, and checks who signed."""

    http: HttpReceiver
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    def subscription(self, person: str) -> Subscription:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Subscription(person=person, endpoint=f"http://{HOST}:{self.http.port}/push/1", p256dh=_text(point), auth=_text(self.auth))

    def decrypted(self) -> list[Any]:
        return [
            json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"))
            for _, body in self.http.requests
        ]

    def messages(self) -> list[tuple[str, Any]]:
        """(id, payload) of everything received; fails where the signature of VAPID does not hold."""
        for headers, _ in self.http.requests:
            assert Vapid.verify(headers["authorization"])
        return [(payload["id"], payload) for payload in self.decrypted()]

    def trouble(self, kind: str) -> None:
        http_trouble(self.http, kind)


@dataclass
class Mailbox:
    """The SMTP server of the other tests, with the same troubles in its own words."""

    server: MailServer

    def messages(self) -> list[tuple[str, Any]]:
        return [(mail["Message-ID"].strip("<>"), mail) for mail in self.server.mails]

    def trouble(self, kind: str) -> None:
        self.server.answer = {"fails": "451 later", "gone": "550 no such desk"}.get(kind, "250 taken")
        self.server.hold, self.server.slow = kind == "hangs", SLOW_SECONDS if kind == "slow" else 0.0


def http_trouble(http: HttpReceiver, kind: str) -> None:
    http.answers = {"fails": [500] * 9, "gone": [410] * 9}.get(kind, [])
    http.hold, http.slow = kind == "hangs", SLOW_SECONDS if kind == "slow" else 0.0


def authority(folder: Path) -> ssl.SSLContext:
    """A server context for `localhost` whose certificate nobody has signed but itself; the certificate is in `folder`/ca.pem."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, start, start.replace(year=2049))
    signed = (
        made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
