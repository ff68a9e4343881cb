"""What an official may write in explanation of a unit's points or month (giải trình; issue 7). Pure.

Nothing that looks like a person's may be in it (`domain.md` §7): the check is on the safe side, and says only which part did not pass.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

MOST_LETTERS, MOST_LINKS, LONGEST_LINK = 1000, 5, 300
MONTHLY_SHEET = "monthly-sheet"
_NUMBER = re.compile(r"\d{9}|\b0\d{2,3}[ .-]\d{3}[ .-]\d{3,4}\b")  # an identity or phone number, also as it is spoken
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
    """Text of 1 to 1000 letters without numbers of 9 digits in a row, phone numbers and mail addresses; at most five https links."""
    if not text.strip():
        return Reason.EMPTY
    if len(text) > MOST_LETTERS or len(links) > MOST_LINKS:
        return Reason.TOO_LONG
    if any(len(link) > LONGEST_LINK or not _LINK.fullmatch(link) for link in links):
        return Reason.BAD_LINK
    personal = any(_NUMBER.search(part) or _MAIL.search(part) for part in (text, *links))
    return Reason.PERSONAL if personal else Reason.FITS
