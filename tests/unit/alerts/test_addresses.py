"""What is no address never reaches a server, and is not tried again."""

from __future__ import annotations

import pytest

from services.alerts.adapters.mail_channel import MailChannel
from services.alerts.ports import Letter, Recipient, RefusedForGood
from services.alerts.settings import AlertsSettings
from services.alerts.words import Words


@pytest.mark.parametrize(
    "to", ["", "no address", "two@a.example, three@b.example", "a@b.example\r\nBcc: c@d.example", "hải-châu@danang.example", "@"]
)
async def test_what_is_no_address_is_refused_for_good(to: str) -> None:
    mailer = MailChannel(AlertsSettings(smtp_port=1))
    with pytest.raises(RefusedForGood, match="BAD_ADDRESS"):
        await mailer.send(Letter("1@dunghen.invalid", Recipient("20242", "20242", to), "Sắp đến hẹn", Words((), ("…",))))
