"""`dunghen people import|list|diff|sign-out`: the directory, written behind a fence and in one transaction: all of a list or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.people.list_file import ListFaults, ListReading
from dunghen.cli.policy_topic import read_book
from dunghen.contracts import topics
from dunghen.contracts.people import PeopleBook, PersonRecord, encode_person
from dunghen.domain.days import date_of
from dunghen.domain.policy import Policy
from dunghen.platform import kafka
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.fenced import Fenced, writing
from dunghen.platform.settings import PlatformSettings

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list to import. `whole`: who is not in it is removed; `dry_run`: nothing is written."""

    file: Path
    whole: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What an import does to the directory; a person whose record stays the same is in none of them."""

    added: tuple[PersonRecord, ...]
    changed: tuple[tuple[PersonRecord, PersonRecord], ...]
    removed: tuple[PersonRecord, ...]
    same: int

    def records(self) -> list[tuple[bytes, bytes | None]]:
        """What is to be written to the topic."""
        new = [*self.added, *(after for _, after in self.changed)]
        return [(r.id.encode(), encode_person(r)) for r in new] + [(r.id.encode(), None) for r in self.removed]

    def lines(self) -> list[str]:
        """For the operator; by internal id and what changes, without any address or name."""
        out = [f"+ {_told(record)}" for record in self.added]
        out += [f"~ {after.id}  {', '.join(_differences(before, after))}" for before, after in self.changed]
        out += [f"- {_told(record)}" for record in self.removed]
        return [*out, f"{len(self.added)} added, {len(self.changed)} changed, {len(self.removed)} removed, {self.same} as they were"]


def change_of(before: Mapping[str, PersonRecord], after: Iterable[PersonRecord], *, whole: bool) -> Change:
    """`before` by id. Without `whole` a list of one unit leaves all others alone."""
    wanted = {record.id: record for record in after}
    pairs = [(before[i], record) for i, record in wanted.items() if i in before and before[i] != record]
    return Change(
        added=tuple(record for i, record in wanted.items() if i not in before),
        changed=tuple(pairs),
        removed=tuple(record for i, record in sorted(before.items()) if whole and i not in wanted),
        same=sum(before.get(i) == record for i, record in wanted.items()),
    )


def read_list(file: Path, policy: Policy, book: PeopleBook) -> list[PersonRecord]:
    """The people of a CSV file (UTF-8, also as Excel writes it). Raises CommandError that lists every fault."""
    known = {record.ref: record for record in book.records.values()}
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            return ListReading(policy, known).records(text)
    except (OSError, UnicodeDecodeError) as fault:
        raise CommandError(f"{file}: {type(fault).__name__}: not a file that can be read as UTF-8") from None
    except ListFaults as faults:
        raise CommandError(f"{file.name} is not imported, nothing was written:\n{faults}") from None


async def take(folder: DataFolder, wanted: Wanted, say: Say) -> None:
    """Imports a list, or says what it would do. Raises CommandError."""
    settings = settings_of(folder)
    policy = (await read_book(settings)).latest
    change = await (_look if wanted.dry_run else _write)(settings, wanted, policy)
    for line in change.lines():
        say(line)


async def _look(settings: PlatformSettings, wanted: Wanted, policy: Policy) -> Change:
    book = await read_people(settings)
    return change_of(book.records, read_list(wanted.file, policy, book), whole=wanted.whole)


async def _write(settings: PlatformSettings, wanted: Wanted, policy: Policy) -> Change:
    """Behind a fence: what the change is made from is what is there when it is written."""
    try:
        async with writing(settings, "people") as writer:
            change = await _look(settings, wanted, policy)
            await writer.write({(topics.PEOPLE, 0): change.records()})
            return change
    except Fenced:
        raise CommandError("somebody else imported at the same moment: nothing was written; look with diff and import again") from None


async def sign_out(folder: DataFolder, person: str, say: Say) -> None:
    """Ends every session of a person, and every link that was made by now. Raises CommandError for somebody whom nobody knows."""
    settings = settings_of(folder)
    try:
        async with writing(settings, "people") as writer:
            record = (await read_people(settings)).records.get(person)
            if record is None:
                raise CommandError(f"{person}: nobody in the directory has this id; `dunghen people list` names them")
            after = replace(record, signed_out_at=real_milliseconds() // 1000)
            await writer.write({(topics.PEOPLE, 0): [(person.encode(), encode_person(after))]})
    except Fenced:
        raise CommandError("somebody else changed the directory at the same moment: nobody was signed out; do it again") from None
    say(f"{person} is signed out everywhere, and no link made by now opens; `dunghen people link` makes a new one")


async def show(folder: DataFolder, say: Say) -> None:
    """Everybody by internal id: posts, whether there is an address, leave. Addresses and names are not shown."""
    book = await read_people(settings_of(folder))
    for _, record in sorted(book.records.items()):
        say(_told(record))
    say(f"{len(book.records)} people")


async def read_people(settings: PlatformSettings) -> PeopleBook:
    """The directory as it is now. Raises MissingTopic, Unreachable."""
    book = PeopleBook()
    await kafka.read_all(settings, (topics.PEOPLE, 0), lambda key, value, *_: book.take(key, value))
    return book


def _told(record: PersonRecord) -> str:
    posts = ", ".join(f"{p.role} of {p.unit}{f'/{p.section}' if p.section else ''}{_span(p.valid_from, p.valid_to)}" for p in record.posts)
    away = "".join(f"; away{_span(each.first, each.last)}, {each.cover or 'nobody'} stands in" for each in record.leave)
    feeds = f"; answers for {', '.join(record.feeds)}" if record.feeds else ""
    return f"{record.id}  {posts}{'' if record.address else '; no address'}{feeds}{away}"


def _span(first: int | None, last: int | None) -> str:
    if first is None and last is None:
        return ""
    return f" {date_of(first) if first is not None else ''}..{date_of(last) if last is not None else ''}"


def _differences(before: PersonRecord, after: PersonRecord) -> list[str]:
    names = ("posts", "address", "names", "feeds", "leave")
    return [f"other {name}" for name in names if getattr(before, name) != getattr(after, name)]
