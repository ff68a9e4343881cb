"""What was told of units, statement by statement, with when each arrived: so what was known at any instant since can be told again.

The topic `facts` keeps of a statement that was repeated only the last repetition; here each stays with its own arrival. So the past
reaches back to when this store began to read, and no further.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from dunghen.contracts.facts import Fact, FactBook, FactsByUnit, PublicFacts, facts_by_unit
from dunghen.contracts.statements import FollowUp, StatementBook, Task, decode_told, statements_by_unit, told_key
from dunghen.domain.derived_facts import catalogue_facts
from dunghen.domain.desks import DESK_FACTS
from dunghen.domain.indicators import Indicator
from dunghen.domain.policy import Policy
from dunghen.platform.store import Between, Collection, Document, In, Put
from dunghen.platform.store.port import Scalar

TOLD = Collection("told", (("code", "arrived_at"), ("unit", "arrived_at")))
SINCE = Collection("told_since")
MARK = "since"
TASKS = "~tasks"  # what tasks stand under, in the place of a fact's code
Where = Mapping[str, Scalar | Between | In]


def told_puts(value: bytes, offset: int) -> list[Put]:
    """What one record of `facts` adds. Raises MsgspecError. Follow-ups feed no indicator."""
    told = decode_told(value)
    if isinstance(told, FollowUp):
        return []
    code = TASKS if isinstance(told, Task) else told.code
    body = {"unit": told.unit, "code": code, "arrived_at": told.arrived_at, "told": msgspec.json.encode(told).decode()}
    return [Put(TOLD.name, f"{told_key(told).decode()}|{told.arrived_at}", offset + 1, body)]


def since_put(at: int) -> Put:
    """To be inserted where there is none: since this instant, on the city's clock, every arrival is seen."""
    return Put(SINCE.name, MARK, 1, {"at": at})


def up_to(at: int) -> Between:
    """Arrivals, in microseconds, up to the end of a second."""
    return Between(high=at * 1_000_000 + 999_999)


def codes_of(definitions: Iterable[Indicator]) -> frozenset[str]:
    """Under which codes it stands what these are made of and dossiers do not tell."""
    terms = [term for one in definitions for term in one.terms if not term.of_dossiers]
    return frozenset(TASKS if term.of == "task" else term.name for term in terms)


def beyond_knowing(codes: Iterable[str]) -> bool:
    """Whether any of them is made of desk events, of which only what they say now is kept."""
    return not DESK_FACTS.isdisjoint(codes)


def held(documents: Iterable[Document], policy: Policy | None) -> tuple[FactsByUnit, FactsByUnit]:
    """(as told, what of it was public by this policy): what of these statements held when no other had arrived."""
    facts, statements = FactBook(), StatementBook()
    for document in documents:
        told = decode_told(document.body["told"].encode())
        if isinstance(told, Fact):
            facts.take(told)
        else:
            statements.take(told)
    found, tasks = facts_by_unit(facts), statements_by_unit(statements)
    for unit in tasks.tasks:
        found.put_tasks(unit, tasks.series(unit))
    if policy is None:
        return found, FactsByUnit()  # nobody can say which of them were drafts
    counted = {policy.city.code: catalogue_facts(policy.procedures)}
    return found, PublicFacts(found, policy.indicators, policy.publications, counted)
