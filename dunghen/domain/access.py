"""Who may see what: one table and one pure function (issue 6; `domain.md` §7: codes of dossiers are for authenticated officials)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody who asks can be. A source writes (ingest decides that by its key) and reads nothing but what is public."""

    PUBLIC = "public"
    OFFICIAL = "official"
    LEADER = "leader"
    OPERATOR = "operator"
    READER = "reader"
    SOURCE = "source"
    DESK = "desk"
    CONSUMER = "consumer"


class What(StrEnum):
    """What can be asked for. Every route of the API is one of these (`services/api/access_table.py`)."""

    OPEN = "open"  # aggregates, pages, descriptions, health: everybody
    SIGN_IN = "sign_in"  # a one-time link's page and what it posts from our own pages; the way to the city's sign-on and back: everybody
    WALL_REPORT = "wall_report"  # a wall of ours, by its token or this computer
    OWN_SESSION = "own_session"  # whose session it is, and its end
    UNIT_DOSSIERS = "unit_dossiers"  # the dossiers of a unit
    OWN_DOSSIERS = "own_dossiers"  # those that one has oneself, by session
    DOSSIER = "dossier"  # one dossier
    NOTICES = "notices"  # notices of one's units
    NOTICE_QUALITY = "notice_quality"  # how good the notices of one's units are, as counts: who leads or runs it
    DESK_BOARD = "desk_board"  # what a desk's screen shows: that desk's key alone
    FOLLOW_UPS = "follow_ups"  # how violations at one's units are followed up
    MONTHLY_SHEET = "monthly_sheet"  # of a unit, by which its head is rated
    MONTHLY_SHEETS = "monthly_sheets"  # of all units side by side, for the city's report: who leads all of it, and operators
    JUSTIFY = "justify"  # to write of a unit's points or month: its officials and who leads them
    DRAFTS = "drafts"  # rankings of a year before they are published: people of the city, no machine
    CHANGES = "changes"  # that something of one's units changed, as it does
    NOTICE_LINK = "notice_link"  # which notice a message was, for whom it went to
    OWN_BROWSERS = "own_browsers"  # in which of one's browsers notices are shown: who is told of them, no machine and no operator
    OWN_WEBHOOKS = "own_webhooks"  # to be told by webhooks what is public: a program with a key
    WEBHOOKS = "webhooks"  # to see, try and end them: whose they are, and the operator
    ACT = "act"  # what people say of a dossier's notices: who is told of them, no machine and no operator


class Reach(StrEnum):
    """How far a right goes."""

    ALL = "all"
    UNITS = "units"  # of the units of the grant: also what one has oneself is of the unit of a post
    CITY = "city"  # of all units as one: only by a grant that has every unit of the city


class Reason(StrEnum):
    """Why access is given or not."""

    PUBLIC = "PUBLIC"
    WHOLE_CITY = "WHOLE_CITY"
    OWN_UNIT = "OWN_UNIT"
    OWN_DOSSIER = "OWN_DOSSIER"
    OWN_SCOPE = "OWN_SCOPE"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    ROLE_NOT_ALLOWED = "ROLE_NOT_ALLOWED"
    OTHER_UNIT = "OTHER_UNIT"


FOR_EVERYBODY = (What.OPEN, What.SIGN_IN, What.WALL_REPORT)  # who may report of a wall is asked by its own token, not by a role
_OF_DOSSIERS = {Role.OFFICIAL: Reach.UNITS, Role.LEADER: Reach.UNITS, Role.READER: Reach.UNITS, Role.OPERATOR: Reach.ALL}
_OF_PEOPLE = {Role.OFFICIAL: Reach.ALL, Role.LEADER: Reach.ALL, Role.OPERATOR: Reach.ALL}  # each sees what is their own
RIGHTS: Mapping[What, Mapping[Role, Reach]] = {
    What.OWN_SESSION: _OF_PEOPLE,
    What.OWN_DOSSIERS: _OF_PEOPLE,
    What.UNIT_DOSSIERS: _OF_DOSSIERS,
    What.DOSSIER: _OF_DOSSIERS,
    What.NOTICES: _OF_DOSSIERS,
    What.NOTICE_QUALITY: {Role.LEADER: Reach.UNITS, Role.OPERATOR: Reach.ALL},
    What.DESK_BOARD: {Role.DESK: Reach.UNITS},
    What.FOLLOW_UPS: _OF_DOSSIERS,
    What.MONTHLY_SHEET: {Role.OFFICIAL: Reach.UNITS, Role.LEADER: Reach.UNITS, Role.OPERATOR: Reach.ALL},
    What.MONTHLY_SHEETS: {Role.LEADER: Reach.CITY, Role.OPERATOR: Reach.ALL},
    What.JUSTIFY: {Role.OFFICIAL: Reach.UNITS, Role.LEADER: Reach.UNITS},
    What.DRAFTS: _OF_PEOPLE,
    What.CHANGES: _OF_DOSSIERS,
    What.NOTICE_LINK: {Role.OFFICIAL: Reach.ALL, Role.LEADER: Reach.ALL},  # each what went to them
    What.OWN_BROWSERS: {Role.OFFICIAL: Reach.ALL, Role.LEADER: Reach.ALL},  # each their own
    What.OWN_WEBHOOKS: {Role.CONSUMER: Reach.ALL, Role.READER: Reach.ALL},  # each their own
    What.WEBHOOKS: {Role.CONSUMER: Reach.ALL, Role.READER: Reach.ALL, Role.OPERATOR: Reach.ALL},  # each their own, operators all
    What.ACT: {Role.OFFICIAL: Reach.UNITS, Role.LEADER: Reach.UNITS},
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One role and the public codes of the units that it is for: an official's own, a leader's with all below; of a desk its place."""

    role: Role
    units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who is known: a person by internal id, or a machine by the id of its key."""

    id: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for. `unit`: whose it is (of a desk's board the desk's place, 20242.Q01), None: only what is within reach is given;
    `handler`: id of whom a step named last; `city`: every unit of the city, where what is asked for is of all of them (`Reach.CITY`).

    The name outlives what it says: a dossier moves on, an official changes posts. So it says why somebody reads, and opens nothing.
    """

    unit: str | None = None
    handler: str = ""
    city: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Access:
    """The decision. `role`: by which one it is given."""

    allowed: bool
    reason: Reason
    role: Role = Role.PUBLIC


def decide_access(who: Who | None, what: What, target: Target = Target()) -> Access:
    """Whether somebody (None: nobody known) may have something. The widest grant decides, so that posts of one person add up."""
    if what in FOR_EVERYBODY:
        return Access(True, Reason.PUBLIC)
    if who is None:
        return Access(False, Reason.UNAUTHENTICATED)
    held = _held(who, what)
    if not held:
        return Access(False, Reason.ROLE_NOT_ALLOWED)
    found = next((access for access in (_by_grant(grant, reach, target) for grant, reach in held) if access is not None), None)
    if found is not None and found.reason is Reason.OWN_UNIT and who.id == target.handler:
        return Access(True, Reason.OWN_DOSSIER, found.role)
    return found or Access(False, Reason.OTHER_UNIT)


def _held(who: Who, what: What) -> list[tuple[Grant, Reach]]:
    """The grants that say something of this, the widest first."""
    held = [(grant, RIGHTS[what][grant.role]) for grant in who.grants if grant.role in RIGHTS[what]]
    return sorted(held, key=lambda each: each[1] is not Reach.ALL)


def _by_grant(grant: Grant, reach: Reach, target: Target) -> Access | None:
    if reach is Reach.CITY:
        return Access(True, Reason.WHOLE_CITY, grant.role) if target.city and target.city <= grant.units else None
    if reach is Reach.ALL:
        return Access(True, Reason.WHOLE_CITY, grant.role)
    if target.unit is None:
        return Access(True, Reason.OWN_SCOPE, grant.role)
    return Access(True, Reason.OWN_UNIT, grant.role) if target.unit in grant.units else None


def units_in_reach(who: Who, what: What) -> frozenset[str] | None:
    """The units whose things somebody may have; None: all."""
    held = _held(who, what)
    if any(reach is Reach.ALL for _, reach in held):
        return None
    return frozenset(unit for grant, _ in held for unit in grant.units)
