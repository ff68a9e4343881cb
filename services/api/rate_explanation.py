"""Why a unit's rate is what it is, as everybody may know it, pure: its parts, the rates beside it, and flags of the dossiers behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from dunghen.contracts.messages import WindowScore
from dunghen.domain.comparison import compare
from dunghen.domain.days import date_of
from dunghen.domain.fives import coarse
from dunghen.domain.flags import FLAGS
from dunghen.domain.marks import COUNTED
from dunghen.domain.rate_parts import Part, Stand, parts_of
from dunghen.domain.rates import DaySeries, Rate
from dunghen.domain.units import Unit
from dunghen.domain.windows import Window, resolve
from services.api.arrivals import Arrived, LateData
from services.api.behind import Asked, Tally
from services.api.definitions import RATES as RATE_WORDS
from services.api.rows import NO_WINDOW, NOTHING, RATES, instant_text, rate_figures
from services.api.unit_page import Told, UnitRate
from services.api.views import Scene

SOURCES = {
    "official": "QĐ 766/QĐ-TTg",
    "resolved": "QĐ 766/QĐ-TTg; Quảng Nam 2022",
    "due_cohort": "Đúng Hẹn",
    "statutory": "Đúng Hẹn; NĐ 118/2025/NĐ-CP",
}
DEFINITION = int(str(COUNTED["edition"]))  # of what the counters mean, which the rates are made of


class Definition(msgspec.Struct, kw_only=True):
    """What is counted and by which versions: `edition` of the counters, `policy` and its kinds (0: as shipped)."""

    code: str
    vi: str
    en: str
    meaning_vi: str
    meaning_en: str
    source: str
    edition: int
    rules: dict[str, int]


class PartFigure(msgspec.Struct):
    """So many dossiers of the denominator; `in_numerator`: of the numerator too."""

    part: str
    in_numerator: bool
    dossiers: int


class Gap(msgspec.Struct):
    """The rate that was asked for minus another one, exactly: numerator / denominator; what that is worth: `domain.comparison.Reason`."""

    against: str
    numerator: int
    denominator: int
    value: float | None
    reason: str


class FlagFigure(msgspec.Struct):
    """At least so many dossiers with a flag, None: suppressed (`domain.fives`)."""

    flag: str
    dossiers: int | None
    reason: str


class FlagFigures(msgspec.Struct, kw_only=True):
    """Of the days first..last, all of them over: flags of the dossiers behind the rate. `of` by the map, `found` in the read model."""

    first: str
    last: str
    of: int
    found: int
    counts: list[FlagFigure]


class RateExplanation(msgspec.Struct, kw_only=True):
    """One rate of one unit taken apart. `within`: parts of parts. `flags` None: no day is over yet.

    `flags` and `late_data` are None too while the read model cannot be read, or is behind the map.
    """

    code: str
    name: str
    kind: str
    version: int
    as_of: str
    known_at: str
    window: str
    first: str
    last: str
    rate: str
    stale: bool
    definition: Definition
    figure: UnitRate
    parts: list[PartFigure]
    within: dict[str, int]
    rates: dict[str, UnitRate]
    gaps: list[Gap]
    flags: FlagFigures | None
    late_data: LateData | None
    age_seconds: int | None = None


class Beside(NamedTuple):
    """What the read model says beside the map."""

    flags: FlagFigures | None
    late_data: LateData | None


class Subject(NamedTuple):
    """A unit in a window and rate, as it is told; `live`: by the picture of now."""

    told: Told
    unit: Unit
    window: str
    rate: str
    live: bool

    @property
    def scene(self) -> Scene:
        return self.told.scene

    @property
    def days(self) -> Window:
        """The local days of the window."""
        return resolve(self.window, self.scene.meta.day)

    @property
    def counts(self) -> WindowScore:
        """What the window counted."""
        return self.told.score.windows.get(self.window, NO_WINDOW)

    @property
    def series(self) -> DaySeries:
        """Its days; none where they cannot be read."""
        return self.told.series or DaySeries()

    def rates(self) -> dict[str, Rate]:
        """All four in whole numbers."""
        found = {rate: self.counts.rates.get(rate, NOTHING) for rate in RATES}
        return {rate: Rate(counts.numerator, counts.denominator) for rate, counts in found.items()}

    def open_then(self) -> tuple[int, int, int]:
        """(pending, overdue, paused) at the end of the window: live what the map shows, else what its days tell."""
        score = self.told.score
        return (score.pending, score.overdue, score.paused) if self.live else self.series.at(self.days.last)

    def parts(self) -> tuple[Part, ...]:
        """The rate taken apart."""
        return parts_of(self.rate, Stand(self.counts.counts, *self.open_then()[:2]), self.rates()[self.rate])

    def asked(self) -> Asked:
        """Where its dossiers are."""
        return Asked(self.unit.code, self.rate, *self.days, self.told.over)

    def closed(self) -> Asked | None:
        """The same of the days that are over; None while there is none, or where its days cannot be read."""
        asked = self.asked()
        closed = asked._replace(last=min(asked.last, asked.over))
        return closed if closed.first <= closed.last and self.told.series is not None else None


def gaps(subject: Subject) -> list[Gap]:
    """The rate held against the three others: where it says more than they do, somebody should look why."""
    rates, few = subject.rates(), subject.scene.looks.few
    found = {other: compare(rates[subject.rate], rates[other], few) for other in RATES if other != subject.rate}
    return [Gap(other, gap.numerator, gap.denominator, gap.value, gap.reason.value) for other, gap in found.items()]


def flag_figures(subject: Subject, closed: Asked, tally: Tally) -> FlagFigures:
    """As the public may know them."""
    of = subject.series.window(closed.first, closed.last, closed.over).rates[closed.rate].denominator
    counts, found = tally.by_flag(), tally.dossiers
    told = {flag: coarse(counts[flag], min(of, found)) for flag in FLAGS}
    return FlagFigures(
        first=date_of(closed.first).isoformat(),
        last=date_of(closed.last).isoformat(),
        of=of,
        found=found,
        counts=[FlagFigure(flag, given.dossiers, given.reason.value) for flag, given in told.items()],
    )


def definition_of(rate: str, rules: Mapping[str, int]) -> Definition:
    """A rate's definition in both languages, with every version that decides what it is."""
    vi, en, meaning_vi, meaning_en = RATE_WORDS[rate]
    words = {"code": rate, "vi": vi, "en": en, "meaning_vi": meaning_vi, "meaning_en": meaning_en}
    return Definition(**words, source=SOURCES[rate], edition=DEFINITION, rules=dict(rules))


def late_data(found: Arrived) -> LateData:
    """As a share of the steps."""
    value = found.late / found.steps if found.steps else None
    return LateData(found.steps, found.late, value, None if found.since is None else date_of(found.since).isoformat())


def explanation(subject: Subject, beside: Beside, rules: Mapping[str, int]) -> RateExplanation:
    """All of it. `rules`: the versions of the policy's kinds."""
    scene, days = subject.scene, subject.days
    rates = {rate: UnitRate(**rate_figures(subject.counts.rates.get(rate, NOTHING), scene.looks)) for rate in RATES}
    return RateExplanation(
        code=subject.unit.code,
        name=subject.unit.name,
        kind=subject.unit.kind,
        version=scene.meta.version,
        as_of=date_of(scene.meta.day).isoformat(),
        known_at=instant_text(scene.meta.known_at, scene.looks.zone) or "",
        window=subject.window,
        first=date_of(days.first).isoformat(),
        last=date_of(days.last).isoformat(),
        rate=subject.rate,
        stale=False,
        definition=definition_of(subject.rate, rules),
        figure=rates[subject.rate],
        parts=[PartFigure(*part) for part in subject.parts()],
        within=within(subject),
        rates=rates,
        gaps=gaps(subject),
        flags=beside.flags,
        late_data=beside.late_data,
    )


def within(subject: Subject) -> dict[str, int]:
    """Parts of parts: of the ended, those that were withdrawn, stopped or refused late; of the pending, those whose clock stands still."""
    whole = {"otherwise": subject.counts.counts.get("otherwise", 0), "paused": subject.open_then()[2]}
    return {name: whole[name] for name in {"official": ("otherwise", "paused"), "resolved": ("otherwise",)}.get(subject.rate, ())}
