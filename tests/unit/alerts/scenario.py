"""The test language of notices: what happens when, and what people want to hear of it. The composition of production runs it, on fakes.

    at Mon 08:00 receive 5-day dossier
    want half to official at Wed 14:00
    at Thu 09:00 finish
    want nothing more

`Mon 08:00` is of the week of Monday 2026-11-16, `Mon+1 08:00` of the next; 5 working days from Mon 08:00 end on Mon+1 08:00, half of them
is gone on Wed 14:00, three quarters on Thu 16:00, nine tenths on Fri 14:00. Every message that anybody gets must be wanted, and every
wanted one must come; a scenario without its last line is refused. `want REASON of STAGE` asks the ledger for what was not sent.

Who there is: `official`, `colleague` and `section` (their head), `unit` (head of Hải Châu), `leader` (of the city), `operator`; in An Khê
`other` and `otherunit`; `owner` where one `answers for the feed`; `deskofunit` is Hải Châu's own address; a `stranger` stands in no
directory. Times in wants are the city's; `clock jumps` moves it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from alerts_world import AN_KHE, BODIES, DOSSIER, HAI_CHAU, SOURCE, World, book_of, local, stepped, synced

from dunghen.contracts.messages import NOT_IN_THE_DIRECTORY, DossierEvent
from dunghen.contracts.people import LeaveRecord, PersonRecord, PostRecord, encode_person
from dunghen.domain.days import day_number
from dunghen.domain.manners import Action
from services.alerts.watch import look_at_of

MONDAY = date(2026, 11, 16)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONGEST_DAYS = 40
IDS = {
    name: f"p{number:016x}"
    for number, name in enumerate(("official", "colleague", "section", "unit", "leader", "operator", "other", "otherunit", "owner"), 1)
}
POSTS = {
    "official": (HAI_CHAU, "official", "s1"),
    "colleague": (HAI_CHAU, "official", "s1"),
    "section": (HAI_CHAU, "section_head", "s1"),
    "unit": (HAI_CHAU, "unit_head", ""),
    "leader": ("H17", "leader", ""),
    "operator": ("H17", "operator", ""),
    "other": (AN_KHE, "official", "s1"),
    "otherunit": (AN_KHE, "unit_head", ""),
    "owner": ("H17", "official", ""),
}
CITY: dict[str, Any] = {
    **deepcopy(BODIES),
    "procedures": {
        "procedures": [
            *({"code": f"{n}-day", "name": f"{n} ngày", "limit": n, "unit": "working_days"} for n in (1, 2, 3, 5, 10)),
            {"code": "4-hour", "name": "4 giờ", "limit": 4, "unit": "hours"},
        ]
    },
    "stages": {
        "short_hours": 8,
        "messages": "07:00-18:00",
        "digest_at": "07:30",
        "stages": [
            {"stage": "half", "terms": "long", "percent": 50, "roles": ["official"]},
            {"stage": "three_quarters", "terms": "long", "percent": 75, "roles": ["official"]},
            {"stage": "nine_tenths", "terms": "long", "percent": 90, "roles": ["official", "section_head"], "clocks": ["dossier", "step"]},
            {
                "stage": "breach", "terms": "long", "percent": 100, "roles": ["official", "section_head", "unit_head"],
                "breaks_quiet_hours": True, "acknowledge_working_hours": 8, "escalate_to": ["leader"],
            },
            {
                "stage": "four_hours_left", "terms": "short", "remaining_working_hours": 4, "roles": ["official"],
                "clocks": ["dossier", "intake"],
            },
            {
                "stage": "one_hour_left", "terms": "short", "remaining_working_hours": 1, "roles": ["official"],
                "clocks": ["dossier", "intake", "step"],
            },
            {
                "stage": "breach", "terms": "short", "remaining_working_hours": 0, "roles": ["official", "unit_head"],
                "clocks": ["dossier", "intake"], "breaks_quiet_hours": True,
            },
        ],
    },
}  # fmt: skip


def instant(text: str) -> int:
    """`Mon+1 08:00` as an instant."""
    form = re.fullmatch(r"(\w{3})(?:\+(\d))? (\d\d:\d\d)", text)
    assert form, f"{text!r} is no time like Mon+1 08:00"
    return local(f"{day_of(text.split()[0])} {form[3]}")


def day_of(text: str) -> date:
    """`Mon+1` as a date."""
    name, _, weeks = text.partition("+")
    return MONDAY + timedelta(days=DAYS.index(name) + 7 * int(weeks or 0))


@dataclass(frozen=True, slots=True)
class Heard:
    """One message: at which time of the city, to whom, of what."""

    at: int
    who: str
    stage: str
    clock: str
    reason: str


@dataclass
class Play:
    """A city with one partition and one dossier, driven by lines."""

    world: World = field(default_factory=lambda: World())
    heard: list[Heard] = field(default_factory=list)
    bodies: dict[str, Any] = field(default_factory=lambda: deepcopy(CITY))
    version: int = 0
    time: int = instant("Mon 07:00")  # true time; the city's clock is `offset` ahead
    offset: int = 0
    up: bool = True
    looks: bool = True  # else it takes records only
    received: int = 0
    submitted: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    applied: list[tuple[int, int]] = field(default_factory=list)  # when which policy was

    async def start(self) -> Play:
        for name, (unit, role, section) in POSTS.items():
            self.people[name] = {
                "posts": [{"unit": unit, "role": role, "section": section}],
                "leave": [],
                "address": f"{name}@danang.example",
            }
        self.tell_directory()
        self.apply_policy()
        self.world.clock.at = self.time
        await self.world.start()
        return self

    def tell_directory(self) -> None:
        for name, facts in self.people.items():
            record = PersonRecord(
                id=IDS[name],
                ref=f"{int(IDS[name][1:]):032x}",
                posts=tuple(PostRecord(**post) for post in facts["posts"]),
                address=facts["address"],
                feeds=tuple(facts.get("feeds", ())),
                leave=tuple(LeaveRecord(**leave) for leave in facts["leave"]),
            )
            self.world.people.take(record.id.encode(), encode_person(record))
        self.world.directories.append((self.now, self.world.people.directory))

    def apply_policy(self) -> None:
        self.version += 1
        self.applied.append((self.now, self.version))
        if self.version == 1:
            self.world.book = book_of(self.bodies)
        else:
            book_of(self.bodies, self.version, self.world.book)

    async def until(self, at: int) -> None:
        """Lets everything take its course until a true time."""
        while self.time < at:
            self.time = min(at, self._next(at))
            await self.look()

    def _next(self, at: int) -> int:
        """The next instant worth looking at, by the program's own account, or a little later: it must not depend on being asked."""
        if not self.up or not self.looks:
            return at
        handlers = self.world.handlers
        known = [at for at in map(look_at_of, handlers.watch.dossiers.values()) if at] + list(handlers._held_till.values())
        ahead = [t - self.offset for t in known if t - self.offset > self.time]
        return min([*ahead, self.time + 12 * 3600])

    async def look(self) -> None:
        self.world.clock.at = self.time + self.offset
        if not self.up or not self.looks:
            return
        self.world.handlers.on_tick()
        self.world.handlers.courier.delivery._not_before.clear()  # real seconds do not pass here
        self.world.handlers.courier._note_at = 0.0
        await self.world.settle()
        names = {code: name for name, code in IDS.items()} | {HAI_CHAU: "deskofunit", AN_KHE: "deskofother"}
        by_message = {n.message_id: n for n in self.world.topic.notices}
        for letter in self.world.mailer.letters[len(self.heard) :]:
            n = by_message[letter.message_id]
            self.heard.append(Heard(self.world.clock.at, names[letter.recipient.id], n.stage, n.clock, n.reason))

    async def say(self, event: DossierEvent) -> None:
        self.world.say(event, handled=self.up)
        await self.look()

    @property
    def now(self) -> int:
        return self.time + self.offset

    async def sync(self, **facts: Any) -> None:
        self.facts |= facts
        await self.say(synced(self.now, **{"received": self.received, **self.facts}))

    async def step(self, status: int, by: str = "", step_due: int = 0, at: int = 0) -> None:
        event = stepped(at or self.now, status)
        event.handler, event.step_due = {**IDS, "stranger": NOT_IN_THE_DIRECTORY}[by] if by else "", step_due
        await self.say(event)


Do = Callable[..., Awaitable[None]]
VERBS: list[tuple[re.Pattern[str], Do]] = []


def verb(pattern: str) -> Callable[[Do], Do]:
    def keep(do: Do) -> Do:
        VERBS.append((re.compile(pattern), do))
        return do

    return keep


@verb(r"receive (\S+) dossier(?: of (\w+))?(?: since (\S+ \S+))?(?: due (.+))?")
async def receive(play: Play, procedure: str, by: str | None, since: str | None, due: str | None) -> None:
    """With `since` the step that named the official happened then, too: all of it is heard of late."""
    play.received = instant(since) if since else play.now
    await play.sync(procedure=procedure, **({"due": instant(due)} if due else {}))
    if by != "nobody":
        await play.step(4, by or "official", at=play.received)


@verb(r"submit online(?: by (direct))?")
async def submit(play: Play, direct: str | None) -> None:
    play.submitted = play.now
    await play.sync(procedure="5-day", status=1, submitted=play.now, received=0, channel=1 if direct else 2)


@verb(r"(accept|refuse)")
async def accept(play: Play, how: str) -> None:
    play.received = play.now if how == "accept" else 0
    await play.sync(status=2 if how == "accept" else 3, received=play.received, **({"ended": play.now} if how == "refuse" else {}))


@verb(r"(pause|ask for money|resume|finish|return|withdraw)")
async def go_on(play: Play, what: str) -> None:
    await play.step({"pause": 5, "ask for money": 6, "resume": 4, "finish": 9, "return": 10, "withdraw": 7}[what])


@verb(r"hear of (finish|pause) at (\S+ \S+)")
async def hear_of(play: Play, what: str, when: str) -> None:
    """It happened then, and its event comes in only now."""
    await play.step({"pause": 5, "finish": 9}[what], at=instant(when))


@verb(r"reopen")
async def reopen(play: Play) -> None:
    await play.sync(status=4)


@verb(r"retract")
async def retract(play: Play) -> None:
    at = play.now
    await play.say(DossierEvent(id=f"{at:016x}", kind="retracted", dossier=DOSSIER, unit="", status=0, occurred_at=at, arrived_at=0))


@verb(r"say again")
async def say_again(play: Play) -> None:
    await play.sync()


@verb(r"said again since (\S+ \S+)")
async def said_again_since(play: Play, when: str) -> None:
    """It was said then, and comes in only now."""
    await play.say(synced(instant(when), **{"received": play.received, **play.facts}))


@verb(r"due (.+) and finished")
async def due_and_finished(play: Play, when: str) -> None:
    await play.sync(due=instant(when), status=9)


@verb(r"due (.+)")
async def due(play: Play, when: str) -> None:
    await play.sync(due=instant(when))


@verb(r"hand to (\w+)")
async def hand(play: Play, who: str) -> None:
    await play.step(4, who)


@verb(r"still paused, hand to (\w+)")
async def hand_paused(play: Play, who: str) -> None:
    await play.step(5, who)


@verb(r"step due (.+)")
async def step_due(play: Play, when: str) -> None:
    await play.step(4, step_due=instant(when))


@verb(r"move to An Khê(?: to (\w+))?")
async def move(play: Play, who: str | None) -> None:
    await play.sync(unit=AN_KHE)
    if who:
        await play.step(4, who)


@verb(r"move back")
async def move_back(play: Play) -> None:
    await play.sync(unit=HAI_CHAU)


@verb(r"(acknowledge|working|dispute) (\w+) by (\w+)")
async def answer(play: Play, kind: str, stage: str, who: str) -> None:
    play.world.done.append(Action(kind, IDS[who], "dossier", stage, play.now))  # type: ignore[arg-type]
    await play.look()


@verb(r"snooze until (.+) by (\w+)")
async def snooze(play: Play, when: str, who: str) -> None:
    play.world.done.append(Action("snooze", IDS[who], "dossier", "", play.now, instant(when), "đang chờ"))
    await play.look()


@verb(r"feed (silent|back)")
async def feed(play: Play, how: str) -> None:
    """All feeds of Hải Châu: there is one."""
    play.world.feeds.units = {HAI_CHAU} if how == "silent" else set()
    play.world.feeds.silences = {SOURCE: play.now - 900} if how == "silent" else {}
    play.world.handlers.owners._look_at = 0  # as if the seconds between two looks had gone
    await play.look()


@verb(r"all feeds (silent|back)")
async def all_feeds(play: Play, how: str) -> None:
    silent = {f"{SOURCE}-{n}": play.now - 900 for n in (1, 2)} | {SOURCE: play.now - 900} | play.world.feeds.silences
    play.world.feeds.silences = silent if how == "silent" else {}
    play.world.handlers.owners._look_at = 0
    await play.look()


@verb(r"(\w+) answers for the feed")
async def answers_for(play: Play, who: str) -> None:
    play.people[who]["feeds"] = [SOURCE]
    play.tell_directory()


@verb(r"(holiday|worked) (\S+)(?: to (\S+))?")
async def holiday(play: Play, what: str, first: str, last: str | None) -> None:
    day, end = day_of(first), day_of(last or first)
    overrides = play.bodies.setdefault("calendar", {}).setdefault("overrides", {})
    while day <= end:
        overrides[day.isoformat()] = [] if what == "holiday" else [[25200, 41400], [48600, 61200]]
        day += timedelta(days=1)
    play.apply_policy()
    await play.look()


@verb(r"(\w+) on leave (\S+) to (\S+)(?: cover (\w+))?")
async def leave(play: Play, who: str, first: str, last: str, cover: str | None) -> None:
    days = {"first": day_number(day_of(first)), "last": day_number(day_of(last))}
    play.people[who]["leave"].append({**days, "cover": IDS[cover] if cover else ""})
    play.tell_directory()


@verb(r"(\w+) leaves (?:post )?after (\S+)")
async def leaves(play: Play, who: str, last: str) -> None:
    play.people[who]["posts"][0]["valid_to"] = day_number(day_of(last))
    play.tell_directory()


@verb(r"(\w+) becomes (\w+) of Hải Châu from (\S+)")
async def becomes(play: Play, who: str, role: str, first: str) -> None:
    play.people[who]["posts"].append({"unit": HAI_CHAU, "role": role, "section": "", "valid_from": day_number(day_of(first))})
    play.tell_directory()


@verb(r"(\w+) has no address")
async def no_address(play: Play, who: str) -> None:
    play.people[who]["address"] = ""
    play.tell_directory()


@verb(r"Hải Châu has no address")
async def unit_without(play: Play) -> None:
    del play.bodies["units"]["units"][0]["notice_address"]
    play.apply_policy()
    await play.look()


@verb(r"silence (Hải Châu|all) (\S+) to (\S+)")
async def silence(play: Play, what: str, first: str, last: str) -> None:
    told = {"unit": "" if what == "all" else HAI_CHAU, "author": "operator", "reason": "diễn tập"}
    play.bodies["stages"]["silences"] = [{"from": day_of(first).isoformat(), "to": day_of(last).isoformat(), **told}]
    play.apply_policy()
    await play.look()


@verb(r"matrix (\w+) (digest|off from (\S+)|to (\w+))")
async def matrix(play: Play, stage: str, what: str, first: str | None, role: str | None) -> None:
    for row in play.bodies["stages"]["stages"]:
        if row["stage"] == stage:
            if first:
                row["valid_to"] = (day_of(first) - timedelta(days=1)).isoformat()
            row |= {"roles": [role]} if role else {"digest": True} if what == "digest" else {}
    play.apply_policy()
    await play.look()


@verb(r"clock jumps (forwards|back) (\d+) (h|day)s?")
async def jump(play: Play, way: str, count: str, unit: str) -> None:
    seconds = int(count) * (3600 if unit == "h" else 86400)
    play.offset += seconds if way == "forwards" else -seconds
    await play.look()


@verb(r"(go down|come up|restart|go live)")
async def restart(play: Play, what: str) -> None:
    """`go live`: a first start."""
    play.up = what != "go down"
    if what == "go live":
        await play.world.handlers.ports.outbox.retire()  # type: ignore[attr-defined]
    if play.up:
        play.world.clock.at = play.now
        await play.world.start()
        await play.look()


@verb(r"(stop looking|look again)")
async def look_away(play: Play, what: str) -> None:
    """What happens between two looks at the clock: records come in, more than one at a time."""
    play.looks = what == "look again"
    await play.look()


@dataclass(frozen=True, slots=True)
class Want:
    """One message, and between which times of the city."""

    stage: str
    clock: str
    who: str
    reason: str
    first: int
    last: int

    def takes(self, heard: Heard) -> bool:
        kind = (heard.stage, heard.clock, heard.who) == (self.stage, self.clock, self.who)
        return kind and self.reason in ("", heard.reason) and self.first <= heard.at <= self.last


WANT = re.compile(r"want (?:(intake|step|feed) )?(\w+)(?: as (\w+))? to (\w+) (?:at (.+)|between (.+) and (.+))")
UNSENT = re.compile(r"want ([A-Z_]+) of (?:(intake|step|feed) )?(\w+)(?: to (\w+))?")


def read(text: str) -> dict[str, str]:
    """{title: lines} of a file of scenarios: `== title`, and `let NAME` for lines that others take in by `$NAME`."""
    kept: dict[str, str] = {}
    scenarios: dict[str, str] = {}
    for block in re.split(r"^(?=let |== )", text, flags=re.MULTILINE)[1:]:
        head, _, body = block.partition("\n")
        for name, lines in kept.items():
            body = re.sub(rf"\${name}\b", lambda _, lines=lines: lines.strip(), body)  # type: ignore[misc]
        kind, _, name = head.partition(" ")
        into = kept if kind == "let" else scenarios
        assert name not in into, f"{name} stands there twice"
        into[name.strip()] = body
    return scenarios


async def run(text: str) -> Play:
    """Plays the lines in their order, and gives what it was played with.

    Raises AssertionError that says what was heard and not wanted, or wanted and not heard.
    """
    play, wants, unsent = await Play().start(), list[Want](), list[re.Match[str]]()
    lines = [line.partition("#")[0].strip() for line in text.strip().splitlines()]
    lines = [line for line in lines if line]
    assert lines[-1] == "want nothing more", "the last line must say that nothing more is wanted"
    for line in lines[:-1]:
        if form := UNSENT.fullmatch(line):
            unsent.append(form)
        elif form := WANT.fullmatch(line):
            first, last = (form[5], form[5]) if form[5] else (form[6], form[7])
            wants.append(Want(form[2], form[1] or "dossier", form[4], form[3] or "", instant(first), instant(last)))
        else:
            await perform(play, line)
    await play.until(max(play.time, *(want.last - play.offset for want in wants), 0) + LONGEST_DAYS * 86400)
    compare(play, wants)
    for form in unsent:
        reasons = [
            (n.stage, n.reason) for n in play.world.last() if n.clock == (form[2] or "dossier") and n.state in ("suppressed", "superseded")
        ]
        assert (form[3], form[1]) in reasons, f"{form[0]}: {reasons}"
    return play


async def perform(play: Play, line: str) -> None:
    form = re.fullmatch(r"at (\S+ \d\d:\d\d) (.+)", line)
    assert form, f"{line!r} is no line of this language"
    await play.until(instant(form[1]) - play.offset)
    for pattern, do in VERBS:
        if found := pattern.fullmatch(form[2]):
            await do(play, *found.groups())
            return
    raise AssertionError(f"{form[2]!r}: nobody knows how to do that")


def compare(play: Play, wants: list[Want]) -> None:
    left, missing = list(play.heard), list[Want]()
    for want in wants:
        found = next((heard for heard in left if want.takes(heard)), None)
        if found:
            left.remove(found)
        else:
            missing.append(want)
    told = [f"{h.clock} {h.stage} to {h.who} at {spoken(h.at)} ({h.reason})" for h in left]
    unheard = [f"{w.clock} {w.stage} to {w.who} {spoken(w.first)}" for w in missing]
    assert (told, unheard) == ([], []), f"not wanted: {told}; not heard: {unheard}"


def spoken(at: int) -> str:
    """An instant as the language writes it."""
    days, rest = divmod(at - local(f"{MONDAY} 00:00"), 86400)
    week = f"+{days // 7}" if days >= 7 else ""
    return f"{DAYS[days % 7]}{week} {rest // 3600:02d}:{rest % 3600 // 60:02d}"
