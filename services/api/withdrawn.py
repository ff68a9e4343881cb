"""Publications that stood at an instant and were withdrawn since, as answers about that instant say them (decision 0038)."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from services.api.rows import instant_text
from services.api.views import Scene


class WithdrawnYear(msgspec.Struct):
    """A year of a yearly set: published at, withdrawn at (instants), and since when it is public anew; null: it is not."""

    set: str
    year: str
    published_at: str | None
    withdrawn_at: str | None
    again_at: str | None


def withdrawn_years(scene: Scene, sets: Collection[str] | None = None) -> list[WithdrawnYear]:
    """Of these sets; None: of all. Empty for a scene of now."""
    zone = scene.looks.zone
    return [
        WithdrawnYear(
            one.of.set,
            one.of.year,
            instant_text(one.published_at, zone),
            instant_text(one.withdrawn_at, zone),
            instant_text(one.again_at or None, zone),
        )
        for one in scene.withdrawn
        if sets is None or one.of.set in sets
    ]
