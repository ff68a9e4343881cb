"""Proves that a row went to whom it had to: the rules of `domain.recipients`, asked anew with the facts of that instant.

Facts come from the raw events (unit, handler), the matrix from the policy, posts and leave from the topic `people`. What alerts carried
along, its channels and its own choice are not looked at. Whether somebody could be reached at that moment is in no fact, so a row is right
if the rules name its recipient with everybody in reach, or with those alone who have an address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple, TypeVar

import msgspec

from dunghen.cli.notices.course import Course, Span, place_of, place_of_notice
from dunghen.contracts.messages import Notice
from dunghen.contracts.people import PersonRecord, decode_person, person_of
from dunghen.domain.directory import Directory
from dunghen.domain.manners import goes_at
from dunghen.domain.matrix import ESCALATED
from dunghen.domain.policy import Policy
from dunghen.domain.recipients import Reach, Recipient, Whose, recipients
from dunghen.domain.warnings import Crossing

What = TypeVar("What")
ONE_WRITING_MS = 5000  # records of `people` that lie no further apart were written together


class Version(NamedTuple):
    """A directory, from an instant of the city's clock on (None: nobody knows from when on)."""

    since: int | None
    directory: Directory


class Written(NamedTuple):
    """One record of `people`: when it was written (real milliseconds), whose, and what it says (None: the person is gone)."""

    at_ms: int
    person: str
    record: PersonRecord | None


@dataclass
class People:
    """The topic `people`, record by record. `real`: the city's clock is the real one, so that it is known when each was written."""

    real: bool = True
    written: list[Written] = field(default_factory=list)

    def take(self, key: bytes | None, value: bytes | None, _: int, at_ms: int) -> None:
        """One record, in the order of the topic; one that cannot be read says nothing."""
        try:
            self.written.append(Written(at_ms, (key or b"").decode(), decode_person(value) if value else None))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return

    def versions(self) -> list[Version]:
        """Every directory that there was, the first first. Compaction takes older records of a person away, so each is there twice: as the
        records say, and with everybody of whom only later ones are left as those say.
        """
        found, now, first = list[Version](), dict[str, PersonRecord](), dict[str, PersonRecord]()
        for each in self.written:
            if each.record is not None:
                first.setdefault(each.person, each.record)
        for n, each in enumerate(self.written):
            if each.record is None:
                now.pop(each.person, None)
            else:
                now[each.person] = each.record
            following = self.written[n + 1] if n + 1 < len(self.written) else None
            if following is None or following.at_ms - each.at_ms > ONE_WRITING_MS:
                since = each.at_ms // 1000 if self.real else None
                found += [Version(since, _directory(now)), Version(since, _directory({**first, **now}))]
        return found


def _directory(records: dict[str, PersonRecord]) -> Directory:
    return Directory(map(person_of, records.values()))


@dataclass(frozen=True, slots=True)
class Rules:
    """`versions` and `policies` the first first; `slack`: seconds by which alerts may have been behind."""

    versions: Sequence[Version]
    policies: Sequence[tuple[int, Policy]]
    slack: int = 0


def wrongly_told(notice: Notice, course: Course, rows: Sequence[Notice], rules: Rules) -> str:
    """Why a row's recipient is not whom the rules name; "" if it is, or if nobody was to be named (it ended unseen; an older release).

    `rows`: what the ledger has of the dossier, for an escalation goes to nobody who has heard what it follows.
    """
    if not notice.why or not notice.recipient:
        return ""
    if notice.stage.endswith(ESCALATED) and (why := _wrongly_escalated(notice, rows)):
        return why
    wanted, named = (notice.recipient, notice.why, notice.covers), set[str]()
    for found in _named(notice, course, rules):
        if wanted in {(who.id, who.why, who.covers) for who in found}:
            return ""
        named |= {who.id for who in found}
    return f"went to {notice.recipient} as {notice.why}; the rules name {', '.join(sorted(named)) or 'nobody'}"


def _named(notice: Notice, course: Course, rules: Rules) -> Iterator[Iterable[Recipient]]:
    """Whom the rules name, by each state of the facts that may have held when it was decided."""
    since, until = notice.decided_at - rules.slack, notice.decided_at + rules.slack
    spans = (span for span in course.spans if span.begins <= until and span.ends >= since)
    for whose, crossing in _crossed(notice, spans):
        yield from named(whose, crossing, notice.decided_at, rules)


def named(whose: Whose, crossing: Crossing, at: int, rules: Rules) -> Iterator[Sequence[Recipient]]:
    """Whom the rules name of a stage at an instant, by each policy, directory and reach that may have held then."""
    since, until = at - rules.slack, at + rules.slack
    policies = _holding(rules.policies, since - 1, until) or [rules.policies[0][1]]
    directories = _holding(rules.versions, since, until) or [Directory(), *(each.directory for each in rules.versions[:2])]
    for policy, directory in product(policies, directories):
        for day, reach in product(_days(at, crossing, policy), _reaches(directory, policy)):
            yield recipients(whose, crossing.stage.roles, reach, day)


def _wrongly_escalated(notice: Notice, rows: Iterable[Notice]) -> str:
    base = notice.stage.removesuffix(ESCALATED)
    of_it = [row for row in rows if (row.clock, row.stage, row.recipient) == (notice.clock, base, notice.recipient)]
    if notice.reason == "ALREADY_TOLD":
        return "" if any(row.state != "superseded" for row in of_it) else f"{notice.recipient} was not told of {base}"
    told = any(row.state == "delivered" and row.due_at == notice.due_at and row.sent_at <= notice.decided_at for row in of_it)
    return f"{notice.recipient} had heard of {base} already" if told and notice.state != "superseded" else ""


def _crossed(notice: Notice, spans: Iterable[Span]) -> Iterator[tuple[Whose, Crossing]]:
    place = place_of_notice(notice)
    for span in spans:
        if span.facts:
            yield from ((span.facts.whose, crossing) for crossing in span.crossed if place_of(crossing) == place)


def _days(at: int, crossing: Crossing, policy: Policy) -> set[int]:
    """The day of the decision, and that on which the message may go out."""
    return {policy.zone.day_of(when) for when in (at, max(at, goes_at(crossing.stage, crossing.at, policy)))}


def _reaches(directory: Directory, policy: Policy) -> tuple[Reach, ...]:
    city, catalogue = policy.city.code, policy.catalogue

    def mail_of(unit: str) -> bool:
        found = catalogue.get(unit)
        return bool(found and found.notice_address)

    return (
        Reach(directory, lambda person: bool(person.address), mail_of, city),
        Reach(directory, lambda _: True, mail_of, city),
        Reach(directory, lambda _: True, lambda _: True, city),
    )


def _holding(each: Sequence[tuple[int | None, What]], since: int, until: int) -> list[What]:
    """Those of a sequence in time that held at some moment from `since` to `until`; what began nobody knows when always may have."""
    begun = max((at for at, _ in each if at is not None and at <= since), default=None)
    return [what for at, what in each if at is None or (at <= until and (begun is None or at >= begun))]
