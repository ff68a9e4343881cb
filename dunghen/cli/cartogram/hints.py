"""What no list of communes says about a city: bays to hold open, islands, archipelagos in a box, what lies around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bay:
    """Water that stays open: middle (latitude, longitude), radius in km, and how many units wide it is drawn."""

    latitude: float
    longitude: float
    radius_km: float
    units: float


@dataclass(frozen=True, slots=True)
class Island:
    """Drawn as an ellipse `east` and `north` units away from the upper right corner of the unit `beside`."""

    beside: str
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A name written outside the city, so that a reader finds their way. `right`, `down`: its middle in parts of the map's size."""

    name: str
    english: str
    right: float
    down: float


@dataclass(frozen=True, slots=True)
class Hints:
    """`middle`: (latitude, longitude) that distances are true at; None: the median of the units. `boxed`: units in a box of their own."""

    middle: tuple[float, float] | None = None
    bay: Bay | None = None
    islands: Mapping[str, Island] = field(default_factory=dict)
    boxed: tuple[str, ...] = ()
    around: tuple[Neighbour, ...] = ()


HINTS: Mapping[str, Hints] = {
    "H17": Hints(
        middle=(15.62, 107.95),
        bay=Bay(16.125, 108.178, 5.2, 1.5),  # Vịnh Đà Nẵng
        islands={"20434": Island("20413", 1.05, 0.15)},  # Tân Hiệp (Cù Lao Chàm), off Hội An Đông
        boxed=("20333",),  # Hoàng Sa
        around=(
            Neighbour("Huế", "Huế", 0.13, 0.22),
            Neighbour("Lào", "Laos", 0.03, 0.635),
            Neighbour("Quảng Ngãi", "Quảng Ngãi", 0.8, 0.82),
            Neighbour("Biển Đông", "East Sea", 0.94, 0.34),
        ),
    )
}
NO_HINTS = Hints()
