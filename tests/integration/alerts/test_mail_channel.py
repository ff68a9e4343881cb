"""A mail as the city's mail server gets it: its headers, its two parts, and where it goes while everything is redirected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from alerts_process import MailServer
from test_push_channel import ITEM, LETTER, WORDS

from services.alerts.adapters.mail_channel import MailChannel
from services.alerts.ports import LineAway, Recipient, RefusedForGood, RefusedForNow
from services.alerts.settings import AlertsSettings


@pytest.fixture
def server() -> Iterator[MailServer]:
    made = MailServer()
    made.start()
    yield made
    made.stop()


async def sent(server: MailServer, letter: object = LETTER, **settings: object) -> EmailMessage:
    given = {"smtp_port": server.port, "mail_from": "dung-hen@danang.example", "smtp_timeout": 30.0, **settings}
    channel = MailChannel(AlertsSettings(**given))
    try:
        await channel.send(letter)  # type: ignore[arg-type]
    finally:
        await channel.rest()
    mail = server.mails[-1]
    assert isinstance(mail, EmailMessage)
    return mail


async def test_its_headers_are_those_of_a_program_that_wants_no_answer(server: MailServer) -> None:
    mail = await sent(server)
    assert mail["Message-ID"] == f"<{LETTER.message_id}>"
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert (mail["From"], mail["To"], mail["Content-Language"]) == ("Đúng Hẹn <dung-hen@danang.example>", "a@b.example", "vi")
    assert mail["Date"].datetime.tzinfo is not None
    assert {name.lower() for name in mail} <= {
        *("from", "to", "subject", "message-id", "date", "auto-submitted", "x-auto-response-suppress", "content-language"),
        *("mime-version", "content-type", "x-peer", "x-mailfrom", "x-rcptto"),
    }


class Seen(HTMLParser):
    """Words, tags and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "background", "action", "srcset")]

    def handle_data(self, data: str) -> None:
        self.words += data.split()


async def test_both_parts_say_the_same_and_the_html_part_fetches_nothing(server: MailServer) -> None:
    mail = await sent(server)
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    seen = Seen(html)
    assert [part for part in re.split(r"[\s:]+", plain.strip()) if part not in " ".join(seen.words).replace(":", " ").split()] == []
    assert seen.links == [WORDS.link]
    assert seen.tags.isdisjoint({"img", "script", "link", "iframe", "object", "form", "style"})
    assert "url(" not in html


async def test_words_with_marks_of_html_stay_words(server: MailServer) -> None:
    hostile = replace(LETTER, words=replace(WORDS, facts=(("Thủ tục", '<img src="https://x.example/1.gif">&"'),)))
    html = (await sent(server, hostile)).get_body(("html",)).get_content()
    assert "img" not in Seen(html).tags
    assert "&lt;img" in html


async def test_while_everything_is_redirected_one_address_gets_it_and_the_recipient_is_an_internal_id(server: MailServer) -> None:
    mail = await sent(server, alerts_redirect_to="thu@danang.example")
    assert (mail["To"], mail["Subject"]) == ("thu@danang.example", f"[{LETTER.recipient.id}] {LETTER.subject}")
    assert "a@b.example" not in mail.as_string()
    channel = MailChannel(AlertsSettings(alerts_redirect_to="thu@danang.example"))
    assert (channel.line(Recipient("x", "20242")), MailChannel(AlertsSettings()).line(Recipient("x", "20242"))) == ("mail", "")


@pytest.mark.parametrize(
    ("answer", "kind"), [("451 later", RefusedForNow), ("552 full", RefusedForGood), ("554 no", RefusedForGood), ("421 bye", RefusedForNow)]
)
async def test_a_servers_answer_is_kept_as_its_code_only(server: MailServer, answer: str, kind: type[Exception]) -> None:
    server.answer = f"{answer} <a@b.example>"
    with pytest.raises(kind, match=rf"^{answer[:3]}$"):
        await sent(server)


async def test_a_connection_that_goes_behind_the_text_is_not_known_to_have_failed(server: MailServer) -> None:
    server.hold = True
    with pytest.raises(LineAway) as raised:
        await sent(server, smtp_timeout=2.0)
    assert (raised.value.unknown, "@" in str(raised.value)) == (True, False)
    assert [mail["Message-ID"] for mail in server.mails] == [f"<{LETTER.message_id}>"]
    assert ITEM.dossier in server.mails[0].get_body(("plain",)).get_content()
