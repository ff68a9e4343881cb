"""One-time links that people sign in by. The secret stands behind the `#`: no server and no proxy is told it by opening the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.keys.topic import now_seconds, write_keys
from dunghen.cli.people.command import read_people
from dunghen.contracts.keys import Grant, MadeKey, make_key
from dunghen.platform.settings import PlatformSettings

Say = Callable[[str], None]


async def link(folder: DataFolder, person: str, times: tuple[float, str], say: Say) -> None:
    """Makes a link for a person and shows it once. `times`: hours that it opens; the address of the pages, "" this city's own.

    Raises CommandError for somebody whom the directory does not know.
    """
    hours, page = times
    settings = settings_of(folder)
    if (await read_people(settings)).directory.get(person) is None:
        raise CommandError(f"{person}: nobody in the directory has this id; `dunghen people list` names them")
    (made,) = await make_links(settings, [person], hours)
    say(f"opens once, within {hours:g} hours, for {person}; it is shown this once:")
    say(address_of(page or str(folder.remembered().get("page", "http://127.0.0.1:8000")), made))


async def make_links(settings: PlatformSettings, people: Iterable[str], hours: float) -> list[MadeKey]:
    """A link for each of these internal ids."""
    now = now_seconds()
    made = [make_key(Grant("link", person, now, now + int(hours * 3600))) for person in people]
    await write_keys(settings, lambda _: [each.record for each in made])
    return made


def address_of(page: str, made: MadeKey) -> str:
    """The link itself."""
    return f"{page.rstrip('/')}/login#{made.text}"
