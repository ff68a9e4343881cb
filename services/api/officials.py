"""What officials' routes stand on: who is asking, whether they may, and that it is in the audit log before it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from starlette.requests import Request

from dunghen.contracts.audit import AuditEntry
from dunghen.contracts.messages import Code
from dunghen.domain.access import Access, Reason, Target, What, Who, decide_access
from dunghen.domain.policy import Policy
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.logs import get_logger
from dunghen.platform.store import Store, StoreAwayError
from services.api import audit_log, metrics, sessions
from services.api.audit_log import AuditLog
from services.api.follower import Follower
from services.api.identity import Identity, Known
from services.api.listening import Listening
from services.api.ports import Provider
from services.api.problems import ProblemError
from services.api.sign_in_log import SignInLog
from services.api.views import Scene

log = get_logger("officials")
RETRY_SECONDS = 1.0
CODES = {Reason.UNAUTHENTICATED: "UNAUTHENTICATED", Reason.ROLE_NOT_ALLOWED: "FORBIDDEN", Reason.OTHER_UNIT: "FORBIDDEN"}
NOT_FOUND = "NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads by which decision, and where: what an entry of the audit log begins with."""

    who: Who
    access: Access
    route: str


@dataclass(frozen=True, slots=True)
class Officials:
    """`store`: dossiers and notices, as the projector keeps them."""

    follower: Follower
    store: Store
    identity: Identity
    audit: AuditLog
    listening: Listening
    sign_ins: SignInLog
    provider: Provider | None = None  # the city's own sign-on

    def scene(self) -> Scene:
        """What is shown now; raises ProblemError while nothing is."""
        scene = self.follower.mirror.scene()
        if scene is None or scene.policy is None:
            raise ProblemError("NOT_READY")
        return scene

    def policy_now(self) -> tuple[Policy, int]:
        """The rules of the map, and the instant on the city's clock. Raises ProblemError."""
        policy = self.scene().policy
        if policy is None:
            raise ProblemError("NOT_READY")
        return policy, self.follower.clock.seconds()

    async def who(self, request: Request, used: bool = True) -> Who | None:
        """Who is asking; `used`: as `Sessions.person` has it. Raises ProblemError while that cannot be known."""
        policy, now = self.policy_now()
        try:
            return await self.identity.who(request, (policy.catalogue, policy.zone.day_of(now)), used)
        except (LookupError, StoreAwayError) as fault:
            raise ProblemError("NOT_READY", "who may read is not known yet") from fault

    async def decided(self, request: Request, what: What, target: Target = Target()) -> Reading:  # noqa: B008 - frozen
        """The decision on a request, counted. Raises ProblemError for nobody."""
        who = await self.who(request)
        access = decide_access(who, what, target)
        metrics.ACCESS.labels(what=what.value, reason=access.reason.value).inc()
        if who is None:
            raise ProblemError("UNAUTHENTICATED")
        return Reading(who, access, request.scope["route"].path)

    async def admitted(self, request: Request, what: What, target: Target = Target()) -> Reading:  # noqa: B008 - frozen
        """The same where a refusal may be said. Raises ProblemError."""
        reading = await self.decided(request, what, target)
        if not reading.access.allowed:
            if target.unit is not None:
                await self.log(reading, target.unit)
            raise ProblemError(CODES[reading.access.reason])
        return reading

    async def log(self, reading: Reading, unit: str = "", dossiers: Iterable[str] = (), reason: str = "") -> None:
        """Returns once the reading is in the audit log, durable. Raises ProblemError where it cannot be written: nothing is shown then."""
        entry = AuditEntry(
            at=self.follower.clock.seconds(),
            who=reading.who.id,
            role=reading.access.role.value,
            route=reading.route,
            reason=reason or reading.access.reason.value,
            unit=_as_code(unit),
            dossiers=tuple(dossiers),
        )
        await self.audit.must(entry)


def _as_code(text: str) -> str:
    """What stands in an address and is no code could be anything, a name too: it is not kept."""
    try:
        return msgspec.convert(text, Code)
    except msgspec.ValidationError:
        return ""


def officials_of(follower: Follower, store: Store, access: Store, known: Known) -> Officials:
    """Put together for one worker. `store`: the read model; `access`: sessions, used links and the audit log, written by us."""
    settings = follower.settings
    kept = sessions.Sessions(access, settings.session_idle_seconds, settings.session_seconds)
    identity = Identity(known, kept, lambda: real_milliseconds() // 1000, https=settings.oidc_page.startswith("https:"))
    audit = AuditLog(access)
    return Officials(follower, store, identity, audit, Listening(follower.board), SignInLog(audit, follower.clock))


async def prepare_access(access: Store) -> None:
    """Makes what the store of access is to hold, for ever until it is there."""
    while True:
        try:
            await access.prepare((*audit_log.COLLECTIONS, *sessions.COLLECTIONS))
            return
        except StoreAwayError as fault:
            log.warning("access_store_away", error=str(fault))
            await asyncio.sleep(RETRY_SECONDS)
