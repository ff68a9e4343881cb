"""Who signed in and out, and what was tried in vain: in the audit log before it is answered, and counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic

from dunghen.contracts.audit import AuditEntry
from dunghen.domain.access import Role
from dunghen.domain.sign_on import Reason, Way
from dunghen.platform.clock import Clock
from dunghen.platform.throttle import Throttle
from services.api import metrics
from services.api.audit_log import AuditLog

REFUSALS_A_SECOND, REFUSALS_AT_ONCE = 1.0, 60  # that are written: whoever guesses is not to fill a log that is never cut
SIGNED_OUT = "SIGNED_OUT"


@dataclass(frozen=True, slots=True)
class SignInLog:
    """One for a worker. Of refusals beyond the limit the metric alone tells."""

    audit: AuditLog
    clock: Clock
    refusals: Throttle = field(default_factory=lambda: Throttle(REFUSALS_A_SECOND, REFUSALS_AT_ONCE))

    async def tried(self, way: Way, reason: Reason, who: str, route: str) -> None:
        """One attempt. `who`: id of the person, or of a link that opens no more, "" where nobody is known. Raises ProblemError."""
        metrics.SIGN_INS.labels(way=way.value, reason=reason.value).inc()
        if reason is Reason.SIGNED_IN or not self.refusals.wait(way.value, monotonic()):
            await self._write(who, Role.PUBLIC, reason.value, route)

    async def signed_out(self, who: str, role: Role, route: str) -> None:
        """Somebody ended their session. Raises ProblemError."""
        await self._write(who, role, SIGNED_OUT, route)

    async def _write(self, who: str, role: Role, reason: str, route: str) -> None:
        await self.audit.must(AuditEntry(at=self.clock.seconds(), who=who, role=role.value, route=route, reason=reason))
