"""What a unit was before it was founded: the former units whose place it took (`domain.md` §6: validity dates and predecessors). Pure.

Dossiers of a unit that ended count for its successor (`Catalogue.resolve`), points that were told of it do not: they stay its own.
"""

from __future__ import annotations

from dunghen.domain.units import Catalogue, Unit


def mapped_from(catalogue: Catalogue, code: str, first: int) -> list[str]:
    """Codes of the former units whose dossiers a unit counts of days from local day `first` on to its founding, those of whom the
    catalogue knows no more than the code too; none for a unit that was there on that day.
    """
    found: dict[str, None] = {}
    queue = [code]
    for one in queue:
        unit = catalogue.get(one)
        if unit is None or unit.valid_from is None or unit.valid_from <= first:
            continue
        fresh = [former for former in unit.predecessors if former not in found and former != code]
        found |= dict.fromkeys(fresh)
        queue += fresh
    return list(found)


def former_units(catalogue: Catalogue, code: str, day: int) -> list[Unit]:
    """The units of local day `day` whose place a unit has taken since, by the catalogue's order of predecessors."""
    found: dict[str, Unit] = {}
    queue, seen = [code], {code}
    for one in queue:
        unit = catalogue.get(one)
        for former in () if unit is None else unit.predecessors:
            before = catalogue.get(former)
            if before is None or former in seen:
                continue
            seen.add(former)
            if before.valid_on(day):
                found[former] = before
            elif before.valid_from is not None and before.valid_from > day:
                queue.append(former)
    return list(found.values())
