"""A local SMTP server for the demo: every mail becomes a file that can be read, nothing leaves the machine."""

from __future__ import annotations

import asyncio
import itertools
import re
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(len(list(folder.glob("*.eml"))) + 1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        recipient = re.sub(r"[^a-z0-9.@-]", "_", envelope.rcpt_tos[0].lower())
        file = self._folder / f"{next(self._numbers):06d}-{recipient}.eml"
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content or "").encode()
        await asyncio.to_thread(file.write_bytes, content)
        return "250 kept"


async def serve(port: int, folder: Path) -> None:
    """For ever, on the loopback address."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    controller = Controller(_Folder(folder), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        await asyncio.Event().wait()
    finally:
        controller.stop()
