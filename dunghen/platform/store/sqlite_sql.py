"""The store's questions as SQL. Only checked names are put into a statement; every value is bound."""

from __future__ import annotations

from typing import Any

import msgspec

from dunghen.platform.store.paging import Position
from dunghen.platform.store.port import Between, In, Query, Where, checked_name, checked_path

Sql = tuple[str, list[Any]]

OFFSETS = "CREATE TABLE IF NOT EXISTS store_offsets (topic TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, partition))"
SET_OFFSET = "INSERT INTO store_offsets VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next = max(next, excluded.next)"
TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'c_*'"
INDEXES = "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"


def table(collection: str) -> str:
    """The table of a collection."""
    return f"c_{checked_name(collection)}"


def column(path: str) -> str:
    """What stands at a path: the same text as in the index, or SQLite would not use it."""
    return "id" if path == "id" else f"json_extract(body, '$.{checked_path(path)}')"


def create_table(collection: str) -> str:
    return f"CREATE TABLE IF NOT EXISTS {table(collection)} (id TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL, body TEXT)"


def index_name(collection: str, paths: tuple[str, ...]) -> str:
    return f"i_{checked_name(collection)}__{'__'.join(checked_path(p).replace('.', '_0_') for p in paths)}"


def create_index(collection: str, paths: tuple[str, ...]) -> str:
    columns = ", ".join([*map(column, paths), "id"])
    return f"CREATE INDEX IF NOT EXISTS {index_name(collection, paths)} ON {table(collection)} ({columns})"


def put(collection: str) -> str:
    """Binds id, version and body (null: gone)."""
    name = table(collection)
    changes = f"version = excluded.version, body = excluded.body WHERE excluded.version > {name}.version"
    return f"INSERT INTO {name} VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET {changes}"  # noqa: S608 - checked names


def update(collection: str, expected: Where, changes: dict[str, Any]) -> Sql:
    """To be completed by the id."""
    where, values = conditions(expected)
    sets = "".join(f", '$.{checked_name(name)}', json(?)" for name in changes)
    statement = f"UPDATE {table(collection)} SET body = json_set(body{sets}) WHERE {where} AND id = ?"  # noqa: S608 - checked names
    return statement, [*(msgspec.json.encode(value).decode() for value in changes.values()), *values]


def select(query: Query, start: Position | None) -> Sql:
    """One row more than the limit."""
    where, values = conditions(query.where)
    if start is not None:
        after, more = _after(query, start)
        where, values = f"{where} AND {after}", values + more
    direction = " DESC" if query.descending else ""
    order = ", ".join(f"{column(path)}{direction}" for path in [*query.order_by, "id"])
    statement = f"SELECT id, version, body FROM {table(query.collection)} WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608 - checked names
    return statement, [*values, query.limit + 1]


def tally(collection: str, where: Where, by: str) -> Sql:
    """(value, count) of each value. A document that is gone has none, so that nothing but the index has to be looked at."""
    parts, values = _conditions(where)
    chosen = " AND ".join([*parts, f"{column(by)} IS NOT NULL"])
    statement = f"SELECT {column(by)}, count(*) FROM {table(collection)} WHERE {chosen} GROUP BY 1"  # noqa: S608 - checked names
    return statement, values


def conditions(where: Where) -> Sql:
    """All conditions, and that there is a document."""
    parts, values = _conditions(where)
    return " AND ".join(["body IS NOT NULL", *parts]), values


def _conditions(where: Where) -> tuple[list[str], list[Any]]:
    parts, values = list[str](), list[Any]()
    for path, condition in where.items():
        part, bound = _condition(column(path), condition)
        parts.append(part)
        values += bound
    return parts, values


def _condition(at: str, condition: object) -> Sql:
    match condition:
        case Between(low, high):
            sides = [(f"{at} >= ?", low), (f"{at} <= ?", high)]
            given = [(part, value) for part, value in sides if value is not None]
            return " AND ".join(part for part, _ in given) or f"{at} IS NOT NULL", [value for _, value in given]
        case In(values):
            return f"{at} IN (SELECT value FROM json_each(?))", [msgspec.json.encode(values).decode()]  # noqa: S608 - checked names
        case None:
            return f"{at} IS NULL", []
        case _:
            return f"{at} = ?", [condition]


def _after(query: Query, start: Position) -> Sql:
    """Rows after a position: null sorts first, which a comparison of rows would lose. The leading bound lets SQLite enter the index."""
    paths, positions = [*query.order_by, "id"], [*start.values, start.id]
    choices, values = [], []
    for depth, (path, value) in enumerate(zip(paths, positions, strict=True)):
        beyond, bound = _beyond(column(path), value, query.descending)
        choices.append(" AND ".join([*(f"{column(p)} IS ?" for p in paths[:depth]), beyond]))
        values += [*positions[:depth], *bound]
    choice = " OR ".join(f"({each})" for each in choices)
    if query.descending or positions[0] is None:
        return f"({choice})", values
    return f"{column(paths[0])} >= ? AND ({choice})", [positions[0], *values]


def _beyond(at: str, value: object, descending: bool) -> Sql:
    if value is None:
        return ("0", []) if descending else (f"{at} IS NOT NULL", [])
    return (f"({at} < ? OR {at} IS NULL)", [value]) if descending else (f"{at} > ?", [value])
