"""Webhooks as their receivers see them: whose secret verifies, for which units, and what is in them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from receivers import OLDER_SECRET, SECRET, HttpReceiver, WebhookEnd
from standardwebhooks.webhooks import WebhookVerificationError
from test_push_channel import ITEM, LETTER

from dunghen.platform.outward import networks
from dunghen.platform.outward_http import Outward
from dunghen.platform.signing import signed
from services.alerts.adapters.webhook_channel import WebhookChannel, payload
from services.alerts.ports import Recipient, RefusedForGood
from services.alerts.settings import AlertsSettings

OTHER = "whsec_" + "A" * 43 + "="


@pytest.fixture
async def end() -> AsyncIterator[WebhookEnd]:
    made = WebhookEnd(HttpReceiver())
    await made.http.start()
    yield made
    await made.http.stop()


def channel(end: WebhookEnd, *secrets: str, units: tuple[str, ...] = ("*",)) -> WebhookChannel:
    settings = AlertsSettings(webhooks=[{"url": end.url, "secrets": secrets, "units": units}])
    return WebhookChannel(settings, Outward(networks("127.0.0.1/32"), 30.0))


async def test_while_a_secret_is_changed_the_old_and_the_new_one_verify_and_no_other(end: WebhookEnd) -> None:
    await channel(end, SECRET, OLDER_SECRET).send(LETTER)
    for secret in (SECRET, OLDER_SECRET):
        end.secret = secret
        assert len(end.messages()) == 1
    end.secret = OTHER
    with pytest.raises(WebhookVerificationError):
        end.messages()


async def test_a_body_that_was_changed_on_its_way_does_not_verify(end: WebhookEnd) -> None:
    await channel(end, SECRET).send(LETTER)
    headers, body = end.http.requests[0]
    end.http.requests = [(headers, body.replace(b"0001", b"0002"))]
    with pytest.raises(WebhookVerificationError):
        end.messages()


async def test_it_says_the_dossier_its_time_left_and_the_internal_id_of_who_is_told(end: WebhookEnd) -> None:
    await channel(end, SECRET).send(LETTER)
    ((message_id, data),) = end.messages()
    assert (message_id, data["recipient"], data["link"]) == (LETTER.message_id, LETTER.recipient.id, LETTER.words.link)
    assert data["dossiers"] == [
        {
            "dossier": ITEM.dossier,
            "procedure": ITEM.procedure,
            "unit": "20242",
            "stage": "half",
            "left": "còn 8 giờ",
            "due_at": "2026-11-18T11:06:40Z",
        }
    ]
    assert "a@b.example" not in end.http.requests[0][1].decode()


async def test_a_webhook_is_for_its_units_only(end: WebhookEnd) -> None:
    hook = channel(end, SECRET, units=("20263",))
    assert (hook.line(Recipient("x", "20263")), hook.line(Recipient("x", "20242"))) == ("webhook:0", "")
    with pytest.raises(RefusedForGood, match="NO_WEBHOOK"):
        await hook.send(LETTER)


def test_the_time_in_the_signature_is_that_of_the_sending_not_of_the_city() -> None:
    (hook,) = AlertsSettings(webhooks=[{"url": "https://a.example/", "secrets": [SECRET]}]).webhooks
    now = datetime(2026, 11, 16, 1, 2, 3, tzinfo=UTC)
    assert signed(hook.secrets, LETTER.message_id, payload(LETTER), now)["webhook-timestamp"] == str(int(now.timestamp()))
