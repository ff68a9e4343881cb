"""Who is told when: the stages of the three clocks, and the manners of telling. Data of a policy version (`product.md`, Alerts)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dunghen.domain.calendar import Hours
from dunghen.domain.directory import Role

Clock = Literal["dossier", "intake", "step"]
CLOCKS: tuple[Clock, ...] = ("dossier", "intake", "step")
Term = Literal["short", "long"]
TERMS: tuple[Term, ...] = ("short", "long")
ESCALATED = "_escalated"  # behind the name of a stage: the same, told on because nobody acknowledged it


@dataclass(frozen=True, slots=True)
class Stage:
    """When somebody is told: at `percent` of a long term, or with `remaining_seconds` of working time left; by which clocks, which roles.

    It holds for crossings from local day `valid_from` to `valid_to`. `channels`: in the order of trying; (): those of the service.
    Where nobody acknowledged within `acknowledge_seconds` of working time, `escalate_to` is told too. `digest`: only in the morning's list.
    """

    name: str
    terms: Term
    percent: int | None
    remaining_seconds: int | None
    roles: tuple[Role, ...]
    breaks_quiet_hours: bool = False
    clocks: tuple[Clock, ...] = ("dossier",)
    channels: tuple[str, ...] = ()
    acknowledge_seconds: int = 0
    escalate_to: tuple[Role, ...] = ()
    digest: bool = False
    valid_from: int | None = None
    valid_to: int | None = None

    @property
    def is_breach(self) -> bool:
        """Whether the stage lies at or behind the due instant."""
        return (self.percent or 0) >= 100 or self.remaining_seconds == 0

    def holds_on(self, day: int) -> bool:
        """Whether the matrix has it on a local day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing of this is told from `begins` to `ends` (instants): of a unit, a procedure, a dossier; "" is any. Who said so, and why."""

    begins: int
    ends: int
    author: str
    reason: str
    unit: str = ""
    procedure: str = ""
    dossier: str = ""


@dataclass(frozen=True, slots=True)
class Manners:
    """`messages`: when people may be written to on a working day, in seconds of the local day; (): always, on any day.

    `digest_at`: when the morning's list goes out, also a second of the day; None: there is none.
    """

    messages: Hours = ()
    digest_at: int | None = None
    silences: tuple[Silence, ...] = ()


NO_MANNERS = Manners()
