"""What may be written of a unit: what looks like a person's may not, and figures and dates may."""

from __future__ import annotations

import pytest

from dunghen.domain.justifying import Reason, judge

LINK = "https://cchc.danang.example/minh-chung/2025"


@pytest.mark.parametrize(
    ("text", "links", "reason"),
    [
        ("Đã giải trình: thu ngân sách 1.398.000.000 đồng, từ 01/10/2025 đến 31.10.2025", [LINK], Reason.FITS),
        ("a" * 1000, [LINK] * 5, Reason.FITS),
        (" \n", [], Reason.EMPTY),
        ("a" * 1001, [], Reason.TOO_LONG),
        ("a", [LINK] * 6, Reason.TOO_LONG),
        ("Gọi 0905123456", [], Reason.PERSONAL),
        ("Gọi 0905 123 456", [], Reason.PERSONAL),
        ("Gọi 0236.382.1234", [], Reason.PERSONAL),
        ("CCCD 048200001234", [], Reason.PERSONAL),
        ("CCCD 0482 0000 1234", [], Reason.PERSONAL),
        ("Gọi +84 905 123 456", [], Reason.PERSONAL),
        ("Gọi (84) 905-123-456", [], Reason.PERSONAL),
        ("Gọi 0905 12 34 56", [], Reason.PERSONAL),
        ("Gọi 0236.3.822.131", [], Reason.PERSONAL),
        ("Gọi ０９０５ 123456", [], Reason.PERSONAL),
        ("Gửi buoi＠danang.example", [], Reason.PERSONAL),
        ("a", [f"{LINK}/nguyen-van-a/0905-12-34-56"], Reason.PERSONAL),
        ("Từ 01.12.2026 có 15 hồ sơ; 09-11-2026 150.000 đồng", [f"{LINK}/01-12-2026-15"], Reason.FITS),
        ("Hồ sơ H17.31.03-261116-00012 chờ từ 2024, 2025; 0 - 10 - 20 - 30 - 40", [], Reason.FITS),
        ("Viết cho buoi@danang.example", [], Reason.PERSONAL),
        ("a", [f"{LINK}/048200001234"], Reason.PERSONAL),
        ("a", ["http://danang.example"], Reason.BAD_LINK),
        ("a", [f"{LINK}?ten=buoi"], Reason.BAD_LINK),
        ("a", [f"{LINK}/{'a' * 300}"], Reason.BAD_LINK),
        ("a", ["javascript:alert(1)"], Reason.BAD_LINK),
    ],
)
def test_the_first_thing_that_does_not_pass_is_said(text: str, links: list[str], reason: Reason) -> None:
    assert judge(text, links) is reason
