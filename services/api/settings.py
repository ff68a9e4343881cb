"""Settings of the projector and of the HTTP workers. Real seconds, but `feed_stale…`: the city's clock."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from dunghen.domain.sign_on import read_groups
from dunghen.platform.near import is_loopback
from dunghen.platform.outward import networks
from dunghen.platform.settings import PlatformSettings

HERE = Path(__file__).parent


class ApiSettings(PlatformSettings):
    """What the projector and the HTTP workers need to know; one class, since they agree on Redis keys and ages."""

    host: str = Field("127.0.0.1", description="address the HTTP workers listen on")
    port: int = Field(8000, ge=0, le=65535, description="port the HTTP workers listen on")
    wall_token: str = Field(
        "", repr=False, description="what wall displays show to report of themselves; empty: only those on this computer may"
    )
    session_idle_seconds: int = Field(12 * 3600, ge=60, description="an official's session that is not used for so long ends")
    session_seconds: int = Field(7 * 86400, ge=60, description="an official's session ends so long after its beginning")
    oidc_issuer: str = Field(
        "", description="address of the city's own sign-on as it calls itself; empty: officials sign in by links alone"
    )
    oidc_client: str = Field("", description="the id by which it knows this map")
    oidc_secret: str = Field("", repr=False, description="what it gave this map to show; empty: a public client, by PKCE alone")
    oidc_page: str = Field("", description="address of these pages as officials reach them, like https://map.example; they come back there")
    oidc_scopes: str = Field("openid", pattern="^openid( [!-~]+)*$", description="scopes to ask for, so that the claims below come")
    oidc_person_claim: str = Field("sub", min_length=1, description="the claim that is the number (`ref`) of the list of people")
    oidc_groups_claim: str = Field("groups", min_length=1, description="the claim that names a person's groups")
    oidc_groups: str = Field("", description="who may sign in: GROUP or GROUP=>role, `;` between them; empty: whoever the directory knows")
    oidc_contact: str = Field("", max_length=200, description="whom somebody who is refused may ask, as the page is to say it")
    oidc_seconds: float = Field(10.0, gt=0, le=60, description="for one question to it")
    said_seconds: float = Field(10.0, gt=0, description="how long an official's action may wait for Kafka before it is answered 503")
    push_key: str = Field(
        "", pattern=r"^(B[A-Za-z0-9_-]{86})?$", description="what `dunghen notices vapid` says; empty: no notices go out by browsers"
    )
    alerts_private_networks: str = Field(
        "", description="as alerts': networks whose push services and webhooks may be used though they are not public"
    )
    webhook_seconds: float = Field(10.0, gt=0, le=60, description="for one POST to a subscriber, in all")
    webhook_calm_seconds: float = Field(60.0, ge=0, description="between two messages of one unit to one subscriber")
    webhook_retry_shortest: float = Field(5.0, gt=0, description="after the first failure in a row; then doubled")
    webhook_retry_longest: float = Field(3600.0, gt=0)
    webhook_give_up_hours: float = Field(24.0, gt=0, description="of failing in a row: then a subscription rests until its owner tries")
    licence: str = Field(
        "CC BY 4.0", min_length=1, description="under which the public figures may be used, as `/definitions` and /openapi.json say"
    )
    licence_url: str = Field("https://creativecommons.org/licenses/by/4.0/", pattern="^https?://", description="where it can be read")
    open_data: Path | None = Field(None, description="folder that `dunghen export parquet` fills and /open-data/ shows")
    static: Path = Field(HERE / "static", description="the built web pages")
    publish_seconds: float = Field(0.015, ge=0.0, le=5.0, description="shortest time between two versions of the map")
    feed_publish_seconds: float = Field(
        10.0, ge=0.0, description="how often new times of feeds alone make a version; a feed turning stale does at once"
    )
    feed_stale_seconds: int = Field(900, ge=1, description="a feed is stale after so many working seconds of silence")
    feed_stale_outside_seconds: int = Field(86400, ge=1, description="a feed is stale after so many seconds of silence, whatever the hour")
    history_seconds: float = Field(5.0, ge=0, description="shortest time between two writes of the history")
    breakdown_settle_seconds: float = Field(
        600.0, ge=0, description="a month's break-downs are published once nothing more of it came for so long"
    )
    stream_length: int = Field(256, ge=10, description="entries kept in the Redis stream, roughly")
    out_of_touch_seconds: float = Field(
        10.0, gt=0, description="the map says that it is stale when nothing was heard from the projector for so long"
    )
    stale_seconds: float = Field(30.0, gt=0, description="and when it is so far behind what sources have sent")
    tick_seconds: float = Field(10.0, gt=0, description="time between two ticks of a stream")
    send_seconds: float = Field(10.0, gt=0, description="a client that takes nothing for so long, or whose line is dead, is dropped")
    ring_frames: int = Field(256, ge=1, description="past frames kept for each view, for Last-Event-ID")
    view_idle_seconds: float = Field(120.0, gt=0, description="a view without clients is forgotten after so long")
    behind_frames: int = Field(8, ge=1, description="a client that is further behind gets all changes as one")
    shutdown_seconds: int = Field(3, ge=1, description="open streams are cut so long after the request to stop")
    requests_a_second: float = Field(
        50.0, ge=0, description="of one address in the long run; beyond, 429. 0: no limit. Programs on this computer have none"
    )
    requests_at_once: int = Field(600, ge=1, description="of one address together after a pause; an office is one address")
    streams_of_one: int = Field(1000, ge=1, description="streams of one address open at one worker; beyond, 429")
    max_listeners: int = Field(1000, ge=1, description="officials' streams open at one worker; beyond, 503")
    max_streams: int = Field(20000, ge=1, description="open streams of one worker; beyond, 503")

    @property
    def store_stale_seconds(self) -> float:
        """What is read from the store is stale when it is so far behind: written as often as may be, it is behind by one pause."""
        return self.stale_seconds + self.history_seconds

    @field_validator("alerts_private_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        networks(value)
        return value

    @field_validator("oidc_groups")
    @classmethod
    def _groups(cls, value: str) -> str:
        read_groups(value)
        return value

    @field_validator("oidc_issuer", "oidc_page")
    @classmethod
    def _address(cls, value: str) -> str:
        """Without TLS on this machine alone: who stands between could sign in as anybody."""
        parts = urlsplit(value)
        near = parts.scheme == "http" and is_loopback(parts.hostname or "")
        if value and (not (near or parts.scheme == "https") or not parts.hostname or parts.query or parts.fragment or parts.username):
            raise ValueError("must be like https://host/path; http only to an address of this machine")
        return value

    @field_validator("oidc_page")
    @classmethod
    def _whole_site(cls, value: str) -> str:
        if urlsplit(value).path not in ("", "/"):
            raise ValueError("must have no path: the pages stand at the root of their host")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _together(self) -> ApiSettings:
        given = {f"DUNGHEN_{name.upper()}": bool(getattr(self, name)) for name in ("oidc_issuer", "oidc_client", "oidc_page")}
        if (any(given.values()) or self.oidc_secret) and not all(given.values()):
            raise ValueError(f"the city's sign-on needs also {', '.join(name for name, there in given.items() if not there)}")
        return self
