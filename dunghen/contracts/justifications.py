"""Justifications (giải trình): what an official wrote of a unit's points in a year or of its month: the values of `justifications`.

Every one is kept under a key of its own; of the same unit, subject and period the newest holds.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from dunghen.contracts.messages import Code, EventId, Instant

Link = Annotated[str, Meta(max_length=300, pattern=r"^https://[!-~]+$")]
_canonical = msgspec.json.Encoder(order="sorted").encode


class Justification(msgspec.Struct, gc=False, kw_only=True):
    """`about`: the code of an indicator, with a year as `period`, or `monthly-sheet` with a month. `person`: an internal id."""

    id: EventId
    unit: Code
    about: Code
    period: Annotated[str, Meta(pattern=r"^\d{4}(-(0[1-9]|1[0-2]))?$")]
    text: Annotated[str, Meta(min_length=1, max_length=1000)]
    links: Annotated[tuple[Link, ...], Meta(max_length=5)] = ()
    person: Code
    at: Instant


decode_justification = msgspec.json.Decoder(Justification).decode


def justification_id(said: Justification) -> str:
    """The first 16 hex digits of SHA-256 over what was said, by whom: the same said again takes its own place."""
    return sha256(_canonical(msgspec.structs.replace(said, id="", at=0))).hexdigest()[:16]


def justification_key(said: Justification) -> bytes:
    """The key in the topic, which is partitioned by unit."""
    return f"{said.unit}|{said.about}|{said.period}|{said.id}".encode()
