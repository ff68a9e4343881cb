"""The audit log: who read which dossier and who signed in, in blocks that are chained by their hashes.

A block is what was written at once: its number, the hash of the one before, the entries as JSON text, and the hash over these three.
Whoever changes, removes or moves an entry has to write every later block anew; a head that was noted elsewhere (`SEQ:HASH`) shows that too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from dunghen.contracts.messages import Code, Instant

STORE = "access"  # the database of sessions, used links and this log
BLOCKS, HEADS, HEAD = "audit", "audit_heads", "head"
BEFORE_ALL = "0" * 64


class AuditEntry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One reading, signing in or out. `who`: internal id of a person or of a key, "" where nobody is known by what was tried;
    `dossiers`: codes that the answer named, none where it was refused.

    `at`: the city's clock, seconds. `reason`: of `domain.access` or `domain.sign_on`, NOT_FOUND, SIGNED_OUT. `unit`: "" also where what was
    asked for is no code at all.
    """

    at: Instant
    who: Code
    role: Code
    route: str
    reason: Code
    unit: str = ""
    dossiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chain stands: the number and hash of its last block."""

    seq: int = 0
    hash: str = BEFORE_ALL

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the chain, at which block."""

    seq: int
    what: str


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(list[AuditEntry]).decode


def block_id(seq: int) -> str:
    """The document's id of a block: a number can be taken once."""
    return f"{seq:015d}"


def block_after(place: Place, entries: Iterable[AuditEntry]) -> tuple[Place, dict[str, Any]]:
    """The next block of a chain, and where the chain then stands."""
    text = _encode(list(entries)).decode()
    after = Place(place.seq + 1, _hash(place.seq + 1, place.hash, text))
    return after, {"seq": after.seq, "previous": place.hash, "entries": text, "hash": after.hash}


def chained_anew(place: Place, body: dict[str, Any], other: Callable[[AuditEntry], AuditEntry]) -> tuple[Place, dict[str, Any]]:
    """The next block with `other` entries in the place of its own, behind `place`; as it is where nothing is another."""
    before = entries_of(body)
    entries = [other(entry) for entry in before]
    if entries == before and body["previous"] == place.hash:
        return Place(body["seq"], body["hash"]), body
    return block_after(place, entries)


def entries_of(body: dict[str, Any]) -> list[AuditEntry]:
    """The entries of a block. Raises msgspec.DecodeError where there are none."""
    return _decode(body["entries"])


@dataclass
class Verification:
    """Walks a chain block by block, in the order of their numbers; `place` is where it stands, `known` a head noted elsewhere.

    `head`: as the log itself kept it before the walk began: blocks that come after it are newer than that.
    """

    known: Place | None = None
    head: Place | None = None
    place: Place = Place()
    entries: int = 0
    _seen: bool = False

    def take(self, document: str, body: dict[str, Any]) -> Iterator[Fault]:
        """What is wrong with the next block; after a fault the walk goes on from what the block says of itself."""
        seq, text = int(body.get("seq", 0)), str(body.get("entries", ""))
        if seq != self.place.seq + 1 or document != block_id(seq):
            yield Fault(seq, f"comes after {self.place.seq}: blocks were removed, or this one was moved")
        elif body.get("previous") != self.place.hash:
            yield Fault(seq, "does not name the hash of the block before it")
        if body.get("hash") != _hash(seq, str(body.get("previous")), text):
            yield Fault(seq, "was changed: its hash is another one")
        yield from self._counted(seq, body)
        self.place = Place(seq, str(body.get("hash")))
        if self.head is not None and self.head.seq == seq and self.head.hash != self.place.hash:
            yield Fault(seq, "is not the block that the log's own head names")
        if self.known is not None and self.known.seq == seq:
            self._seen = True
            if self.known.hash != self.place.hash:
                yield Fault(seq, "is not the block that was noted elsewhere")

    def end(self) -> Iterator[Fault]:
        """What is wrong with where the chain ends."""
        if self.head is not None and self.head.seq > self.place.seq:
            yield Fault(self.head.seq, f"is missing: the chain ends at {self.place.seq}")
        if self.known is not None and self.known.seq and not self._seen:
            yield Fault(self.known.seq, f"was noted elsewhere and is missing: the chain ends at {self.place.seq}")

    def _counted(self, seq: int, body: dict[str, Any]) -> Iterator[Fault]:
        try:
            self.entries += len(entries_of(body))
        except (msgspec.DecodeError, KeyError):
            yield Fault(seq, "holds no entries that can be read")


def _hash(seq: int, previous: str, text: str) -> str:
    return sha256(f"{seq}\n{previous}\n{text}".encode()).hexdigest()
