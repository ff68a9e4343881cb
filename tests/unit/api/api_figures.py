"""Scores, scenes and policies for the unit tests of the reading side."""

from __future__ import annotations

from typing import Any

from dunghen.contracts.messages import Level, RateCounts, UnitScore, WindowScore
from dunghen.domain.policy import Policy
from services.api.board_messages import Meta
from services.api.feeds import UnitFeed
from services.api.views import Scene

DAY = 20773  # 2026-11-16
POLICY = Policy.from_bodies(
    1,
    {
        "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
        "units": {
            "units": [
                {"code": "20242", "name": "Hải Châu", "kind": "locality", "type": "Phường"},
                {"code": "20194", "name": "Hải Vân", "kind": "locality", "type": "Phường"},
                {"code": "20197", "name": "Liên Chiểu", "kind": "locality", "type": "Phường"},
                {"code": "H17.10", "name": "Sở Xây dựng", "kind": "department"},
            ]
        },
    },
)


def scored(unit: str, good: int = 9, all_of_them: int = 10, **more: Any) -> UnitScore:
    """A score with one window, `month`, and one rate, `official`; `before` = the counts of the window before."""
    counts = RateCounts(good, all_of_them, *more.pop("before", (0, 0)))
    window = WindowScore(DAY - 15, DAY, {"received": all_of_them, "early": good, "late": all_of_them - good}, {"official": counts})
    return UnitScore(**{"unit": unit, "day": DAY, "policy": 1, "covers": {}, "windows": {"month": window}, **more})


def level(day: int = DAY, policy: int = 1, **levels: int) -> Level:
    return Level(day=day, policy=policy, levels={int(name[1:]): offset for name, offset in levels.items()})


def scene_of(version: int, *scores: UnitScore, feeds: dict[str, UnitFeed] | None = None, day: int = DAY) -> Scene:
    meta = Meta(version=version, policy=1, day=day, known_at=DAY * 86400)
    return Scene(meta, POLICY, {score.unit: score for score in scores}, feeds or {})
