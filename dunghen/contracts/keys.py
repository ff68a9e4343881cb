"""Keys of machines and one-time links of people: how they are made, and the topic `keys` as its readers keep it.

A secret is 256 random bits behind a readable id. It is shown once, to who asked for it; everywhere else only its SHA-256 is known (a slow
hash would guard nothing here: nobody guesses 256 bits). Instants are real seconds: a key expires by the calendar on the wall, also in a
city whose clock runs faster.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Literal

import msgspec

from dunghen.contracts.messages import KeyRecord, decode_key

PREFIX = "dh"  # so that a key is known for one where it should not be
Scope = Literal["source", "reader", "operator", "link", "desk", "consumer"]
State = Literal["valid", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key is for. `code`: a source's unit prefix, a reader's unit, a desk's place, a consumer's
    name, "" for an operator, a link's person."""

    scope: Scope
    code: str
    made_at: int
    expires_at: int
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key: `text` is the secret itself, to be shown once; `record` is what may be kept."""

    text: str
    record: KeyRecord


def make_key(grant: Grant) -> MadeKey:
    """A random key."""
    key_id = secrets.token_hex(5)
    text = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
    return MadeKey(text, record_of(text, key_id, grant))


def record_of(text: str, key_id: str, grant: Grant) -> KeyRecord:
    """What is kept of a secret."""
    return KeyRecord(id=key_id, digest=digest_of(text), **asdict(grant))


def digest_of(text: str) -> str:
    """The SHA-256 of a secret, in hex."""
    return sha256(text.encode()).hexdigest()


def state_of(record: KeyRecord, now: int) -> State:
    """Whether a key opens anything at `now` (real seconds). A revocation holds from when it is known, whatever clock dated it."""
    if record.revoked_at:
        return "revoked"
    return "expired" if record.expires_at <= now else "valid"


def bearer_of(authorization: str) -> str:
    """The secret in an `Authorization: Bearer` header; "" where there is none."""
    scheme, _, text = authorization.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


@dataclass
class KeyBook:
    """Every record of the topic. The same records in any order of different keys give the same book."""

    _by_id: dict[str, KeyRecord] = field(default_factory=dict)
    _by_digest: dict[str, KeyRecord] = field(default_factory=dict)

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """One record; no value removes the key. What nobody of ours could have written opens nothing."""
        if key is None:
            return
        old = self._by_id.pop(key.decode(errors="replace"), None)
        if old is not None:
            self._by_digest.pop(old.digest, None)
        if value is None:
            return
        try:
            record = decode_key(value)
        except msgspec.DecodeError:
            return
        self._by_id[record.id] = self._by_digest[record.digest] = record

    def __iter__(self) -> Iterator[KeyRecord]:
        return iter(sorted(self._by_id.values(), key=lambda record: (record.made_at, record.id)))

    def get(self, key_id: str) -> KeyRecord | None:
        """The record of an id."""
        return self._by_id.get(key_id)

    def line(self, key_id: str) -> frozenset[str]:
        """This key and those that it was made for, in turn: what one of them owns is the newest one's."""
        found: set[str] = set()
        while key_id and key_id not in found:
            found.add(key_id)
            key_id = record.replaces if (record := self._by_id.get(key_id)) else ""
        return frozenset(found)

    def family(self, key_id: str) -> frozenset[str]:
        """Every key of who holds this one: those that it was made for, and all that were made for any of them, valid or not."""
        own = self.line(key_id)
        return own.union(*(line for record in self if not own.isdisjoint(line := self.line(record.id))))

    def alive(self, now: int) -> frozenset[str]:
        """The keys that are valid at `now` (real seconds), and those that they were made for."""
        return frozenset(key_id for record in self if state_of(record, now) == "valid" for key_id in self.line(record.id))

    def holder(self, text: str, now: int) -> KeyRecord | None:
        """The record of a secret that is valid at `now` (real seconds); None for any other text."""
        record = self._by_digest.get(digest_of(text)) if text else None
        return record if record is not None and state_of(record, now) == "valid" else None
