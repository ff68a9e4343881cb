"""Facts for the indicators of the screen city: the same ones every time, so that a picture can be taken."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from dunghen.contracts.facts import Fact, fact_key, told_id
from dunghen.contracts.topics import FACTS, all_topics, partition_of
from tests.browser.screen_city import HAI_CHAU, HAI_VAN, HOANG_SA, ScreenCity
from tests.eventually import eventually
from tests.integration.api.api_world import MONDAY_8_00

YEAR, MONTH = "2026", "2026-11"
SHARES = {  # code: period, denominator, and between which thousandths the units lie
    "QD766.PUBLISH_ON_TIME": (MONTH, 12, 800, 1000),
    "QD766.PUBLIC_UPDATE_ON_TIME": (MONTH, 40, 700, 1000),
    "QD766.DOSSIER_SYNC": (MONTH, 500, 850, 1000),
    "QD766.PETITION_ON_TIME": (MONTH, 9, 400, 1000),
    "QD766.DOSSIER_SATISFACTION": (MONTH, 250, 780, 990),
    "QNX.POOR_HOUSEHOLDS": (YEAR, 2400, 5, 350),
    "QNX.BUDGET_REVENUE": (YEAR, 15_000, 700, 1743),
    "QNX.DISBURSEMENT": (YEAR, 9_000, 400, 990),
}
UNTOLD, NOT_ASSESSED = (
    HAI_VAN,
    HOANG_SA,
)  # of budget revenue nothing is told of the one, and it is said of the other that it is not assessed


def told(unit: str, code: str, period: str, numerator: int, denominator: int | None, later: int = 0) -> Fact:
    """As ingest would have written it, so many seconds after the others."""
    given = {"unit": unit, "code": code, "period": period, "numerator": numerator, "denominator": denominator, "source": "H17"}
    kind = "not_assessed" if unit == NOT_ASSESSED else "value"
    at = MONDAY_8_00 - 3600 + later
    fact = Fact(id="0" * 16, kind=kind, occurred_at=at, arrived_at=at * 1_000_000, **given)  # type: ignore[arg-type]
    return Fact(**{**{name: getattr(fact, name) for name in fact.__struct_fields__}, "id": told_id(fact, 0)})


def facts_of(unit: str) -> Iterable[Fact]:
    """What is told of one locality."""
    for code, (period, denominator, low, high) in SHARES.items():
        if unit == UNTOLD and code == "QNX.BUDGET_REVENUE":
            continue
        share = low + zlib.crc32(f"{unit}{code}".encode()) % (high - low + 1)
        yield told(unit, code, period, denominator * share // 1000, denominator)
    yield told(unit, "QNX.DIGITAL_TEAMS", YEAR, 3 + zlib.crc32(unit.encode()) % 20, None)


def tell(city: ScreenCity, *facts: Fact) -> None:
    """These facts, or all there are; returns when they are on the map."""
    units = [unit["code"] for unit in city.map()["units"]]
    partitions = all_topics(city.settings.partitions)[FACTS].partitions
    last = Fact
    for last in facts or [fact for unit in units for fact in facts_of(unit)]:  # type: ignore[assignment]
        city.loop.run(city.world.say(FACTS, fact_key(last), last, partition_of(last.unit, partitions)))  # type: ignore[arg-type]
    eventually(lambda: _shown(city, last), what="the facts on the map")  # type: ignore[arg-type]


def _shown(city: ScreenCity, fact: Fact) -> bool:
    """Whether the map has an indicator's fact."""
    answer = city.map(indicator=fact.code, window="year")
    found = next(unit for unit in answer["units"] if unit["code"] == fact.unit)
    return bool(found["numerator"] == fact.numerator or fact.kind != "value")


__all__ = ["HAI_CHAU", "NOT_ASSESSED", "UNTOLD", "facts_of", "tell", "told"]
