"""The mail server of `bench alerts`, a process of its own so that it is not measured: `python -m dunghen.cli.bench.mailbox PORT`.

Takes everything. For each line on its stdin it says one JSON line: what came since the last, {Message-ID: when it was whole}, in
milliseconds of real time.
"""

from __future__ import annotations

import json
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from dunghen.platform.clock import real_milliseconds
from dunghen.platform.local.servers import HOST

NAME, END = b"Message-ID: <", b">"


class Mailbox:
    """Keeps of each mail no more than its id; of one that comes twice the first."""

    def __init__(self) -> None:
        self.came: dict[str, int] = {}

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.came.setdefault(content.partition(NAME)[2].partition(END)[0].decode("ascii"), real_milliseconds())
        return "250 taken"


def main(port: int) -> None:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname=HOST, port=port)
    controller.start()
    for _ in sys.stdin:
        came, mailbox.came = mailbox.came, {}
        print(json.dumps(came), flush=True)
    controller.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
