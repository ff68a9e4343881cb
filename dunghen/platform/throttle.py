"""How often each of many may come: a token bucket by key, kept as one instant each (the generic cell rate algorithm)."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

MOST_KEPT = 50_000
ROUNDING = 1e-9
HOME_PREFIX = 64  # bits of an IPv6 address that one line of a provider has for itself


class Throttle:
    """`a_second` in the long run, `at_once` together after a pause."""

    def __init__(self, a_second: float, at_once: int) -> None:
        self._gap, self._ahead = 1 / a_second, at_once / a_second
        self._due: dict[str, float] = {}

    def wait(self, key: str, now: float) -> float:
        """0.0: it may come, and is counted. Else the seconds until it may. `now`: seconds of a clock that never goes back."""
        due = max(self._due.get(key, 0.0), now) + self._gap
        if due - now > self._ahead + ROUNDING:
            return due - now - self._ahead
        if len(self._due) >= MOST_KEPT and key not in self._due:
            self._forget(now)
        self._due[key] = due
        return 0.0

    def _forget(self, now: float) -> None:
        """Who has all its tokens again is as one that never came; where all are busy, those with the most left make room."""
        self._due = {key: due for key, due in self._due.items() if due > now}
        if len(self._due) >= MOST_KEPT:
            self._due = dict(sorted(self._due.items(), key=lambda kept: -kept[1])[: MOST_KEPT // 2])


def line_of(host: str) -> str:
    """Whom an address stands for: itself, or of IPv6 the network that one line has."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> (128 - HOME_PREFIX) << (128 - HOME_PREFIX)))
    return str(getattr(address, "ipv4_mapped", None) or address)
