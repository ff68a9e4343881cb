"""The words of a mail."""

from __future__ import annotations

import json

import pytest
from alerts_world import BODIES, DOSSIER, HAI_CHAU, LONG, book_of, local
from msgspec.structs import replace

from dunghen.contracts.messages import Notice
from services.alerts.adapters.push_channel import MOST_BYTES, MOST_NAMED, payload
from services.alerts.letter import duration, letter, message_id, together
from services.alerts.ports import Item, Letter, Recipient
from services.alerts.words import Words

POLICY = book_of(BODIES).latest
DUE = local("2026-11-16 17:00")
TO = Recipient("20242", HAI_CHAU, "a@b.example")
NOTICE = Notice(
    key="k", dossier=DOSSIER, unit=HAI_CHAU, procedure=LONG, stage="half", due_at=DUE, decided_at=1, state="pending", reason="WARNING"
)


@pytest.mark.parametrize(
    ("now", "subject"),
    [
        ("2026-11-13 15:42", "Sắp đến hẹn: hồ sơ H17.31-261116-0001, còn 9 giờ 18"),
        ("2026-11-16 16:15", "Sắp đến hẹn: hồ sơ H17.31-261116-0001, còn 45 phút"),
        ("2026-11-16 17:00", "Quá giờ hẹn: hồ sơ H17.31-261116-0001, xong hôm nay vẫn đúng hẹn"),
        ("2026-11-17 07:45", "Quá hạn: hồ sơ H17.31-261116-0001, trễ 45 phút"),
        ("2026-11-12 15:00", "Sắp đến hẹn: hồ sơ H17.31-261116-0001, còn 2 ngày 2 giờ"),
    ],
)
def test_the_subject_says_how_it_stands_in_working_time(now: str, subject: str) -> None:
    assert letter(NOTICE, TO, POLICY, local(now)).subject == subject


def test_the_text_names_dossier_procedure_unit_and_due_time_and_nothing_personal() -> None:
    assert letter(NOTICE, TO, POLICY, local("2026-11-16 17:00")).text.splitlines()[:7] == [
        "Hồ sơ: H17.31-261116-0001",
        "Thủ tục: Đăng ký thường trú (1.004222)",
        "Đơn vị: Phường Hải Châu",
        "Hẹn trả: 17:00 thứ Hai 16/11/2026",
        "Quá giờ hẹn: trễ 0 phút, tính theo giờ làm việc",
        "",
        "Việc cần làm: trả kết quả trong hôm nay; xong hôm nay vẫn đúng hẹn.",
    ]


@pytest.mark.parametrize(
    ("now", "line"),
    [
        ("2026-11-16 16:15", "còn 45 phút; Đăng ký thường trú (1.004222)"),
        ("2026-11-16 17:00", "trễ 0 phút, xong hôm nay vẫn đúng hẹn; Đăng ký thường trú (1.004222)"),
        ("2026-11-16 23:59", "trễ 0 phút, xong hôm nay vẫn đúng hẹn; Đăng ký thường trú (1.004222)"),
        ("2026-11-17 00:00", "trễ 0 phút; Đăng ký thường trú (1.004222)"),
    ],
)
def test_a_digest_says_of_each_dossier_while_it_still_counts_as_on_time_today(now: str, line: str) -> None:
    """`domain.md` §4, also where the breach goes out with others."""
    several = together(
        [letter(NOTICE, TO, POLICY, local(now)), letter(replace(NOTICE, dossier="B"), TO, POLICY, local(now))], "d@a.example"
    )
    assert [several.text.splitlines()[n] for n in (0, 1)] == [f"B: {line}", f"{DOSSIER}: {line}"]


def test_of_a_step_that_is_over_a_digest_does_not_say_that_it_counts_as_on_time() -> None:
    step = letter(replace(NOTICE, clock="step"), TO, POLICY, local("2026-11-16 17:00"))
    assert together([step], "d@a.example").text.splitlines()[0] == f"{DOSSIER}: trễ 0 phút (hạn của bước); Đăng ký thường trú (1.004222)"


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 phút"), (29, "0 phút"), (3600, "1 giờ"), (14399, "4 giờ"), (57600, "2 ngày")])
def test_durations_read_as_people_say_them(seconds: int, words: str) -> None:
    assert duration(seconds, 28800) == words


def test_a_message_id_is_the_same_for_the_same_notice_and_fits_its_contract() -> None:
    sender = f"{'a' * 64}@{'b' * 36}"
    assert message_id("k", sender) == message_id("k", sender) != message_id("l", sender)
    assert len(message_id("k", sender)) <= 60


def test_a_push_names_every_dossier_of_which_it_tells_however_long_their_names_are() -> None:
    recipient = Recipient("p1", "20242")
    codes = [f"{'A' * 80}-20261116-{n:07d}" for n in range(MOST_NAMED)]
    items = [Item(code, "1.004222", "20242", "half", n, "còn 8 giờ") for n, code in enumerate(codes)]
    words = Words((("Thủ tục", "Đăng ký thường trú " * 10),), ())
    letters = [Letter("m@a.example", recipient, "Sắp đến hẹn", words, (item,)) for item in items]
    data = payload(together(letters, "d@a.example"))
    assert len(data) <= MOST_BYTES
    assert json.loads(data)["body"].splitlines() == codes
