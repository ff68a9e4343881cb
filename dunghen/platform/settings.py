"""One frozen settings object a process: defaults ← `dunghen.toml` ← `DUNGHEN_*` (`…_FILE` for secrets). `architecture.md` §9."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

PREFIX = "DUNGHEN_"


class SettingsError(Exception):
    """Every fault of the configuration together, one line each, without the values."""


class PlatformSettings(BaseSettings):
    """What every process needs to know of its surroundings. Services subclass it; durations are real seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file="dunghen.toml", frozen=True, extra="ignore")

    kafka: str = Field("127.0.0.1:9092", description="bootstrap servers, host:port, comma separated")
    redis: str = Field("redis://127.0.0.1:6379/0", description="address of the live view", repr=False)
    mongo: str = Field("", description="address of MongoDB; empty: SQLite files under `data`", repr=False)
    data: Path = Field(Path(".dunghen"), description="folder of everything local: clock, SQLite files, logs, mails")
    namespace: str = Field("", pattern=r"^[a-z0-9-]*$", description="put before topics, groups, transactional ids and Redis keys")
    partitions: int = Field(8, ge=1, le=1024, description="partitions of every topic that has more than one")
    clock_file: Path | None = Field(None, description="the shared clock of a local city; none: the real clock")
    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="port of /metrics and /readyz for operators; 0: none",
    )
    metrics_host: str = Field("127.0.0.1", description="address that they listen on; whoever reaches it can read them")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$")

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
        file = os.environ.get(f"{PREFIX}{name.upper()}_FILE")
        if file and name not in given:
            given[name] = Path(file).read_text(encoding="utf-8").strip()
    try:
        return cls(**given)
    except ValidationError as fault:
        lines = [
            f"{PREFIX}{'_'.join(str(p) for p in e['loc']).upper()}: {e['msg']}"
            for e in fault.errors(include_input=False, include_url=False)
        ]
        raise SettingsError("\n".join(lines)) from None
