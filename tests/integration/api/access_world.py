"""A city with people, keys and a dossier of each unit, and everybody who can ask: signed in by a link, or with a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
from api_world import MONDAY_8_00, World

from dunghen.contracts.keys import Grant, MadeKey, Scope, make_key
from dunghen.contracts.messages import DossierEvent, Notice
from dunghen.contracts.people import PersonRecord, PostRecord, encode_person, new_id, ref_digest
from dunghen.contracts.topics import DOSSIERS, KEYS, NOTICES, PEOPLE
from dunghen.domain.access import Role
from dunghen.domain.record import fold
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.store import Query, StoreAwayError, open_store
from tests.eventually import eventually_async as eventually

HAI_CHAU, HAI_VAN, BUILDING = "20242", "20194", "H17.10"
ALL = frozenset({HAI_CHAU, HAI_VAN, BUILDING})
DOSSIERS_OF = {unit: f"000.00.0{n}.H17-261116-000{n}" for n, unit in enumerate(sorted(ALL), 1)}
DESK, OTHER_DESKS = f"{HAI_CHAU}.Q01", (f"{HAI_CHAU}.Q02", f"{HAI_VAN}.Q01", "99999.Q01")
ADDRESS = "buoi.nguyen@danang.example"


@dataclass(frozen=True)
class Actor:
    """Somebody who asks: by which role, with which units in reach; nobody has no role."""

    role: Role | None
    units: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()


PEOPLE_OF = {
    "official of Hải Châu": (Role.OFFICIAL, (HAI_CHAU, "official"), frozenset({HAI_CHAU})),
    "head of Hải Vân": (Role.OFFICIAL, (HAI_VAN, "unit_head"), frozenset({HAI_VAN})),
    "leader of the department": (Role.LEADER, (BUILDING, "leader"), frozenset({BUILDING})),
    "leader of the city": (Role.LEADER, ("H17", "leader"), ALL),
    "operator": (Role.OPERATOR, ("H17", "operator"), ALL),
}
MACHINES_OF: dict[str, tuple[Role, Scope, str, frozenset[str]]] = {
    "reader of Hải Châu": (Role.READER, "reader", HAI_CHAU, frozenset({HAI_CHAU})),
    "reader of the city": (Role.READER, "reader", "H17", ALL),
    "operator's machine": (Role.OPERATOR, "operator", "", ALL),
    "source": (Role.SOURCE, "source", "H17", frozenset()),
    "consumer": (Role.CONSUMER, "consumer", "newsroom", frozenset()),
    "screen of a desk": (Role.DESK, "desk", DESK, frozenset({DESK})),
}


async def settle(world: World) -> dict[str, Actor]:
    """Dossiers, a notice of each, people and keys; gives everybody by name, "nobody" too."""
    for unit, code in DOSSIERS_OF.items():
        await world.say(DOSSIERS, code, record_of(code, unit))
        await world.say(NOTICES, code, notice_of(code, unit))
    machines = {name: key_of(scope, code) for name, (_, scope, code, _) in MACHINES_OF.items()}
    people = {name: person_of(*post) for name, (_, post, _) in PEOPLE_OF.items()}
    links = {name: key_of("link", person.id) for name, person in people.items()}
    for person in people.values():
        await world.say(PEOPLE, person.id, encode_person(person))
    for key in (*machines.values(), *links.values()):
        await world.say(KEYS, key.record.id, key.record)
    await eventually(lambda: _stored(world))
    actors = {"nobody": Actor(None)}
    for name, (role, _, units) in PEOPLE_OF.items():
        cookie = await eventually(lambda link=links[name]: signed_in(world, link.text))
        actors[name] = Actor(role, units, {"cookie": cookie}, (links[name].text, cookie.partition("=")[2], people[name].id))
    for name, (role, _, _, units) in MACHINES_OF.items():
        actors[name] = Actor(role, units, {"authorization": f"Bearer {machines[name].text}"}, (machines[name].text,))
    return actors


def record_of(code: str, unit: str) -> bytes:
    facts = {"kind": "synced", "status": 4, "received": MONDAY_8_00, "due": MONDAY_8_00 + 86400}
    event = DossierEvent(id="0123456789abcdef", dossier=code, unit=unit, occurred_at=MONDAY_8_00, arrived_at=MONDAY_8_00 * 10**6, **facts)
    record = fold(None, event)
    assert record is not None
    return record


def notice_of(code: str, unit: str) -> Notice:
    return Notice(
        key=f"{code}:dossier:{MONDAY_8_00}:due:{unit}", dossier=code, unit=unit, stage="due", due_at=MONDAY_8_00,
        decided_at=MONDAY_8_00, state="delivered", reason="FIRST_WARNING",
    )  # fmt: skip


def person_of(unit: str, role: str) -> PersonRecord:
    return PersonRecord(id=new_id(), posts=(PostRecord(unit=unit, role=role),), ref=ref_digest(unit + role), address=ADDRESS)  # type: ignore[arg-type]


def key_of(scope: Scope, code: str, seconds: int = 3600, replaces: str = "") -> MadeKey:
    """One that ends so long from now: a run may have taken an hour before it comes to these."""
    now = real_milliseconds() // 1000
    return make_key(Grant(scope, code, now - 5, now + seconds, replaces=replaces))


async def post(world: World, path: str, **more: str) -> httpx.Response:
    """As our own page posts: from our origin."""
    headers = {"origin": str(world.http.base_url).rstrip("/"), "content-type": "application/x-www-form-urlencoded"}
    content = more.pop("content", "")
    return await world.http.post(path, content=content, headers={**headers, **more}, follow_redirects=False)


async def signed_in(world: World, link: str) -> str:
    """The cookie of a new session, "" where the link does not open."""
    answer = await post(world, "/api/v1/session", content=f"link={link}")
    world.http.cookies.clear()
    return answer.headers.get("set-cookie", "").partition(";")[0] if answer.status_code == 303 else ""


async def _stored(world: World) -> bool:
    store = open_store(world.settings, "api", read_only=True)
    try:
        counts = [len((await store.find(Query(name))).documents) for name in ("dossiers", "notices")]
    except StoreAwayError:
        return False
    finally:
        await store.close()
    return counts == [len(ALL), len(ALL)]
