"""Which area of a file is which unit: by code, else by name. Pure; what is not sure is listed, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dunghen.domain.units import Catalogue, Unit, fold_text

CODE_FIELDS = ("code", "ma", "maxa", "ma_xa", "madvhc", "ma_dvhc", "mahc", "ma_hc", "wardcode", "ward_code", "unit", "unit_code", "id")
NAME_FIELDS = (
    *("name", "ten", "tenxa", "ten_xa", "tendvhc", "ten_dvhc"),
    *("ward", "wardname", "ward_name", "full_name", "fullname", "name_vi", "name_2", "name_3"),
)


@dataclass(frozen=True, slots=True)
class Fields:
    """Which properties hold code and name; empty: any of those that such files usually have."""

    code: str = ""
    name: str = ""


@dataclass(slots=True)
class Matching:
    """`found`: index of the area by unit code. `missing`: units without. `faults`: more than one for a unit. `ignored`: why, by place."""

    found: dict[str, int] = field(default_factory=dict)
    missing: list[Unit] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def match(areas: Sequence[tuple[str, Mapping[str, Any]]], units: Sequence[Unit], fields: Fields) -> Matching:
    """Matches (place, properties) of each area to these units. An area by code wins over one by name."""
    index = _Units(units)
    by_code, by_name = dict[str, list[int]](), dict[str, list[int]]()
    matching = Matching()
    for number, (place, properties) in enumerate(areas):
        unit = index.coded(_values(properties, fields.code, CODE_FIELDS))
        if unit is not None:
            by_code.setdefault(unit.code, []).append(number)
            continue
        names = _values(properties, fields.name, NAME_FIELDS)
        candidates = index.named(names)
        if len(candidates) == 1:
            by_name.setdefault(candidates[0].code, []).append(number)
        else:
            matching.ignored.append(f"{place}: {_why(names, candidates)}")
    for unit in units:
        _settle(matching, unit, by_code.get(unit.code) or by_name.get(unit.code, []), areas)
    return matching


def _settle(matching: Matching, unit: Unit, numbers: list[int], areas: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    if len(numbers) == 1:
        matching.found[unit.code] = numbers[0]
    elif numbers:
        places = ", ".join(areas[number][0] for number in numbers)
        matching.faults.append(
            f"{unit.full_name} ({unit.code}): is there {len(numbers)} times ({places}); is the file from before a merger?"
        )
    else:
        matching.missing.append(unit)


def _why(names: Iterable[str], candidates: Sequence[Unit]) -> str:
    called = " / ".join(names) or "no name"
    if candidates:
        return f"{called}: may be " + " or ".join(f"{unit.full_name} ({unit.code})" for unit in candidates)
    return f"{called}: is no unit of this city"


def _values(properties: Mapping[str, Any], chosen: str, usual: Sequence[str]) -> list[str]:
    """What stands in the fields, in their order; names of fields are compared without case."""
    wanted = (chosen.lower(),) if chosen else usual
    lowered = {str(key).lower(): value for key, value in properties.items()}
    values = (lowered.get(key) for key in wanted)
    return [str(value).strip() for value in values if isinstance(value, str | int) and str(value).strip()]


class _Units:
    """The units to be found: by any code of theirs, and by name as the catalogue reads it (no diacritics, with or without the type)."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._catalogue = Catalogue(units)
        self._units = units
        self._codes = {code: unit for unit in units for code in (*unit.wire_codes, unit.code)}

    def coded(self, values: Iterable[str]) -> Unit | None:
        return next((self._codes[v] for value in values for v in (value, value.zfill(5)) if v in self._codes), None)

    def named(self, names: Iterable[str]) -> Sequence[Unit]:
        """One unit; several where a name may be any of them; none."""
        several: Sequence[Unit] = ()
        for name in names:
            found = self._catalogue.resolve(name, "", "").unit
            if found is not None:
                return (found,)
            several = several or [unit for unit in self._units if fold_text(unit.name) == fold_text(name)]
        return several
