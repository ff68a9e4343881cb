"""Where documents are kept: one port, SQLite embedded, MongoDB in production."""

from __future__ import annotations

from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store.port import (
    Between,
    Collection,
    CursorError,
    Delete,
    Document,
    In,
    Page,
    Put,
    Query,
    Store,
    StoreAwayError,
    StoreError,
    StoreTakenError,
    Write,
)

__all__ = [
    "Between",
    "Collection",
    "CursorError",
    "Delete",
    "Document",
    "In",
    "Page",
    "Put",
    "Query",
    "Store",
    "StoreAwayError",
    "StoreError",
    "StoreTakenError",
    "Write",
    "open_store",
]


def open_store(settings: PlatformSettings, name: str, *, read_only: bool = False, durable: bool = False) -> Store:
    """The store of a service: the MongoDB database `dunghen_<name>` where `settings.mongo` is given, else the file `<data>/<name>.db`.

    To be called inside a running event loop. Raises StoreTakenError if another process writes that file.
    """
    if settings.mongo:
        from dunghen.platform.store.mongo import MongoStore  # a system without MongoDB needs no motor

        return MongoStore(settings.mongo, settings.named(f"dunghen_{name}"))
    from dunghen.platform.store.sqlite import SqliteStore

    return SqliteStore(settings.data / f"{settings.named(name)}.db", read_only=read_only, durable=durable)
