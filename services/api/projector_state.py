"""The projector's state between two writes: picture, facts, desks, feeds, policies, and the offsets in them. Pure: time is an argument.

Score, Level, fact, desk and policy records count at once. Feeds are looked at once a second: one turning stale or fresh counts at once,
mere new times of contact only every `feed_publish_seconds`, or the whole map would change every second because somebody is alive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from dunghen.contracts.desks import DeskBook, DeskDay, DeskKey, decode_desk_event
from dunghen.contracts.facts import Fact, FactBook, field_of
from dunghen.contracts.messages import FeedState, PolicyRecord, decode_feed, decode_level, decode_policy, decode_score
from dunghen.contracts.statements import About, Statement, StatementBook, Told, about, decode_told
from dunghen.contracts.topics import DESK_EVENTS, FACTS, FEEDS, LEVEL_KEY, OWN_KEY, POLICIES, UNIT_SCORES
from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.feeds import Patience
from dunghen.domain.windows import WindowError
from dunghen.platform.kafka import Place, Record
from services.api.board_messages import NOWHERE, Entry, FeedView, Generation, Meta, Position
from services.api.feeds import view_of
from services.api.picture import Changes, Picture
from services.api.ports import Commit, Offsets, Stored


@dataclass(slots=True)
class Showing:
    """What stands on the board (`position`), and what has come since."""

    picture: Picture
    silence: Patience
    position: Position = NOWHERE
    feeds: dict[str, FeedView] = field(default_factory=dict)  # as shown
    policies: dict[tuple[str, int], PolicyRecord] = field(default_factory=dict)
    facts: FactBook = field(default_factory=FactBook)
    desks: DeskBook = field(default_factory=DeskBook)
    statements: StatementBook = field(default_factory=StatementBook)
    offsets: Offsets = field(default_factory=dict)
    new_states: dict[str, FeedState] = field(default_factory=dict)
    new_feeds: dict[str, FeedView] = field(default_factory=dict)
    new_policies: list[PolicyRecord] = field(default_factory=list)
    new_facts: dict[tuple[str, str, str], Fact] = field(default_factory=dict)
    changed_desks: dict[DeskKey, None] = field(default_factory=dict)
    new_statements: dict[About, Statement] = field(default_factory=dict)
    new_offsets: Offsets = field(default_factory=dict)
    feed_offsets: Offsets = field(default_factory=dict)
    known_at: int = 0
    undecodable: int = 0

    @classmethod
    def resume(cls, stored: Stored, partitions: int, silence: Patience) -> Showing:
        """Goes on from what the board holds."""
        picture = Picture(partitions, scores=stored.scores, staged=stored.staged, levels=stored.levels)
        if stored.meta is not None:
            picture.shown = Generation(stored.meta.policy, stored.meta.day)
        known_at = stored.meta.known_at if stored.meta else 0
        kept = (stored.position, stored.feeds, stored.policies, stored.facts, stored.desks, stored.statements, stored.offsets)
        return cls(picture, silence, *kept, known_at=known_at)

    def take(self, place: Place, records: Sequence[Record], following: int) -> None:
        """What came of one partition, and where it goes on. What nobody of ours writes is passed over and counted in `undecodable`."""
        topic, _ = place
        for record in records:
            try:
                self._take(place, record)
            except (msgspec.MsgspecError, UnicodeDecodeError, WindowError):
                self.undecodable += 1
        (self.feed_offsets if topic == FEEDS else self.new_offsets)[place] = following

    def _take(self, place: Place, record: Record) -> None:
        topic, partition = place
        if topic == UNIT_SCORES:
            self._score(partition, record)
        elif record.value and topic == FACTS:
            self._told(decode_told(record.value))
        elif record.value and topic == DESK_EVENTS:
            self.changed_desks.update(dict.fromkeys(self.desks.take(decode_desk_event(record.value))))
        elif record.value and topic == FEEDS and not (record.key or OWN_KEY).startswith(OWN_KEY):
            self._feed(decode_feed(record.value))
        elif record.value and topic == POLICIES:
            self._policy(decode_policy(record.value))

    def _score(self, partition: int, record: Record) -> None:
        key = record.key or OWN_KEY
        if key == LEVEL_KEY and record.value:
            self.picture.level(partition, decode_level(record.value))
        elif not key.startswith(OWN_KEY) and record.value:
            self.picture.put(decode_score(record.value))
        elif not key.startswith(OWN_KEY):
            self.picture.remove(key.decode())

    def _told(self, told: Told) -> None:
        if isinstance(told, Fact):
            if self.facts.take(told):
                self.new_facts[field_of(told)] = told
        elif self.statements.take(told):
            self.new_statements[about(told)] = told

    def _feed(self, state: FeedState) -> None:
        self.new_states[state.source] = state

    def _policy(self, policy: PolicyRecord) -> None:
        self.policies[policy.kind, policy.version] = policy
        self.new_policies.append(policy)

    def look_at_feeds(self, now: int, calendar: WorkingCalendar | None, due: bool) -> None:
        """Decides which feeds are silent at `now`; `due`: new times of contact count too."""
        for source, state in list(self.new_states.items()):
            view = view_of(state, self.silence.is_stale(state.seen_at, now, calendar))
            old = self.feeds.get(source)
            if due or old is None or old.stale != view.stale:
                self.new_feeds[source] = view
                del self.new_states[source]
        for source, view in self.feeds.items():
            stale = self.silence.is_stale(view.seen_at, now, calendar)
            if stale != view.stale and source not in self.new_states and source not in self.new_feeds:
                self.new_feeds[source] = msgspec.structs.replace(view, stale=stale)

    def step(self, now: int, version: int) -> Commit | None:
        """The next step to write, None where there is nothing. `now` on the city's clock; `version` is used if anything visible changes."""
        self.picture.switch()
        changes = self.picture.take_changes()
        feeds, policies, offsets = list(self.new_feeds.values()), self.new_policies, self._settled_offsets()
        self.changed_desks.update(dict.fromkeys(self.desks.close()))
        desks = {key: self.desks.settled(key) for key in self.changed_desks}
        told = list(self.new_facts.values()), desks, list(self.new_statements.values())
        if not (changes or feeds or policies or any(told) or offsets):
            return None
        visible = self.picture.shown is not None and (changes.visible or bool(feeds) or any(map(bool, told)))
        after, self.position = self.position, Position(version) if visible else Position(self.position.version, self.position.quiet + 1)
        if visible:
            self.known_at = now
        entry = self._entry(after, changes, desks) if self.picture.shown else None
        commit = Commit(after, self.position, entry, changes.staged, changes.levels, policies, feeds, offsets, *told)
        self._written(feeds, offsets)
        return commit

    def _settled_offsets(self) -> Offsets:
        """Those below which nothing is left to write: the feeds' wait until every state that came is shown."""
        return {**self.new_offsets, **({} if self.new_states else self.feed_offsets)}

    def _entry(self, after: Position, changes: Changes, desks: Mapping[DeskKey, DeskDay | None]) -> Entry:
        shown = self.picture.shown or Generation(0, 0)
        return Entry(
            after=after.text,
            meta=Meta(
                version=self.position.version,
                policy=shown.policy,
                day=shown.day,
                known_at=self.known_at,
                covers=self.picture.covers(),
                facts=self._offsets_of(FACTS),
                desks=self._offsets_of(DESK_EVENTS),
            ),
            scores=[score for score in changes.scores.values() if score is not None],
            removed=[unit for unit, score in changes.scores.items() if score is None],
            feeds=list(self.new_feeds.values()),
            policies=self.new_policies,
            facts=list(self.new_facts.values()),
            desks=[msgspec.structs.replace(day, lines=None) for day in desks.values() if day is not None],
            statements=list(self.new_statements.values()),
        )

    def _offsets_of(self, topic: str) -> dict[int, int]:
        """How far a topic is that this step shows."""
        return {partition: offset for (of, partition), offset in {**self.offsets, **self.new_offsets}.items() if of == topic}

    def _written(self, feeds: list[FeedView], offsets: Offsets) -> None:
        self.feeds.update((feed.source, feed) for feed in feeds)
        self.offsets.update(offsets)
        self.new_feeds, self.new_policies, self.new_facts, self.new_statements = {}, [], {}, {}
        self.changed_desks, self.new_offsets = {}, {}
        if not self.new_states:
            self.feed_offsets = {}
