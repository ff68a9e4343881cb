"""The units of a city, and which of them a dossier belongs to (`domain.md` §6). Days are local day numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["locality", "department", "land_office", "health"]
KINDS: tuple[Kind, ...] = ("locality", "department", "land_office", "health")
Setting = Literal["urban", "rural", "mountain", "island"]  # đô thị, nông thôn, miền núi, hải đảo
SETTINGS: tuple[Setting, ...] = ("urban", "rural", "mountain", "island")
Reason = Literal["BY_NAME", "BY_DOSSIER", "BY_SENDER", "UNKNOWN_UNIT", "AMBIGUOUS_UNIT"]

_SHORTHAND = {
    "uy ban nhan dan": "ubnd",
    "cn": "chi nhanh",
    "vpdkdd": "van phong dang ky dat dai",
    "vpdk dat dai": "van phong dang ky dat dai",
    "bql": "ban quan ly",
    "tp": "thanh pho",
    "vp": "van phong",
}
_SHORTHANDS = re.compile(r"\b(" + "|".join(sorted(_SHORTHAND, key=len, reverse=True)) + r")\b")
_TYPE_LETTERS = re.compile(r"^(p|x)\s*\.\s*(?=\w)", re.IGNORECASE)
_DESKS = re.compile(
    r"^(?:trung tam phuc vu hanh chinh cong|bo phan tiep nhan va tra ket qua|bo phan mot cua|hdnd va ubnd|ubnd|hdnd"
    r"|(?:cua|tai)(?= ubnd))(?= |$)"
)
_TYPES = re.compile(r"^(phuong|xa|thi tran|dac khu) ")
_PROVINCE = re.compile(r"^H\d{2}$")
_CODE = re.compile(r"^[A-Z]\d{2}(\.\d{1,3})*$")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit that handles dossiers.

    `code` is the public code, `wire_codes` (new form) what one-stop systems call it, `aliases` other names of it, `valid_to` its last day,
    `setting` where it lies (decision 0047; None: not stated).
    """

    code: str
    name: str
    kind: Kind
    type: str = ""  # Phường, Xã, Đặc khu; empty where the name says it
    short: str = ""
    wire_codes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    valid_from: int | None = None
    valid_to: int | None = None
    predecessors: tuple[str, ...] = ()
    notice_address: str = ""
    setting: Setting | None = None

    @property
    def full_name(self) -> str:
        """The name with its type: Phường Hải Châu."""
        return f"{self.type} {self.name}" if self.type else self.name

    def valid_on(self, day: int) -> bool:
        """Whether the unit exists on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Resolution:
    """The unit that was found and what it was found by, or None and why not."""

    unit: Unit | None
    reason: Reason


@lru_cache(maxsize=16384)
def fold_text(text: str) -> str:
    """A name as a key: no diacritics (đ is d, Hoà is Hòa), usual shorthands spelt out, single spaces, no office before it.

    `UBND P. Hải Châu` and `Ủy ban nhân dân phường Hải Châu` give `phuong hai chau`.
    """
    text = _TYPE_LETTERS.sub(lambda m: "phường " if m[1] in "pP" else "xã ", text.strip())
    text = _plain(text)
    text = _SHORTHANDS.sub(lambda m: _SHORTHAND[m[1]], text)
    while (rest := _DESKS.sub("", text).strip()) != text:
        text = re.sub(r"^p (?=\w)", "phuong ", re.sub(r"^x (?=\w)", "xa ", rest))
    return text


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d").replace("&", " va "))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", "".join(c for c in letters if not unicodedata.combining(c))).split())


@lru_cache(maxsize=16384)
def normalise_wire_code(code: str) -> str:
    """A unit code in the new form, left to right (QĐ 20/2020): `000.01.31.H17` becomes `H17.31.01`. Placeholders of zeros fall away."""
    parts = code.strip().upper().split(".")
    if parts[-1][:1].isalpha() and not parts[0][:1].isalpha():
        parts.reverse()
    while len(parts) > 1 and not parts[-1].strip("0"):
        parts.pop()
    return ".".join(parts)


class Catalogue:
    """All units of a city at one policy version, those that no longer exist included.

    `city` is its name and `province` its wire code; `former_provinces` are wire codes that were merged into it (H47 into H17).
    """

    def __init__(self, units: Iterable[Unit], city: str = "", province: str = "", former_provinces: Iterable[str] = ()) -> None:
        self.all = tuple(units)
        self._by_code = {unit.code: unit for unit in self.all}
        self._province_code = province
        self._provinces = dict.fromkeys(former_provinces, province)
        self._suffixes = tuple(f" {prefix}{fold_text(city)}" for prefix in ("thanh pho ", "tinh ", "")) if city else ()
        self._heirs = _group((old, unit) for unit in self.all for old in unit.predecessors)
        self._codes = _group((code, unit) for unit in self.all for code in (*unit.wire_codes, unit.code))
        self._names = _group((key, unit) for unit in self.all for key in self._keys_of(unit))
        self._bare = _group((key, unit) for unit in self.all if unit.type for key in self._variants(unit.name))

    def get(self, code: str) -> Unit | None:
        """The unit of a public code."""
        return self._by_code.get(code)

    def on(self, day: int) -> tuple[Unit, ...]:
        """The units that exist on a day."""
        return tuple(unit for unit in self.all if unit.valid_on(day))

    def resolve(self, name: str, dossier: str, sender: str) -> Resolution:
        """The competent unit: by DonViXuLy (`name`) within the sender's province, else the unit part of MaHoSo (`dossier`), else `sender`.

        A name that is given and unknown or ambiguous is refused, not guessed around: an alias mends it.
        """
        if name.strip():
            return self._decided(self._named(name, self._province(sender)), "BY_NAME")
        found = self._coded(dossier.partition("-")[0])
        if found:
            return self._decided(found, "BY_DOSSIER")
        return self._decided(self._coded(sender), "BY_SENDER")

    def under(self, code: str) -> frozenset[str]:
        """Public codes of the units that a code stands for, where it says who may write or read.

        A unit itself by its public or a wire code, those below it by wire code, the heirs of those that ended. A section's code stands for
        its unit; the city's own, and that of a province merged into it, for all.
        """
        code = normalise_wire_code(code)
        if code and (code == self._province_code or code in self._provinces):
            return frozenset(self._by_code)
        below = [unit for key, units in self._codes.items() if key == code or key.startswith(code + ".") for unit in units] if code else []
        return frozenset(heir.code for unit in below or self._coded(code) for heir in (unit, *self._present((unit,))))

    @staticmethod
    def _decided(found: tuple[Unit, ...], reason: Reason) -> Resolution:
        if len(found) == 1:
            return Resolution(found[0], reason)
        return Resolution(None, "AMBIGUOUS_UNIT" if found else "UNKNOWN_UNIT")

    def _named(self, name: str, province: str) -> tuple[Unit, ...]:
        code = normalise_wire_code(name)
        if code in self._codes or _CODE.match(code):
            return self._coded(code)
        for variant in self._variants(name):
            for index, key in ((self._names, variant), (self._bare, _TYPES.sub("", variant))):
                found = self._present(u for u in index.get(key, ()) if self._in_province(u, province))
                if found:
                    return found
        return ()

    def _coded(self, code: str) -> tuple[Unit, ...]:
        """The units of a wire code; a code below theirs (a section) is theirs too."""
        code = normalise_wire_code(code)
        while code:
            if code in self._codes:
                return self._present(self._codes[code])
            code = code.rpartition(".")[0]
        return ()

    def _present(self, units: Iterable[Unit]) -> tuple[Unit, ...]:
        """Those that still exist; if none does, the units that took their place."""
        found = tuple(dict.fromkeys(units))
        return tuple(u for u in found if u.valid_to is None) or self._successors(found)

    def _successors(self, ended: tuple[Unit, ...]) -> tuple[Unit, ...]:
        heirs: dict[Unit, None] = {}
        seen, queue = set(ended), list(ended)
        for unit in queue:
            for heir in self._heirs.get(unit.code, ()):
                if heir.valid_to is None:
                    heirs[heir] = None
                elif heir not in seen:
                    seen.add(heir)
                    queue.append(heir)
        return tuple(heirs)

    def _keys_of(self, unit: Unit) -> Iterator[str]:
        for name in (unit.full_name, *unit.aliases):
            yield from self._variants(name)

    def _variants(self, name: str) -> list[str]:
        """The keys of a name: as given, before its first comma, and without the city's name at its end."""
        keys = [fold_text(name), fold_text(name.partition(",")[0])]
        keys += [key.removesuffix(suffix) for key in keys for suffix in self._suffixes if key.endswith(suffix)]
        return [key for key in dict.fromkeys(keys) if key]

    def _province(self, code: str) -> str:
        part = normalise_wire_code(code).partition(".")[0]
        return self._provinces.get(part, part) if _PROVINCE.match(part) else ""  # a ministry's system, or no wire code at all, has none

    def _in_province(self, unit: Unit, province: str) -> bool:
        return not province or not unit.wire_codes or any(self._province(code) == province for code in unit.wire_codes)


def _group(pairs: Iterable[tuple[str, Unit]]) -> Mapping[str, tuple[Unit, ...]]:
    grouped: dict[str, tuple[Unit, ...]] = {}
    for key, unit in pairs:
        if unit not in grouped.get(key, ()):
            grouped[key] = (*grouped.get(key, ()), unit)
    return grouped
