"""The words of a rate's explanation and of rankings in both languages: parts, flags, and why a count or a difference is given as it is."""

from __future__ import annotations

from collections.abc import Mapping

from dunghen.domain.comparison import MEANINGS
from dunghen.domain.fives import Reason
from dunghen.domain.flags import FLAGS

Words = Mapping[str, tuple[str, str]]
PARTS: Words = {
    "early": ("Trả sớm hạn", "Ended early"),
    "on_day": ("Trả đúng ngày hẹn", "Ended on the day"),
    "undated": ("Kết thúc, không có ngày hẹn trả", "Ended without any due date"),
    "late": ("Trả quá hạn", "Ended late"),
    "pending": ("Đang giải quyết, còn trong hạn", "Open and in time"),
    "overdue": ("Đang giải quyết, đã quá hạn", "Open and overdue"),
    "met": ("Đến hạn, xong không muộn hơn ngày hẹn", "Fell due, ended by then"),
    "missed": ("Đến hạn, chưa xong hoặc xong muộn", "Fell due, late or still open"),
    "otherwise": ("Rút, dừng hoặc từ chối muộn (nằm trong số đã kết thúc)", "Withdrawn, stopped or refused late (of the ended)"),
    "paused": ("Đang tạm dừng (nằm trong số còn trong hạn)", "Clock stopped (of the open and in time)"),
}
FLAGS_VI: Mapping[str, str] = {
    "received_assumed": "Không có ngày tiếp nhận: lấy bằng chứng tiếp nhận sớm nhất",
    "due_computed": "Không có ngày hẹn trả: tính theo thời hạn của thủ tục",
    "undated": "Kết thúc mà không có ngày hẹn trả: tính là đúng hẹn",
    "end_assumed": "Không có ngày kết thúc: lấy lúc nguồn báo lần đầu",
    "ended_before_received": "Ngày kết thúc trước ngày tiếp nhận",
    "due_before_received": "Ngày hẹn trả trước ngày tiếp nhận",
    "reopened": "Đã kết thúc, nay nguồn báo còn đang giải quyết",
    "reopened_undated": "Mở lại rồi kết thúc mà không có ngày kết thúc mới: tính lần kết thúc đầu",
    "several_supplements": "Yêu cầu bổ sung giấy tờ hơn một lần",
    "due_moved_later": "Ngày hẹn trả bị dời muộn hơn ngày hẹn đầu tiên",
    "done_without_work": "Kết thúc mà chưa từng được xử lý (có 9, không có 4)",
    "finished_at_reception": "Kết thúc trong vòng một phút sau khi tiếp nhận",
    "end_backdated": "Ngày kết thúc lùi hơn một ngày so với lúc nguồn báo lần đầu",
    "end_equals_due": "Thời điểm kết thúc trùng đúng thời điểm hẹn trả",
    "ended_in_last_minutes": "Kết thúc trong mười phút cuối trước hạn",
}
GIVEN: Mapping[Reason, tuple[str, str]] = {
    Reason.EXACT: ("Số đúng", "The count itself"),
    Reason.AT_LEAST: ("Ít nhất chừng này: làm tròn xuống bội số của 5", "At least so many: rounded down to a multiple of five"),
    Reason.SUPPRESSED: ("Không công bố: dưới 5", "Not published: below five"),
}
GROUPS: Words = {
    "overall": ("Chung", "All together"),
    "kind": ("Theo loại đơn vị", "By kind of unit"),
    "peers": ("Theo nhóm cùng khối lượng", "By peers of like volume"),
    "setting": ("Theo nhóm cùng địa bàn", "By peers of like setting"),
    "small": ("Ít hồ sơ", "Few dossiers received"),
    "middle": ("Trung bình", "Middling"),
    "large": ("Nhiều hồ sơ", "Many dossiers received"),
    "urban": ("Đô thị", "Urban"),
    "rural": ("Nông thôn", "Rural"),
    "mountain": ("Miền núi", "Mountain"),
    "island": ("Hải đảo", "Island"),
}


def terms() -> dict[str, dict[str, dict[str, str]]]:
    """What `/definitions` says of them."""
    flags = {name: (FLAGS_VI[name], meaning) for name, meaning in FLAGS.items()}
    told: dict[str, Mapping[str, tuple[str, str]]] = {
        "parts": PARTS,
        "flags": flags,
        "given": {reason.value: words for reason, words in GIVEN.items()},
        "differences": {reason.value: words for reason, words in MEANINGS.items()},
        "groups": GROUPS,
    }
    return {name: {code: {"vi": vi, "en": en} for code, (vi, en) in words.items()} for name, words in told.items()}
