"""What makes the local broker one as it belongs in production: TLS, users with passwords (SCRAM-SHA-512), and rights that somebody gave.

Three listeners: clients come by SASL_SSL; brokers and controllers know each other by certificates of our authority, so that no broker has a
password. Certificates are the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dunghen.platform.kafka_connection import MECHANISM
from dunghen.platform.local.servers import HOST, free_port

LOGIN_MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule"
BROKER = "broker"  # common name of the broker's certificate, and who it is in the rights


@dataclass(frozen=True, slots=True)
class Secured:
    """`keystore`: the broker's private key and certificates, `authority`: who signed them, both PEM; `users`: passwords by name.

    The first user may do everything, the others what they are given.
    """

    keystore: Path
    authority: Path
    users: Mapping[str, str]

    def settings(self, port: int, controller: int) -> dict[str, str]:
        """Of the broker, beside and over those of the plain one."""
        ours = f"SASL_SSL://{HOST}:{port},BROKER://{HOST}:{free_port()}"
        return {
            "listeners": f"{ours},CONTROLLER://{HOST}:{controller}",
            "advertised.listeners": ours,
            "listener.security.protocol.map": "SASL_SSL:SASL_SSL,CONTROLLER:SSL,BROKER:SSL",
            "inter.broker.listener.name": "BROKER",
            "sasl.enabled.mechanisms": MECHANISM,
            f"listener.name.sasl_ssl.{MECHANISM.lower()}.sasl.jaas.config": f"{LOGIN_MODULE} required;",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.keystore.absolute()),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.authority.absolute()),
            "listener.name.broker.ssl.client.auth": "required",
            "listener.name.controller.ssl.client.auth": "required",
            "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": f"User:{BROKER};User:{next(iter(self.users))}",
        }

    def format_options(self) -> tuple[str, ...]:
        """Of the tool that formats the data folder: the users."""
        options = [("--add-scram", f"{MECHANISM}=[name={name},password={password}]") for name, password in self.users.items()]
        return tuple(word for option in options for word in option)
