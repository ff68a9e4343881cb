"""A unit's break-down as everybody may know it, pure: published months in, an answer out (`domain.breakdowns`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from dunghen.contracts.messages import RateCounts
from dunghen.domain.breakdowns import By, Cell, over
from dunghen.domain.days import date_of
from dunghen.domain.policy import Policy
from dunghen.domain.units import Unit
from dunghen.domain.windows import Window
from dunghen.platform.store import Document
from services.api.breakdown_projector import month_in
from services.api.rows import Looks, instant_text, rate_figures
from services.api.unit_page import UnitRate

CHANNELS = {
    "1": ("Trực tiếp", "At the counter"),
    "2": ("Trực tuyến", "Online"),
    "3": ("Bưu chính công ích", "By post"),
}


WEEKDAYS = {
    "1": ("Thứ Hai", "Monday"),
    "2": ("Thứ Ba", "Tuesday"),
    "3": ("Thứ Tư", "Wednesday"),
    "4": ("Thứ Năm", "Thursday"),
    "5": ("Thứ Sáu", "Friday"),
    "6": ("Thứ Bảy", "Saturday"),
    "7": ("Chủ nhật", "Sunday"),
}


class PublishedMonth(msgspec.Struct):
    """A month that is in the answer, `2026-10`, and when it was published last."""

    month: str
    published_at: str


class BreakdownCategory(UnitRate, kw_only=True):
    """One category; the rate is `resolved`. `vi`, `en`: its name, "" where nobody knows one; `months`: in how many of them it is shown.

    Of weekdays `3|2`: what was received on a Wednesday (1 Monday to 7 Sunday) by channel 2, online.
    """

    category: str
    vi: str
    en: str
    months: int


class BreakdownRest(msgspec.Struct):
    """What is not told apart, because it would be too few: in whole numbers."""

    finished: int
    on_time: int


class BreakdownAnswer(msgspec.Struct, kw_only=True):
    """Dossiers of a unit that ended in the published months of a window, the most first: with the rest, all that were counted then."""

    code: str
    name: str
    kind: str
    by: str
    window: str
    first: str
    last: str
    months: list[PublishedMonth]
    finished: int
    categories: list[BreakdownCategory]
    rest: BreakdownRest
    stale: bool = False
    age_seconds: int | None = None


class Asked(NamedTuple):
    """By what, and of which days."""

    by: By
    window: str
    days: Window


def breakdown(unit: Unit, asked: Asked, documents: Sequence[Document], looks: tuple[Policy, Looks]) -> BreakdownAnswer:
    """The published months summed up."""
    policy, figures = looks
    found, rest = over(month_in(document).shown(asked.by) for document in documents)
    categories = [
        BreakdownCategory(**_rate(of.cell, figures), **_named(policy, asked.by, name), category=name, months=of.months)
        for name, of in sorted(found.items(), key=lambda each: (-each[1].cell.finished, each[0]))
    ]
    return BreakdownAnswer(
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        by=asked.by,
        window=asked.window,
        first=date_of(asked.days.first).isoformat(),
        last=date_of(asked.days.last).isoformat(),
        months=[_month(document, figures) for document in documents],
        finished=rest.finished + sum(of.cell.finished for of in found.values()),
        categories=categories,
        rest=BreakdownRest(*rest),
    )


def _rate(cell: Cell, looks: Looks) -> dict[str, Any]:
    return rate_figures(RateCounts(cell.on_time, cell.finished), looks)


def _named(policy: Policy, by: By, name: str) -> dict[str, Any]:
    procedure = policy.procedures.get(name)
    words = {
        By.PROCEDURE: (procedure.name, procedure.name_en) if procedure else ("", ""),
        By.FIELD: (name, ""),
        By.CHANNEL: CHANNELS.get(name, ("", "")),
        By.HOUR: (f"{name} giờ", f"{name}:00"),
        By.WEEKDAY: _weekday(name),
    }
    vi, en = words[by]
    return {"vi": vi, "en": en}


def _weekday(name: str) -> tuple[str, str]:
    weekday, _, channel = name.partition("|")
    (vi, en), by = WEEKDAYS.get(weekday, ("", "")), CHANNELS.get(channel)
    return (f"{vi}, {by[0].lower()}", f"{en}, {by[1].lower()}") if vi and by else ("", "")


def _month(document: Document, looks: Looks) -> PublishedMonth:
    at = instant_text(document.body["at"], looks.zone)
    return PublishedMonth(f"{date_of(document.body['first']):%Y-%m}", at or "")
