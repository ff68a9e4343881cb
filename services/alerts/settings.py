"""Settings of alerts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dunghen.platform.settings import PlatformSettings

Mode = Literal["off", "shadow", "on"]


class AlertsSettings(PlatformSettings):
    """`shadow` decides and writes everything and sends nothing. Durations are seconds of real time, except `historical_hours`."""

    alerts_mode: Mode = Field("shadow", description="off: decide nothing; shadow: decide and write, send nothing; on: send")
    historical_hours: int = Field(24, ge=1, le=8760, description="a crossing that an event tells us of later than that is not sent")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_tls: Literal["never", "if_offered", "start", "implicit"] = "if_offered"
    smtp_user: str = ""
    smtp_password: str = Field("", repr=False)
    smtp_timeout: float = Field(20.0, gt=0, le=300, description="for each command of one mail")
    mail_from: str = Field("dung-hen@dunghen.invalid", pattern=r"^[^@\s<>]{1,64}@[A-Za-z0-9.-]{1,36}$", description="sender of all mails")
    mail_name: str = Field("Đúng Hẹn", pattern=r"^[^\r\n]{0,60}$")
    lease_seconds: float = Field(180.0, gt=0, description="how long one attempt to send may take before another worker may try")
    retry_shortest: float = Field(1.0, gt=0)
    retry_longest: float = Field(300.0, gt=0)
    courier_seconds: float = Field(0.25, gt=0, description="between two looks at what waits, where nothing new was decided")
