"""The city of the screens with people who may sign in and dossiers that an official has in hand, as fold, people and keys would write them.

The clock stands at Monday 16/11/2026 08:00. `CASES` are dossiers of the summer whose due date takes some thought.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import httpx

from dunghen.contracts.keys import Grant, make_key
from dunghen.contracts.messages import DossierEvent, Notice
from dunghen.contracts.people import NoticeAction, PersonRecord, PostRecord, decode_action, encode_person, new_id, ref_digest
from dunghen.contracts.topics import DOSSIER_EVENTS, DOSSIERS, KEYS, NOTICE_ACTIONS, NOTICES, PEOPLE, partition_of
from dunghen.domain.days import Zone, day_number
from dunghen.domain.record import fold
from dunghen.platform import kafka
from dunghen.platform.clock import real_milliseconds
from tests.browser.screen_city import HAI_CHAU, HAI_VAN, ScreenCity
from tests.eventually import eventually

ZONE = Zone("Asia/Ho_Chi_Minh")
TRANSFER, BIRTH, RESIDENCE, HOUSE, BUILDING = "1.004884", "1.001193", "1.004222", "1.010038", "1.013225"
CITY = "H17"


def at(text: str) -> int:
    """An instant of the city: "16/11 08:00" of 2026."""
    day, clock = text.split()
    number = day_number(date(2026, int(day.split("/")[1]), int(day.split("/")[0])))
    return ZONE.at(number, int(clock[:2]) * 3600 + int(clock[3:]) * 60)


@dataclass(frozen=True)
class Course:
    """One dossier's events: (kind, when, status, facts). `due`: the promise of its first sync, "" none."""

    code: str
    procedure: str
    received: str
    due: str
    then: tuple[tuple[str, str, int, dict[str, str]], ...] = ()
    unit: str = HAI_CHAU
    mine: bool = True


def step(when: str, status: int) -> tuple[str, str, int, dict[str, str]]:
    return ("progressed", when, status, {})


def sync(when: str, status: int, **dates: str) -> tuple[str, str, int, dict[str, str]]:
    return ("synced", when, status, dates)


OVERDUE, LATE_TODAY, TODAY, PAUSED, MOVED, OTHERS = (f"H17.31-26{day}-{n}" for day, n in (
    ("1103", 1204), ("1109", 1241), ("1112", 1278), ("1105", 1574), ("1104", 1463), ("1110", 2001)))  # fmt: skip
LINK, OLD_LINK = "0a" * 10, "0b" * 10  # secrets of the messages about TODAY and OVERDUE; of the latter 95 hours have passed
COURSES = (
    Course(OVERDUE, RESIDENCE, "3/11 09:00", "12/11 09:00", (step("4/11 08:00", 4),)),
    Course(LATE_TODAY, HOUSE, "9/11 07:30", "16/11 07:30", (step("9/11 09:00", 4),)),
    Course(TODAY, BIRTH, "13/11 10:20", "16/11 10:20", (step("13/11 11:00", 4),)),
    Course(PAUSED, TRANSFER, "5/11 08:00", "12/11 08:00", (step("5/11 09:00", 4), step("9/11 10:00", 5))),
    Course(MOVED, TRANSFER, "4/11 15:22", "11/11 15:22", (step("5/11 08:00", 4), sync("10/11 16:00", 4, due="18/11 15:22"))),
    Course(OTHERS, RESIDENCE, "10/11 08:00", "19/11 08:00", (step("10/11 09:00", 4),), HAI_VAN, mine=False),
)
# With the date and time at which each is due, by hand: papers brought behind a weekend and three days off; a term in calendar days whose
# last day is worked on a Saturday, and after the pause is one off; stopped, opened again and paused twice. The source sends no date.
CASES = (
    (
        Course(
            "H17.31-260826-1801", TRANSFER, "26/8 09:10", "",
            (step("26/8 10:00", 4), step("28/8 15:00", 5), step("3/9 16:00", 4), step("4/9 16:00", 9)),
        ),
        "8/9 10:10",
    ),
    (
        Course(
            "H17.31-260807-1802", BUILDING, "7/8 10:00", "",
            (step("7/8 14:00", 4), step("18/8 09:00", 5), step("28/8 14:00", 4), step("28/8 16:30", 9)),
        ),
        "3/9 17:00",
    ),
    (
        Course(
            "H17.31-260820-1803", TRANSFER, "20/8 10:15", "",
            (step("20/8 11:00", 4), step("21/8 16:00", 5), step("24/8 08:00", 4), step("24/8 14:00", 8), step("25/8 09:00", 4),
             step("26/8 08:30", 6), step("3/9 14:15", 4), step("4/9 15:00", 9)),
        ),
        "7/9 08:00",
    ),
)  # fmt: skip


def events_of(course: Course, handler: str) -> list[DossierEvent]:
    plain: dict[str, Any] = {"dossier": course.code, "unit": course.unit, "procedure": course.procedure, "source": "one-stop"}
    stated = {"received": at(course.received), "due": at(course.due) if course.due else 0}
    found = []
    for n, (kind, when, status, dates) in enumerate((("synced", course.received, 2, {}), *course.then)):
        more = (
            {**stated, **{name: at(text) for name, text in dates.items()}}
            if kind == "synced"
            else {"handler": handler if course.mine else ""}
        )
        ident = f"{n:04x}{int(course.code[-4:]):012d}"
        found.append(
            DossierEvent(id=ident, kind=kind, status=status, occurred_at=at(when), arrived_at=(at(when) + 90) * 10**6, **plain, **more)
        )
    return found


def record_of(events: list[DossierEvent]) -> bytes:
    record = None
    for event in events:
        record = fold(record, event) or record
    assert record is not None
    return record


@dataclass
class OfficialsCity:
    """Who there is: ids by name, and their numbers in the operator's list; `cookie(name)` signs in by a new link."""

    city: ScreenCity
    people: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        now = real_milliseconds() // 1000
        for name, unit, role in (("official", HAI_CHAU, "official"), ("neighbour", HAI_VAN, "official"), ("leader", CITY, "leader")):
            post = PostRecord(unit=unit, role=role)  # type: ignore[arg-type]
            self.numbers[name] = f"{name} of the screens {now}"
            person = PersonRecord(id=new_id(), posts=(post,), ref=ref_digest(self.numbers[name]))
            self.people[name] = person.id
            self._say(PEOPLE, person.id, encode_person(person))
        for course in COURSES:
            self.tell(course)
        by_code = {course.code: course for course in COURSES}
        self.notice(by_code[TODAY], "four_hours_left", "13/11 14:50", LINK)
        self.notice(by_code[LATE_TODAY], "breach", "16/11 07:30")
        self.notice(by_code[OVERDUE], "breach", "12/11 09:00", OLD_LINK)

    def tell(self, course: Course) -> None:
        """The dossier as it is after these events; waits until its official's list has it so."""
        events = events_of(course, self.people["official"])
        for event in events:
            self._say(DOSSIER_EVENTS, course.code, event)
        self._say(DOSSIERS, course.code, record_of(events))
        self._scored()

    def finish(self, course: Course, when: str) -> None:
        """A step 9 came."""
        self.tell(replace(course, then=(*course.then, step(when, 9))))

    def notice(self, course: Course, stage: str, decided: str, token: str = "") -> None:
        """A message about it went to the official. `token`: the secret of the message's link."""
        code, due, person = course.code, at(course.due or decided), self.people["official"]
        key = f"{code}:dossier:{due}:{stage}:{person}"
        told = Notice(
            key=key, dossier=code, unit=course.unit, procedure=course.procedure, stage=stage, due_at=due, decided_at=at(decided),
            state="delivered", reason="FIRST_WARNING", recipient=person, why="HANDLER", channel="mail", attempts=1, sent_at=at(decided) + 2,
            message_id=f"{token}@dunghen.example" if token else "",
        )  # fmt: skip
        self._say(NOTICES, code, told)

    def answer(self, code: str, kind: str, stage: str) -> None:
        """The official's answer to a notice, as the API would write it."""
        said = NoticeAction(dossier=code, kind=kind, person=self.people["official"], at=at("16/11 08:00"), stage=stage)  # type: ignore[arg-type]
        self._say(NOTICE_ACTIONS, code, said)

    def link(self, name: str) -> str:
        """The secret of a link that nobody has used."""
        now = real_milliseconds() // 1000
        made = make_key(Grant("link", self.people[name], now - 5, now + 3600))
        self._say(KEYS, made.record.id, made.record)
        return made.text

    def cookie(self, name: str) -> dict[str, Any]:
        """A session, as Playwright's `add_cookies` wants it."""
        secret = self.link(name)

        def began() -> httpx.Response | None:
            headers = {"origin": self.city.page, "content-type": "application/x-www-form-urlencoded"}
            answer = httpx.post(f"{self.city.page}/api/v1/session", content=f"link={secret}", headers=headers, timeout=60)
            return answer if answer.status_code == 303 else None

        answer = eventually(began, what="the session")
        cookie, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
        return {"name": cookie, "value": value, "url": self.city.page}

    def own(self, cookie: dict[str, Any]) -> list[str]:
        """Codes of the open dossiers of who is signed in."""
        answer = self._get("session/dossiers", cookie)
        return [d["code"] for d in answer.json()["dossiers"]] if answer.status_code == 200 else []

    def quality(self, name: str) -> dict[str, Any]:
        """What somebody who leads is told of the notices."""
        return dict(self._get("notice-quality", self.cookie(name)).json())

    def await_link(self, token: str) -> None:
        """Until the API knows the message of which this is the secret."""
        cookie = self.cookie("official")
        eventually(lambda: self._get(f"notice-links/{token}", cookie).status_code in (200, 410), what="the message's link")

    def actions(self, code: str) -> list[NoticeAction]:
        """What has been said of a dossier's notices, as it stands in the topic."""
        found: list[NoticeAction] = []
        place = (NOTICE_ACTIONS, partition_of(code, self.city.settings.partitions))
        self.city.loop.run(kafka.read_all(self.city.settings, place, lambda _, value, *__: found.append(decode_action(value or b""))))
        return [action for action in found if action.dossier == code]

    def _scored(self) -> None:
        """Scoring has taken all that was told: else every map says, rightly, that it is behind its sources."""
        ends = self.city.loop.run(kafka.end_offsets(self.city.settings, DOSSIER_EVENTS))
        self.city.loop.run(self.city.world.levels(levels=ends))

    def _get(self, path: str, cookie: dict[str, Any]) -> httpx.Response:
        headers = {"cookie": f"{cookie['name']}={cookie['value']}"}
        return httpx.get(f"{self.city.page}/api/v1/{path}", headers=headers, timeout=60)

    def _say(self, topic: str, key: str, value: object) -> None:
        self.city.loop.run(self.city.world.say(topic, key, value))
