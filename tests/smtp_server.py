"""A real SMTP server (aiosmtpd) on loopback, on a loop of its own."""

from __future__ import annotations

import ssl
from typing import Any, Self

from aiosmtpd.smtp import SMTP

from dunghen.platform.local.servers import HOST
from tests.loops import LoopThread


class SmtpServer:
    """`handler`: aiosmtpd's, its `handle_DATA` takes the mails. `tls`: TLS from the first byte; `options`: those of aiosmtpd's SMTP."""

    def __init__(self, handler: object, port: int, tls: ssl.SSLContext | None = None, **options: Any) -> None:
        self._thread = LoopThread("smtp")
        self._handler, self._port, self._tls, self._options = handler, port, tls, options

    def start(self) -> Self:
        """Listens once this returns. Raises OSError where the port is taken."""
        self._thread.start()
        self._server = self._thread.run(self._thread.loop.create_server(self._connection, HOST, self._port, ssl=self._tls))
        return self

    def stop(self) -> None:
        self._thread.loop.call_soon_threadsafe(self._server.close)
        self._thread.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _connection(self) -> SMTP:
        return SMTP(self._handler, enable_SMTPUTF8=True, loop=self._thread.loop, **self._options)
