"""`dunghen boundaries import|show|reset|cartogram`: from what the operator says to what the map is drawn with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dunghen.cli.boundaries.areas import FileError, read_areas
from dunghen.cli.boundaries.making import POINTS, Wanted, body_of, made
from dunghen.cli.boundaries.matching import Fields, Matching, match
from dunghen.cli.boundaries.shelf import SHIPPED_NAME, present, publish
from dunghen.cli.cartogram.hints import HINTS, NO_HINTS
from dunghen.cli.city_settings import running_settings
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.policy_topic import read_book
from dunghen.cli.recompute.command import local_today
from dunghen.contracts.city_files import read_city
from dunghen.contracts.geometries import identity, unpacked
from dunghen.domain.policy import Policy
from dunghen.domain.units import Unit

Say = Callable[[str], None]
SHOWN_AT_MOST = 20  # areas that are no unit: a file of the whole country has thousands


@dataclass(frozen=True, slots=True)
class File:
    """A file of boundaries and how it is to be read."""

    path: Path
    fields: Fields
    share: float = 0.005
    points: int = POINTS
    repair: bool = False
    dry_run: bool = False


async def take(folder: DataFolder, file: File, say: Say) -> None:
    """Checks everything and lists what is wrong, or publishes the whole. Raises CommandError with nothing changed."""
    units = await localities(folder)
    boxed = _insets((await present(folder)).body)
    areas = read_areas(file.path, repair=file.repair)
    matching = match([(area.place, area.properties) for area in areas], units, file.fields)
    _say_ignored(matching, say)
    missing = [unit for unit in matching.missing if unit.code not in boxed]
    faults = [*matching.faults, *(f"{unit.full_name} ({unit.code}): has no area in the file" for unit in missing)]
    if faults:
        raise FileError(faults)
    for unit in matching.missing:
        say(f"{unit.full_name} ({unit.code}): has no area in the file; it stays in its box")
    found = {code: areas[number].geometry for code, number in matching.found.items()}
    body = body_of(made(found, units, Wanted(file.share, file.points, boxed)))
    say(f"{len(found)} of {len(units)} units, {len(body) // 1000} kB")
    if not file.dry_run:
        await publish(folder, file.path.name, body)
        say("published: the pages show it within seconds; `dunghen boundaries reset` takes it back")


async def draw(folder: DataFolder, say: Say) -> None:
    """A cartogram of the units of today, published. Raises CommandError."""
    from dunghen.cli.cartogram.drawing import cartogram  # seconds of work: only where it is wanted

    units, code = await localities(folder), (await read_book(running_settings(folder))).latest.city.code
    body = body_of(cartogram(units, HINTS.get(code, NO_HINTS)))
    await publish(folder, "cartogram of the catalogue", body)
    say(f"published: a cartogram of {len(units)} units, {len(body) // 1000} kB")


def draw_to_file(city: str, out: Path, say: Say) -> None:
    """A cartogram of a city's file, without a running city; one unit a line. Raises CommandError, CityFileError."""
    from dunghen.cli.cartogram.drawing import cartogram

    policy = Policy.from_bodies(1, read_city(city))
    units = [unit for unit in policy.catalogue.all if unit.kind == "locality" and unit.valid_to is None]
    made_of_it = cartogram(units, HINTS.get(policy.city.code, NO_HINTS))
    out.write_bytes(lines_of({"name": f"{policy.city.name}: equal-area cartogram", **made_of_it}))
    say(f"{out}: {len(units)} units")


def lines_of(collection: Mapping[str, Any]) -> bytes:
    """A FeatureCollection as text that a reader of differences can follow."""
    head = json.dumps({key: value for key, value in collection.items() if key != "features"}, ensure_ascii=False)
    rows = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in collection["features"])
    return f'{head[:-1]}, "features": [\n{rows}\n]}}\n'.encode()


async def reset(folder: DataFolder, say: Say) -> None:
    """As shipped again. Raises CommandError."""
    await publish(folder, SHIPPED_NAME, b"")
    say("published: the map is drawn as shipped again")


async def show(folder: DataFolder, say: Say) -> None:
    """What the map is drawn with. Raises CommandError."""
    now = await present(folder)
    collection = unpacked(now.body)
    kind = "a cartogram" if collection["planar"] else "boundaries"
    insets = [feature["properties"]["name"] for feature in collection["features"] if feature["properties"]["inset"]]
    say(f"{now.name}: {kind} of {len(collection['features'])} units, id {identity(now.body)}{f', by {now.author}' if now.author else ''}")
    say(f"in a box of their own: {', '.join(insets) or 'none'}")


async def localities(folder: DataFolder) -> list[Unit]:
    """The units that stand on a map today. Raises CommandError."""
    book = await read_book(running_settings(folder))
    today = local_today(folder, book.bodies)
    units = [unit for unit in book.latest.catalogue.on(today) if unit.kind == "locality"]
    if not units:
        raise CommandError("this city has no wards or communes: nothing stands on a map")
    return units


def _insets(body: bytes) -> set[str]:
    return {feature["id"] for feature in unpacked(body)["features"] if feature["properties"]["inset"]}


def _say_ignored(matching: Matching, say: Say) -> None:
    for line in matching.ignored[:SHOWN_AT_MOST]:
        say(f"not used: {line}")
    if len(matching.ignored) > SHOWN_AT_MOST:
        say(f"not used: {len(matching.ignored) - SHOWN_AT_MOST} more")
