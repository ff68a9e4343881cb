"""What the ledger says of a dossier that was open while this process was away: which stages were heard, and whose it was then. Pure."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import NamedTuple

from dunghen.contracts.messages import Notice
from dunghen.domain.recipients import Whose
from dunghen.domain.warnings import mark_of
from services.alerts.ports import Row


class Recalled(NamedTuple):
    """`told`: marks of the stages that were heard; `whose` it was when the last of them was decided; `outside`: it was retracted since."""

    told: frozenset[str]
    whose: Whose
    outside: bool


def recalled(spoken: Sequence[Row], now: Whose, crossed: Set[str], stopped: Set[str]) -> Recalled:
    """`spoken`: the dossier's rows, in the name of whatever unit. Of what was heard that holds which is `crossed` by the present due date,
    or of a clock that is `stopped`; superseded rows were not heard, but for those that a later stage overtook.
    """
    said = [row.notice for row in spoken if row.notice.clock != "feed"]
    told = [each for each in said if each.state != "superseded" or each.reason == "OVERTAKEN"]
    marks = {mark_of(each.clock, each.due_at, each.stage) for each in told}
    held = frozenset(mark for mark in marks if mark in crossed or mark.partition(":")[0] in stopped)
    owners = [_whose(each, now) for each in _last(told)]
    outside = bool(said) and all(each.reason == "OUTSIDE" for each in _last(said))
    return Recalled(held, now if now in owners or not owners else owners[0], outside)


def _last(said: Sequence[Notice]) -> list[Notice]:
    """Those that were decided last."""
    at = max((each.decided_at for each in said), default=0)
    return [each for each in said if each.decided_at == at]


def _whose(told: Notice, now: Whose) -> Whose:
    """Whose the dossier was when this was decided; an older release did not say which official's."""
    return Whose(told.unit, told.handler if told.why else now.handler)
