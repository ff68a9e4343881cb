"""Units beside their like (issue 7, rankings): thirds of a kind by the dossiers received. Pure, whole numbers only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar

Key = TypeVar("Key")
Third = Literal["small", "middle", "large"]
THIRDS: tuple[Third, ...] = ("small", "middle", "large")


def thirds(volumes: Iterable[tuple[Key, int]]) -> dict[Key, Third]:
    """The third of each unit of one kind by its volume. Equal volumes stand together: by how many units have strictly less."""
    given = list(volumes)
    ordered = sorted(volume for _, volume in given)
    below = {volume: place for place, volume in reversed(list(enumerate(ordered)))}
    return {key: THIRDS[3 * below[volume] // len(ordered)] for key, volume in given}
