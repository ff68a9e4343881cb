"""The words of tasks and follow-ups in both languages."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]
BLOCS: Words = {
    "party": ("Khối Đảng", "Party bloc"),
    "council": ("Khối Hội đồng nhân dân", "People's Council bloc"),
    "committee": ("Khối Ủy ban nhân dân", "People's Committee bloc"),
    "front": ("Khối Mặt trận Tổ quốc Việt Nam", "Fatherland Front bloc"),
}
TASK_STATES: Words = {
    "overdue": ("Quá hạn, chưa hoàn thành", "Overdue, not done"),
    "open": ("Đang thực hiện, còn trong hạn", "Under way and in time"),
    "ahead": ("Chưa đến ngày bắt đầu", "Not begun yet"),
    "done": ("Đã hoàn thành", "Done"),
}
BLOC_STATES: Words = {
    "complete": ("Hoàn thành", "Complete"),
    "incomplete": ("Chưa hoàn thành", "Not complete"),
    "not_assessed": ("Không đánh giá", "Not assessed"),
    "not_told": ("Chưa có nhiệm vụ", "No tasks told"),
}
TASK_KINDS: Words = {
    "task": ("Nhiệm vụ", "A task"),
    "not_assessed": ("Khối không đánh giá trong năm này", "The bloc is not assessed in this year"),
    "withdrawn": ("Rút lại", "Withdrawn"),
}
VIOLATIONS: Words = {
    "late_result": ("Trả kết quả chậm", "Result given late"),
    "papers_beyond_rules": ("Yêu cầu giấy tờ ngoài quy định", "Papers asked for beyond the rules"),
    "wrongly_refused": ("Từ chối tiếp nhận không đúng", "Wrongly refused"),
    "repeated_supplement": ("Yêu cầu bổ sung nhiều lần", "Supplements asked for again and again"),
    "no_apology": ("Không có thư xin lỗi khi trễ hẹn", "No letter of apology for a delay"),
    "due_date_moved": ("Tự ý dời ngày hẹn trả", "Promised date moved without grounds"),
    "conduct": ("Thái độ phục vụ", "Conduct towards citizens"),
    "other": ("Khác", "Other"),
}
FOLLOW_UP_STATES: Words = {
    "opened": ("Đã mở, chờ giải trình", "Opened, waits for an explanation"),
    "explained": ("Đã giải trình, chờ kết luận", "Explained, waits to be closed"),
    "closed": ("Đã kết thúc", "Closed"),
}
FOLLOW_UP_KINDS: Words = {
    "follow_up": ("Theo dõi xử lý vi phạm", "Follow-up of a violation"),
    "withdrawn": ("Rút lại", "Withdrawn"),
}


def told_terms() -> dict[str, dict[str, dict[str, str]]]:
    """As /definitions says them."""
    given = {
        "blocs": BLOCS,
        "task_states": TASK_STATES,
        "bloc_states": BLOC_STATES,
        "task_kinds": TASK_KINDS,
        "violations": VIOLATIONS,
        "follow_up_states": FOLLOW_UP_STATES,
        "follow_up_kinds": FOLLOW_UP_KINDS,
    }
    return {name: {code: {"vi": vi, "en": en} for code, (vi, en) in words.items()} for name, words in given.items()}
