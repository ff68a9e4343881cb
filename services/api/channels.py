"""The frames of one view for all its clients: encoded once, the past ones in a ring, so that any client finds its place by a version alone.

A client has no queue. It says which version it has, and gets the frames behind it, or all their changes in one if there are many.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from services.api.indicator_view import view_of
from services.api.rows import Row
from services.api.views import Scene, View, ViewKey, encode, heading, whole_of


def frame(event: str, data: object, version: int | None = None) -> bytes:
    """One server-sent event; a tick has no id, so that a client's ids are versions and grow."""
    head = b"" if version is None else b"id: %d\n" % version
    return head + b"event: " + event.encode() + b"\ndata: " + encode(data) + b"\n\n"


class Changes(NamedTuple):
    """Codes of the rows that are other than at a version, and of those that have left since."""

    units: frozenset[str]
    gone: frozenset[str]


@dataclass(slots=True)
class Channel:
    """One view with its ring of change frames. `floor`: the version from which on the ring is complete; `begun`: the first that was shown.

    `turned`, `left`: in which version a row became as it is, or left the view. A view that nobody looks at skips versions, and says the
    one in which it saw the change: never an earlier one than the change's own, so that nobody who asks misses it.
    """

    key: ViewKey
    ring: int
    view: View = field(init=False)
    version: int = 0
    floor: int = 0
    begun: int = 0
    frames: deque[tuple[int, bytes]] = field(default_factory=deque)
    turned: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    clients: int = 0
    used_at: float = 0.0
    _scene: Scene | None = None
    _body: bytes | None = None

    def __post_init__(self) -> None:
        self.view = view_of(self.key)

    def show(self, scene: Scene) -> None:
        """Brings the view to a scene; where it had none, or rows are gone, the ring begins anew and clients get a snapshot."""
        if scene.meta.version == self.version:
            return
        first, before, city = self._scene is None, set(self.view.rows), self.view.city
        changed = self.view.show(scene)
        turned = self._scene is not None and (self._scene.meta.day, self._scene.meta.policy) != (scene.meta.day, scene.meta.policy)
        self._scene, self.version = scene, scene.meta.version
        self._body = None
        self._note(changed, before - self.view.rows.keys(), first=first)
        if first or before - self.view.rows.keys():
            self.frames.clear()
            self.floor = self.version
        elif changed or turned or city != self.view.city:
            self._keep(self._change(changed))

    def _note(self, changed: Iterable[Row], gone: Iterable[str], *, first: bool) -> None:
        if first:
            self.begun = self.version
            return
        for row in changed:
            self.turned[row.code] = self.version
            self.left.pop(row.code, None)
        for code in gone:
            self.left[code] = self.version
            self.turned.pop(code, None)

    def _keep(self, change: bytes) -> None:
        self.frames.append((self.version, change))
        while len(self.frames) > self.ring:
            self.floor = self.frames.popleft()[0]

    def _change(self, rows: list[Row]) -> bytes:
        """These rows as they are now, as an event."""
        assert self._scene is not None
        return frame("change", {**heading(self._scene, self.key), "city": self.view.city, "units": rows}, self.version)

    def since(self, version: int) -> Changes | None:
        """What is other than at a version; None where this view was not looked at then."""
        if version < self.begun:
            return None
        after = [frozenset(code for code, at in of.items() if at > version) for of in (self.turned, self.left)]
        return Changes(*after)

    def snapshot(self, age: float | None = None) -> bytes:
        """The whole view as an event; see `body`."""
        return b"id: %d\nevent: snapshot\ndata: " % self.version + self.body(age) + b"\n\n"

    def body(self, age: float | None = None) -> bytes:
        """The whole view as JSON, as of its version. `age`: seconds without a word from the projector, where that is too long: stale."""
        if self._scene is None:
            raise ValueError("nothing was shown yet")
        if age is None and self._body is not None:
            return self._body
        body = whole_of(self.view, heading(self._scene, self.key), age)
        if age is None:
            self._body = body
        return body

    def after(self, version: int, most: int, age: float | None = None) -> tuple[int, list[bytes], str]:
        """What a client that has `version` (0: nothing) gets: (the version that it has then, frames, why).

        More frames than `most` are one, with each changed row as it is now. `why`: NOTHING_NEW, REPLAY, MERGED, FIRST, TOO_OLD.
        """
        if self.version == 0 or version >= self.version:
            return version, [], "NOTHING_NEW"
        if version < self.floor:
            return self.version, [self.snapshot(age)], "TOO_OLD" if version else "FIRST"
        new = [(v, f) for v, f in self.frames if v > version]
        if len(new) > most:
            return (
                self.version,
                [self._change([row for code, row in self.view.rows.items() if self.turned.get(code, 0) > version])],
                "MERGED",
            )
        return (new[-1][0] if new else version), [f for _, f in new], "REPLAY" if new else "NOTHING_NEW"


@dataclass(slots=True)
class Channels:
    """All views that somebody looks at. Only those with open streams are brought to each version; the others when they are asked for."""

    ring: int
    idle_seconds: float
    now: Callable[[], float]
    by_key: dict[ViewKey, Channel] = field(default_factory=dict)

    def at(self, key: ViewKey, scene: Scene | None) -> Channel:
        """The channel of a view, brought to the scene."""
        channel = self.by_key.get(key)
        if channel is None:
            channel = self.by_key[key] = Channel(key, self.ring)
        channel.used_at = self.now()
        if scene is not None:
            channel.show(scene)
        return channel

    def show(self, scene: Scene) -> None:
        """A new version for everybody who is listening; views that nobody used for a while are forgotten."""
        for key, channel in list(self.by_key.items()):
            if channel.clients:
                channel.used_at = self.now()
                channel.show(scene)
            elif self.now() - channel.used_at > self.idle_seconds:
                del self.by_key[key]
