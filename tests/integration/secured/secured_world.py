"""A broker as it belongs in production, with every user of the matrix, an administrator, and somebody who was given nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dunghen.contracts.kafka_users import all_users
from dunghen.platform.local import kafka_broker
from dunghen.platform.local.kafka_secured import BROKER, Secured
from dunghen.platform.local.servers import LocalServer
from dunghen.platform.settings import PlatformSettings
from tests.certificates import Authority

ADMIN, NOBODY = "admin", "nobody"
NAMESPACE = "danang-"  # before users, topics, groups and transactional ids


@dataclass
class SecuredKafka:
    """`folder` holds each user's password and the authority, as files."""

    server: LocalServer
    authority: Authority
    folder: Path
    passwords: dict[str, str] = field(repr=False)

    @classmethod
    def start(cls, folder: Path) -> SecuredKafka:
        authority = Authority()
        keystore, ca = authority.write_server(folder, BROKER)
        names = [ADMIN, NAMESPACE + NOBODY, *(NAMESPACE + name for name in all_users())]
        passwords = {name: secrets.token_hex(12) for name in names}
        for name, password in passwords.items():
            (folder / f"{name}.password").write_text(password + "\n")
        server = kafka_broker.start_secured(folder / "kafka", Secured(keystore, ca, passwords))
        return cls(server, authority, folder, passwords)

    def settings(self, user: str, **given: Any) -> PlatformSettings:
        """As one of the matrix, or `ADMIN`."""
        name = user if user == ADMIN else NAMESPACE + user
        who = {"kafka_user": name, "kafka_password": self.passwords[name], "kafka_ca": self.authority.pem}
        where = {"kafka": self.server.address, "kafka_security_protocol": "SASL_SSL", "namespace": NAMESPACE, "partitions": 2}
        return PlatformSettings(**{**where, **who, **given})

    def environment(self, user: str) -> dict[str, str]:
        """The same for a process: secrets by their files."""
        name = user if user == ADMIN else NAMESPACE + user
        return {
            "DUNGHEN_KAFKA": self.server.address,
            "DUNGHEN_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "DUNGHEN_KAFKA_USER": name,
            "DUNGHEN_KAFKA_PASSWORD_FILE": str(self.folder / f"{name}.password"),
            "DUNGHEN_KAFKA_CA_FILE": str(self.folder / f"{BROKER}-authority.pem"),
            "DUNGHEN_NAMESPACE": NAMESPACE,
            "DUNGHEN_PARTITIONS": "2",
        }
