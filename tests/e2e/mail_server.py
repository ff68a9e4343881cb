"""A real SMTP server that keeps every mail it has taken."""

from __future__ import annotations

import email
from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from dunghen.platform.local.servers import HOST, free_port


@dataclass
class MailServer:
    """`raw` has the mails as they came, in order."""

    port: int = field(default_factory=free_port)
    raw: list[bytes] = field(default_factory=list)
    _controller: Controller | None = None

    async def handle_DATA(self, _: object, __: object, envelope: Any) -> str:
        self.raw.append(bytes(envelope.content))
        return "250 taken"

    def start(self) -> MailServer:
        self._controller = Controller(self, hostname=HOST, port=self.port)
        self._controller.start()
        return self

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=default) for raw in list(self.raw)]

    def times_by_message_id(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(str(mail["Message-ID"]).strip("<>") for mail in self.mails)

    def as_environment(self) -> dict[str, str]:
        """What makes alerts send here."""
        return {"DUNGHEN_ALERTS_MODE": "on", "DUNGHEN_SMTP_HOST": HOST, "DUNGHEN_SMTP_PORT": str(self.port)}
