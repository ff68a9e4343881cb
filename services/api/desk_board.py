"""The board of one desk: what people in the hall may read, pure (issue 7). Of a dossier the last four digits of its code, no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from dunghen.contracts.desks import DeskDay
from dunghen.domain.days import date_of
from dunghen.domain.policy import Policy
from dunghen.domain.reckoning import reckon
from dunghen.domain.statuses import DONE
from dunghen.platform.store import Document
from services.api.items import record_of

STATUSES: Mapping[int, tuple[str, str]] = {
    1: ("Mới đăng ký", "Registered"),
    2: ("Được tiếp nhận", "Accepted"),
    3: ("Không được tiếp nhận", "Not accepted"),
    4: ("Đang xử lý", "Being processed"),
    5: ("Yêu cầu bổ sung giấy tờ", "Documents are asked for"),
    6: ("Yêu cầu thực hiện nghĩa vụ tài chính", "A fee or tax is due"),
    7: ("Công dân yêu cầu rút hồ sơ", "Withdrawn by the applicant"),
    8: ("Dừng xử lý", "Stopped"),
    9: ("Đã xử lý xong", "Finished, to be fetched"),
    10: ("Đã trả kết quả", "Result handed over"),
}
DIGITS = 4
AT_MOST = 40  # dossiers of each of the three groups
READY_DAYS = 30  # so long after its end a dossier stands under those to be fetched


class Words(msgspec.Struct):
    """The same in both languages."""

    vi: str
    en: str


class BoardDossier(msgspec.Struct, kw_only=True):
    """One dossier. `promised_on`: the local date of its effective due date; null where it has none, and while its clock stands still."""

    digits: str
    status: int
    step: Words
    ready: bool
    paused: bool
    promised_on: str | None


class BoardAnswer(msgspec.Struct, kw_only=True):
    """A desk's board at an instant. `calling`: ticket numbers called and not done, the last called first; `waiting`: tickets not called.

    `stale`: the server has no new data itself, so the board is not of `at`; `age_seconds`, only then: real seconds since the last word.
    """

    at: str
    unit: str
    name: str
    desk: str
    calling: list[int]
    waiting: int
    dossiers: list[BoardDossier]
    stale: bool = False
    age_seconds: int | None = None


def queue_of(day: DeskDay | None) -> dict[str, Any]:
    """The tickets of a desk's present day."""
    return {"calling": day.calling, "waiting": day.waiting} if day else {"calling": [], "waiting": 0}


def board_dossiers(documents: Sequence[Document], policy: Policy, today: int) -> dict[str, BoardDossier]:
    """Those that belong on the board by their codes, in the order given: in hand, or finished not long ago and not handed over."""
    found = ((one.id, _dossier(one.id, one.body, policy, today)) for one in documents)
    return {code: dossier for code, dossier in found if dossier is not None}


def _dossier(code: str, body: Mapping[str, Any], policy: Policy, today: int) -> BoardDossier | None:
    found = reckon(record_of(body), policy.rules)
    if found is None:
        return None
    status, ended = body["status"], found.end.at
    if ended and (status != DONE or policy.zone.day_of(ended) < today - READY_DAYS):
        return None
    paused = bool(found.stopped) and not ended
    return BoardDossier(
        digits="".join(filter(str.isdigit, code))[-DIGITS:],
        status=status,
        step=Words(*STATUSES[status]),
        ready=bool(ended),
        paused=paused,
        promised_on=date_of(policy.zone.day_of(found.due_at)).isoformat() if found.due_at and not paused else None,
    )
