"""Settings of alerts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from dunghen.platform.settings import PlatformSettings

ADAPTERS = Path(__file__).with_name("adapters")
CHANNELS = tuple(sorted(file.name.removesuffix("_channel.py") for file in ADAPTERS.glob("*_channel.py")))
Mode = Literal["off", "shadow", "on"]


class AlertsSettings(PlatformSettings):
    """`shadow` decides and writes everything and sends nothing. Durations are seconds of real time, except `historical_hours`."""

    alerts_mode: Mode = Field("shadow", description="off: decide nothing; shadow: decide and write, send nothing; on: send")
    historical_hours: int = Field(24, ge=1, le=8760, description="a crossing that an event tells us of later than that is not sent")
    alerts_channels: str = Field(
        "mail", description="in the order in which they are tried, like push,mail: the next one after a refusal for good"
    )
    alerts_redirect_to: str = Field(
        "",
        repr=False,
        pattern=r"^([^@\s<>]{1,64}@[A-Za-z0-9.-]{1,190})?$",
        description="a mail address: everything goes there instead, and no other channel is used",
    )
    alerts_link: str = Field("", pattern=r"^(https?://[^\s]{1,200})?$", description="what links in messages begin with; empty: no link")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_tls: Literal["never", "if_offered", "start", "implicit"] = "if_offered"
    smtp_user: str = ""
    smtp_password: str = Field("", repr=False)
    smtp_timeout: float = Field(20.0, gt=0, le=300, description="for each command of one mail")
    mail_from: str = Field("dung-hen@dunghen.invalid", pattern=r"^[^@\s<>]{1,64}@[A-Za-z0-9.-]{1,36}$", description="sender of all mails")
    mail_name: str = Field("Đúng Hẹn", pattern=r"^[^\r\n]{0,60}$")
    mail_per_minute: float = Field(0.0, ge=0, description="at most so many mails of this process; 0: as many as there are")
    lease_seconds: float = Field(180.0, gt=0, description="how long one attempt to send may take before another worker may try")
    retry_shortest: float = Field(1.0, gt=0)
    retry_longest: float = Field(300.0, gt=0)
    courier_seconds: float = Field(0.25, gt=0, description="between two looks at what waits, where nothing new was decided")

    @field_validator("alerts_channels")
    @classmethod
    def _known_channels(cls, value: str) -> str:
        names = value.split(",")
        if not set(names) <= set(CHANNELS) or len(set(names)) < len(names):
            raise ValueError(f"each of {', '.join(CHANNELS)} at most once, separated by commas")
        return value
