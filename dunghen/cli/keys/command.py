"""What `dunghen keys` does. Days are of 24 real hours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.keys.topic import now_seconds, read_keys, write_keys, write_secret
from dunghen.cli.policy_topic import read_book
from dunghen.contracts.keys import Grant, KeyBook, MadeKey, Scope, digest_of, make_key, record_of, state_of
from dunghen.contracts.messages import KeyRecord
from dunghen.domain.desks import placed
from dunghen.domain.units import Catalogue, normalise_wire_code
from dunghen.platform.settings import PlatformSettings

Say = Callable[[str], None]
DAY = 86400
FIRST_KEY_DAYS = 365
CONSUMER = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key to be made. `out`: a file that gets it instead of the screen."""

    scope: Scope
    code: str
    days: float
    out: Path | None = None


async def create(folder: DataFolder, wanted: Wanted, say: Say) -> None:
    """Makes a key and shows it once. Raises CommandError for a unit that there is not, or a word that is none."""
    settings, now = settings_of(folder), now_seconds()
    code = await _checked(settings, wanted) if wanted.code else ""
    made = make_key(Grant(wanted.scope, code, now, now + int(wanted.days * DAY)))
    _put_away(made, wanted.out)
    await write_keys(settings, lambda _: [made.record])
    _show(made, wanted.out, say)


async def show(folder: DataFolder, say: Say) -> None:
    """Every key: id, scope, for what, until when, state. Links of people are not listed: they end by themselves."""
    now = now_seconds()
    for record in await read_keys(settings_of(folder)):
        if record.scope != "link":
            say(_line(record, now))


async def rotate(folder: DataFolder, key_id: str, how: tuple[float, Path | None], say: Say) -> None:
    """A new key for the same; the old one goes on opening for the overlap, at most as long as it would have.

    `how`: days of overlap, and the file that gets the new key.
    """
    (overlap_days, out), now, made = how, now_seconds(), list[MadeKey]()

    def change(book: KeyBook) -> list[KeyRecord]:
        old = _present(book, key_id)
        if state_of(old, now) != "valid":
            raise CommandError(f"{key_id} is {state_of(old, now)}: make a new one with `dunghen keys create`")
        made.append(make_key(Grant(old.scope, old.code, now, now + old.expires_at - old.made_at, replaces=old.id)))
        _put_away(made[0], out)
        return [made[0].record, msgspec.structs.replace(old, expires_at=min(old.expires_at, now + int(overlap_days * DAY)))]

    await write_keys(settings_of(folder), change)
    _show(made[0], out, say)
    say(f"{key_id} still opens for {overlap_days:g} days: hand the new one over until then")


async def revoke(folder: DataFolder, key_id: str, say: Say) -> None:
    """From the next request on it opens nothing."""
    now = now_seconds()
    await write_keys(settings_of(folder), lambda book: [msgspec.structs.replace(_present(book, key_id), revoked_at=now)])
    say(f"{key_id} is revoked")


async def ensure_source_key(settings: PlatformSettings, source: str, file: Path) -> bool:
    """The key of a first start: for this source where it has none yet, in a file that only its owner reads; True if it was made.

    A repetition changes nothing, also after a crash halfway. A key that was handed over may be deleted: its digest is enough.
    """
    if any(record.scope == "source" and record.code == source for record in await read_keys(settings)):
        return False
    now = now_seconds()
    grant = Grant("source", source, now, now + FIRST_KEY_DAYS * DAY)
    text = _kept_secret(file, grant)
    await write_keys(settings, lambda _: [record_of(text, digest_of(text)[:10], grant)])
    return True


def _kept_secret(file: Path, grant: Grant) -> str:
    if not file.exists():
        write_secret(file, make_key(grant).text)
    return file.read_text(encoding="utf-8").strip()


async def _checked(settings: PlatformSettings, wanted: Wanted) -> str:
    if wanted.scope == "consumer":
        if not CONSUMER.fullmatch(wanted.code):
            raise CommandError("a consumer is known by a word of letters, digits and - without accents, at most 40")
        return wanted.code
    unit, desk = placed(wanted.code) if wanted.scope == "desk" else (wanted.code, "")
    if wanted.scope == "desk" and not desk:
        raise CommandError(f"{wanted.code}: not the place of a desk, a unit's code and the desk's: 20242.Q01")
    code = normalise_wire_code(unit)
    try:
        catalogue: Catalogue = (await read_book(settings)).latest.catalogue
    except LookupError:
        raise CommandError("there is no city yet: start it, or run `dunghen prepare`") from None
    if not catalogue.under(code):
        raise CommandError(f"{code}: no unit has this code, nor one above or below it")
    if not desk:
        return code
    if catalogue.get(code) is None:
        raise CommandError(f"{code}: no unit has this code")
    return f"{code}.{desk}"


def _present(book: KeyBook, key_id: str) -> KeyRecord:
    record = book.get(key_id)
    if record is None or record.scope == "link":
        raise CommandError(f"{key_id}: there is no such key; `dunghen keys list` names them")
    return record


def _put_away(made: MadeKey, out: Path | None) -> None:
    """Before its record is written: a key whose file could not be written must not have replaced another. Raises CommandError."""
    if out is not None:
        try:
            write_secret(out, made.text)
        except OSError as fault:
            raise CommandError(f"{out}: {fault.strerror}; no key was made or changed") from None


def _show(made: MadeKey, out: Path | None, say: Say) -> None:
    if out is not None:
        say(f"key {made.record.id}: in {out}, readable by its owner only, until {_date(made.record.expires_at)}")
        return
    say(f"key {made.record.id}, until {_date(made.record.expires_at)}; it is shown this once and kept nowhere:")
    say(made.text)


def _line(record: KeyRecord, now: int) -> str:
    return "  ".join(_cells(record, now))


def _cells(record: KeyRecord, now: int) -> Iterator[str]:
    yield from (record.id, f"{record.scope:<8}", f"{record.code or '-':<12}", f"{state_of(record, now):<7}")
    yield f"{_date(record.made_at)} – {_date(record.expires_at)}"
    if record.replaces:
        yield f"for {record.replaces}"


def _date(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
