"""What deploy/compose/secured.yml says to the image of Redis, said to a Redis of this machine: no engine, the same script and files."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from redis import Redis
from redis.exceptions import AuthenticationError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError

from dunghen.platform.local import redis_server
from dunghen.platform.local.servers import HOST, LocalServer, await_ready, free_port, launch

ROOT = Path(__file__).parents[3]
REDIS: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose/secured.yml").read_text(encoding="utf-8"))["services"]["redis"]


@dataclass
class Overlaid:
    """A Redis that was started with the overlay's words, and its secrets."""

    folder: Path
    server: LocalServer

    def here(self, words: str) -> str:
        """Said inside the containers, for this machine."""
        return words.replace("/run/secrets", str(self.folder)).replace("@redis:6379", f"@{self.server.address}").replace("$$", "$")

    @property
    def password(self) -> str:
        return (self.folder / "redis.password").read_text().strip()

    def well(self) -> bool:
        (kind, asked) = REDIS["healthcheck"]["test"]
        assert kind == "CMD-SHELL"
        command = self.here(asked).replace("redis-cli ", f"redis-cli -p {self.server.port} ")
        return subprocess.run(("sh", "-c", command), capture_output=True, timeout=30, check=False).returncode == 0


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Overlaid]:
    folder, port = tmp_path_factory.mktemp("overlay") / "secrets", free_port()
    subprocess.run((ROOT / "deploy/kafka/make-secrets", folder, "kafka"), check=True)
    words = [word.replace("/run/secrets", str(folder)) for word in REDIS["command"]]
    words[words.index("--tls-port") + 1] = str(port)
    server = launch((redis_server.binary(), *words[1:], "--bind", HOST, "--dir", str(folder.parent)), port, folder.parent / "redis.log")
    made = Overlaid(folder, server)
    try:
        yield Overlaid(folder, await_ready(server, made.well, redis_server.START_SECONDS))
    finally:
        server.stop()


def test_who_has_the_address_of_the_secrets_is_let_in_and_nobody_without_the_password_or_in_plain_text(redis: Overlaid) -> None:
    address = redis.here((redis.folder / "redis.address").read_text().strip())
    with Redis.from_url(address) as client:
        assert client.set("a", "1")
    for wrong, fault in (
        (address.replace(redis.password, "wr0ng"), AuthenticationError),
        (address.replace(f":{redis.password}@", ""), AuthenticationError),
        (address.replace("rediss://", "redis://").partition("?")[0], RedisConnectionError),
    ):
        with Redis.from_url(wrong) as client, pytest.raises(fault):
            client.get("a")


def test_the_password_stands_on_no_command_line(redis: Overlaid) -> None:
    assert redis.password not in Path(f"/proc/{redis.server.pid}/cmdline").read_text()
    assert redis.password not in redis.server.log.read_text()
    assert redis.password not in " ".join([*REDIS["command"], *REDIS["healthcheck"]["test"]])


def test_a_redis_that_does_not_take_the_password_of_the_secrets_is_not_well(redis: Overlaid) -> None:
    assert redis.well()
    with Redis.from_url(redis.here((redis.folder / "redis.address").read_text().strip())) as client:
        client.config_set("requirepass", "another")
        try:
            assert not redis.well()
        finally:
            client.config_set("requirepass", redis.password)
    assert redis.well()
    with pytest.raises(RedisError), Redis.from_url(f"redis://{redis.server.address}/0") as plain:
        plain.ping()
