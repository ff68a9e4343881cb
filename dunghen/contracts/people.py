"""The topic `people`: one person a record, all of them one directory (`architecture.md` §6); and `notice-actions`: what they do.

A notification address is the one personal value in here, for it is what the topic is for. A name never is: only its digest
(`domain.directory.name_digest`), and that of the number by which the operator's own list knows the person: a later import finds them by it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dunghen.contracts.messages import Code, DayNumber, Instant
from dunghen.domain.directory import Directory, Leave, Person, Post

PersonId = Annotated[str, Meta(pattern=r"^p[0-9a-f]{16}$")]
Cover = Annotated[str, Meta(pattern=r"^(p[0-9a-f]{16})?$")]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]
ADDRESS = r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,189}$"


class PostRecord(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True):
    """One post: both days are included, None is without a bound."""

    unit: Code
    role: Literal["official", "section_head", "unit_head", "leader", "operator"]
    section: Code = ""
    valid_from: DayNumber | None = None
    valid_to: DayNumber | None = None


class LeaveRecord(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True):
    """Away from `first` to `last`; `cover` stands in ("" nobody named)."""

    first: DayNumber
    last: DayNumber
    cover: Cover = ""


class PersonRecord(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True):
    """One person: the value of `people`, keyed by the id, which is random and says nothing.

    `ref` is the digest of the number in the operator's own list. `feeds` are the sources whose silence this person is told of.
    `signed_out_at`: links and sessions that were made by then open nothing any more (real seconds; 0: nobody signed this person out).
    """

    id: PersonId
    posts: Annotated[tuple[PostRecord, ...], Meta(min_length=1, max_length=50)]
    ref: Digest
    address: Annotated[str, Meta(max_length=254, pattern=r"^([!-?A-~]{1,64}@[A-Za-z0-9.-]{1,189})?$")] = ""
    names: Annotated[tuple[Digest, ...], Meta(max_length=50)] = ()
    feeds: Annotated[tuple[Code, ...], Meta(max_length=200)] = ()
    leave: Annotated[tuple[LeaveRecord, ...], Meta(max_length=200)] = ()
    signed_out_at: Instant = 0


class NoticeAction(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True):
    """What a person did about a dossier's notices: the value of `notice-actions`, keyed by the dossier.

    `stage` of `clock` was answered (`acknowledge`, `working`: "đang xử lý", `dispute`: wrong data); `snooze` holds all of the dossier back
    from that person until `until`. `reason` is a code: a text could name somebody.
    """

    dossier: Code
    kind: Literal["acknowledge", "working", "snooze", "dispute"]
    person: PersonId
    at: Instant
    clock: Literal["dossier", "intake", "step"] = "dossier"
    stage: Code = ""
    until: Instant = 0
    reason: Annotated[str, Meta(pattern=r"^[A-Z_]{0,40}$")] = ""


decode_action = msgspec.json.Decoder(NoticeAction).decode
decode_person = msgspec.json.Decoder(PersonRecord).decode
_encode = msgspec.json.Encoder().encode


def encode_person(record: PersonRecord) -> bytes:
    """The same record is the same bytes."""
    return _encode(record)


def encode_action(action: NoticeAction) -> bytes:
    """The value of `notice-actions`."""
    return _encode(action)


def new_id() -> str:
    """An id that nobody has: 64 random bits."""
    return "p" + secrets.token_hex(8)


def ref_digest(ref: str) -> str:
    """What is kept of the number by which the operator's own list knows a person: 32 hex digits."""
    return hashlib.blake2b(ref.strip().encode(), digest_size=16, person=b"dunghen.ref").hexdigest()


def person_of(record: PersonRecord) -> Person:
    """The record as the domain knows a person."""
    return Person(
        id=record.id,
        posts=tuple(Post(p.unit, p.role, p.section, p.valid_from, p.valid_to) for p in record.posts),
        address=record.address,
        names=record.names,
        feeds=record.feeds,
        leave=tuple(Leave(each.first, each.last, each.cover) for each in record.leave),
    )


@dataclass
class PeopleBook:
    """Every record of the topic that was read; `directory` is everybody as of now."""

    records: dict[str, PersonRecord] = field(default_factory=dict)
    unreadable: set[bytes] = field(default_factory=set)
    _directory: Directory | None = None

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """One record of the topic; no value removes the person."""
        if key is None:
            return
        self._directory = None
        self.unreadable.discard(key)
        if value is None:
            self.records.pop(key.decode(errors="replace"), None)
            return
        try:
            record = decode_person(value)
        except msgspec.DecodeError:
            self.unreadable.add(key)
            return
        self.records[record.id] = record

    def opens(self, person: str, made_at: int) -> bool:
        """Whether a link or session of this person that was made at an instant (real seconds) holds as to the directory."""
        record = self.records.get(person)
        return record is not None and made_at > record.signed_out_at

    def by_ref(self, ref: str) -> PersonRecord | None:
        """Whom the operator's list knows by the number of this digest; None where that is nobody, or more than one."""
        found = [record for record in self.records.values() if record.ref == ref]
        return found[0] if len(found) == 1 else None

    @property
    def directory(self) -> Directory:
        """Built again only where records came in since."""
        if self._directory is None:
            self._directory = Directory(map(person_of, self.records.values()))
        return self._directory
