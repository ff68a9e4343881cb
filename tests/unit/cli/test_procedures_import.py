"""A published list of procedures: what it changes from which day on, what stays, and which rows it is refused for."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dunghen.cli.data_folder import CommandError
from dunghen.cli.policies.command import Wanted as CityWanted
from dunghen.cli.procedures.command import Wanted
from dunghen.contracts.city_files import read_city
from dunghen.contracts.messages import encode
from dunghen.contracts.policies import Applied, PolicyBook, policy_key, policy_records
from dunghen.domain.days import day_number
from dunghen.domain.deadline import TimeLimit
from dunghen.domain.policy import Policy, PolicyError

TODAY = day_number(date(2026, 11, 30))
BIRTH = {"code": "1.1", "name": "Đăng ký khai sinh", "field": "Hộ tịch", "limit": 8, "unit": "hours", "kinds": ["locality"], "weight": 40}
HEAD = "Mã TTHC;Tên TTHC;Lĩnh vực;Thời hạn;Mức độ;Tích hợp;Thanh toán trực tuyến;Hiệu lực từ\n"


def book(*procedures: dict[str, Any], **more: Any) -> PolicyBook:
    kept = PolicyBook()
    bodies = {"city": {"code": "H17", "name": "Đà Nẵng"}, "procedures": {"procedures": list(procedures), **more}}
    for record in policy_records(1, bodies, Applied(0)):
        kept.take(policy_key(record.kind, 1), encode(record))
    return kept


def change(folder: Path, lines: str, of: PolicyBook, head: str = HEAD, since: str = "") -> tuple[dict[str, Any], list[str]]:
    file = folder / "list.csv"
    file.write_text(head + lines, encoding="utf-8")
    return Wanted(file, since).change(of, TODAY)


def policy(body: dict[str, Any]) -> Policy:
    return Policy.from_bodies(2, {"city": {"code": "H17", "name": "Đà Nẵng"}, "procedures": body})


def test_a_changed_limit_holds_from_its_day_on_and_the_former_one_before(tmp_path: Path) -> None:
    lines = "1.1;;;3 ngày làm việc;Toàn trình;có;x;2026-12-01\n1.2;Kết hôn;Hộ tịch;1 tháng;;;không;\n"
    body, said = change(tmp_path, lines, book(BIRTH))
    assert said == [
        "+ row 3  1.2 from 2026-11-30: 1 months",
        "~ row 2  1.1 from 2026-12-01: 8 hours → 3 working_days, other level, other integrated, other online_payment",
        "2 new or changed, 0 as they were",
    ]
    procedures, first = policy(body).procedures, day_number(date(2026, 12, 1))
    assert (procedures.limit_of("1.1", first - 1), procedures.limit_of("1.1", first)) == (
        TimeLimit(8, "hours"),
        TimeLimit(3, "working_days"),
    )
    assert (procedures.on("1.2", TODAY - 1), procedures.limit_of("1.2", TODAY)) == (None, TimeLimit(1, "months"))
    new = procedures.on("1.1", first)
    assert new is not None
    assert (new.name, new.kinds, new.weight, new.level, new.integrated, new.online_payment) == (
        *("Đăng ký khai sinh", ("locality",), 40),
        *("full", True, True),
    )


def test_the_same_list_again_changes_nothing_and_a_correction_on_the_same_day_replaces(tmp_path: Path) -> None:
    lines = "1.1;Đăng ký khai sinh;Hộ tịch;3 ngày;một phần;;;2026-12-01\n"
    body, _ = change(tmp_path, lines, book(BIRTH))
    known = book(*body["procedures"])
    assert change(tmp_path, lines, known) == ({}, ["0 new or changed, 1 as they were"])
    corrected, _ = change(tmp_path, lines.replace("3 ngày", "4 ngày"), known)
    assert [entry["limit"] for entry in corrected["procedures"]] == [8, 4]
    assert [entry.get("valid_from") for entry in corrected["procedures"]] == [None, "2026-12-01"]


def test_rows_that_cannot_be_read_stop_the_whole_list_each_by_row_and_column(tmp_path: Path) -> None:
    lines = "\n".join(
        [
            ";Tên;;;;;;",
            "1.3;Tên;;soon;;;;",
            "1.4;Tên;;3 weeks;;;;",
            "1.5;Tên;;5;ba;;;",
            "1.6;;;1 ngày;;;;",
            "1.7;Tên;;=1+1;;maybe;;31/12/2026",
            "1.8;Tên;;1 ngày;;;;",
            "1.8;Tên;;2 ngày;;;;",
        ]
    )
    with pytest.raises(CommandError) as refused:
        change(tmp_path, lines, book(BIRTH))
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()[1:]] == [
        "row 2, column code",
        "row 3, column limit",
        "row 4, column unit",
        "row 5, column unit",
        "row 5, column level",
        "row 7, column valid_from",
        "row 7, column limit",
        "row 7, column integrated",
        "row 9, column code",
        "row 6, column name",
    ]


@pytest.mark.parametrize(
    ("limit", "unit", "reads"), [("15", "ngày làm việc", (15, "working_days")), ("15 Ngày", "", (15, "days")), ("4", "giờ", (4, "hours"))]
)
def test_a_limit_stands_in_one_cell_or_in_two(tmp_path: Path, limit: str, unit: str, reads: tuple[int, str]) -> None:
    body, _ = change(tmp_path, f"1.1;{limit};{unit}\n", book(BIRTH), head="code;limit;unit\n", since="2026-01-01")
    assert (body["procedures"][-1]["limit"], body["procedures"][-1]["unit"]) == reads


def test_an_imported_list_is_not_replaced_by_that_of_a_city_file(tmp_path: Path) -> None:
    kept, bodies = PolicyBook(), read_city("danang")
    body, _ = change(tmp_path, "9.9;Thủ tục mới;Hộ tịch;1 ngày;;;;\n", book(*bodies["procedures"]["procedures"]))
    for record in policy_records(1, {**bodies, "procedures": body}, Applied(0)):
        kept.take(policy_key(record.kind, 1), encode(record))
    assert kept.latest.procedures.get("9.9") is not None
    with pytest.raises(CommandError, match="nothing would change"):
        CityWanted(Path("danang"), (), ()).bodies(kept)


def test_a_policy_names_what_it_cannot_read_of_a_procedure() -> None:
    with pytest.raises(PolicyError) as fault:
        policy({"procedures": [{**BIRTH, "level": "4", "integrated": "yes"}], "imported": 1})
    assert [text.partition(":")[0] for text in str(fault.value).splitlines()] == [
        "procedures.imported",
        "procedures[0].level",
        "procedures[0].integrated",
    ]
