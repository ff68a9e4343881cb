"""The demo's rankings: those of the last two years are public, this year's are drafts."""

from __future__ import annotations

from dunghen.cli.policy_topic import publish, read_book
from dunghen.cli.simulate.yearly_facts import published_years
from dunghen.domain.publications import Publications, SetYear, publications_body
from dunghen.platform.clock import Clock
from dunghen.platform.settings import PlatformSettings


async def publish_past_years(settings: PlatformSettings, clock: Clock) -> int:
    """Publishes the past years of every yearly set in one version of the policy, and gives it."""
    policy, now = (await read_book(settings)).latest, clock.seconds()
    years = published_years(policy.zone.day_of(now))
    at = {SetYear(of.code, str(year)): now for of in policy.indicators.sets.values() if of.yearly for year in years}
    return await publish(settings, {"publications": publications_body(Publications(at))}, "the demo's rankings of past years", now)
