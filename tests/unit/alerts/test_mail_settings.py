"""How mails are guarded where nobody says it, and what is refused at the start."""

from __future__ import annotations

import pytest

from dunghen.platform.settings import SettingsError, load
from services.alerts.settings import AlertsSettings
from tests.certificates import Authority


def test_off_this_machine_tls_is_insisted_on_unless_the_city_says_otherwise() -> None:
    assert AlertsSettings(smtp_host="mail.danang.example").mail_tls == "start"
    assert AlertsSettings(smtp_host="mail.danang.example", smtp_tls="if_offered").mail_tls == "if_offered"
    assert [AlertsSettings(smtp_host=here).mail_tls for here in ("127.0.0.1", "localhost", "::1")] == ["if_offered"] * 3


@pytest.mark.parametrize("how", ["never", "if_offered"])
def test_a_login_goes_behind_tls_or_nowhere(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNGHEN_SMTP_PASSWORD", "s3cret")
    login = {"smtp_user": "dunghen", "smtp_tls": how}
    with pytest.raises(SettingsError, match="DUNGHEN_SMTP_USER is said behind TLS alone") as told:
        load(AlertsSettings, smtp_host="mail.danang.example", **login)
    assert "s3cret" not in str(told.value)
    assert load(AlertsSettings, smtp_host="127.0.0.1", **login).smtp_user == "dunghen"
    assert load(AlertsSettings, smtp_host="mail.danang.example", smtp_user="dunghen").mail_tls == "start"


def test_what_is_no_authority_is_refused_by_the_name_of_the_setting() -> None:
    with pytest.raises(SettingsError, match=r"^DUNGHEN_SMTP_CA: .*no certificates in PEM$"):
        load(AlertsSettings, smtp_ca="-----BEGIN CERTIFICATE-----\nnonsense")
    assert load(AlertsSettings, smtp_ca=Authority().pem).redacted()["smtp_ca"] == "***"
