"""Short texts and codes that somebody writes by hand: what looks as if it were a person's is refused, and never repeated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from dunghen.contracts.refusals import Refusal
from services.ingest.wire.facts import required
from services.ingest.wire.scalars import ItemRefused, Scalar, catalogue_code, text

Word = TypeVar("Word", bound=str)
_PERSONAL = re.compile(r"(?:\d[\s.\-–]?){8}\d|[^\s@]@[^\s@]")  # as many digits as a phone or an identity number has; a mail address


def chosen(value: Scalar, of: Sequence[Word], path: str, otherwise: str = "") -> Word:
    """One of these words. Raises ItemRefused: MISSING where nothing is given and nothing is usual, BAD_CHOICE."""
    given = (text(value) or otherwise) if otherwise else required(value, path)
    found = next((one for one in of if one == given), None)
    if found is None:
        raise ItemRefused(Refusal.BAD_CHOICE, path)
    return found


def content(value: Scalar, path: str, longest: int) -> str:
    """A text of one line, at most so many characters; "" if not given. Raises ItemRefused: BAD_TEXT, PERSONAL_TEXT."""
    given = text(value)
    if len(given) > longest or not given.isprintable():
        raise ItemRefused(Refusal.BAD_TEXT, path)
    return _impersonal(given, path)


def own_code(value: Scalar, path: str) -> str:
    """The code that a plan gives. Raises ItemRefused: MISSING, BAD_CODE, PERSONAL_TEXT."""
    code = catalogue_code(required(value, path))
    if not code:
        raise ItemRefused(Refusal.BAD_CODE, path)
    return _impersonal(code, path)


def _impersonal(given: str, path: str) -> str:
    if _PERSONAL.search(given):
        raise ItemRefused(Refusal.PERSONAL_TEXT, path)
    return given
