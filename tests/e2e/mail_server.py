"""A real SMTP server that keeps every mail it has taken."""

from __future__ import annotations

import asyncio
import email
import threading
from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from dunghen.platform.local.servers import HOST, free_port
from tests.smtp_server import SmtpServer


@dataclass
class MailServer:
    """`raw` has the mails as they came, in order. While it holds, it has taken a mail and does not say so."""

    port: int = field(default_factory=free_port)
    raw: list[bytes] = field(default_factory=list)
    _let_go: threading.Event = field(default_factory=threading.Event)
    _server: SmtpServer | None = None

    async def handle_DATA(self, _: object, __: object, envelope: Any) -> str:
        self.raw.append(bytes(envelope.content))
        await asyncio.to_thread(self._let_go.wait, 30)
        return "250 taken"

    def hold(self) -> None:
        self._let_go.clear()

    def release(self) -> None:
        self._let_go.set()

    def start(self) -> MailServer:
        self.release()
        self._server = SmtpServer(self, self.port).start()
        return self

    def stop(self) -> None:
        self.release()
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=default) for raw in list(self.raw)]

    def times_by_message_id(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(str(mail["Message-ID"]).strip("<>") for mail in self.mails)

    def as_environment(self) -> dict[str, str]:
        """What makes alerts send here."""
        return {"DUNGHEN_ALERTS_MODE": "on", "DUNGHEN_SMTP_HOST": HOST, "DUNGHEN_SMTP_PORT": str(self.port)}
