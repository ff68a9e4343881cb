"""What every word and code of the API means, in Vietnamese and English (domain.md §4)."""

from __future__ import annotations

from dunghen.contracts import reconciliations
from services.api import indicator_periods, monthly_sheets, movements
from services.api.desk_board import STATUSES
from services.api.explanation_terms import terms
from services.api.look_ahead_answer import REASONS as LOOK_AHEAD_REASONS
from services.api.problems import CODES
from services.api.procedures import LEVELS, LIMIT_UNITS
from services.api.sources_said import SOURCE_REASONS
from services.api.told_terms import told_terms
from services.api.views import Scene

RATES = {
    "official": (
        "Tỷ lệ đúng hẹn chính thức",
        "Official on-time rate",
        "Hồ sơ trả sớm, đúng hẹn và đang giải quyết còn trong hạn, trên tổng số hồ sơ",
        "Dossiers finished early or on the day, plus open ones still in time, out of all",
    ),
    "resolved": (
        "Đã giải quyết",
        "Resolved",
        "Hồ sơ trả sớm và đúng hẹn, trên số đã giải quyết",
        "Finished early or on the day, out of all finished",
    ),
    "due_cohort": (
        "Đến hạn trong kỳ",
        "Due in the period",
        "Trong số hồ sơ đến hạn ở những ngày đã qua của kỳ: số xong không muộn hơn ngày hẹn",
        "Of the dossiers that fell due on days of the period that are over: those finished no later than that day",
    ),
    "statutory": (
        "Theo hẹn lần đầu",
        "Against the first promise",
        "Như trên, tính theo ngày hẹn đầu tiên",
        "The same, against the date that was promised first",
    ),
}
WINDOWS = {
    "today": ("Hôm nay", "Today"),
    "7d": ("7 ngày, kể cả hôm nay", "7 days including today"),
    "30d": ("30 ngày, kể cả hôm nay", "30 days including today"),
    "90d": ("90 ngày, kể cả hôm nay", "90 days including today"),
    "month": ("Tháng này đến nay", "This month to date"),
    "quarter": ("Quý này đến nay", "This quarter to date"),
    "year": ("Năm nay đến nay", "This year to date"),
}
BANDS = {
    "green": ("Xanh", "Blue-green"),
    "yellow": ("Vàng", "Yellow"),
    "orange": ("Cam", "Amber"),
    "red": ("Đỏ", "Red"),
    "none": ("Không phát sinh", "No dossiers"),
}
KINDS = {
    "locality": ("Phường, xã, đặc khu", "Wards, communes, special zone"),
    "department": ("Sở, ban, ngành", "Departments"),
    "land_office": ("Chi nhánh văn phòng đăng ký đất đai", "Land office branches"),
    "health": ("Trạm y tế, cơ sở y tế", "Health facilities"),
}
INDICATOR_KINDS = {
    "ratio": ("Tỷ lệ: tử số trên mẫu số", "A share: numerator out of denominator"),
    "threshold": ("Tỷ lệ, đủ điểm khi đạt ngưỡng", "A share that gives all points at its threshold"),
    "sum": ("Số lượng", "A number by itself"),
    "plan_actual": ("Thực hiện so với kế hoạch, có thể vượt 100 %", "Done against planned; may exceed 100 %"),
    "manual": ("Điểm do cơ quan có thẩm quyền chấm", "Points given by who assesses"),
    "rank": ("Thứ hạng trên số đơn vị được xếp hạng", "A place among so many"),
}
REASONS = {
    "VALUE": ("Có giá trị", "There is a value"),
    "NO_INPUTS": ("Chưa có số liệu đầu vào: không tính vào điểm tối đa", "Nothing was told: left out of the maximum"),
    "NOTHING_OCCURRED": ("Không phát sinh: không tính vào điểm tối đa", "Nothing happened: left out of the maximum"),
    "NOT_ASSESSED": ("Không đánh giá trong kỳ này", "Not assessed in this period"),
    "NOT_FOR_KIND": ("Không áp dụng cho loại đơn vị này", "Not for this kind of unit"),
    indicator_periods.NOT_FOR_PERIOD: indicator_periods.MEANING,
    "NOT_IN_FORCE": ("Không còn hoặc chưa có hiệu lực", "Not in force on that day"),
    "NO_HISTORY": ("Không lưu số liệu đã biết vào thời điểm đó", "What was known of it then is not kept"),
}
FACT_KINDS = {
    "value": ("Số liệu", "A figure"),
    "not_assessed": ("Không đánh giá", "Not assessed"),
    "withdrawn": ("Rút lại", "Withdrawn"),
}
FACT_STAGES = {
    "self": ("Điểm đơn vị tự chấm", "Points that the unit gives itself"),
    "reviewed": ("Điểm thẩm định, là điểm được tính", "Points as reviewed: those that count"),
}
PUBLICATION = {
    "published": ("Đã công bố", "Published"),
    "draft": ("Dự thảo, chưa công bố", "A draft, not public"),
}
FACTS_OVER = {
    "sum": ("Cộng các kỳ nằm trong khoảng thời gian", "The periods that lie in the window, added"),
    "latest": ("Giá trị mới nhất, có hiệu lực đến khi có giá trị mới", "How things are, until a newer figure"),
}
DESK_EVENT_KINDS = {
    "ticket_taken": ("Lấy số", "A ticket was taken"),
    "ticket_called": ("Gọi số", "A ticket was called"),
    "ticket_served": ("Phục vụ xong", "A ticket was served"),
    "ticket_abandoned": ("Bỏ về", "Who held the ticket left"),
    "appointment_booked": ("Đặt lịch hẹn", "An appointment was booked"),
    "appointment_kept": ("Đến theo lịch hẹn", "An appointment was kept"),
    "appointment_missed": ("Lỡ lịch hẹn", "An appointment was missed"),
    "answered": ("Đánh giá mức độ hài lòng, 1–5", "An answer on satisfaction, 1–5"),
}
ANSWER_CHANNELS = {
    "kiosk": ("Máy tại quầy", "A device at the desk"),
    "app": ("Ứng dụng", "The app"),
    "phone": ("Điện thoại, tin nhắn", "By phone"),
    "paper": ("Phiếu giấy", "On paper"),
}
MEMBERS = {
    "value": ("Tỷ lệ 0–1; null: không phát sinh", "Rate 0–1; null: nothing happened"),
    "low, high": ("Khoảng tin cậy 95 % (Wilson)", "95 % interval (Wilson)"),
    "few": ("Quá ít hồ sơ để xếp hạng", "Too few dossiers to be ranked"),
    "rank": (
        "Hạng trong cùng loại đơn vị; bằng nhau thì cùng hạng",
        "Rank within its kind; ties share a rank, the next follows without a gap",
    ),
    "trend": ("So với kỳ dài bằng thế ngay trước", "Against the equally long window just before"),
    "points, maximum": ("Điểm đạt được trên điểm tối đa của những chỉ số có giá trị", "Points out of the maxima of what has a value"),
    "standing": ("Xếp loại", "The class that the points reach"),
    "exact": (
        "Giá trị chính xác dưới dạng phân số, khi tử số và mẫu số đã làm tròn",
        "The exact value as a fraction, where the two integers are rounded",
    ),
    "stale": ("Nguồn ngừng gửi", "The feed is silent"),
    "facts": ("Số liệu báo cáo trước các vị trí này đã được tính", "Facts before these offsets are in"),
    "desks": ("Sự kiện tại quầy trước các vị trí này đã được tính", "Desk events before these offsets are in"),
    "withheld": ("Có ngày dưới 5 lượt không công bố", "Days with fewer than five are left out"),
    "waiting": ("Phiếu hôm nay chưa được gọi", "Tickets of today that nobody has called yet"),
    "covers": ("Số liệu gồm mọi sự kiện trước các vị trí này", "Everything before these source offsets is in"),
}


def definitions(scene: Scene | None) -> dict[str, object]:
    """All of it; bands with the thresholds of the policy that is shown."""
    looks = scene.looks if scene else None
    thresholds = {name: getattr(looks.thresholds, name) / 1000 for name in ("green", "yellow", "orange")} if looks else {}
    return {
        "rates": {code: {"vi": vi, "en": en, "meaning_vi": of_vi, "meaning_en": of_en} for code, (vi, en, of_vi, of_en) in RATES.items()},
        "windows": _two(WINDOWS),
        "named_windows": ["2026-10", "2026-Q3", "2026"],
        "bands": {code: {**names, "from": thresholds.get(code)} for code, names in _two(BANDS).items()},
        "few_below": looks.few if looks else None,
        "kinds": _two(KINDS),
        "members": _two(MEMBERS),
        **terms(),
        "indicator_kinds": _two(INDICATOR_KINDS),
        "reasons": _two(REASONS),
        "fact_kinds": _two(FACT_KINDS),
        "facts_over": _two(FACTS_OVER),
        "procedure_levels": _two(LEVELS),
        "limit_units": _two(LIMIT_UNITS),
        "desk_event_kinds": _two(DESK_EVENT_KINDS),
        "statuses": {str(status): {"vi": vi, "en": en} for status, (vi, en) in STATUSES.items()},
        "answer_channels": _two(ANSWER_CHANNELS),
        "source_reasons": {code: {"vi": vi, "en": en} for code, (vi, en) in SOURCE_REASONS.items()},
        **told_terms(),
        "fact_stages": _two(FACT_STAGES),
        "look_ahead_reasons": {str(reason): {"vi": vi, "en": en} for reason, (vi, en) in LOOK_AHEAD_REASONS.items()},
        "publication": _two(PUBLICATION),
        "monthly_movement": _two(dict(movements.MEANINGS)),
        "justification_states": _two(monthly_sheets.JUSTIFIED),
        "reconciliation": _two(reconciliations.MEANINGS),
        "errors": {code: {"status": status, "vi": vi, "en": en} for code, (status, vi, en) in CODES.items()},
    }


def _two(words: dict[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    return {code: {"vi": vi, "en": en} for code, (vi, en) in words.items()}
