"""One frozen settings object a process: defaults ← `dunghen.toml` ← `DUNGHEN_*` (`…_FILE` for secrets). `architecture.md` §9."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from dunghen.platform.tls import authorities

PREFIX = "DUNGHEN_"


class SettingsError(Exception):
    """Every fault of the configuration together, one line each, without the values."""


class PlatformSettings(BaseSettings):
    """What every process needs to know of its surroundings. Services subclass it; durations are real seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file="dunghen.toml", frozen=True, extra="ignore")

    kafka: str = Field("127.0.0.1:9092", description="bootstrap servers, host:port, comma separated")
    kafka_security_protocol: Literal["PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="SASL_SSL: TLS, and a user by SCRAM-SHA-512; PLAINTEXT belongs on this machine alone"
    )
    kafka_user: str = Field("", pattern=r"^[A-Za-z0-9._-]*$", description="who this process is to the brokers")
    kafka_password: str = Field("", description="of that user", repr=False)
    kafka_ca: str = Field(
        "", description="PEM: the authorities that may have signed the brokers' certificates; empty: the system's", repr=False
    )
    redis: str = Field("redis://127.0.0.1:6379/0", description="address of the live view", repr=False)
    mongo: str = Field("", description="address of MongoDB; empty: SQLite files under `data`", repr=False)
    data: Path = Field(Path(".dunghen"), description="folder of everything local: clock, SQLite files, logs, mails")
    namespace: str = Field("", pattern=r"^[a-z0-9-]*$", description="put before topics, groups, transactional ids and Redis keys")
    partitions: int = Field(8, ge=1, le=1024, description="partitions of every topic that has more than one")
    replication: int = Field(1, ge=1, le=32, description="replicas of each partition of a topic that is made")
    clock_file: Path | None = Field(None, description="the shared clock of a local city; none: the real clock")
    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="port of /metrics and /readyz for operators; 0: none",
    )
    metrics_host: str = Field("127.0.0.1", description="address that they listen on; whoever reaches it can read them")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$")

    @field_validator("kafka_ca")
    @classmethod
    def _certificates(cls, given: str) -> str:
        return authorities(given)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kafka_security_protocol == "SASL_SSL" and not (self.kafka_user and self.kafka_password):
            raise ValueError(f"{PREFIX}KAFKA_SECURITY_PROTOCOL=SASL_SSL needs {PREFIX}KAFKA_USER and {PREFIX}KAFKA_PASSWORD_FILE")
        if self.kafka_security_protocol == "PLAINTEXT" and (self.kafka_user or self.kafka_password or self.kafka_ca):
            raise ValueError(f"{PREFIX}KAFKA_USER, _PASSWORD and _CA are used with {PREFIX}KAFKA_SECURITY_PROTOCOL=SASL_SSL alone")
        return self

    def named(self, name: str) -> str:
        """The name of a topic, group, transactional id or Redis key inside this namespace."""
        return self.namespace + name

    def redacted(self) -> dict[str, Any]:
        """The settings as they may be printed: secrets only as given or not."""
        return {
            k: ("***" if v else "") if f.repr is False else str(v) for k, f in type(self).model_fields.items() for v in [getattr(self, k)]
        }

    @classmethod
    def settings_customise_sources(  # noqa: PLR0913 - the library's signature
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


S = TypeVar("S", bound=PlatformSettings)


def load(cls: type[S], **given: Any) -> S:
    """The settings of this process; raises SettingsError that names every fault."""
    for name in cls.model_fields:
        file = os.environ.get(variable := f"{PREFIX}{name.upper()}_FILE")
        if file and name not in given:
            given[name] = _content(variable, file)
    try:
        return cls(**given)
    except ValidationError as fault:
        raise SettingsError("\n".join(_line(e["loc"], e["msg"]) for e in fault.errors(include_input=False, include_url=False))) from None


def _content(variable: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as fault:
        raise SettingsError(f"{variable}: {file} cannot be read ({type(fault).__name__})") from None


def _line(place: tuple[int | str, ...], what: str) -> str:
    return f"{PREFIX}{'_'.join(str(p) for p in place).upper()}: {what}" if place else what
