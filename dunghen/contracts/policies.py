"""The topic `policies` as its readers keep it: records in, `Policy` of a version out (`architecture.md` §5, §6)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from dunghen.contracts.messages import PolicyRecord, decode_policy
from dunghen.domain.policy import POLICY_KINDS, Policy, PolicyError

CHANNELS = ("mail", "push", "webhook")  # files of services/alerts/adapters: what a stage of the matrix may name


def check_channels(policy: Policy) -> None:
    """Raises PolicyError where a stage names a channel that there is not: whoever it is for would hear by another, and nobody know.

    To be called before a policy is published, not when one is read: what is in force stays in force.
    """
    unknown = {(stage.name, name) for stage in policy.stages for name in stage.channels if name not in CHANNELS}
    if unknown:
        raise PolicyError(f"stages.{stage}.channels: {name!r} is none of {', '.join(CHANNELS)}" for stage, name in sorted(unknown))


@dataclass(frozen=True, slots=True)
class Applied:
    """Who applied a version, when (seconds since 1970 UTC) and why."""

    at: int
    author: str = ""
    reason: str = ""


def policy_key(kind: str, version: int) -> bytes:
    """The key of a record of `policies`."""
    return f"{kind}|{version}".encode()


def policy_records(version: int, bodies: Mapping[str, Any], applied: Applied) -> list[PolicyRecord]:
    """The records that carry these bodies as one version. Raises PolicyError for a kind that there is not."""
    if unknown := [kind for kind in bodies if kind not in POLICY_KINDS]:
        raise PolicyError(f"{kind}: is no kind of policy" for kind in unknown)
    return [
        PolicyRecord(
            kind=kind,
            version=version,
            applied_at=applied.at,
            author=applied.author,
            reason=applied.reason,
            together=tuple(bodies),
            body=msgspec.Raw(msgspec.json.encode(bodies[kind])),
        )
        for kind in POLICY_KINDS
        if kind in bodies
    ]


@dataclass
class PolicyBook:
    """Every policy record that was read. The same records in any order give the same policies.

    A version counts once all kinds of its `together` are in. One that is no valid policy is passed over by `latest` and kept in `faults`.
    """

    records: dict[bytes, PolicyRecord] = field(default_factory=dict)
    faults: dict[int, PolicyError] = field(default_factory=dict)
    unreadable: set[bytes] = field(default_factory=set)
    _built: dict[tuple[tuple[str, int], ...], Policy] = field(default_factory=dict)
    _latest: Policy | None = None
    _settled: bool = True
    _first: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """One record of the topic; no value takes the record back. Kinds of a newer writer are passed over."""
        if key is None or key.partition(b"|")[0].decode(errors="replace") not in POLICY_KINDS:
            return
        if value is None:
            self.records.pop(key, None)
        else:
            try:
                self.records[key] = decode_policy(value)
            except msgspec.DecodeError:
                self.unreadable.add(key)
                return
        self._settled = False
        if not self._first.is_set() and self._settle():
            self._first.set()

    @property
    def newest_version(self) -> int:
        """The highest version that any record has, 0 without one: the next is one more."""
        return max((record.version for record in self.records.values()), default=0)

    @property
    def versions(self) -> tuple[int, ...]:
        """All versions that are complete, in order."""
        return tuple(sorted(self._complete()))

    @property
    def bodies(self) -> dict[str, Any]:
        """The newest body of each kind."""
        return _bodies(self._newest(self.newest_version))

    @property
    def latest(self) -> Policy:
        """The newest complete policy that reads; raises LookupError while there is none."""
        latest = self._settle()
        if latest is None:
            raise LookupError("no policy has been applied yet")
        return latest

    def at(self, version: int) -> Policy:
        """The policy at a version as far as it is known: of each kind the newest complete record up to it.

        Raises LookupError where there is no city yet, PolicyError where the bodies are no policy.
        """
        newest = self._newest(version)
        if "city" not in newest:
            raise LookupError(f"no policy at version {version}")
        mark = (("", version), *sorted((kind, record.version) for kind, record in newest.items()))
        if mark not in self._built:
            self._built[mark] = Policy.from_bodies(version, _bodies(newest))
        return self._built[mark]

    async def wait_for_first(self) -> Policy:
        """Waits until there is a policy, and gives the latest."""
        await self._first.wait()
        return self.latest

    def _complete(self) -> Iterator[int]:
        kinds: dict[int, set[str]] = {}
        wanted: dict[int, set[str]] = {}
        for record in self.records.values():
            kinds.setdefault(record.version, set()).add(record.kind)
            wanted.setdefault(record.version, set()).update(record.together)
        return (version for version, needed in wanted.items() if needed <= kinds[version])

    def _newest(self, version: int) -> dict[str, PolicyRecord]:
        complete, newest = set(self._complete()), dict[str, PolicyRecord]()
        for record in sorted(self.records.values(), key=lambda r: r.version):
            if record.version <= version and record.version in complete:
                newest[record.kind] = record
        return newest

    def _settle(self) -> Policy | None:
        """The latest, looked for only where records came in since: `latest` is asked at every poll."""
        if not self._settled:
            self._latest, self._settled = self._find_latest(), True
        return self._latest

    def _find_latest(self) -> Policy | None:
        self.faults.clear()
        for version in reversed(self.versions):
            try:
                return self.at(version)
            except LookupError:
                return None
            except PolicyError as fault:
                self.faults[version] = fault
        return None


def _bodies(records: Mapping[str, PolicyRecord]) -> dict[str, Any]:
    return {kind: msgspec.json.decode(record.body) for kind, record in records.items()}
