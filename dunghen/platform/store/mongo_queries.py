"""The store's questions in MongoDB's language."""

from __future__ import annotations

from typing import Any

from dunghen.platform.store.paging import Position
from dunghen.platform.store.port import Between, Delete, In, Query, Where, Write, checked_path

Filter = dict[str, Any]


def at(path: str) -> str:
    """Where a member stands in the stored document."""
    return "_id" if path == "id" else f"body.{checked_path(path)}"


def stored(write: Write) -> dict[str, Any]:
    """A document as it is stored; one that is gone keeps its version only."""
    return {"_id": write.id, "version": write.version} | ({} if isinstance(write, Delete) else {"body": write.body})


def index(paths: tuple[str, ...]) -> list[tuple[str, int]]:
    return [(at(path), 1) for path in [*paths, "id"]]


def index_name(paths: tuple[str, ...]) -> str:
    return "__".join(paths)


def offset_name(topic: str, partition: int) -> str:
    """A member name for a place in a topic; a dot would lead into a nested object."""
    return f"{topic.replace('.', '%2E')}:{partition}"


def offset_place(name: str) -> tuple[str, int]:
    topic, _, partition = name.rpartition(":")
    return topic.replace("%2E", "."), int(partition)


def order(query: Query) -> list[tuple[str, int]]:
    direction = -1 if query.descending else 1
    return [(at(path), direction) for path in [*query.order_by, "id"]]


def selection(query: Query, start: Position | None) -> Filter:
    where = conditions(query.where)
    return where if start is None else {"$and": [where, *_after(query, start)]}


def tally(where: Where, by: str) -> list[Filter]:
    """(value, count) of each value. A document that is gone has none, so nothing but the index has to be looked at."""
    chosen = _conditions(where)
    chosen[at(by)] = {"$ne": None, **chosen.get(at(by), {})}
    return [{"$match": chosen}, {"$group": {"_id": f"${at(by)}", "count": {"$sum": 1}}}]


def conditions(where: Where) -> Filter:
    """All conditions, and that there is a document."""
    return {"body": {"$exists": True}} | _conditions(where)


def _conditions(where: Where) -> Filter:
    return {at(path): _condition(condition) for path, condition in where.items()}


def _condition(condition: object) -> Any:
    match condition:
        case Between(low, high):
            sides = {"$gte": low, "$lte": high}
            return {name: value for name, value in sides.items() if value is not None} or {"$ne": None}
        case In(values):
            return {"$in": list(values)}
        case _:
            return {"$eq": condition}


def _after(query: Query, start: Position) -> list[Filter]:
    """Documents after a position; the leading bound lets the server enter the index there. Null sorts first, but no comparison meets it."""
    paths, positions = [*query.order_by, "id"], [*start.values, start.id]
    choices = []
    for depth, (path, value) in enumerate(zip(paths, positions, strict=True)):
        beyond = _beyond(at(path), value, query.descending)
        if beyond is not None:
            choices.append({"$and": [*({at(p): {"$eq": v}} for p, v in zip(paths[:depth], positions[:depth], strict=True)), beyond]})
    bound = [] if query.descending or positions[0] is None else [{at(paths[0]): {"$gte": positions[0]}}]
    return [*bound, {"$or": choices}]


def _beyond(member: str, value: object, descending: bool) -> Filter | None:
    if value is None:
        return None if descending else {member: {"$ne": None}}
    return {"$or": [{member: {"$lt": value}}, {member: None}]} if descending else {member: {"$gt": value}}
