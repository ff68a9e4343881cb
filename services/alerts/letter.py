"""The words of a notice: code, procedure, unit, when, how long, what to do. In Vietnamese; no personal value is known here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dunghen.contracts.messages import Notice
from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import DAY_SECONDS, date_of, weekday_of
from dunghen.domain.policy import Policy
from services.alerts.ports import Item, Letter, Recipient
from services.alerts.words import Words

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
IN_TIME, TODAY, LATE = "Sắp đến hẹn", "Quá giờ hẹn", "Quá hạn"
STILL_TODAY = "xong hôm nay vẫn đúng hẹn"  # a breach by the instant is none by the date (`domain.md` §4)
TO_DO = {
    IN_TIME: "Việc cần làm: xử lý xong trước giờ hẹn. Nếu thiếu giấy tờ, yêu cầu bổ sung ngay và cập nhật trạng thái.",
    TODAY: f"Việc cần làm: trả kết quả trong hôm nay; {STILL_TODAY}.",
    LATE: "Việc cần làm: xử lý ngay, gửi thư xin lỗi và hẹn lại ngày trả cho người nộp hồ sơ.",
}
LABELS = {"dossier": "Hẹn trả", "intake": "Hạn tiếp nhận", "step": "Hạn của bước"}
TO_DO_OF = {
    "intake": "Việc cần làm: tiếp nhận hoặc từ chối hồ sơ trực tuyến; hạn là 8 giờ làm việc từ lúc nộp.",
    "step": "Việc cần làm: xong bước này hoặc chuyển bước, rồi cập nhật tiến độ.",
}
TO_DO_ALL = "Việc cần làm: xử lý từ trên xuống; hồ sơ đứng trước còn ít giờ làm việc nhất."
LEFT, GONE, PROCEDURE = "còn", "trễ", "Thủ tục"
MOST_LINES = 100  # of one letter: more is not read, and goes in a second one
CLOSING = "Mỗi mốc chỉ nhắc một lần. Hồ sơ đã xong hoặc đã dừng thì không nhắc nữa. Thư tự động, xin không trả lời."


def message_id(key: str, sender: str) -> str:
    """The same for the same notice, so that a repeated mail can be told from a second one. At most 60 characters."""
    return f"{hashlib.sha256(key.encode()).hexdigest()[:20]}@{sender.partition('@')[2]}"


def letter(notice: Notice, recipient: Recipient, policy: Policy, now: int) -> Letter:
    """The message about a notice as it stands at `now`: the time left or gone is counted in working time (`domain.md` §3)."""
    how = _how(notice.due_at, policy, now)
    left = time_left(notice.due_at, policy.calendar, now)
    procedure, unit = policy.procedures.get(notice.procedure), policy.catalogue.get(notice.unit)
    facts = (
        ("Hồ sơ", notice.dossier),
        (PROCEDURE, f"{procedure.name} ({procedure.code})" if procedure else notice.procedure),
        ("Đơn vị", unit.full_name if unit else notice.unit),
        (LABELS[notice.clock], local_time(notice.due_at, policy)),
        (how, f"{left}, tính theo giờ làm việc"),
    )
    at_the_end = STILL_TODAY if how == TODAY and notice.clock == "dossier" else left
    to_do = TO_DO[how] if notice.clock == "dossier" else TO_DO_OF[notice.clock]
    item = Item(notice.dossier, notice.procedure, notice.unit, notice.stage, notice.due_at, left)
    subject = f"{how}: hồ sơ {notice.dossier}, {at_the_end}"
    return Letter(notice.message_id, recipient, subject, Words(facts, (to_do, CLOSING)), (item,))


def together(letters: Sequence[Letter], digest: str) -> Letter:
    """Several letters to one recipient as one, the least time left first; it names them all. `digest` is its Message-ID."""
    items = sorted(((letter.items[0], letter) for letter in letters), key=lambda pair: (pair[0].due_at, pair[0].dossier))
    late = sum(item.left.startswith(GONE) for item, _ in items)
    facts = [(item.dossier, _in_a_line(item, dict(letter.words.facts))) for item, letter in items]
    subject = f"Tổng hợp: {len({item.dossier for item, _ in items})} hồ sơ cần xử lý" + (f", {late} đã quá giờ hẹn" if late else "")
    return Letter(digest, letters[0].recipient, subject, Words(facts, (TO_DO_ALL, CLOSING)), tuple(item for item, _ in items))


def _in_a_line(item: Item, facts: Mapping[str, str]) -> str:
    """`còn 8 giờ (hạn của bước); Đăng ký thường trú (1.004222)`: the time left, of which clock where it is not the dossier's, of what; of a
    dossier whose instant is past and its day is not, that it still counts as on time."""
    clock = next((f" ({label.lower()})" for key, label in LABELS.items() if key != "dossier" and label in facts), "")
    still = f", {STILL_TODAY}" if TODAY in facts and LABELS["dossier"] in facts else ""
    return f"{item.left}{clock}{still}; {facts.get(PROCEDURE, item.procedure)}"


def linked(letter: Letter, base: str) -> Letter:
    """With a link to the officials' page; it names the message, no dossier and nobody: an address may be written to a proxy's log."""
    if not base or not letter.items:
        return letter  # no address, or no dossier to see there
    return replace(letter, words=replace(letter.words, link=base + letter.message_id.partition("@")[0]))


def _how(due: int, policy: Policy, now: int) -> str:
    if now < due:
        return IN_TIME
    return TODAY if policy.zone.day_of(now) == policy.zone.day_of(due) else LATE


def time_left(due: int, calendar: WorkingCalendar, now: int) -> str:
    """`còn 8 giờ 48`, `trễ 45 phút`; from two working days on in days and hours."""
    seconds = calendar.between(now, due)
    return f"{LEFT if now < due else GONE} {duration(abs(seconds), calendar.day_seconds)}"


def duration(seconds: int, day_seconds: int) -> str:
    """Working time in words: minutes, `8 giờ 48`, `2 ngày 3 giờ`."""
    minutes = (seconds + 30) // 60
    if day_seconds and seconds >= 2 * day_seconds:
        days, rest = divmod(seconds, day_seconds)
        return f"{days} ngày {rest // 3600} giờ" if rest >= 3600 else f"{days} ngày"
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} phút"
    return f"{hours} giờ {minutes:02d}" if minutes else f"{hours} giờ"


def local_time(at: int, policy: Policy) -> str:
    """`17:00 thứ Hai 12/01/2026`, by the city's clock."""
    day = policy.zone.day_of(at)
    hour, minute = divmod((at + policy.zone.offset_at(at)) % DAY_SECONDS // 60, 60)
    return f"{hour:02d}:{minute:02d} {WEEKDAYS[weekday_of(day)]} {date_of(day):%d/%m/%Y}"
