from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

from dunghen.platform.settings import PlatformSettings, SettingsError, load


class Own(PlatformSettings):
    secret: str = Field("", repr=False)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # no dunghen.toml of the developer's


def test_the_environment_goes_over_the_file_and_the_file_over_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("dunghen.toml").write_text('kafka = "file:1"\npartitions = 3\n')
    monkeypatch.setenv("DUNGHEN_KAFKA", "env:1")
    settings = load(PlatformSettings)
    assert (settings.kafka, settings.partitions, settings.log_level) == ("env:1", 3, "info")
    assert load(PlatformSettings, kafka="given:1").kafka == "given:1"


def test_every_fault_is_named_at_once_and_no_value_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNGHEN_PARTITIONS", "s3cret")
    monkeypatch.setenv("DUNGHEN_LOG_LEVEL", "s3cret")
    with pytest.raises(SettingsError) as told:
        load(PlatformSettings)
    lines = str(told.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["DUNGHEN_PARTITIONS", "DUNGHEN_LOG_LEVEL"]
    assert "s3cret" not in str(told.value)


def test_a_secret_may_come_from_a_file_and_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("secret").write_text("hush\n")
    monkeypatch.setenv("DUNGHEN_SECRET_FILE", "secret")
    settings = load(Own)
    assert settings.secret == "hush"
    assert settings.redacted()["secret"] == "***"
    assert Own().redacted()["secret"] == ""
    assert "hush" not in f"{settings!r}{settings.redacted()}"


@pytest.mark.parametrize("name", ["mongo", "redis"])
def test_an_address_that_may_hold_a_password_is_not_printed(name: str) -> None:
    settings = PlatformSettings(**{name: "scheme://who:s3cret@there/0"})
    assert settings.redacted()[name] == "***"
    assert "s3cret" not in f"{settings!r}{settings.redacted()}"


def test_names_get_the_namespace_before_them() -> None:
    assert PlatformSettings(namespace="t-").named("things") == "t-things"
    assert PlatformSettings().named("things") == "things"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        PlatformSettings().kafka = "other:1"
