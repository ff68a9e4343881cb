"""What an official may write in explanation of a unit's points or month (giải trình; issue 7). Pure.

Nothing that looks like a person's may be in it (`domain.md` §7): the check is on the safe side, and says only which part did not pass.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

MOST_LETTERS, MOST_LINKS, LONGEST_LINK = 1000, 5, 300
MONTHLY_SHEET = "monthly-sheet"
_NUMBER = re.compile(r"\d{9}|(?<!\w)(?:0|\+?84)(?:[ .()-]{0,2}\d){8,11}")  # an identity or phone number, however it is divided
_DATE = re.compile(r"\b\d{1,2}([.-])\d{1,2}\1(?:19|20)\d{2}\b")
_DOSSIER = re.compile(r"\b[A-Z]\d{2}(?:\.\d{1,3})*-\d{6}-\d+\b")
_MAIL = re.compile(r"[^\s@]@[^\s@]")
_LINK = re.compile(r"https://[A-Za-z0-9.-]{1,200}(?::\d{1,5})?(?:/[A-Za-z0-9._~/%-]*)?", re.ASCII)


class Reason(StrEnum):
    """Whether it may be said, or which part of it may not."""

    FITS = "FITS"
    EMPTY = "EMPTY"
    TOO_LONG = "TOO_LONG"
    PERSONAL = "PERSONAL"
    BAD_LINK = "BAD_LINK"


def judge(text: str, links: Sequence[str]) -> Reason:
    """Text of 1 to 1000 letters and at most five https links, without 9 digits in a row, mail addresses, and what begins and goes on as a
    phone or identity number, however it is divided.
    """
    if not text.strip():
        return Reason.EMPTY
    if len(text) > MOST_LETTERS or len(links) > MOST_LINKS:
        return Reason.TOO_LONG
    if any(len(link) > LONGEST_LINK or not _LINK.fullmatch(link) for link in links):
        return Reason.BAD_LINK
    return Reason.PERSONAL if any(_personal(part) for part in (text, *links)) else Reason.FITS


def _personal(part: str) -> bool:
    """Also in other letters for the same digits and signs. Dates and codes of dossiers are nobody's number."""
    plain = _DOSSIER.sub("", _DATE.sub("", unicodedata.normalize("NFKC", part)))
    return bool(_NUMBER.search(plain) or _MAIL.search(plain))
