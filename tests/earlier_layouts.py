"""Records of dossiers as earlier releases wrote them, made from present ones that name no official."""

from __future__ import annotations

from dunghen.domain.record_layout import HANDLER, SEEN, START, STATED


def as_layout_2(record: bytes) -> bytes:
    """Before the official of the newest step was remembered."""
    return record[:1] + bytes((2, record[2] - (STATED - HANDLER))) + record[SEEN:HANDLER] + record[STATED:]


def as_layout_1(record: bytes) -> bytes:
    """Before the day of the last arrival was remembered."""
    second = as_layout_2(record)
    return second[:1] + bytes((1, second[2] - (START - SEEN))) + second[START:]
