"""The calculation of a due date as one line that can be done again by hand, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import DAY_SECONDS, date_of, weekday_of
from dunghen.domain.deadline import LimitUnit, TimeLimit
from dunghen.domain.explanation import Explanation, How, Stop
from dunghen.domain.policy import Policy

WEEKDAYS_VI = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UNITS: dict[LimitUnit, tuple[str, str, str]] = {
    "hours": ("giờ làm việc", "working hour", "working hours"),
    "working_days": ("ngày làm việc", "working day", "working days"),
    "days": ("ngày", "day", "days"),
    "months": ("tháng", "month", "months"),
}
MOST_DAYS_NAMED = 12


class Both(NamedTuple):
    """A text in both languages."""

    vi: str
    en: str

    def __add__(self, other: object) -> Both:
        return Both(self.vi + other[0], self.en + other[1]) if isinstance(other, Both) else NotImplemented


class Told(NamedTuple):
    """What a sentence is made of."""

    account: Explanation
    policy: Policy


def limit_text(limit: TimeLimit | None) -> Both:
    """`5 ngày làm việc`, `5 working days`."""
    if limit is None:
        return Both("chưa biết thời hạn", "no time limit is known")
    vi, one, many = UNITS[limit.unit]
    return Both(f"{limit.amount} {vi}", f"{limit.amount} {one if limit.amount == 1 else many}")


def hours_line(calendar: WorkingCalendar) -> Both:
    """`thứ Hai–thứ Sáu 07:00–11:30, 13:30–17:00`: the hours of an ordinary week; days of their own are named apart."""
    works = [day for day in range(7) if day not in calendar.weekend]
    hours = ", ".join(f"{_clock(begin)}–{_clock(until)}" for begin, until in calendar.hours)
    if not works or not hours:
        return Both("không có ngày làm việc", "no working days")
    vi, en = (_range(works, names) for names in (WEEKDAYS_VI, WEEKDAYS_EN))
    return Both(f"{vi} {hours}", f"{en} {hours}")


def _range(days: list[int], names: tuple[str, ...]) -> str:
    """Days in a row as one range, else each by its name."""
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{names[days[0]]}–{names[days[-1]]}"
    return ", ".join(names[day] for day in days)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def sentence(told: Told | None) -> Both:
    """Why the dossier is due when it is; None: it is outside every rate."""
    if told is None:
        return Both("Hồ sơ chưa được tiếp nhận hoặc đã bị rút: không có hẹn trả.", "Never accepted, or withdrawn: there is no due date.")
    return _SENTENCES[told.account.how](told) + _exceptions(told)


def exceptions(told: Told) -> list[tuple[int, bool]]:
    """The days of the account whose hours are not those of their weekday: (local day, whether anybody works)."""
    account, calendar = told.account, told.policy.calendar
    if not account.spans:
        return []
    day_of = calendar.zone.day_of
    first, last = day_of(account.spans[0].begin), day_of(account.spans[-1].until)
    return [(day, calendar.is_working(day)) for day in sorted(calendar.overrides) if first <= day <= last]


def _limit(told: Told) -> Both:
    account, limit = told.account, told.account.limit
    assert limit is not None
    began, due = _at(account.began_at, told), _at(account.due_at, told)
    if not limit.in_calendar_days:
        return Both("Tiếp nhận ", "Received ") + began + Both(" + ", " + ") + _in_hours(limit, told) + Both(" = ", " = ") + due + DOT
    start = f"{date_of(told.policy.calendar.start_day(account.began_at)):%d/%m/%Y}"
    rule = Both(
        f" kể từ {start}{ROLLED.vi}, đến hết giờ làm việc = ",
        f" from {start} on{ROLLED.en}, until its end of work = ",
    )
    return Both("Tiếp nhận ", "Received ") + began + Both(" + ", " + ") + limit_text(limit) + rule + due + DOT


def _promise(told: Told) -> Both:
    due = _at(told.account.due_at, told)
    return Both("Nguồn dữ liệu hẹn trả ", "The source promises ") + due + Both(" và chưa đổi.", " and has not changed it.") + _unmoved(told)


def _unmoved(told: Told) -> Both:
    if not any(stop.effect == "UNMOVED" for stop in told.account.stops):
        return NOTHING
    return Both(
        " Thời gian tạm dừng chưa dời được hẹn sang ngày khác nên không cộng.",
        " The pause does not move the date to another day, so it is not added.",
    )


def _source(told: Told) -> Both:
    first, due = _at(told.account.first_due_at, told), _at(told.account.due_at, told)
    moved = Both("Nguồn dữ liệu đổi hẹn trả từ ", "The source moved the date from ") + first + Both(" sang ", " to ") + due + DOT
    if not any(stop.effect == "CONTAINED" for stop in told.account.stops):
        return moved
    return moved + Both(
        " Thời gian tạm dừng đã nằm trong hẹn mới nên không cộng thêm.", " Pauses are contained in the new date and are not added."
    )


def _added(told: Told) -> Both:
    account = told.account
    whence = Both("nguồn dữ liệu gửi", "from the source")
    if not account.promised_by_source and account.limit is not None:
        whence = Both("tiếp nhận ", "received ") + _at(account.began_at, told) + Both(" + ", " + ") + limit_text(account.limit)
    first = Both("Hẹn lần đầu ", "First promise ") + _at(account.first_due_at, told) + Both(" (", " (") + whence + Both(")", ")")
    return first + _pauses(told, "ADDED") + Both(" = ", " = ") + _at(account.due_at, told) + DOT


def _restarted(told: Told) -> Both:
    account, last = told.account, next(stop for stop in told.account.stops if stop.effect == "RESTARTS")
    again = (
        Both("Bổ sung xong ", "Papers complete ")
        + _at(last.ended, told)
        + Both(", thời hạn tính lại từ đầu: + ", ", the limit runs anew: + ")
    )
    return again + limit_text(account.limit) + _pauses(told, "ADDED") + Both(" = ", " = ") + _at(account.due_at, told) + DOT


def _pauses(told: Told, effect: str) -> Both:
    """` + 10 giờ 30 tạm dừng`; for a term in calendar days in whole days."""
    stops = [stop for stop in told.account.stops if stop.effect == effect]
    if not stops:
        return NOTHING
    limit, zone = told.account.limit, told.policy.zone
    if limit is not None and limit.in_calendar_days:
        days = sum(zone.day_of(stop.ended) - zone.day_of(stop.began) for stop in stops)
        return Both(f" + {days} ngày tạm dừng{ROLLED.vi}", f" + {days} {'day' if days == 1 else 'days'} of pause{ROLLED.en}")
    length = sum(working_seconds(stop, told, stop.ended) for stop in stops)
    return Both(f" + {hours_text(length)} tạm dừng", f" + {hours_text(length, 'h')} of pause")


def _paused(told: Told) -> Both:
    account = told.account
    open_stop = next(stop for stop in account.stops if stop.effect == "OPEN")
    since = Both("Tạm dừng từ ", "Paused since ") + _at(open_stop.began, told)
    still = since + Both(": đồng hồ đứng nên chưa có hẹn trả.", ": the clock stands still, so there is no due date.")
    if account.days is not None:
        n = account.days.count("counted")
        return still + Both(f" Đã tính {n} ngày.", f" {n} {'day has' if n == 1 else 'days have'} counted.")
    if account.term_seconds is None:
        return still
    counted = account.seconds("counted")
    left = max(0, account.term_seconds - counted)
    return still + Both(
        f" Đã tính {hours_text(counted)}, khi tiếp tục còn {hours_text(left)} làm việc.",
        f" {hours_text(counted, 'h')} have counted, {hours_text(left, 'h')} of work are left when it goes on.",
    )


def _undated(told: Told) -> Both:
    return Both(
        "Nguồn dữ liệu không gửi hẹn trả và chưa biết thời hạn của thủ tục: không có hẹn trả.",
        "The source gives no date and the procedure's limit is not known: there is no due date.",
    )


def _intake(told: Told) -> Both:
    began, due = _at(told.account.began_at, told), _at(told.account.due_at, told)
    limit = Both(
        " + 8 giờ làm việc để tiếp nhận hoặc từ chối (NĐ 118/2025/NĐ-CP) = ", " + 8 working hours to accept or refuse (decree 118/2025) = "
    )
    return Both("Nộp trực tuyến ", "Filed online ") + began + limit + due + DOT


def _in_hours(limit: TimeLimit, told: Told) -> Both:
    if limit.unit != "working_days":
        return limit_text(limit)
    hours = limit.amount * told.policy.calendar.day_seconds
    return limit_text(limit) + Both(f" ({hours_text(hours)})", f" ({hours_text(hours, 'h')})")


def _exceptions(told: Told) -> Both:
    found = exceptions(told)[:MOST_DAYS_NAMED]
    off = ", ".join(f"{date_of(day):%d/%m}" for day, works in found if not works)
    worked = ", ".join(f"{date_of(day):%d/%m}" for day, works in found if works)
    text = Both(f" Ngày nghỉ trong kỳ: {off}.", f" Days off in between: {off}.") if off else NOTHING
    return text + (Both(f" Giờ làm việc riêng: {worked}.", f" Hours of their own: {worked}.") if worked else NOTHING)


def working_seconds(stop: Stop, told: Told, until: int) -> int:
    """The working time of a pause up to an instant."""
    return max(0, told.policy.calendar.between(stop.began, until))


def hours_text(seconds: int, hour: str = "giờ") -> str:
    """`10 giờ 30`, `45 phút`; in English `10 h 30`, `45 min`."""
    hours, minutes = divmod(seconds // 60, 60)
    if not hours:
        return f"{minutes} {'phút' if hour == 'giờ' else 'min'}"
    return f"{hours} {hour} {minutes:02d}" if minutes else f"{hours} {hour}"


def _at(at: int, told: Told) -> Both:
    """`08:00 thứ Ba 03/11/2026`, by the city's clock."""
    zone = told.policy.zone
    day = zone.day_of(at)
    hour, minute = divmod((at + zone.offset_at(at)) % DAY_SECONDS // 60, 60)
    clock, date, weekday = f"{hour:02d}:{minute:02d}", f"{date_of(day):%d/%m/%Y}", weekday_of(day)
    return Both(f"{clock} {WEEKDAYS_VI[weekday]} {date}", f"{clock} {WEEKDAYS_EN[weekday]} {date}")


ROLLED = Both("; rơi vào ngày nghỉ thì sang ngày làm việc kế tiếp", "; a day off gives way to the next working day")
NOTHING, DOT = Both("", ""), Both(".", ".")
_SENTENCES: dict[How, Callable[[Told], Both]] = {
    "LIMIT": lambda told: _limit(told) + _unmoved(told),
    "PROMISE": _promise,
    "SOURCE": _source,
    "ADDED": _added,
    "RESTARTED": _restarted,
    "PAUSED": _paused,
    "UNDATED": _undated,
    "INTAKE": _intake,
}
