"""What the doctor says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `mend` is empty where nothing is to be done."""

    what: str
    good: bool
    mend: str = ""


class Elsewhere(NamedTuple):
    """Base addresses of a running city; an empty one is not asked."""

    page: str
    ingest: str
