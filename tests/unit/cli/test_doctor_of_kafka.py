"""What `dunghen doctor` says of how Kafka is reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.doctor.command import examine
from dunghen.platform.local import kafka_broker

WARNED = "who talks to these brokers is known"


def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kafka: str, **env: str) -> dict[str, bool]:
    """By what was looked at; nobody is asked over the network."""
    monkeypatch.setattr(kafka_broker, "answers", lambda *_: True)
    for name, value in env.items():
        monkeypatch.setenv(f"DUNGHEN_KAFKA_{name}", value)
    folder = DataFolder(tmp_path)
    folder.write_running({"kafka": kafka, "ingest": "http://127.0.0.1:1", "page": "http://127.0.0.1:1"})
    return {finding.what: finding.good for finding in examine(folder)}


def test_plain_text_off_this_machine_is_warned_of_and_on_it_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert WARNED not in said(tmp_path, monkeypatch, "127.0.0.1:9092")
    out = said(tmp_path, monkeypatch, "kafka.danang.example:9092")
    assert (out["Kafka at kafka.danang.example:9092 in plain text"], out[WARNED]) == (True, False)


def test_with_tls_and_a_user_it_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = said(tmp_path, monkeypatch, "k.example:9093", SECURITY_PROTOCOL="SASL_SSL", USER="operator", PASSWORD="x")
    assert (found["Kafka at k.example:9093 as operator"], WARNED in found) == (True, False)


def test_half_a_setting_is_a_finding_and_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(tmp_path, monkeypatch, "k.example:9093", SECURITY_PROTOCOL="SASL_SSL")["the settings for Kafka"] is False
