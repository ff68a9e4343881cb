"""A real Redis or MongoDB-protocol server with a `TcpProxy` before it, which can be ended and started again at its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dunghen.platform.local import redis_server
from dunghen.platform.local.servers import HOST, LocalServer, await_ready, free_port, launch
from tests.faults.tcp_proxy import TcpProxy
from tests.integration.stores import mongo_server


@dataclass
class ProxiedServer:
    """`begin` starts the server on a port, with what it kept. `server` is it, `proxy` the way that the services come by."""

    begin: Callable[[int], LocalServer]
    behind: int = field(default_factory=free_port)
    server: LocalServer = field(init=False)
    proxy: TcpProxy = field(init=False)

    def start(self) -> ProxiedServer:
        self.server = self.begin(self.behind)
        self.proxy = TcpProxy(free_port(), self.behind).start()
        return self

    def mend(self) -> None:
        """It is there again, and the way to it is as it was."""
        if self.server.process.poll() is not None:
            self.server = self.begin(self.behind)
        self.proxy.unmute()
        self.proxy.delay(0)

    def stop(self) -> None:
        self.proxy.stop()
        self.server.stop()


def redis_in(folder: Path) -> ProxiedServer:
    return ProxiedServer(lambda port: redis_server.start(folder, port)).start()


def mongo_in(folder: Path) -> ProxiedServer:
    """It keeps its files in `folder`."""
    folder.mkdir()

    def begin(port: int) -> LocalServer:
        log = folder / f"log-{len([*folder.glob('log-*')])}"
        server = launch((str(mongo_server.build()), str(folder), f"{HOST}:{port}"), port, log)
        return await_ready(server, lambda: "mongodb://" in log.read_text(encoding="utf-8"), 60)

    return ProxiedServer(begin).start()
