"""Settings of the projector and of the HTTP workers. Real seconds, but `feed_stale…`: the city's clock."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator

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
    said_seconds: float = Field(10.0, gt=0, description="how long an official's action may wait for Kafka before it is answered 503")
    push_key: str = Field(
        "", pattern=r"^(B[A-Za-z0-9_-]{86})?$", description="what `dunghen notices vapid` says; empty: no notices go out by browsers"
    )
    alerts_private_networks: str = Field(
        "", description="as alerts': networks whose push services and webhooks may be used though they are not public"
    )
    webhook_seconds: float = Field(10.0, gt=0, le=60, description="for one POST to a subscriber, in all")
    webhook_calm_seconds: float = Field(60.0, ge=0, description="between two messages of one unit to one subscriber")
    webhook_level_seconds: float = Field(30.0, gt=0, description="nobody is told of a map that is further behind its sources")
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

    @field_validator("alerts_private_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        networks(value)
        return value
