"""The parts of a policy that are plain values: the city, its procedures, its supplement rules."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from dunghen.domain.deadline import TimeLimit
from dunghen.domain.rules import SupplementRule
from dunghen.domain.units import KINDS, Kind

ALWAYS = -1_000_000  # a day before every other
Level = Literal["full", "partial", "rest"]  # toàn trình, một phần, còn lại (NĐ 42/2022/NĐ-CP)
LEVELS: tuple[Level, ...] = ("full", "partial", "rest")
ResultForm = Literal["counter", "post", "online"]  # at the one-stop desk, by post, online
RESULT_FORMS: tuple[ResultForm, ...] = ("counter", "post", "online")


@dataclass(frozen=True, slots=True)
class City:
    """Whose map it is. `code` is its wire code (H17), `former_codes` those of provinces that were merged into it."""

    code: str
    name: str
    time_zone: str
    former_codes: tuple[str, ...] = ()
    precedence: Mapping[str, int] = field(default_factory=dict)  # of sources, by their codes in the new form; 0 of all others
    forms: Mapping[str, ResultForm] = field(default_factory=dict)  # what a code of HinhThuc says: how a result is handed over


@dataclass(frozen=True, slots=True)
class Procedure:
    """One administrative procedure, and its time limit (None: nobody knows it) for dossiers received from `valid_from` (a local day) on.

    `kinds` are the kinds of unit that handle it; `weight` is how often it is asked for, in relation to others, for a made-up city.
    `name_en` is the name in English, "" where the catalogue has none. `level`: how far it goes online (None: not told). `integrated`: it is
    on the national portal; `online_payment`: its fee may be paid online.
    """

    code: str
    name: str
    field: str
    limit: TimeLimit | None
    kinds: tuple[Kind, ...] = KINDS
    weight: int = 1
    valid_from: int = ALWAYS
    name_en: str = ""
    level: Level | None = None
    integrated: bool = False
    online_payment: bool = False


class Procedures:
    """All procedures, each with the limits it had over time."""

    def __init__(self, procedures: Iterable[Procedure] = ()) -> None:
        self._history: dict[str, list[Procedure]] = {}
        for procedure in sorted(procedures, key=lambda p: p.valid_from):
            self._history.setdefault(procedure.code, []).append(procedure)
        self.all = tuple(history[-1] for history in self._history.values())

    def on(self, code: str, day: int) -> Procedure | None:
        """The procedure as it stood on a local day."""
        history = self._history.get(code, [])
        if len(history) == 1 and history[0].valid_from <= day:
            return history[0]  # nearly all, and this is asked for every dossier with a pause
        found = bisect_right(history, day, key=lambda p: p.valid_from)
        return history[found - 1] if found else None

    def get(self, code: str) -> Procedure | None:
        """The procedure as it stands in its newest form."""
        return self._history[code][-1] if code in self._history else None

    def on_day(self, day: int) -> list[Procedure]:
        """All that there are on a local day, as they stand then, by code."""
        found = (self.on(code, day) for code in sorted(self._history))
        return [one for one in found if one is not None]

    def changes(self) -> list[int]:
        """The local days from which some procedure stands otherwise, in order; `ALWAYS` is one."""
        return sorted({one.valid_from for history in self._history.values() for one in history})

    def limit_of(self, code: str, day: int) -> TimeLimit | None:
        """The time limit for a dossier received on a local day."""
        procedure = self.on(code, day)
        return procedure.limit if procedure else None


@dataclass(frozen=True, slots=True)
class SupplementRules:
    """Which rule holds from which day on; before the first one, the default."""

    since: tuple[tuple[int, SupplementRule], ...]

    def on(self, day: int) -> SupplementRule:
        rule: SupplementRule = "subtract"
        for begins, named in self.since:
            rule = named if begins <= day else rule
        return rule
