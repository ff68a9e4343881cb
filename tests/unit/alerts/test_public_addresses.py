"""Which addresses a message may be posted to, and what a receiver asks for when it wants peace."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from email.utils import format_datetime

import pytest

from dunghen.platform.clock import RealClock
from dunghen.platform.outward import is_public, networks, refusal_of
from dunghen.platform.outward_http import seconds_of
from dunghen.platform.settings import SettingsError, load
from services.alerts.settings import AlertsSettings

NOT_PUBLIC = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd12::1",
    "ff02::1",
    "ff0e::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "100::1",
]
PUBLIC = [
    "1.1.1.1",
    "14.225.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2405:4800::1",
    "::ffff:1.1.1.1",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_lies_in_our_own_network_or_nowhere_is_not_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address)) is False


@pytest.mark.parametrize("address", PUBLIC)
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address)) is True


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        *(
            (nothing, 0.0)
            for nothing in ("", "soon", "-5", "1.5", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 99999999999999999999 00:00:00 GMT")
        ),
    ],
)
def test_retry_after_is_read_as_seconds_and_nonsense_as_nothing(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


def test_retry_after_may_be_a_date() -> None:
    at = RealClock().now() + timedelta(seconds=90)
    assert 85 <= seconds_of(format_datetime(at)) <= 90


def test_networks_are_written_with_commas() -> None:
    assert [str(each) for each in networks("10.20.0.0/16, fd00::/8")] == ["10.20.0.0/16", "fd00::/8"]
    assert networks("") == ()


ALLOWED = networks("10.20.0.0/16, 127.0.0.1/32")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://push.example.net/send/abc?x=1", ""),
        ("https://push.example.net:8443/", ""),
        ("https://1.1.1.1/", ""),
        ("http://10.20.3.4/push", ""),
        ("http://127.0.0.1:9000/push", ""),
        ("https://10.20.3.4/push", ""),
        ("http://push.example.net/", "NOT_HTTPS"),
        ("http://1.1.1.1/", "NOT_HTTPS"),
        *((f"{scheme}://{host}/", "ADDRESS_FORBIDDEN") for scheme in ("http", "https") for host in (
            "10.21.0.1", "127.0.0.2", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "localhost", "kafka", "db.internal", "printer.local",
            "a.localhost", "localhost.", "127.1", "2130706433", "0x7f000001", "1.2.3", "0177.0.0.1", "-", "a..b", "bệnh.vn")),
        ("ftp://push.example.net/", "BAD_URL"),
        ("https:///x", "BAD_URL"),
        ("https://", "BAD_URL"),
        ("https://a:b@push.example.net/", "BAD_URL"),
        ("https://@push.example.net/", "BAD_URL"),
        ("https://push.example.net:99999/", "BAD_URL"),
        ("https://[::1/", "BAD_URL"),
        *((f"https://{host}/x", "BAD_URL") for host in ("xn--a.com", "xn--.com", "push.xn--0.example.com", "XN--A.com")),
        ("https://xn--bcher-kva.example/", ""),
        ("nothing", "BAD_URL"),
    ],
)  # fmt: skip
def test_an_address_says_itself_whether_it_may_be_posted_to_as_far_as_no_name_has_to_be_looked_up(url: str, why: str) -> None:
    assert refusal_of(url, ALLOWED) == why


GOOD = '[{"url": "https://hooks.danang.example/a", "secrets": ["whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="], "units": ["20242"]}]'


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEBHOOKS", "[{"),
        ("WEBHOOKS", GOOD.replace("whsec_", "")),
        ("WEBHOOKS", GOOD.replace("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "whsec_c2hvcnQ=")),
        ("WEBHOOKS", GOOD.replace("https:", "file:")),
        ("WEBHOOKS", GOOD.replace("hooks.danang.example", "xn--a.danang.example")),
        ("WEBHOOKS", GOOD.replace('"url"', '"to": 1, "url"')),
        ("ALERTS_PRIVATE_NETWORKS", "10.20.0.1/16"),
        ("ALERTS_CHANNELS", "mail,mail"),
        ("ALERTS_CHANNELS", "fax"),
        ("ALERTS_REDIRECT_TO", "nobody"),
    ],
)
def test_a_wrong_setting_of_a_channel_is_told_at_start_without_its_value(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"DUNGHEN_{name}", value)
    with pytest.raises(SettingsError) as raised:
        load(AlertsSettings)
    assert str(raised.value).startswith(f"DUNGHEN_{name}")
    assert not any(part in str(raised.value) for part in ("whsec_M", "whsec_c", "danang.example"))


def test_webhooks_come_from_the_environment_or_a_file_and_are_never_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("DUNGHEN_WEBHOOKS", GOOD)
    settings = load(AlertsSettings)
    assert [(hook.is_for("20242"), hook.is_for("20263")) for hook in settings.webhooks] == [(True, False)]
    assert settings.redacted()["webhooks"] == "***"
    assert "whsec_" not in repr(settings)
    assert "hooks.danang" not in repr(settings)
