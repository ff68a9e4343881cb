"""`python -m tests.faults.crashing MODULE [WORD …]`: the real service, which kills itself (SIGKILL) at the point that is armed for it.

Armed by the file `<FAULT_PART>.armed` in the data folder with the name of a point of `crash_points.py`; it becomes `<FAULT_PART>.hit`.
"""

from __future__ import annotations

import functools
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from tests.faults import program

ARMED = Path(os.environ["DUNGHEN_DATA"]) / f"{os.environ['FAULT_PART']}.armed"
doing: ContextVar[str] = ContextVar("doing", default="tick")


def reach(point: str) -> None:
    """Dies here and now if this is the point that is armed."""
    try:
        armed = ARMED.read_text()
    except FileNotFoundError:
        return
    if armed == point:
        ARMED.rename(ARMED.with_suffix(".hit"))
        os.kill(os.getpid(), signal.SIGKILL)


def wrap(owner: Any, name: str, before: Callable[..., object] | None = None, after: Callable[..., object] | None = None) -> None:
    """Calls `before` and `after` around a coroutine method or function, with its arguments."""
    original = getattr(owner, name)

    @functools.wraps(original)
    async def wrapped(*args: Any, **options: Any) -> Any:
        if before:
            before(*args, **options)
        found = await original(*args, **options)
        if after:
            after(*args, **options)
        return found

    setattr(owner, name, wrapped)


def wrap_sync(owner: Any, name: str, before: Callable[..., object] | None = None, after: Callable[..., object] | None = None) -> None:
    """The same around a plain one."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*args: Any, **options: Any) -> Any:
        if before:
            before(*args, **options)
        found = original(*args, **options)
        if after:
            after(*args, **options)
        return found

    setattr(owner, name, wrapped)


def scoring() -> None:
    from aiokafka import AIOKafkaProducer

    from dunghen.platform.stages import Stage
    from services.scoring import fold_stage, score_stage
    from services.scoring.fold_stage import FoldStage
    from services.scoring.score_stage import ScoreStage

    def at(moment: str) -> Callable[..., None]:
        def reached(producer: Any, *_: object) -> None:
            stage = producer._txn_manager.transactional_id.split("-")[-2]
            reach(f"{stage}.{doing.get()}.{moment}")

        return reached

    wrap(AIOKafkaProducer, "begin_transaction", after=at("begun"))
    wrap(AIOKafkaProducer, "commit_transaction", before=at("sent"), after=at("committed"))
    wrap(
        Stage,
        "_round",
        before=lambda _, events: doing.set("round" if events else "tick"),
        after=lambda stage, events: events and reach(f"{stage.name}.round.acked"),
    )
    wrap_sync(FoldStage, "_say_level", before=lambda *_: doing.get() == "tick" and doing.set("level"))
    wrap_sync(FoldStage, "_switch", before=lambda *_: doing.set("switch"))
    wrap_sync(FoldStage, "_retire", before=lambda *_: doing.set("retire"))
    for stage, module, kind in (("fold", fold_stage, FoldStage), ("score", score_stage, ScoreStage)):
        wrap(module, "read_all", after=lambda *_, s=stage: reach(f"{s}.takeover.loading"))
        wrap(
            kind,
            "load",
            before=lambda *_, s=stage: reach(f"{s}.takeover.fenced"),
            after=lambda *_, s=stage: reach(f"{s}.takeover.loaded"),
        )


def ingest() -> None:
    from aiokafka import AIOKafkaProducer

    from dunghen.contracts.topics import DOSSIER_EVENTS
    from services.ingest import handlers
    from services.ingest.adapters.kafka_events import KafkaEvents
    from services.ingest.requests import Door  # noqa: F401 - loaded before the wrapping of what it answers with

    def sending(_: object, topic: str, *__: object, **___: object) -> None:
        if topic.endswith(DOSSIER_EVENTS):
            reach("ingest.sending")

    wrap(KafkaEvents, "publish", before=lambda *_: reach("ingest.taken"), after=lambda *_: reach("ingest.acknowledged"))
    wrap(AIOKafkaProducer, "send", after=sending)
    wrap_sync(handlers, "_count", after=lambda *_: reach("ingest.counted"))
    _responses("ingest.answered", lambda scope: scope["path"].startswith("/sync"))


def _responses(point: str, of: Callable[[Any], bool]) -> None:
    from starlette.responses import Response

    wrap(Response, "__call__", after=lambda _, scope, *__: of(scope) and reach(point))


def projector() -> None:
    from dunghen.platform.store import sqlite, sqlite_sql, sqlite_thread
    from services.api.adapters.kafka_lag import KafkaLag
    from services.api.adapters.redis_board import RedisBoard

    def seen(statement: str) -> None:
        if statement.startswith(sqlite_sql.SET_OFFSET[:31]):
            reach("projector.half_stored")
            written.append(True)
        elif statement == "COMMIT" and written:
            reach("projector.uncommitted")

    def connect(*args: Any, **options: Any) -> sqlite3.Connection:
        connection = real(*args, **options)
        connection.set_trace_callback(seen)
        return connection

    written: list[bool] = []
    real, sqlite_thread.sqlite3 = sqlite3.connect, _Sqlite(connect)
    wrap(RedisBoard, "load", after=lambda *_: reach("projector.loaded"))
    wrap(RedisBoard, "publish", before=lambda *_: reach("projector.publishing"), after=lambda *_: reach("projector.written"))
    wrap_sync(RedisBoard, "_write", after=lambda *_: reach("projector.queued"))
    wrap(KafkaLag, "commit", after=lambda *_: reach("projector.committed"))
    wrap(sqlite.SqliteStore, "apply", before=lambda *_: reach("projector.storing"), after=lambda *_: reach("projector.stored"))


class _Sqlite:
    """The module sqlite3 with another `connect`."""

    def __init__(self, connect: Callable[..., sqlite3.Connection]) -> None:
        self.connect = connect

    def __getattr__(self, name: str) -> Any:
        return getattr(sqlite3, name)


def api() -> None:
    from services.api.adapters.redis_board import RedisBoard
    from services.api.follower import Follower
    from services.api.mirror import Mirror
    from services.api.readers import Reader

    catch_up = Reader.catch_up

    def catch_up_and_reach(reader: Any) -> None:
        had = reader.version
        catch_up(reader)
        if 0 < had < reader.version:  # a change, not the first picture
            reach("api.sent")

    Reader.catch_up = catch_up_and_reach
    wrap(RedisBoard, "load", after=lambda *_: reach("api.loaded"))
    wrap_sync(Mirror, "apply", before=lambda *_: reach("api.read"))
    wrap_sync(Follower, "_show", after=lambda *_: reach("api.shown"))


def rebuild() -> None:
    from redis.asyncio import Redis

    from dunghen.cli.rebuild import copying, steps
    from dunghen.contracts.topics import DOSSIER_EVENTS
    from dunghen.platform import kafka
    from dunghen.platform.store.sqlite import SqliteStore

    def committed(_: object, group: str, __: object) -> None:
        reach("rebuild.noted" if group.startswith("rebuild") else "rebuild.reset")

    wrap(kafka, "add_partitions", after=lambda _, names, __: names == [DOSSIER_EVENTS] and reach("rebuild.added"))
    wrap(copying, "_copy", after=lambda *_: reach("rebuild.copied"))
    wrap(kafka, "commit", after=committed)
    wrap(steps, "publish", after=lambda *_, **__: reach("rebuild.published"))
    wrap(SqliteStore, "forget", after=lambda *_: reach("rebuild.forgotten"))
    wrap(Redis, "delete", after=lambda *_: reach("rebuild.emptied"))
    wrap(kafka, "remove_topics", after=lambda *_: reach("rebuild.removed"))
    wrap(kafka, "ensure_topics", after=lambda *_: reach("rebuild.made"))


def alerts() -> None:
    from services.alerts import stage
    from services.alerts.adapters.mail_channel import MailChannel
    from services.alerts.adapters.store_outbox import StoreOutbox

    wrap(StoreOutbox, "record", before=lambda *_: reach("alerts.decided"), after=lambda *_: reach("alerts.recorded"))
    wrap(StoreOutbox, "note_progress", after=lambda *_: reach("alerts.progress"))
    wrap(stage.FencedNotices, "publish", before=lambda *_: reach("alerts.publishing"), after=lambda *_: reach("alerts.published"))
    wrap(StoreOutbox, "note_published", after=lambda *_: reach("alerts.noted"))
    wrap(StoreOutbox, "lease", after=lambda *_: reach("alerts.leased"))
    wrap(MailChannel, "send", after=lambda *_: reach("alerts.sent"))
    wrap(StoreOutbox, "settle", after=lambda *_: reach("alerts.settled"))
    wrap(stage, "read_all", after=lambda *_: reach("alerts.takeover.loaded"))


PARTS = {
    "services.scoring": scoring,
    "services.ingest": ingest,
    "services.alerts": alerts,
    "services.api projector": projector,
    "services.api http": api,
}

if __name__ == "__main__":
    (rebuild if "rebuild" in sys.argv else PARTS[" ".join(sys.argv[1:])])()
    program.run()
