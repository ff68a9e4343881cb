"""The live picture in Redis: hashes (`HASHES`), strings `meta position pulse`, the stream `map`.

Everything of one step is one MULTI, guarded by WATCH on `position`: the picture, its offsets and the stream entry are never apart,
and a projector that is not alone, or whose Redis was emptied, finds out before it writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import redis.asyncio as redis
from redis.asyncio.client import Pipeline
from redis.exceptions import WatchError

from dunghen.contracts.board import BOARD, NEWS
from dunghen.contracts.desks import decode_desk_day
from dunghen.contracts.facts import decode_fact, field_of
from dunghen.contracts.messages import decode_level, decode_policy, decode_score, encode
from dunghen.contracts.statements import EDITION, about, decode_statement
from dunghen.contracts.topics import FACTS as FACTS_TOPIC
from dunghen.platform.redis_connection import UNREACHABLE, address_of, why_refused
from dunghen.platform.settings import PlatformSettings
from services.api.board_messages import (
    Entry,
    Generation,
    News,
    Position,
    Pulse,
    decode_entry,
    decode_feed_view,
    decode_meta,
    decode_news,
    decode_pulse,
)
from services.api.ports import BoardUnreachableError, Commit, DisplacedError, Stored

SCORES, FEEDS, POLICIES, STAGED, LEVELS, OFFSETS, FACTS, DESKS, STATEMENTS, META, POSITION, STREAM = BOARD
HASHES = (SCORES, FEEDS, POLICIES, STAGED, LEVELS, OFFSETS, FACTS, DESKS, STATEMENTS)
KEPT_AS = {FACTS_TOPIC: f"{FACTS_TOPIC}@{EDITION}"}  # the name of a topic's offsets: an older release had not kept all of it
TOPIC_OF = {**dict.fromkeys(KEPT_AS, ""), **{name: topic for topic, name in KEPT_AS.items()}}
PULSE = "pulse"
NEWS_KEPT = 200
GEOMETRY = "geometry"  # a hash: its id, and its body


class RedisBoard:
    """Both sides of the board over one connection pool. Blocking reads stay below the client's socket timeout."""

    def __init__(self, settings: PlatformSettings, stream_length: int = 256) -> None:
        """Raises SettingsError where the address cannot be used."""
        self._redis = redis.from_url(address_of(settings), socket_timeout=5.0, socket_connect_timeout=2.0)
        self._settings, self._named = settings, settings.named
        self._stream_length = stream_length

    async def close(self) -> None:
        await self._redis.aclose()

    async def load(self) -> Stored:
        """The whole picture, as of one instant."""
        with self._reached():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.mget([self._named(key) for key in (POSITION, META)])
                for key in HASHES:
                    pipe.hgetall(self._named(key))
                answer = await pipe.execute()
        return _stored(answer)

    async def publish(self, commit: Commit) -> None:
        """Writes one step, if the board stands where the step begins."""
        try:
            with self._reached():
                await self._publish(commit)
        except WatchError as fault:
            raise DisplacedError from fault

    async def _publish(self, commit: Commit) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            await pipe.watch(self._named(POSITION))
            if Position.parse(await pipe.get(self._named(POSITION))) != commit.after:
                raise DisplacedError
            pipe.multi()  # type: ignore[no-untyped-call]
            self._write(pipe, commit)
            await pipe.execute()

    async def pulse(self, pulse: Pulse) -> Position:
        """Says that the projector lives, and tells where the board stands."""
        with self._reached():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.set(self._named(PULSE), encode(pulse))
                pipe.get(self._named(POSITION))
                return Position.parse((await pipe.execute())[1])

    async def clear(self) -> None:
        """Forgets the picture, so that it is built anew. Workers keep theirs until it is."""
        with self._reached():
            await self._redis.delete(*(self._named(key) for key in BOARD))

    async def entries(self, after: Position, seconds: float) -> list[tuple[Position, Entry]]:
        """What was written behind `after`, oldest first; waits at most so long for the first."""
        with self._reached():
            answer = await self._redis.xread({self._named(STREAM): after.text}, count=200, block=max(int(seconds * 1000), 1))
        streams = answer.values() if isinstance(answer, dict) else [entries for _, entries in answer or []]
        return [(Position.parse(id_), decode_entry(fields[b"e"])) for entries in streams for id_, fields in _flat(entries)]

    async def last_pulse(self) -> Pulse | None:
        """The projector's last sign of life, if there is one."""
        with self._reached():
            raw = await self._redis.get(self._named(PULSE))
        return decode_pulse(raw) if raw else None

    async def geometry_id(self) -> str | None:
        """Which geometry is shown: "" as shipped, None while nobody has said."""
        with self._reached():
            id_: Any = await self._redis.hget(self._named(GEOMETRY), "id")
        return None if id_ is None else id_.decode()

    async def geometry(self) -> bytes:
        """Its body, gzip; empty: as shipped."""
        with self._reached():
            body: Any = await self._redis.hget(self._named(GEOMETRY), "body")
        return body or b""

    async def put_geometry(self, id_: str, body: bytes) -> None:
        """Both at once."""
        with self._reached():
            await self._redis.hset(self._named(GEOMETRY), mapping={"id": id_, "body": body})

    async def tell(self, news: News) -> None:
        """Says what the store has newly; kept for a while only, for workers that are a moment behind."""
        with self._reached():
            await self._redis.xadd(self._named(NEWS), {b"n": encode(news)}, maxlen=NEWS_KEPT, approximate=True)

    async def last_news(self) -> str:
        """Where the news stand now; `0-0` where there are none."""
        with self._reached():
            last: Any = await self._redis.xrevrange(self._named(NEWS), count=1)
        return last[0][0].decode() if last else "0-0"

    async def news(self, after: str, seconds: float) -> list[tuple[str, News]]:
        """What was said behind `after`, oldest first; waits at most so long for the first."""
        with self._reached():
            answer = await self._redis.xread({self._named(NEWS): after}, count=200, block=max(int(seconds * 1000), 1))
        streams = answer.values() if isinstance(answer, dict) else [entries for _, entries in answer or []]
        return [(id_.decode(), decode_news(fields[b"n"])) for entries in streams for id_, fields in _flat(entries)]

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Raises BoardUnreachableError that says why."""
        try:
            yield
        except UNREACHABLE as fault:
            raise BoardUnreachableError(why_refused(self._settings, fault)) from fault

    def _write(self, pipe: Pipeline, commit: Commit) -> None:
        staged = {_staged_key(g, unit): encode(s) if s else None for (g, unit), s in commit.staged.items()}
        levels = {_staged_key(g, str(p)): encode(level) if level else None for (g, p), level in commit.levels.items()}
        self._write_hash(pipe, STAGED, staged)
        self._write_hash(pipe, LEVELS, levels)
        self._write_hash(pipe, POLICIES, {f"{p.kind}|{p.version}": encode(p) for p in commit.policies})
        self._write_hash(pipe, FEEDS, {f.source: encode(f) for f in commit.feeds})
        self._write_hash(pipe, FACTS, {"|".join(field_of(fact)): encode(fact) for fact in commit.facts})
        self._write_hash(pipe, DESKS, {"|".join(map(str, key)): encode(day) if day else None for key, day in commit.desks.items()})
        self._write_hash(pipe, STATEMENTS, {"|".join(about(told)): encode(told) for told in commit.statements})
        offsets = {f"{KEPT_AS.get(topic, topic)}|{p}": b"%d" % offset for (topic, p), offset in commit.offsets.items()}
        self._write_hash(pipe, OFFSETS, offsets)
        pipe.set(self._named(POSITION), commit.position.text)
        if commit.entry is not None:
            entry = commit.entry
            self._write_hash(pipe, SCORES, {**{s.unit: encode(s) for s in entry.scores}, **dict.fromkeys(entry.removed)})
            pipe.set(self._named(META), encode(entry.meta))
            pipe.xadd(self._named(STREAM), {b"e": encode(entry)}, id=commit.position.text, maxlen=self._stream_length, approximate=True)

    def _write_hash(self, pipe: Pipeline, key: str, fields: Mapping[str, bytes | None]) -> None:
        gone = [name for name, value in fields.items() if value is None]
        kept: dict[Any, Any] = {name: value for name, value in fields.items() if value is not None}
        if gone:
            pipe.hdel(self._named(key), *gone)
        if kept:
            pipe.hset(self._named(key), mapping=kept)


def _flat(entries: list[Any]) -> list[Any]:
    """RESP3 answers wrap the entries of each stream once more than RESP2."""
    return entries[0] if entries and entries[0] and isinstance(entries[0][0], (list, tuple)) else entries


def _staged_key(generation: Generation, rest: str) -> str:
    return f"{generation.policy}|{generation.day}|{rest}"


def _generation(key: bytes) -> tuple[Generation, str]:
    policy, day, rest = key.decode().split("|", 2)
    return Generation(int(policy), int(day)), rest


def _stored(answer: list[Any]) -> Stored:
    (position, meta), scores, feeds, policies, staged, levels, offsets, facts, desks, statements = answer
    stored = Stored(Position.parse(position), decode_meta(meta) if meta else None)
    stored.scores = {unit.decode(): decode_score(raw) for unit, raw in scores.items()}
    stored.feeds = {source.decode(): decode_feed_view(raw) for source, raw in feeds.items()}
    stored.policies = {(p.kind, p.version): p for p in map(decode_policy, policies.values())}
    for key, raw in staged.items():
        generation, unit = _generation(key)
        stored.staged.setdefault(generation, {})[unit] = decode_score(raw)
    for key, raw in levels.items():
        generation, partition = _generation(key)
        stored.levels.setdefault(generation, {})[int(partition)] = decode_level(raw)
    for key, raw in offsets.items():
        name, partition = key.decode().rsplit("|", 1)
        if topic := TOPIC_OF.get(name, name):
            stored.offsets[topic, int(partition)] = int(raw)
    for raw in facts.values():
        stored.facts.take(decode_fact(raw))
    for raw in desks.values():
        stored.desks.add(decode_desk_day(raw))
    for raw in statements.values():
        stored.statements.take(decode_statement(raw))
    return stored
