"""The topic `geometries`: what is shown now, and the next one."""

from __future__ import annotations

import getpass

from dunghen.cli.city_settings import running_settings
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.contracts import topics
from dunghen.contracts.geometries import KEY, shipped
from dunghen.contracts.messages import Geometry, decode_geometry, encode
from dunghen.platform import kafka

SHIPPED_NAME = "as shipped"


async def present(folder: DataFolder) -> Geometry:
    """What the map is drawn with now, its body filled in. Raises CommandError."""
    last: list[bytes] = []
    try:
        await kafka.read_all(
            running_settings(folder), (topics.GEOMETRIES, 0), lambda _, value, *rest: last.__setitem__(slice(None), [value or b""])
        )
    except (kafka.Unreachable, kafka.MissingTopic) as fault:
        raise CommandError(f"Kafka of {folder.path}: {fault}") from None
    known = decode_geometry(last[0]) if last and last[0] else Geometry(name=SHIPPED_NAME, applied_at=0)
    return known if known.body else Geometry(name=known.name, applied_at=known.applied_at, author=known.author, body=shipped())


async def publish(folder: DataFolder, name: str, body: bytes) -> None:
    """The last record holds; empty: as shipped. Raises CommandError."""
    settings = running_settings(folder)
    record = Geometry(name=name[:200], applied_at=folder.clock().seconds(), author=getpass.getuser(), body=body)
    try:
        async with kafka.started(kafka.producer(settings), settings) as producer:
            await producer.send_and_wait(settings.named(topics.GEOMETRIES), encode(record), key=KEY, partition=0)
    except (kafka.Unreachable, kafka.MissingTopic) as fault:
        raise CommandError(f"Kafka of {folder.path}: {fault}") from None
