"""The city of the screens with people who may sign in and dossiers that an official has in hand, as fold, people and keys would write them.

The clock stands at Monday 16/11/2026 08:00. `CASES` are dossiers whose due date takes some thought; `DUE` says when each is due.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import httpx

from dunghen.contracts.keys import Grant, make_key
from dunghen.contracts.messages import DossierEvent, Notice
from dunghen.contracts.people import PersonRecord, PostRecord, encode_person, new_id, ref_digest
from dunghen.contracts.topics import DOSSIER_EVENTS, DOSSIERS, KEYS, NOTICES, PEOPLE
from dunghen.domain.days import Zone, day_number
from dunghen.domain.record import fold
from dunghen.platform.clock import real_milliseconds
from tests.browser.screen_city import HAI_CHAU, HAI_VAN, ScreenCity
from tests.eventually import eventually

ZONE = Zone("Asia/Ho_Chi_Minh")
TRANSFER, BIRTH, RESIDENCE, HOUSE = "1.004884", "1.001193", "1.004222", "1.010038"
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
HOLIDAY, SOURCE_MOVED, REOPENED = "H17.31-261119-1701", "H17.31-261106-1702", "H17.31-261103-1703"
COURSES = (
    Course(OVERDUE, RESIDENCE, "3/11 09:00", "12/11 09:00", (step("4/11 08:00", 4),)),
    Course(LATE_TODAY, HOUSE, "9/11 07:30", "16/11 07:30", (step("9/11 09:00", 4),)),
    Course(TODAY, BIRTH, "13/11 10:20", "16/11 10:20", (step("13/11 11:00", 4),)),
    Course(PAUSED, TRANSFER, "5/11 08:00", "12/11 08:00", (step("5/11 09:00", 4), step("9/11 10:00", 5))),
    Course(MOVED, TRANSFER, "4/11 15:22", "11/11 15:22", (step("5/11 08:00", 4), sync("10/11 16:00", 4, due="18/11 15:22"))),
    Course(OTHERS, RESIDENCE, "10/11 08:00", "19/11 08:00", (step("10/11 09:00", 4),), HAI_VAN, mine=False),
)
# Papers asked for on Friday and brought behind the weekend and the holiday of Tuesday 24/11; the source moves the date while the clock
# stands; stopped, opened again and paused once more.
CASES = (
    Course(HOLIDAY, TRANSFER, "19/11 08:00", "27/11 08:00", (step("19/11 09:00", 4), step("20/11 15:00", 5), step("25/11 09:30", 4))),
    Course(
        SOURCE_MOVED, RESIDENCE, "6/11 13:30", "17/11 13:30",
        (step("6/11 14:00", 4), step("10/11 08:00", 5), sync("11/11 09:00", 5, due="20/11 16:00"), step("12/11 10:00", 4)),
    ),
    Course(
        REOPENED, TRANSFER, "3/11 08:00", "10/11 08:00",
        (step("3/11 09:00", 4), step("5/11 10:00", 5), step("6/11 14:30", 4), step("9/11 16:00", 8),
         step("10/11 09:00", 4), step("10/11 10:00", 5), step("13/11 08:00", 4)),
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
    """Who there is: ids by name; `cookie(name)` signs in by a new link."""

    city: ScreenCity
    people: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        now = real_milliseconds() // 1000
        for name, unit, role in (("official", HAI_CHAU, "official"), ("neighbour", HAI_VAN, "official"), ("leader", CITY, "leader")):
            post = PostRecord(unit=unit, role=role)  # type: ignore[arg-type]
            person = PersonRecord(id=new_id(), posts=(post,), ref=ref_digest(f"{name} of the screens {now}"))
            self.people[name] = person.id
            self._say(PEOPLE, person.id, encode_person(person))
        for course in COURSES:
            self.tell(course)
        self.notice(TODAY, "four_hours_left", "13/11 14:50")
        self.notice(LATE_TODAY, "breach", "16/11 07:30")

    def tell(self, course: Course) -> None:
        """The dossier as it is after these events; waits until its official's list has it so."""
        events = events_of(course, self.people["official"])
        for event in events:
            self._say(DOSSIER_EVENTS, course.code, event)
        self._say(DOSSIERS, course.code, record_of(events))

    def finish(self, course: Course, when: str) -> None:
        """A step 9 came."""
        self.tell(replace(course, then=(*course.then, step(when, 9))))

    def notice(self, code: str, stage: str, decided: str) -> None:
        course = next(c for c in COURSES if c.code == code)
        due, person = at(course.due), self.people["official"]
        key = f"{code}:dossier:{due}:{stage}:{person}"
        told = Notice(
            key=key, dossier=code, unit=course.unit, procedure=course.procedure, stage=stage, due_at=due, decided_at=at(decided),
            state="delivered", reason="FIRST_WARNING", recipient=person, why="HANDLER", channel="mail", attempts=1, sent_at=at(decided) + 2,
        )  # fmt: skip
        self._say(NOTICES, code, told)

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
            answer = httpx.post(f"{self.city.page}/api/v1/session", content=f"link={secret}", headers=headers, timeout=20)
            return answer if answer.status_code == 303 else None

        answer = eventually(began, what="the session")
        cookie, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
        return {"name": cookie, "value": value, "url": self.city.page}

    def own(self, cookie: dict[str, Any]) -> list[str]:
        """Codes of the open dossiers of who is signed in."""
        headers = {"cookie": f"{cookie['name']}={cookie['value']}"}
        answer = httpx.get(f"{self.city.page}/api/v1/session/dossiers", headers=headers, timeout=20)
        return [d["code"] for d in answer.json()["dossiers"]] if answer.status_code == 200 else []

    def _say(self, topic: str, key: str, value: object) -> None:
        self.city.loop.run(self.city.world.say(topic, key, value))
