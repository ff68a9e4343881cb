"""Changes within seconds, out of order, under policies that change meanwhile: the audit finds nothing wrong in what alerts made of them."""

from __future__ import annotations

import pytest
from hurry import SLACK, Hurry
from test_audited import ledger_of, proven

from dunghen.cli.notices.audit import Report
from dunghen.domain.policy import Policy
from services.alerts import courier
from services.alerts.ports import Row
from services.alerts.watch import Watch

SEEDS = range(40)
FOUND = (105, 218, 924, 2569, 4148)  # among 8,500, each something of its own


async def told(seed: int) -> tuple[Hurry, Report]:
    hurry = await Hurry(seed).run()
    return hurry, await proven(hurry.world, hurry.policies, await ledger_of(hurry.world), SLACK)


@pytest.mark.parametrize("seed", [*SEEDS, *FOUND])
async def test_the_ledger_of_dossiers_in_a_hurry_is_borne_out(seed: int) -> None:
    hurry, report = await told(seed)
    assert report.faults == [], "\n".join([*map(str, report.faults), *hurry.lines])


async def kinds_of(seeds: range) -> set[str]:
    return {fault.kind for seed in seeds for fault in (await told(seed))[1].faults}


async def test_where_a_policy_is_not_laid_on_what_is_open_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def adopt(watch: Watch, policy: Policy, _now: int) -> list[Row]:
        watch.policy = policy
        return []

    monkeypatch.setattr(Watch, "adopt", adopt)
    assert "missing" in await kinds_of(SEEDS)


async def test_where_the_clock_is_not_looked_at_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watch, "look", lambda *_: [])
    assert await kinds_of(range(5)) == {"missing"}


async def test_where_a_stage_is_told_by_every_due_date_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watch, "_told", lambda *_: frozenset())
    assert "surplus" in await kinds_of(SEEDS)


async def test_where_nobody_is_told_who_gets_it_in_the_middle_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "unheard", lambda *_: [])
    assert await kinds_of(SEEDS) == {"missing"}
