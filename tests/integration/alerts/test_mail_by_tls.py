"""Mails and the login go by TLS to the mail server of the settings, and to nobody else: real servers with certificates of our own."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from alerts_process import NINE_TENTHS, City, MailServer
from test_push_channel import LETTER

from services.alerts.adapters.mail_channel import MailChannel
from services.alerts.ports import LineAway
from services.alerts.settings import AlertsSettings
from tests.certificates import Authority
from tests.eventually import eventually_async as eventually

USER, PASSWORD = "dunghen", "mật khẩu/của?thư#"
INSISTING = ("start", "implicit")


@dataclass
class Guarded:
    """The mail server of the other tests, signed by a city's own authority; it wants a login. `logins`: (user, password, by TLS)."""

    server: MailServer
    folder: Path
    authority: Authority = field(default_factory=Authority)
    logins: list[tuple[bytes, bytes, bool]] = field(default_factory=list)

    def asks(self, how: str, signed_by: Authority | None = None) -> None:
        """From now on. `never`: it offers no TLS, and takes a login in plain text."""
        self.server.stop()
        by_starttls = how == "start"  # of TLS from the first byte aiosmtpd's rules for a login know nothing
        self.server.guard = {"authenticator": self._authenticate, "auth_required": by_starttls, "auth_require_tls": by_starttls}
        if how != "never":
            keystore, _ = (signed_by or self.authority).write_server(self.folder, "mail")
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(keystore)
            self.server.guard["tls" if how == "implicit" else "tls_context"] = context
        self.server.start()

    def channel(self, how: str, **given: Any) -> MailChannel:
        where = {"smtp_host": "127.0.0.1", "smtp_port": self.server.port, "smtp_timeout": 60.0, "smtp_tls": how}
        who = {"smtp_ca": self.authority.pem, "smtp_user": USER, "smtp_password": PASSWORD}
        return MailChannel(AlertsSettings(**{**where, **who, **given}))

    def _authenticate(self, _: object, session: Any, __: object, ___: str, told: LoginPassword) -> AuthResult:
        secured = session.ssl is not None or "tls" in self.server.guard
        self.logins.append((told.login, told.password, secured))
        return AuthResult(success=(told.login, told.password) == (USER.encode(), PASSWORD.encode()), handled=False)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    made = Guarded(MailServer(), tmp_path)
    yield made
    made.server.stop()


async def sent(channel: MailChannel) -> str:
    try:
        return await channel.send(LETTER)
    finally:
        await channel.rest()


async def away(channel: MailChannel) -> str:
    """The code for which the line is away; nothing can have got through."""
    with pytest.raises(LineAway) as raised:
        await sent(channel)
    assert not raised.value.unknown
    return str(raised.value)


@pytest.mark.parametrize("how", INSISTING)
async def test_mail_and_login_go_by_tls_to_the_server_that_our_authority_has_signed(guarded: Guarded, how: str) -> None:
    guarded.asks(how)
    assert await sent(guarded.channel(how)) == "250"
    assert [mail["Message-ID"] for mail in guarded.server.mails] == [f"<{LETTER.message_id}>"]
    assert guarded.logins == [(USER.encode(), PASSWORD.encode(), True)]


OTHERS: dict[str, Callable[[], Authority]] = {
    "another authority": lambda: Authority("stranger"),
    "another authority of the same name": Authority,
    "another name": lambda: Authority(host="127.0.0.2"),
}


@pytest.mark.parametrize("how", [*INSISTING, "if_offered"])
@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
async def test_a_server_that_is_not_the_one_it_should_be_is_told_nothing(
    guarded: Guarded, how: str, other: Callable[[], Authority]
) -> None:
    impostor = other()
    guarded.asks("start" if how == "if_offered" else how, impostor)
    known = impostor.pem if other is OTHERS["another name"] else guarded.authority.pem
    assert await away(guarded.channel(how, smtp_ca=known)) == "CERTIFICATE_REFUSED"
    assert (guarded.server.mails, guarded.logins) == ([], [])


async def test_a_certificate_that_has_expired_is_refused(guarded: Guarded) -> None:
    guarded.authority = Authority(holds=timedelta(seconds=-1))
    guarded.asks("start")
    assert await away(guarded.channel("start")) == "CERTIFICATE_REFUSED"
    assert (guarded.server.mails, guarded.logins) == ([], [])


@pytest.mark.parametrize(("how", "code"), [("start", "NOT_OFFERED"), ("implicit", "TLS_FAILED")])
async def test_a_server_that_is_talked_out_of_tls_gets_neither_mail_nor_login(guarded: Guarded, how: str, code: str) -> None:
    """What `if_offered` would have told it, in plain text."""
    guarded.asks("never")
    assert await away(guarded.channel(how)) == code
    assert (guarded.server.mails, guarded.logins) == ([], [])
    assert await sent(guarded.channel("if_offered")) == "250"
    assert [secured for _, _, secured in guarded.logins] == [False]


async def test_without_an_authority_of_the_settings_the_system_s_are_believed_and_ours_is_none(guarded: Guarded) -> None:
    guarded.asks("start")
    assert await away(guarded.channel("start", smtp_ca="")) == "CERTIFICATE_REFUSED"


async def test_a_login_that_is_refused_is_said_by_its_code(guarded: Guarded) -> None:
    guarded.asks("start")
    assert await away(guarded.channel("start", smtp_password="wrong")) == "535"
    assert guarded.server.mails == []


async def test_what_waits_for_the_right_server_goes_to_it_once(city: City, guarded: Guarded) -> None:
    """Alerts as a process: the mail is there to be sent while a stranger holds the port, then the city's own server does."""
    city.mail.stop()
    guarded.server.port = city.mail.port
    guarded.asks("start", Authority("stranger"))
    (city.folder / "smtp.password").write_text(PASSWORD + "\n", encoding="utf-8")
    (city.folder / "smtp-ca.pem").write_text(guarded.authority.pem)
    secrets = {"SMTP_PASSWORD_FILE": str(city.folder / "smtp.password"), "SMTP_CA_FILE": str(city.folder / "smtp-ca.pem")}
    process = await city.alerts(SMTP_TLS="start", SMTP_USER=USER, **secrets)
    city.clock(NINE_TENTHS)
    await city.told("pending")
    await eventually(lambda: '"code": "CERTIFICATE_REFUSED"' in process.log.read_text())
    assert (guarded.server.mails, guarded.logins) == ([], [])
    guarded.asks("start")
    (notice,) = await city.told("delivered")
    assert [mail["Message-ID"] for mail in guarded.server.mails] == [f"<{notice.message_id}>"]
    assert notice.attempts > 1
    said = process.log.read_text()
    assert [value for value in (PASSWORD, "hai-chau@danang.example", "H17.31-261116-0001") if value in said] == []
