"""A directory of one official, as ingest sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dunghen.domain.days import day_number
from dunghen.domain.directory import Directory, Person, Post, name_digest

PERSON = "p00000000000000aa"


@dataclass
class People:
    """The port `People`."""

    directory: Directory | None

    def current(self) -> Directory | None:
        return self.directory


def people_of(unit: str, name: str, valid_to: str) -> People:
    post = Post(unit, "official", valid_to=day_number(date.fromisoformat(valid_to)))
    return People(Directory([Person(PERSON, (post,), names=(name_digest(unit, name),))]))
