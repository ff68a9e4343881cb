"""The demo's rankings: last year's are public, this year's are drafts."""

from __future__ import annotations

from dunghen.cli.policy_topic import publish, read_book
from dunghen.domain.days import date_of
from dunghen.domain.publications import Publications, SetYear, publications_body
from dunghen.platform.clock import Clock
from dunghen.platform.settings import PlatformSettings


async def publish_last_year(settings: PlatformSettings, clock: Clock) -> int:
    """Publishes last year of every yearly set in one version of the policy, and gives it."""
    policy = (await read_book(settings)).latest
    year = str(date_of(policy.zone.day_of(clock.seconds())).year - 1)
    at = {SetYear(of.code, year): clock.seconds() for of in policy.indicators.sets.values() if of.yearly}
    return await publish(
        settings, {"publications": publications_body(Publications(at))}, "the demo's rankings of last year", clock.seconds()
    )
