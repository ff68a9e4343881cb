"""What was told of units, with when each statement arrived: so what was known at any instant since can be told again.

The topic `facts` keeps of a statement that was repeated only the last repetition. Here it stays as it first came (by whom, when), and how
long it was repeated. What changed nothing when it came, for something newer held, can never hold and is not kept: so this grows with what
changes, not with what is said. The past reaches back to when this store began to read, and no further (decision 0038).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

import msgspec

from dunghen.contracts.facts import Fact, FactBook, FactsByUnit, PublicFacts, facts_by_unit, field_of
from dunghen.contracts.statements import FollowUp, StatementBook, Task, about, decode_told, statements_by_unit, told_key
from dunghen.domain.derived_facts import catalogue_facts
from dunghen.domain.desks import DESK_FACTS
from dunghen.domain.indicators import Indicator
from dunghen.domain.policy import Policy
from dunghen.platform.store import Between, Collection, Document, Put, Query, Store
from services.api.storing import documents

TOLD = Collection("told", (("about", "occurred_to", "arrived_to"), ("code", "about", "arrived_at"), ("unit", "about", "arrived_at")))
SINCE = Collection("told_since")
MARK = "since"
TASKS = "~tasks"  # what tasks stand under, in the place of a fact's code
PAGE = 1000
Kept = Fact | Task


@dataclass
class ToldLedger:
    """Takes the statements in the order of the topic. Raises StoreAwayError; then a new one is to begin from the store's offsets."""

    store: Store
    _unwritten: dict[str, dict[str, Put]] = field(default_factory=dict)  # what a statement is about -> by id

    async def take(self, value: bytes) -> None:
        """One record of `facts`. Raises MsgspecError. Follow-ups feed no indicator."""
        told = decode_told(value)
        if isinstance(told, FollowUp):
            return
        held = await self._held(told)
        put = first_said(told) if held is None else said_after(told, held)
        if put is not None:
            self._unwritten.setdefault(subject(told), {})[put.id] = put

    def take_writes(self) -> list[Put]:
        """What is to be written."""
        puts = [put for of in self._unwritten.values() for put in of.values()]
        self._unwritten = {}
        return puts

    async def read_anew(self) -> None:
        """What an earlier release kept, each repetition, as this one keeps it."""
        async for document in documents(self.store, Query(TOLD.name, {"about": None}, ("arrived_at",), limit=PAGE)):
            await self.take(document.body["told"].encode())
        await self.store.apply(self.take_writes(), {})
        await self.store.remove(TOLD.name, {"about": None})

    async def _held(self, told: Kept) -> Put | None:
        """What held of the same when this arrived."""
        arrived = Between(high=told.arrived_at)
        query = Query(TOLD.name, {"about": subject(told), "arrived_at": arrived}, ("occurred_to", "arrived_to"), descending=True, limit=1)
        stored = [Put(TOLD.name, one.id, one.version, one.body) for one in (await self.store.find(query)).documents]
        own = [put for put in self._unwritten.get(subject(told), {}).values() if put.body["arrived_at"] <= told.arrived_at]
        return max([*stored, *own], key=_last, default=None)


def _last(put: Put) -> tuple[int, int, str]:
    """The order of the last repetition (`Fact.order`)."""
    return put.body["occurred_to"], put.body["arrived_to"], put.body["id_to"]


def subject(told: Kept) -> str:
    """What a statement is about, as text: begins with the unit."""
    if isinstance(told, Fact):
        return "|".join(field_of(told))
    type_, unit, *rest = about(told)
    return "|".join((unit, type_, *rest))


def first_said(told: Kept) -> Put:
    """As it came. Its version is its arrival: offsets begin anew with their topics."""
    body = {
        "about": subject(told),
        "unit": told.unit,
        "code": TASKS if isinstance(told, Task) else told.code,
        "arrived_at": told.arrived_at,
        "occurred_to": told.occurred_at,
        "arrived_to": told.arrived_at,
        "id_to": told.id,
        "told": msgspec.json.encode(told).decode(),
    }
    return Put(TOLD.name, f"{told_key(told).decode()}|{told.arrived_at}", told.arrived_at, body)


def said_after(told: Kept, held: Put) -> Put | None:
    """What a statement changes that arrives while `held` holds: nothing (it is older), how long that was repeated, or what holds."""
    if (told.occurred_at, told.arrived_at, told.id) <= _last(held):
        return None
    if _said(told) != _said(decode_told(held.body["told"].encode())):
        return first_said(told)
    last = {"occurred_to": told.occurred_at, "arrived_to": told.arrived_at, "id_to": told.id}
    version = max(told.arrived_at, held.version + 1)  # what is repeated later may have arrived earlier, by the clock of another ingest
    return Put(held.collection, held.id, version, {**held.body, **last})


def _said(told: msgspec.Struct) -> msgspec.Struct:
    """Without when, and by which key: who says the same again changes nothing."""
    return msgspec.structs.replace(told, id="", occurred_at=0, arrived_at=0, by="")


def since_put(at: int) -> Put:
    """To be inserted where there is none: since this instant, on the city's clock, every arrival is seen."""
    return Put(SINCE.name, MARK, 1, {"at": at})


def up_to(at: int) -> Between:
    """Arrivals, in microseconds, up to the end of a second."""
    return Between(high=end_of(at))


def end_of(at: int) -> int:
    """The last microsecond of a second."""
    return at * 1_000_000 + 999_999


def codes_of(definitions: Iterable[Indicator]) -> frozenset[str]:
    """Under which codes it stands what these are made of and dossiers do not tell."""
    terms = [term for one in definitions for term in one.terms if not term.of_dossiers]
    return frozenset(TASKS if term.of == "task" else term.name for term in terms)


def beyond_knowing(codes: Iterable[str]) -> bool:
    """Whether any of them is made of desk events, of which only what they say now is kept."""
    return not DESK_FACTS.isdisjoint(codes)


@dataclass
class Known:
    """What held when nothing had arrived after the end of a second: of all statements taken until then."""

    at: int
    facts: FactBook = field(default_factory=FactBook)
    statements: StatementBook = field(default_factory=StatementBook)

    def take(self, document: Document) -> None:
        """One of `TOLD` that had come by then."""
        told = as_known(document, self.at)
        if isinstance(told, Fact):
            self.facts.take(told)
        else:
            self.statements.take(told)

    def by(self, policy: Policy | None) -> tuple[FactsByUnit, FactsByUnit]:
        """(as told, what of it was public by this policy)."""
        found, tasks = facts_by_unit(self.facts), statements_by_unit(self.statements)
        for unit in tasks.tasks:
            found.put_tasks(unit, tasks.series(unit))
        if policy is None:
            return found, FactsByUnit()  # nobody can say which of them were drafts
        counted = {policy.city.code: catalogue_facts(policy.procedures)}
        return found, PublicFacts(found, policy.indicators, policy.publications, counted)


def as_known(document: Document, at: int) -> Kept:
    """A statement as it was known at an instant (seconds): said last when it was repeated last, where that had come."""
    told, body = decode_told(document.body["told"].encode()), document.body
    assert not isinstance(told, FollowUp)
    if body["arrived_to"] > end_of(at):
        return told
    return msgspec.structs.replace(told, occurred_at=body["occurred_to"], arrived_at=body["arrived_to"], id=body["id_to"])


async def facts_known(store: Store, query: Query, at: int) -> AsyncIterator[Fact]:
    """Of `TOLD`, ordered by what they are about: the facts that held at an instant, one at a time, withdrawals left out."""
    book = FactBook()
    async for document in documents(store, query):
        told = as_known(document, at)
        if not isinstance(told, Fact):
            continue
        if field_of(told) not in book.facts:
            for fact in _shown(book):
                yield fact
            book = FactBook()
        book.take(told)
    for fact in _shown(book):
        yield fact


def _shown(book: FactBook) -> list[Fact]:
    return [fact for fact in book.facts.values() if fact.kind != "withdrawn"]
