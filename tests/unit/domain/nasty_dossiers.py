"""Events at their worst: contradicting, at the same instant, without dates; and the usual course with the usual faults."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

from dunghen.contracts.messages import DossierEvent

HANOI = timezone(timedelta(hours=7))
START = int(datetime(2026, 1, 1, tzinfo=HANOI).timestamp())
DAY = 86400
UNITS = ("20242", "20194", "H17.31")
HANDLERS = ("", "p00000000000000aa", "pfedcba9876543210")
PROCEDURES = ("1.00422", "2.hours", "2.working", "2.days", "2.months")


def event(kind: str, at: int, **facts: Any) -> DossierEvent:
    """One event of a dossier; what is not given is as a plain sender would leave it."""
    given = {"id": f"{at:016x}", "dossier": "000.17.22.H56-260101-0001", "unit": UNITS[0], "arrived_at": at * 1_000_000}
    return DossierEvent(kind=kind, occurred_at=at, **{**given, **facts})


def dossier(r: Random) -> list[DossierEvent]:
    """All events of one dossier, in no particular order."""
    events = _plausible(r) if r.random() < 0.5 else []
    if not events or r.random() < 0.3:
        events += [_nasty(r) for _ in range(r.randrange(1, 8))]
    return events


def _moment(r: Random) -> int:
    return START + r.randrange(-2, 24) * DAY + r.choice((0, 0, 1, DAY - 1, 8 * 3600, 17 * 3600, r.randrange(DAY)))


def _nasty(r: Random) -> DossierEvent:
    at = _moment(r)
    facts: dict[str, Any] = {
        "id": f"{r.getrandbits(64):016x}",
        "unit": r.choice(UNITS),
        "arrived_at": r.choice((1, 2, at * 1_000_000 + r.randrange(9))),
    }
    kind = r.choices(("synced", "progressed", "retracted"), (5, 6, 0.4))[0]
    if kind == "progressed":
        facts |= {
            "status": r.choice((1, 2, 3, 4, 4, 4, 5, 5, 6, 7, 8, 9, 9, 10)),
            "step_due": r.choice((0, _moment(r))),
            "handler": r.choice(HANDLERS),
        }
    elif kind == "synced":
        facts |= _statement(r)
    return event(kind, at, **facts)


def _statement(r: Random) -> dict[str, Any]:
    status = r.choice((1, 2, 2, 2, 3, 4, 4, 4, 5, 6, 7, 8, 9, 9, 9, 10))
    facts: dict[str, Any] = {"status": status, "procedure": r.choice(PROCEDURES), "channel": r.choice((1, 2, 3)), "flags": r.randrange(16)}
    facts |= {"gateway": r.randrange(4), "form": r.choice(("", "counter", "post", "online"))}
    facts |= {name: r.choice((0, _moment(r), _moment(r), _moment(r))) for name in ("received", "due")}
    if r.random() < 0.6 and (status in (3, 7, 8, 9, 10) or r.random() < 0.2):
        facts["ended"] = _moment(r)
    if status == 10 or r.random() < 0.1:
        facts["returned"] = _moment(r)
    if r.random() < 0.3:
        asked = _moment(r)
        facts["steps"] = ((5, asked), (4, asked + r.choice((0, 3600, 3 * DAY))))
    return facts


def _plausible(r: Random) -> list[DossierEvent]:
    """Late feeds, a second sync, a supplement, a payment, a reopening."""
    received = at = _moment(r)
    plain = {
        "unit": r.choice(UNITS),
        "procedure": r.choice(PROCEDURES),
        "channel": 2,
        "flags": 3,
        "gateway": 1,
        "form": "post",
        "received": received,
    }
    plain["due"] = received + r.randrange(-1, 12) * DAY if r.random() < 0.7 else 0
    out = [event("synced", received, status=2, **plain)]

    def later(days: int, status: int) -> None:
        nonlocal at
        at += r.randrange(days * DAY)
        out.append(event("progressed", at, status=status, unit=plain["unit"], id=f"{r.getrandbits(64):016x}"))

    for _ in range(r.randrange(4)):
        later(2, 4)
    while r.random() < 0.4:
        later(2, r.choice((5, 5, 6)))
        if r.random() < 0.8:
            later(5, 4)
    out += [event("synced", at + 5, status=4, **plain | {"due": received + r.randrange(15) * DAY})] * (r.random() < 0.2)
    if r.random() < 0.7:
        later(3, 9)
        later(2, 10)
    out += [event("synced", at + 3600, status=r.choice((4, 9, 3, 8)), **plain)] * (r.random() < 0.15)
    for _ in range(r.random() < 0.15):
        later(1, r.choice((4, 7, 9)))
    return out
