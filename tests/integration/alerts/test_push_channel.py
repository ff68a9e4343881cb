"""Web push as a browser and its maker's service see it: what is decrypted, who signed, what a full, closed or small service leads to."""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pytest
from receivers import HOST, Browser, HttpReceiver

from dunghen.contracts.subscriptions import Subscription
from dunghen.platform.outward import networks
from dunghen.platform.outward_http import Outward
from services.alerts.adapters.push_channel import MOST_BYTES, PushChannel, payload, public_key, shortest, vapid_key
from services.alerts.ports import Item, Letter, LineAway, Recipient, RefusedForGood
from services.alerts.settings import AlertsSettings
from services.alerts.words import Words

PERSON = "p0123456789abcdef"
ITEM = Item("H17.31-261116-0001", "1.004222", "20242", "half", 1_795_000_000, "còn 8 giờ")
WORDS = Words(
    (("Hồ sơ", ITEM.dossier), ("Thủ tục", "Đăng ký thường trú (1.004222)")),
    ("Việc cần làm: …",),
    "https://map.danang.example/officials?notice=ab",
)
LETTER = Letter("0123456789abcdef0123@danang.example", Recipient(PERSON, "20242", "a@b.example"), "Sắp đến hẹn", WORDS, (ITEM,))


@dataclass
class InMemorySubscriptions:
    browsers: list[Subscription] = field(default_factory=list)

    def of(self, person: str) -> tuple[Subscription, ...]:
        return tuple(each for each in self.browsers if each.person == person)

    async def gone(self, subscription: Subscription) -> None:
        self.browsers.remove(subscription)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    made = Browser(HttpReceiver())
    await made.http.start()
    yield made
    await made.http.stop()


def channel(tmp_path: Path, *browsers: Subscription) -> PushChannel:
    settings = AlertsSettings(data=tmp_path, mail_from="dung-hen@danang.example")
    return PushChannel(settings, InMemorySubscriptions(list(browsers)), Outward(networks("127.0.0.1/32"), 30.0))


def claims(browser: Browser) -> dict[str, object]:
    token = browser.http.requests[0][0]["authorization"].partition("t=")[2].split(",")[0]
    middle = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4))))


async def test_only_the_browser_reads_it_and_it_says_code_procedure_time_left_and_link(browser: Browser, tmp_path: Path) -> None:
    await channel(tmp_path, browser.subscription(PERSON)).send(LETTER)
    ((headers, body),) = browser.http.requests
    ((_, said),) = browser.messages()
    assert (said["dossier"], said["procedure"], said["left"], said["link"]) == (ITEM.dossier, ITEM.procedure, ITEM.left, WORDS.link)
    assert ITEM.dossier.encode() not in body
    assert "a@b.example" not in json.dumps(said)
    assert (headers["content-encoding"], headers["topic"], int(headers["ttl"]) > 0) == ("aes128gcm", LETTER.message_id[:20], True)


async def test_the_signature_is_for_this_service_and_this_key_and_says_whom_to_write_to(browser: Browser, tmp_path: Path) -> None:
    push = channel(tmp_path, browser.subscription(PERSON))
    await push.send(LETTER)
    assert (claims(browser)["aud"], claims(browser)["sub"]) == (f"http://{HOST}:{browser.http.port}", "mailto:dung-hen@danang.example")
    assert f"k={public_key(vapid_key(AlertsSettings(data=tmp_path)))}" in browser.http.requests[0][0]["authorization"]


async def test_the_key_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    settings = AlertsSettings(data=tmp_path)
    first, file = public_key(vapid_key(settings)), tmp_path / "vapid.pem"
    assert (public_key(vapid_key(settings)), stat.S_IMODE(file.stat().st_mode)) == (first, 0o600)
    assert os.listdir(tmp_path) == ["vapid.pem"]
    given = AlertsSettings(data=tmp_path / "other", push_vapid_key=file.read_text())
    assert (public_key(vapid_key(given)), len(base64.urlsafe_b64decode(first + "="))) == (first, 65)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten_and_the_others_get_it(browser: Browser, tmp_path: Path, status: int) -> None:
    old = msgspec.structs.replace(browser.subscription(PERSON), endpoint=browser.subscription(PERSON).endpoint + "0")
    push = channel(tmp_path, old, browser.subscription(PERSON))
    browser.http.answers = [status]
    await push.send(LETTER)
    assert (push._subscriptions.of(PERSON), len(browser.http.requests)) == ((browser.subscription(PERSON),), 2)


async def test_when_every_browser_is_gone_it_is_refused_for_good(browser: Browser, tmp_path: Path) -> None:
    push = channel(tmp_path, browser.subscription(PERSON))
    assert push.line(LETTER.recipient) == f"push:{HOST}:{browser.http.port}"
    browser.http.answers = [410]
    with pytest.raises(RefusedForGood, match="410"):
        await push.send(LETTER)
    assert push.line(LETTER.recipient) == ""


@pytest.mark.parametrize("status", [429, 503])
async def test_a_service_that_has_enough_for_now_is_asked_again_when_it_says(browser: Browser, tmp_path: Path, status: int) -> None:
    push = channel(tmp_path, browser.subscription(PERSON))
    browser.http.answers, browser.http.headers = [status], {"Retry-After": "30"}
    with pytest.raises(LineAway) as raised:
        await push.send(LETTER)
    assert (raised.value.after, len(push._subscriptions.of(PERSON))) == (30.0, 1)


async def test_a_failure_of_one_browser_that_may_pass_does_not_hide_behind_one_that_is_gone(browser: Browser, tmp_path: Path) -> None:
    old = msgspec.structs.replace(browser.subscription(PERSON), endpoint=browser.subscription(PERSON).endpoint + "0")
    browser.http.answers = [410, 503]
    with pytest.raises(LineAway, match="503"):
        await channel(tmp_path, old, browser.subscription(PERSON)).send(LETTER)


async def test_what_is_too_large_for_a_service_is_said_shorter(browser: Browser, tmp_path: Path) -> None:
    browser.http.answers = [413]
    await channel(tmp_path, browser.subscription(PERSON)).send(LETTER)
    long, short = browser.decrypted()
    assert (set(short), len(json.dumps(short)) < len(json.dumps(long))) == ({"id", "title", "link"}, True)


def test_a_long_letter_fits_what_every_service_takes() -> None:
    facts = tuple((f"Hồ sơ {n}", "Đăng ký thường trú" * 5) for n in range(40))
    long = replace(LETTER, words=replace(WORDS, facts=facts))
    assert (payload(long), len(payload(LETTER)) <= MOST_BYTES) == (shortest(long), True)


async def test_keys_that_are_no_point_of_the_curve_are_refused_for_good(browser: Browser, tmp_path: Path) -> None:
    wrong = msgspec.structs.replace(browser.subscription(PERSON), p256dh="B" + "A" * 86)
    with pytest.raises(RefusedForGood, match="BAD_KEYS"):
        await channel(tmp_path, wrong).send(LETTER)
    assert browser.http.requests == []
