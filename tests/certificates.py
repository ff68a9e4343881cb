"""Certificates made for one run: an authority of its own, and a server signed by it. None is ever committed."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Authority:
    """Signs servers of 127.0.0.1, or of another `host`; `pem` is what clients are given to know it by. `holds`: from now on, as there."""

    def __init__(self, name: str = "authority", holds: timedelta = DAY, host: str = "127.0.0.1") -> None:
        self._key, self._name, self._host = ec.generate_private_key(ec.SECP256R1()), _named(name), ip_address(host)
        made = _begun(self._name, self._name, self._key, holds).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self._certificate = made.sign(self._key, hashes.SHA256())

    @property
    def pem(self) -> str:
        return _pem(self._certificate)

    def write_server(self, folder: Path, name: str, holds: timedelta = DAY) -> tuple[Path, Path]:
        """(key with its certificate, this authority), as files of PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _begun(_named(name), self._name, key, holds).add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(self._host)])
        certificate = made.add_extension(names, critical=False).sign(self._key, hashes.SHA256())
        keystore, authority = folder / f"{name}.pem", folder / f"{name}-authority.pem"
        _write_private(keystore, _private(key) + _pem(certificate) + self.pem)
        authority.write_text(self.pem)
        return keystore, authority


def write_self_signed(folder: Path, name: str) -> tuple[Path, Path]:
    """(key with its certificate, the certificate alone), as files of PEM: a server of 127.0.0.1 as Java's keytool makes it, which nobody
    has signed and which is no authority."""
    store, secret = folder / f"{name}.p12", "of-no-use"
    wanted = ["-dname", f"CN={name}", "-ext", "san=ip:127.0.0.1", "-keyalg", "EC", "-validity", "1"]
    given = ["-storetype", "PKCS12", "-keystore", str(store), "-storepass", secret]
    subprocess.run(["keytool", "-genkeypair", "-alias", name, *wanted, *given], check=True, capture_output=True, timeout=120)
    key, certificate, _ = pkcs12.load_key_and_certificates(store.read_bytes(), secret.encode())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert certificate is not None
    keystore, known = folder / f"{name}.pem", folder / f"{name}-known.pem"
    _write_private(keystore, _private(key) + _pem(certificate))
    known.write_text(_pem(certificate))
    return keystore, known


def _write_private(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o600)


def _private(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, holds: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    begun = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    return begun.not_valid_before(now - DAY).not_valid_after(now + holds)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
