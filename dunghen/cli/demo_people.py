"""The demo's officials: made up, without names, at addresses that lead nowhere; and links by which whoever tries it signs in as one, or
opens the screen of a desk.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.keys.links import address_of, make_links
from dunghen.cli.keys.topic import now_seconds, write_keys
from dunghen.cli.people.command import Wanted, read_people, take
from dunghen.contracts.keys import Grant, make_key
from dunghen.contracts.people import ref_digest
from dunghen.platform.settings import PlatformSettings

Say = Callable[[str], None]
HOURS = 12
DESK = "20242.Q01"
SHOWN = {
    "demo-official": "cán bộ phường Hải Châu / an official of Hải Châu",
    "demo-neighbour": "cán bộ phường Sơn Trà / an official of Sơn Trà",
    "demo-leader": "lãnh đạo thành phố / a leader of the city",
    "demo-operator": "quản trị hệ thống / the operator",
}


async def fill_directory(folder: DataFolder, settings: PlatformSettings) -> None:
    """Puts the demo's people into an empty directory, before the first delivery: a step's official is looked up as it comes."""
    if not (await read_people(settings)).records:
        with resources.as_file(resources.files("dunghen.domain") / "data" / "danang-people.csv") as file:
            await take(folder, Wanted(file), lambda _: None)


async def sign_in_links(settings: PlatformSettings, page: str, say: Say) -> None:
    """Says a link for each kind of the demo's people; none where others are in the directory."""
    ids = {record.ref: record.id for record in (await read_people(settings)).records.values()}
    known = {ids[digest]: text for ref, text in SHOWN.items() if (digest := ref_digest(ref)) in ids}
    if not known:
        return
    say(f"officials of the demo sign in by these links, each once, within {HOURS} hours:")
    for text, made in zip(known.values(), await make_links(settings, known, HOURS), strict=True):
        say(f"  {text}: {address_of(page, made)}")


async def desk_link(settings: PlatformSettings, page: str, say: Say) -> None:
    """Says the address of a desk's screen, with a key of its own."""
    now = now_seconds()
    made = make_key(Grant("desk", DESK, now, now + HOURS * 3600))
    await write_keys(settings, lambda _: [made.record])
    say(f"the screen of a desk, for {HOURS} hours:")
    say(f"  quầy Q01 phường Hải Châu / desk Q01 of Hải Châu: {page}/desk?desk={DESK}#key={made.text}")
