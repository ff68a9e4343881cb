"""Mail by SMTP, one connection for a run of letters. What a server says is kept as its code only: its text may repeat an address."""

from __future__ import annotations

import ssl
from contextlib import suppress
from email.charset import QP, Charset
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr
from functools import cache, lru_cache

import aiosmtplib
from aiosmtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from dunghen.platform.clock import RealClock
from dunghen.platform.tls import verifying
from services.alerts.channels import Needs
from services.alerts.letter import MOST_LINES
from services.alerts.ports import Letter, LineAway, Recipient, RefusedForGood, RefusedForNow
from services.alerts.settings import AlertsSettings

CRLF = compat32.clone(linesep="\r\n")
QUOTED = Charset("utf-8")
QUOTED.body_encoding = QP
TAKEN = "250"  # the only code by which a text is taken (RFC 5321)


def open_channel(needs: Needs) -> MailChannel:
    return MailChannel(needs.settings)


class MailChannel:
    """Opens the connection with the first letter and keeps it until `rest`. All letters share one line: the server."""

    name, most = "mail", MOST_LINES

    def __init__(self, settings: AlertsSettings) -> None:
        self._settings = settings
        self._client: aiosmtplib.SMTP | None = None

    def line(self, recipient: Recipient) -> str:
        return "mail" if recipient.mail or self._settings.alerts_redirect_to else ""

    async def send(self, letter: Letter) -> str:
        message = self._message(letter)
        client = await self._connected()
        try:
            await client.sendmail(self._settings.mail_from, [self._to(letter)], message)
        except SMTPRecipientsRefused as fault:
            _refused(max(refusal.code for refusal in fault.recipients))
        except SMTPDataError as fault:
            _refused(fault.code)
        except (SMTPException, OSError) as fault:
            await self.rest()
            answered = isinstance(fault, SMTPResponseException)
            raise LineAway(_code(fault), unknown=not answered) from None
        return TAKEN

    async def rest(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(SMTPException, OSError):
                await client.quit()
            client.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is None or not self._client.is_connected:
            chosen = self._settings
            client = aiosmtplib.SMTP(
                hostname=chosen.smtp_host,
                port=chosen.smtp_port,
                username=chosen.smtp_user or None,
                password=chosen.smtp_password or None,
                timeout=chosen.smtp_timeout,
                use_tls=chosen.mail_tls == "implicit",
                start_tls={"never": False, "start": True, "implicit": False}.get(chosen.mail_tls),
                tls_context=_verified(chosen.smtp_ca),
            )
            try:
                await client.connect()
            except (SMTPException, OSError) as fault:
                client.close()
                raise LineAway(_code(fault), unknown=False) from None
            self._client = client
        return self._client

    def _to(self, letter: Letter) -> str:
        return self._settings.alerts_redirect_to or letter.to

    def _message(self, letter: Letter) -> bytes:
        """Plain and HTML part of the same words. Nothing in it is fetched, and nothing tells us whether it was read.

        By the older classes of `email`: those that parse every header anew take three times as long.
        """
        to = _checked(self._to(letter))
        subject = f"[{letter.recipient.id}] {letter.subject}" if self._settings.alerts_redirect_to else letter.subject
        message = MIMEMultipart("alternative", policy=CRLF)
        message["From"] = formataddr((self._settings.mail_name, self._settings.mail_from), "utf-8")
        message["To"] = to
        message["Subject"] = Header(" ".join(subject.split()), "utf-8", header_name="Subject").encode(linesep="\r\n")
        message["Message-ID"] = f"<{letter.message_id}>"
        message["Date"] = format_datetime(RealClock().now())
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
        message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
        message["Content-Language"] = "vi"
        message.attach(_part("plain", letter.text))
        message.attach(_part("html", letter.words.html(subject)))
        return message.as_bytes()


def _part(kind: str, text: str) -> MIMENonMultipart:
    part = MIMENonMultipart("text", kind, policy=CRLF)
    part.set_payload(text, QUOTED)
    return part


@lru_cache(maxsize=4096)
def _checked(address: str) -> str:
    """Raises RefusedForGood for what is no address."""
    try:
        return str(Address(addr_spec=address))
    except (ValueError, MessageError, IndexError):  # what the library raises for it
        raise RefusedForGood("BAD_ADDRESS") from None


def _refused(code: int) -> None:
    raise (RefusedForGood if code >= 500 else RefusedForNow)(str(code)) from None


_verified = cache(verifying)


def _code(fault: BaseException) -> str:
    """The server's code; CERTIFICATE_REFUSED (by us), TLS_FAILED, NOT_OFFERED (STARTTLS, or a login); else the library's name of it."""
    if isinstance(fault, SMTPResponseException):
        return str(fault.code)
    came_of = fault if isinstance(fault, ssl.SSLError) else fault.__cause__
    if isinstance(came_of, ssl.SSLCertVerificationError):
        return "CERTIFICATE_REFUSED"
    if isinstance(came_of, ssl.SSLError):
        return "TLS_FAILED"
    return "NOT_OFFERED" if type(fault) is SMTPException else type(fault).__name__
