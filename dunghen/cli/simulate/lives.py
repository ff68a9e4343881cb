"""How one dossier of a made-up city lives: a pure function of its seed. Instants are seconds since 1970 (UTC)."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.deadline import TimeLimit, due_at

HOUR, MINUTE = 3600, 60
ACCEPTED, REFUSED, WORKING, SUPPLEMENT, PAYMENT, WITHDRAWN, STOPPED, DONE, RETURNED = 2, 3, 4, 5, 6, 7, 8, 9, 10


@dataclass(frozen=True, slots=True)
class Habits:
    """What a unit is like: `pace` is the usual share of the term that it needs, `spread` how much that varies (of the logarithm)."""

    pace: float = 0.6
    spread: float = 0.4
    supplement: float = 0.06
    digital: float = 0.6


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happens: a step with its status, or a sync of all that is known then (`whole`)."""

    at: int
    status: int
    whole: bool = False


@dataclass(slots=True)
class Life:
    """A dossier's facts and, in order of time, what happens to it. `supplements` are (asked, brought or 0)."""

    code: str
    unit: str
    procedure: str
    submitted: int
    received: int
    due: int
    channel: int
    fee: bool
    paid_online: bool
    digitised: bool
    form: str = "0"  # HinhThuc
    promises: list[tuple[int, int]] = field(default_factory=list)  # (from this instant, due)
    supplements: list[tuple[int, int]] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    ended: int = 0
    returned: int = 0

    def due_said_at(self, at: int) -> int:
        """The promise that the source gives at an instant."""
        return next((due for since, due in reversed(self.promises) if since <= at), self.due)


@dataclass(frozen=True, slots=True)
class Start:
    """With what a dossier begins."""

    code: str
    unit: str
    procedure: str
    limit: TimeLimit
    received: int
    fee: bool
    by_itself: bool = False  # handed in and accepted online, without anybody


def live(start: Start, habits: Habits, calendar: WorkingCalendar, rng: Random) -> Life:
    """The whole life of one dossier. The same arguments and the same random state give the same life."""
    online = rng.random() < habits.digital or start.by_itself
    channel = 2 if online else 3 if rng.random() < 0.08 else 1
    submitted = start.received - (rng.randrange(10 * MINUTE, 7 * HOUR) if online else rng.randrange(0, 15 * MINUTE))
    due = due_at(start.received, start.limit, calendar)
    life = Life(
        start.code, start.unit, start.procedure, submitted, start.received, due, channel, start.fee,
        paid_online=start.fee and rng.random() < 0.55, digitised=rng.random() < 0.7, form=_form(start.code, online=online),
    )  # fmt: skip
    life.promises.append((0, due))
    if rng.random() < 0.02:
        life.moments.append(Moment(start.received, REFUSED, whole=True))
        life.ended = start.received
        return life
    life.moments.append(Moment(start.received, ACCEPTED, whole=True))
    _work(life, habits, calendar, rng)
    life.moments.sort(key=lambda m: m.at)
    return life


def _form(code: str, *, online: bool) -> str:
    """HinhThuc: at the counter 0, by post 1, online 2. What is filed online often comes by post (Khuê Trung 2022)."""
    weights = (30, 35, 35) if online else (88, 10, 2)
    return Random(f"{code} handed over").choices("012", weights)[0]


def _work(life: Life, habits: Habits, calendar: WorkingCalendar, rng: Random) -> None:
    """From acceptance to the end: steps, pauses, extension, the end, and now and then what comes after it."""
    term = max(calendar.between(life.received, life.due), HOUR)
    share = min(habits.pace * rng.lognormvariate(0.0, habits.spread), 4.0)
    if 0.85 < share < 1.15 and rng.random() < 0.75:
        share = rng.uniform(0.8, 0.995)  # people finish when the deadline is near
    needed = max(int(term * share), 5 * MINUTE)
    paused = _pauses(life, habits, calendar, rng)
    end = calendar.add(life.received, needed + paused) + rng.randrange(MINUTE)
    for part in sorted(rng.uniform(0.02, 0.95) for _ in range(rng.randrange(1, 4))):
        at = calendar.add(life.received, int((needed + paused) * part)) + rng.randrange(MINUTE)
        if not any(a <= at <= (b or at) for a, b in life.supplements):
            life.moments.append(Moment(at, WORKING))
    if share > 1.0 and rng.random() < 0.12:
        _extend(life, calendar, rng)
    _end(life, end, rng)


def _pauses(life: Life, habits: Habits, calendar: WorkingCalendar, rng: Random) -> int:
    """Supplement requests and fees to be paid; gives the working seconds that they take. A few are never answered."""
    total, term = 0, max(calendar.between(life.received, life.due), HOUR)
    for status, chance, longest in (
        (SUPPLEMENT, habits.supplement, 8 * calendar.day_seconds),
        (PAYMENT, 0.15 if life.fee else 0.0, 2 * calendar.day_seconds),
    ):
        if rng.random() >= chance:
            continue
        asked = calendar.add(life.received, total + int(term * rng.uniform(0.05, 0.5))) + rng.randrange(MINUTE)
        lasted = rng.randrange(HOUR, longest)
        brought = calendar.add(asked, lasted) + rng.randrange(MINUTE)
        life.moments += [Moment(asked, status), Moment(brought, WORKING)]
        if status == SUPPLEMENT:
            life.supplements.append((asked, brought))
        total += lasted
    return total


def _extend(life: Life, calendar: WorkingCalendar, rng: Random) -> None:
    """A letter of apology with a new date, at least a day before expiry."""
    said = calendar.add(life.due, -calendar.day_seconds - rng.randrange(HOUR))
    if said > life.received:
        life.promises.append((said, calendar.add(life.due, rng.randrange(2, 6) * calendar.day_seconds)))
        life.moments.append(Moment(said, WORKING, whole=True))


def _end(life: Life, end: int, rng: Random) -> None:
    chance = rng.random()
    if chance < 0.015:
        life.moments = [m for m in life.moments if m.at < end]
        life.moments.append(Moment(end, WITHDRAWN if chance < 0.01 else STOPPED, whole=True))
        life.ended = end
        return
    if chance < 0.022:  # reopened: ended too early, taken back, ended for good
        early = life.received + (end - life.received) // 2
        life.moments += [Moment(early, DONE), Moment(early + 3 * HOUR, WORKING, whole=True)]
    life.ended = end
    life.returned = end + rng.randrange(5 * MINUTE, 30 * HOUR)
    life.moments += [Moment(end, DONE), Moment(end + 20, DONE, whole=True), Moment(life.returned, RETURNED)]
