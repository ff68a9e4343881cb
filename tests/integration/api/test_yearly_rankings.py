"""Rankings by a yearly set over HTTP: the public sees published years alone, officials the drafts."""

from __future__ import annotations

from typing import Any

from access_world import Actor, settle
from api_world import Opened, World

from dunghen.contracts.facts import Fact, fact_key
from dunghen.contracts.topics import FACTS
from tests.eventually import eventually_async as eventually

SENT = 1763251200


async def tell(world: World, unit: str, year: str, tenths: int, stage: str = "") -> None:
    plain: dict[str, Any] = {"id": f"{tenths:016x}", "unit": unit, "code": "RANKED.POINTS", "period": year, "stage": stage}
    fact = Fact(**plain, numerator=tenths, denominator=10, source="H17", occurred_at=SENT, arrived_at=SENT * 10**6)
    await world.say(FACTS, fact_key(fact).decode(), fact)


async def asked(world: World, path: str, actor: Actor | None = None, **query: str) -> tuple[int, dict[str, Any]]:
    answer = await world.http.get(f"/api/v1{path}", params=query, headers=dict(actor.headers) if actor else {})
    return answer.status_code, answer.json()


def rows(answer: dict[str, Any]) -> dict[str, tuple[int | None, float | None, float | None, float | None]]:
    return {
        row["code"]: (row["rank"], row["points"], row["self_points"], row["gap"]) for group in answer["rankings"] for row in group["units"]
    }


async def test_drafts_are_for_officials_and_published_years_for_everybody(open_world: Opened) -> None:
    async with open_world() as world:
        actors = await settle(world)
        for unit, year, tenths, stage in (
            ("20242", "2025", 90, ""),
            ("20242", "2025", 95, "self"),
            ("20194", "2025", 90, ""),
            ("20242", "2026", 55, ""),
        ):
            await tell(world, unit, year, tenths, stage)

        async def public() -> dict[str, Any] | None:
            _, found = await asked(world, "/rankings/RANKED")
            return found if rows(found)["20194"][1] else None

        found = await eventually(public)
        assert (found["period"], found["publication"], [one["year"] for one in found["years"]]) == ("2025", "published", ["2025"])
        assert {code: row for code, row in rows(found).items() if row[1]} == {"20242": (1, 9, 9.5, 0.5), "20194": (1, 9, None, None)}
        assert "facts" not in found or found["facts"] is None
        assert (await asked(world, "/rankings/RANKED", include="covers"))[1]["facts"]
        status, refused = await asked(world, "/rankings/RANKED", period="2026")
        assert (status, refused["code"]) == (404, "NOT_PUBLISHED")
        assert (await asked(world, "/rankings/RANKED", period="26"))[0] == 422

        async def draft() -> dict[str, Any] | None:
            _, found = await asked(world, "/officials/rankings/RANKED", actors["official of Hải Châu"])
            return found if rows(found)["20242"][1] else None

        assert {row["before"] for group in found["rankings"] for row in group["units"]} == {None}  # 2024 is not public

        now = await eventually(draft)
        before = {row["code"]: row["before"] for group in now["rankings"] for row in group["units"]}
        of_2025 = {row["code"]: (row["rank"], row["points"]) for group in found["rankings"] for row in group["units"]}
        assert {code: (was["year"], was["rank"], was["points"]) for code, was in before.items()} == {
            code: ("2025", *place) for code, place in of_2025.items()
        }
        assert (now["period"], now["publication"], rows(now)["20242"]) == ("2026", "draft", (1, 5.5, None, None))
        card = (await asked(world, "/units/20242/indicators", window="year"))[1]["sets"][0]["indicators"][0]
        assert (card["points"], card["self_points"], card["gap"]) == (9, 9.5, 0.5)  # of the year that is public
        for path in ("/rankings/NOTHING", "/rankings/ranked"):
            assert (await asked(world, path))[1]["code"] == "UNKNOWN_INDICATOR"
        ahead = await asked(world, "/officials/rankings/RANKED", actors["operator"], period="2027")
        assert ahead[1]["code"] == "INVALID_PARAMETER"
