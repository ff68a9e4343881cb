"""How clients are told to connect, and that nothing of it is ever printed."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from dunghen.platform.faust_batches import build_app
from dunghen.platform.kafka_clients import unreachable
from dunghen.platform.kafka_connection import connection, goes_out_unguarded
from dunghen.platform.settings import PlatformSettings, SettingsError, load
from tests.certificates import Authority

SECRET = "s3cret-of-ingest"
USER = {"kafka_user": "ingest", "kafka_password": SECRET}


def secured(**given: Any) -> PlatformSettings:
    return load(PlatformSettings, **{"kafka": "kafka.danang.example:9093", "kafka_security_protocol": "SASL_SSL", **USER, **given})


def test_on_this_machine_nothing_is_said_but_the_address() -> None:
    assert connection(load(PlatformSettings)) == {"bootstrap_servers": "127.0.0.1:9092"}


def test_a_secured_client_asks_for_the_name_and_the_authority_of_the_broker() -> None:
    options = connection(secured(kafka_ca=Authority().pem))
    context = options.pop("ssl_context")
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) == 1  # ours alone, not the system's too
    assert options == {
        "bootstrap_servers": "kafka.danang.example:9093",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "ingest",
        "sasl_plain_password": SECRET,
    }


def test_faust_connects_as_the_others_do(tmp_path: Path) -> None:
    credentials = build_app(secured(data=tmp_path), "tests").conf.broker_credentials
    assert (credentials.username, credentials.protocol.value, credentials.mechanism.value) == ("ingest", "SASL_SSL", "SCRAM-SHA-512")
    assert SECRET not in repr(credentials)
    assert build_app(load(PlatformSettings, data=tmp_path), "tests").conf.broker_credentials is None


async def test_neither_password_nor_authority_is_printed() -> None:
    settings = secured(kafka="127.0.0.1:1", kafka_ca=Authority().pem)
    said = f"{settings!r}{settings.redacted()}{await unreachable(settings, OSError('gone'))}"
    assert (SECRET in said, "BEGIN CERTIFICATE" in said, "ingest" in said) == (False, False, True)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"kafka_user": ""}, "DUNGHEN_KAFKA_USER"),
        ({"kafka_password": ""}, "DUNGHEN_KAFKA_PASSWORD_FILE"),
        ({"kafka_ca": "no certificate"}, "DUNGHEN_KAFKA_CA"),
        ({"kafka_security_protocol": "SASL_PLAINTEXT"}, "DUNGHEN_KAFKA_SECURITY_PROTOCOL"),
        ({"kafka_security_protocol": "PLAINTEXT"}, "DUNGHEN_KAFKA_SECURITY_PROTOCOL"),
    ],
)
def test_half_a_setting_is_refused_at_the_start_and_the_password_not_repeated(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named) as told:
        secured(**given)
    assert SECRET not in str(told.value)


def test_the_password_and_the_authority_come_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text(f"{SECRET}\n")
    (tmp_path / "ca.pem").write_text(Authority().pem)
    for name, value in {
        "SECURITY_PROTOCOL": "SASL_SSL",
        "USER": "ingest",
        "PASSWORD_FILE": str(tmp_path / "password"),
        "CA_FILE": str(tmp_path / "ca.pem"),
    }.items():
        monkeypatch.setenv(f"DUNGHEN_KAFKA_{name}", value)
    assert connection(load(PlatformSettings))["sasl_plain_password"] == SECRET
    monkeypatch.setenv("DUNGHEN_KAFKA_PASSWORD_FILE", str(tmp_path / "gone"))
    with pytest.raises(SettingsError, match=r"DUNGHEN_KAFKA_PASSWORD_FILE: .*gone cannot be read"):
        load(PlatformSettings)


@pytest.mark.parametrize(
    ("kafka", "out"),
    [("127.0.0.1:9092", False), ("localhost:1, [::1]:2", False), ("kafka:19092", True), ("127.0.0.1:9092,10.0.0.7:9092", True)],
)
def test_plain_text_that_leaves_this_machine_is_known(kafka: str, out: bool) -> None:
    assert goes_out_unguarded(PlatformSettings(kafka=kafka)) == out
    assert not goes_out_unguarded(secured(kafka=kafka))
