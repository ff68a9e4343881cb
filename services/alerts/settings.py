"""Settings of alerts."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import NoDecode

from dunghen.platform.near import is_loopback
from dunghen.platform.outward import networks, refusal_of
from dunghen.platform.settings import PREFIX, PlatformSettings
from dunghen.platform.tls import authorities

ADAPTERS = Path(__file__).with_name("adapters")
CHANNELS = tuple(sorted(file.name.removesuffix("_channel.py") for file in ADAPTERS.glob("*_channel.py")))
Mode = Literal["off", "shadow", "on"]


class Webhook(BaseModel):
    """One receiver. `secrets`: the one in force, and beside it while it is changed the one before; `units`: codes, or `*` for all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=r"^https?://[!-~]{1,500}$", repr=False)
    secrets: tuple[str, ...] = Field(min_length=1, max_length=2, repr=False)
    units: tuple[str, ...] = ("*",)

    def is_for(self, unit: str) -> bool:
        return "*" in self.units or unit in self.units

    @field_validator("url")
    @classmethod
    def _readable(cls, value: str) -> str:
        if refusal_of(value, ()) == "BAD_URL":
            raise ValueError("must be an address that can be posted to, without a user")
        return value

    @field_validator("secrets")
    @classmethod
    def _long_enough(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for secret in value:
            if not secret.startswith("whsec_") or not 24 <= len(b64decode(secret.removeprefix("whsec_"))) <= 64:
                raise ValueError("a secret is whsec_ and 24 to 64 bytes in base64 (`dunghen notices secret` makes one)")
        return value


class AlertsSettings(PlatformSettings):
    """`shadow` decides and writes everything and sends nothing. Durations are seconds of real time, except `historical_hours`."""

    alerts_mode: Mode = Field("shadow", description="off: decide nothing; shadow: decide and write, send nothing; on: send")
    digest_after_minutes: int = Field(
        30, ge=0, le=1440, description="of the city's time: what is sent later goes to each person together; 0: never"
    )
    historical_hours: int = Field(24, ge=1, le=8760, description="a crossing that an event tells us of later than that is not sent")
    feed_stale_seconds: int = Field(900, ge=1, description="as api's: nobody is told on the word of a feed that is silent for so long")
    feed_stale_outside_seconds: int = Field(86400, ge=1, description="as api's, whatever the hour")
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
    smtp_tls: Literal["", "never", "if_offered", "start", "implicit"] = Field(
        "",
        description="start (STARTTLS) and implicit insist on TLS, if_offered can be talked out of it; "
        "empty: start, and if_offered where the server is this machine",
    )
    smtp_ca: str = Field(
        "", repr=False, description="PEM: the authorities that may have signed the mail server's certificate; empty: the system's"
    )
    smtp_user: str = Field("", description="who we are to the mail server; off this machine said behind TLS alone")
    smtp_password: str = Field("", repr=False)
    smtp_timeout: float = Field(20.0, gt=0, le=300, description="for each command of one mail")
    mail_from: str = Field("dung-hen@dunghen.invalid", pattern=r"^[^@\s<>]{1,64}@[A-Za-z0-9.-]{1,36}$", description="sender of all mails")
    mail_name: str = Field("Đúng Hẹn", pattern=r"^[^\r\n]{0,60}$")
    webhooks: Annotated[tuple[Webhook, ...], NoDecode] = Field(
        (), repr=False, description="receivers of the channel webhook; in the environment as JSON"
    )
    alerts_private_networks: str = Field(
        "", description="networks that are not public and may be posted to all the same, like 10.20.0.0/16"
    )
    outward_seconds: float = Field(10.0, gt=0, le=60, description="for one POST to a webhook or a push service, in all")
    push_vapid_key: str = Field("", repr=False, description="PEM of the key for web push; empty: vapid.pem in the data folder")
    push_per_minute: float = Field(0.0, ge=0)
    webhook_per_minute: float = Field(0.0, ge=0)
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

    @field_validator("webhooks", mode="before")
    @classmethod
    def _from_a_file(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    @field_validator("smtp_ca")
    @classmethod
    def _signed_mail_server(cls, value: str) -> str:
        return authorities(value)

    @model_validator(mode="after")
    def _no_login_in_plain_text(self) -> Self:
        if self.smtp_user and self.mail_tls not in ("start", "implicit") and not is_loopback(self.smtp_host):
            raise ValueError(f"{PREFIX}SMTP_USER is said behind TLS alone: {PREFIX}SMTP_TLS=start or implicit")
        return self

    @property
    def mail_tls(self) -> str:
        """How mails are guarded on their way: `never`, `if_offered`, `start`, `implicit`."""
        return self.smtp_tls or ("if_offered" if is_loopback(self.smtp_host) else "start")

    @field_validator("alerts_private_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        networks(value)
        return value
