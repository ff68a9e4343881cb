"""The pages there are."""

from __future__ import annotations

from urllib.parse import urlencode

# Each that shows the live picture. A new page, or a state of one that looks different, goes here and is in every test.
WALL = "/wall?scenes=map"  # one scene: it does not turn while it is looked at
SCENES = tuple(f"/wall?scenes={name}" for name in ("ranking", "today", "changes", "briefing"))
PICTURES = ("/", "/?kind=department", "/?unit=20242", "/?unit=20242&view=unit", WALL, *SCENES)
LANGUAGES, THEMES = ("vi", "en"), ("dark", "light")


def address(path: str, **more: str) -> str:
    """A path with more in its query."""
    return path + ("&" if "?" in path else "?") + urlencode(more) if more else path
