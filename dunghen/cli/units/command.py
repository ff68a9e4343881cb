"""The units that exist on a day, as the policies in force have them."""

from __future__ import annotations

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.policies.command import Say, read_policies
from dunghen.domain.days import date_of
from dunghen.domain.policy import Policy
from dunghen.domain.units import KINDS, Unit


async def show(folder: DataFolder, say: Say) -> None:
    """The units of today."""
    _, book = await read_policies(folder)
    for line in unit_lines(book.latest, book.latest.zone.day_of(folder.clock().seconds())):
        say(line)


def unit_lines(policy: Policy, day: int) -> list[str]:
    """The units of a local day by kind and code, then how many they are."""
    there = sorted(policy.catalogue.on(day), key=lambda unit: (KINDS.index(unit.kind), unit.code))
    return [*map(_told, there), f"{len(there)} units, policy version {policy.version}"]


def _told(unit: Unit) -> str:
    until = f"  until {date_of(unit.valid_to)}" if unit.valid_to is not None else ""
    return f"{unit.code}  {unit.kind:<11}  {unit.full_name}  {', '.join(unit.wire_codes) or '-'}{until}"
