"""Settings of ingest. Sizes in bytes, durations in real seconds."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from dunghen.domain.days import Zone
from dunghen.domain.units import normalise_wire_code
from dunghen.platform.near import is_loopback
from dunghen.platform.settings import PlatformSettings

FACTS = "facts"  # a service that is pulled beside the two sync services
_PAIR = re.compile(r"([^=\s]+)\s*=\s*(\S+)")


class Pull(BaseModel):
    """One source that is asked instead of sending: `[[ingest_pulls]]` in `dunghen.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(
        pattern="^https?://",
        description="address that answers a GET with what the service is sent: the envelope or bare array, of facts what `/facts` takes; "
        "`Link: <…>; rel=next` on the same host leads to the next page",
    )
    service: Literal["DongBoHoSoMC", "CapNhatTienDoHoSoMC", "facts"]
    source: str = Field(description="code of the source; it may name itself in the envelope, but not another")
    units: str = Field("", description="code of the units that it may write for, and those below; the source's own where none is given")
    start: date = Field(description="first day to ask for, when nothing of this source is known yet")
    since_parameter: str = Field("since", description="query parameter that takes the time, yyyyMMddHHmmss in the city's time")
    every_seconds: float = Field(60, ge=1, description="how long after an answer, or none, it is asked again")
    at: tuple[time, ...] = Field(
        (), description="times of the city's day at which it is asked, and then every so many seconds until it has answered; none: all day"
    )
    answer_seconds: float = Field(60, gt=0, description="how long an answer may take, to its last byte")
    overlap_seconds: int = Field(300, ge=0, description="how far each question reaches back before the last one that was answered")
    authorization: SecretStr = Field(SecretStr(""), description="value of the Authorization header")

    @property
    def bound(self) -> str:
        """The code that its units are under."""
        return self.units or self.source

    def due(self, pulled: int, now: int, zone: Zone) -> bool:
        """Whether a source that has answered up to an instant (0: never) is to be asked now: always, or once after each of its times."""
        if not self.at:
            return True
        today = zone.day_of(now)
        times = (zone.at(day, each.hour * 3600 + each.minute * 60 + each.second) for day in (today - 1, today) for each in self.at)
        return pulled < max(at for at in times if at <= now)

    @field_validator("at")
    @classmethod
    def _local(cls, given: tuple[time, ...]) -> tuple[time, ...]:
        if any(each.tzinfo for each in given):
            raise ValueError("times are the city's own: without an offset")
        return given

    @field_validator("source", "units")
    @classmethod
    def _normal(cls, given: str) -> str:
        return normalise_wire_code(given)

    @field_validator("authorization")
    @classmethod
    def _sendable(cls, given: SecretStr) -> SecretStr:
        if not given.get_secret_value().isascii():
            raise ValueError("a header takes ASCII only")
        return given


class IngestSettings(PlatformSettings):
    """What the process `python -m services.ingest` needs to know."""

    ingest_host: str = Field("127.0.0.1", description="address to listen on; any but this machine's own needs a source key that is valid")
    ingest_port: int = Field(8010, ge=1, le=65535, description="port to listen on")
    ingest_insecure: bool = Field(
        False, description="--insecure-ingest: takes deliveries without a key; on this machine's own address only"
    )
    ingest_success_words: str = Field(
        "", description="`source=0` or `source=00`, comma or line separated: what a source takes as success; others 0"
    )
    ingest_pulls: tuple[Pull, ...] = Field((), description="sources that are asked")
    ingest_body_bytes: int = Field(20 << 20, ge=1 << 10, description="largest body taken")
    ingest_requests_a_second: float = Field(500, ge=0, description="requests of one key a second, in the long run; 0: no limit")
    ingest_requests_at_once: int = Field(2000, ge=1, description="requests of one key together after a pause")
    ingest_held_bytes: int = Field(256 << 20, ge=1 << 20, description="bodies held in memory at one time, all together")
    ingest_body_seconds: float = Field(30, gt=0, description="how long a body may take to arrive")
    ingest_ack_seconds: float = Field(10, gt=0, description="how long a sender waits for Kafka before it is told to come again")

    @field_validator("ingest_success_words")
    @classmethod
    def _words(cls, given: str) -> str:
        if not set(_pairs(given).values()) <= {"0", "00"}:
            raise ValueError("each word is 0 or 00")
        return given

    @model_validator(mode="after")
    def _guarded(self) -> IngestSettings:
        if self.ingest_insecure and not self.is_loopback:
            raise ValueError("an address that others can reach needs keys: --insecure-ingest is for this machine's own")
        return self

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach us."""
        return is_loopback(self.ingest_host)

    def success_word(self, source: str) -> str:
        """What this source takes as success."""
        return _pairs(self.ingest_success_words).get(source, "0")


def _pairs(given: str) -> dict[str, str]:
    entries = [entry.strip() for entry in re.split(r"[,\n]", given) if entry.strip()]
    found = [_PAIR.fullmatch(entry) for entry in entries]
    if not all(found):
        raise ValueError("expected source=value, comma separated")
    return {normalise_wire_code(match[1]): match[2] for match in found if match}
