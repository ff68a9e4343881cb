"""A Redis as it belongs in production: by TLS alone, and with a password."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.exceptions import RedisError

from dunghen.platform.local import redis_server
from dunghen.platform.local.servers import HOST, LocalServer, await_ready, free_port, launch
from tests.certificates import Authority

PASSWORD = "a/b?c#d@e:f %25"  # everything that an address wants written otherwise
SETTINGS = """bind {host}
port 0
tls-port {port}
tls-cert-file {keystore}
tls-key-file {keystore}
tls-ca-cert-file {authority}
tls-auth-clients no
requirepass "{password}"
save ""
dir {folder}
"""


@dataclass
class SecuredRedis:
    """`ca` is the file of `authority`."""

    server: LocalServer
    ca: Path
    authority: Authority = field(repr=False)

    @classmethod
    def start(cls, folder: Path, authority: Authority | None = None) -> SecuredRedis:
        """Raises NotStarted, also where this machine's redis-server was built without TLS."""
        folder.mkdir(parents=True, exist_ok=True)
        by, port = authority or Authority(), free_port()
        keystore, ca = by.write_server(folder, "redis")
        given = {"host": HOST, "port": port, "keystore": keystore, "authority": ca, "password": PASSWORD, "folder": folder}
        (folder / "redis.conf").write_text(SETTINGS.format(**given))
        made = cls(launch((redis_server.binary(), str(folder / "redis.conf")), port, folder / "redis.log"), ca, by)
        await_ready(made.server, made.answers, redis_server.START_SECONDS)
        return made

    def address(self, password: str = PASSWORD, ca: Path | None = None) -> str:
        """As it stands in DUNGHEN_REDIS."""
        return f"rediss://:{quote(password, safe='')}@{self.server.address}/0?ssl_ca_certs={ca or self.ca}"

    def answers(self) -> bool:
        try:
            with Redis.from_url(self.address(), socket_timeout=1) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def takes(self, password: str) -> None:
        """From now on another password is asked for, of those who come; who is connected is sent away."""
        with Redis.from_url(self.address()) as client:
            client.config_set("requirepass", password)
            client.client_kill_filter(_type="normal", skipme=True)
