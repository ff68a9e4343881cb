"""What is no address never reaches a server, and is not tried again."""

from __future__ import annotations

import pytest

from services.alerts.adapters.smtp_mailer import SmtpMailer
from services.alerts.ports import Letter, RefusedForGood
from services.alerts.settings import AlertsSettings


@pytest.mark.parametrize(
    "to", ["", "no address", "two@a.example, three@b.example", "a@b.example\r\nBcc: c@d.example", "hải-châu@danang.example", "@"]
)
async def test_what_is_no_address_is_refused_for_good(to: str) -> None:
    mailer = SmtpMailer(AlertsSettings(smtp_port=1))
    with pytest.raises(RefusedForGood, match="BAD_ADDRESS"):
        await mailer.send(Letter("1@dunghen.invalid", to, "Sắp đến hẹn", "…"))
