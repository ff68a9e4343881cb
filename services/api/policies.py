"""The policy of a version out of the records on the board, read once."""

from __future__ import annotations

from collections.abc import Mapping

from dunghen.contracts.messages import PolicyRecord
from dunghen.contracts.policies import PolicyBook, policy_key
from dunghen.domain.policy import Policy, PolicyError
from dunghen.platform.logs import get_logger

log = get_logger("policies")
Records = Mapping[tuple[str, int], PolicyRecord]  # by kind and version


class Policies:
    """Policies by version; None for a version that has no city, or that cannot be read (the reason is in the log, once)."""

    def __init__(self, records: Records) -> None:
        self._book = PolicyBook({policy_key(kind, version): record for (kind, version), record in records.items()})
        self._known: dict[int, Policy | None] = {}

    def at(self, version: int) -> Policy | None:
        """Of each kind the newest complete record up to this version."""
        if version not in self._known:
            self._known[version] = self._read(version)
        return self._known[version]

    def _read(self, version: int) -> Policy | None:
        try:
            return self._book.at(version)
        except LookupError:
            return None
        except PolicyError as fault:
            log.error("policy_unreadable", version=version, faults=list(fault.faults))
            return None
