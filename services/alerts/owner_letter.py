"""The words to the owner of a feed: it is silent, or somebody disputes what it says of a dossier. In Vietnamese; nothing personal."""

from __future__ import annotations

from dunghen.contracts.messages import Notice
from dunghen.domain.policy import Policy
from services.alerts.letter import PROCEDURE, local_time
from services.alerts.owners import ALL_SILENT, SILENT, Owners
from services.alerts.ports import Item, Letter, Recipient
from services.alerts.words import Words

CLOSING = "Thư tự động, xin không trả lời."
CHECK_FEED = (
    "Việc cần làm: kiểm tra hệ thống gửi dữ liệu và đường truyền. Trong lúc này cán bộ không nhận nhắc hạn theo số liệu cũ; "
    "mỗi lần mất tín hiệu chỉ báo một lần."
)
CHECK_OURS = "Việc cần làm: kiểm tra dịch vụ tiếp nhận, mạng và Kafka. Cán bộ và người phụ trách từng nguồn chưa nhận tin nào về việc này."
CHECK_DOSSIER = "Việc cần làm: đối chiếu hồ sơ với hệ thống một cửa và gửi lại dữ liệu đúng."
WHY = {
    "WRONG_STATUS": "sai trạng thái",
    "WRONG_DATE": "sai ngày hẹn trả",
    "WRONG_UNIT": "sai đơn vị",
    "ALREADY_FINISHED": "hồ sơ đã xong",
    "OTHER": "lý do khác",
    "": "không ghi lý do",
}


def owner_letter(notice: Notice, recipient: Recipient, owners: Owners, policy: Policy) -> Letter:
    """The message about a silence or a dispute."""
    if notice.stage == SILENT:
        since = local_time(notice.due_at, policy)
        count = str(owners.feeds.units_of(notice.dossier))
        words = Words((("Nguồn dữ liệu", notice.dossier), ("Tín hiệu cuối", since), ("Số đơn vị", count)), (CHECK_FEED, CLOSING))
        return Letter(notice.message_id, recipient, f"Nguồn dữ liệu {notice.dossier} im lặng", words)
    if notice.stage == ALL_SILENT:
        words = Words((("Tín hiệu cuối", local_time(notice.due_at, policy)),), (CHECK_OURS, CLOSING))
        return Letter(notice.message_id, recipient, "Mất tín hiệu từ mọi nguồn dữ liệu", words)
    procedure, unit, code = policy.procedures.get(notice.procedure), policy.catalogue.get(notice.unit), owners.reason_of(notice)
    facts = (
        ("Hồ sơ", notice.dossier),
        (PROCEDURE, f"{procedure.name} ({procedure.code})" if procedure else notice.procedure or "không rõ"),
        ("Đơn vị", unit.full_name if unit else notice.unit),
        ("Bị báo sai", f"{WHY.get(code, WHY['OTHER'])}, lúc {local_time(notice.due_at, policy)}"),
        ("Nguồn dữ liệu", ", ".join(owners.feeds.sources_of(notice.unit)) or "không rõ"),
    )
    item = Item(notice.dossier, notice.procedure, notice.unit, notice.stage, notice.due_at, WHY.get(code, WHY["OTHER"]))
    return Letter(notice.message_id, recipient, f"Báo sai dữ liệu: hồ sơ {notice.dossier}", Words(facts, (CHECK_DOSSIER, CLOSING)), (item,))
