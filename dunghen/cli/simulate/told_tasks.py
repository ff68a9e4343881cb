"""Tasks under Resolution 57 and follow-ups of violations in a made-up city. A pure function of seed, unit and day.

Every locality has the same plan KH02: six to ten tasks of each bloc, each with its day; and what the city gave its committee besides, as
it gave some to each department. How punctual a unit is, is its own. What is here is made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product
from random import Random
from typing import NamedTuple

from dunghen.cli.simulate.told_facts import Told
from dunghen.domain.days import date_of, day_number
from dunghen.domain.follow_ups import VIOLATIONS
from dunghen.domain.policy import Policy
from dunghen.domain.tasks import BLOCS, Bloc
from dunghen.domain.units import Unit

PLAN, PREFIX = "KH02", {"party": "D", "council": "HD", "committee": "UB", "front": "MT"}
OTHER_PLAN = "CT-UBND"  # what the city gives besides
FEWEST, MOST = 6, 10


class Planned(NamedTuple):
    """A task of the plan: content, and the month at the end of which it falls due."""

    vi: str
    en: str
    month: int


CONTENTS: dict[Bloc, tuple[Planned, ...]] = {
    "party": (
        Planned("Quán triệt Nghị quyết 57-NQ/TW đến các chi bộ", "Make Resolution 57 known in every party cell", 2),
        Planned("Ban hành chương trình hành động của Đảng ủy", "Adopt the Party committee's programme of action", 3),
        Planned("Thành lập ban chỉ đạo chuyển đổi số", "Set up the steering committee for digital transformation", 3),
        Planned("Đưa sổ tay đảng viên điện tử vào sử dụng", "Bring the electronic handbook of party members into use", 5),
        Planned("Xử lý văn bản của Đảng trên môi trường mạng", "Handle Party documents online", 6),
        Planned("Kiểm tra việc thực hiện tại các chi bộ, đợt một", "First check of the party cells", 7),
        Planned("Số hóa tài liệu lưu trữ của Đảng ủy", "Digitise the Party committee's archive", 9),
        Planned("Tập huấn kỹ năng số cho cấp ủy viên", "Train committee members in digital skills", 10),
        Planned("Kiểm tra việc thực hiện tại các chi bộ, đợt hai", "Second check of the party cells", 11),
        Planned("Tổng kết năm thực hiện nghị quyết", "Sum up the year", 12),
    ),
    "council": (
        Planned("Ban hành nghị quyết về chuyển đổi số năm", "Adopt the year's resolution on digital transformation", 3),
        Planned("Tổ chức kỳ họp không giấy", "Hold a session without paper", 4),
        Planned("Công khai nghị quyết trên cổng thông tin", "Publish resolutions on the portal", 4),
        Planned("Tiếp nhận kiến nghị của cử tri qua mạng", "Take voters' petitions online", 6),
        Planned("Giám sát chuyên đề dịch vụ công trực tuyến", "Supervise online services", 8),
        Planned("Bố trí kinh phí cho nhiệm vụ chuyển đổi số", "Allot the money for digital tasks", 9),
        Planned("Tập huấn kỹ năng số cho đại biểu", "Train delegates in digital skills", 10),
        Planned("Giám sát việc giải quyết kiến nghị", "Supervise what became of petitions", 11),
        Planned("Số hóa tài liệu kỳ họp các khóa trước", "Digitise the papers of former terms", 12),
        Planned("Báo cáo kết quả giám sát năm", "Report the year's supervision", 12),
    ),
    "committee": (
        Planned("Ban hành kế hoạch thực hiện KH02", "Adopt the plan for KH02", 2),
        Planned("Kiện toàn tổ công nghệ số cộng đồng", "Renew the community digital teams", 3),
        Planned("Bố trí thiết bị tại bộ phận một cửa", "Equip the one-stop desk", 4),
        Planned("Tái cấu trúc quy trình thủ tục hành chính", "Redesign the procedures", 5),
        Planned("Số hóa kết quả giải quyết còn hiệu lực", "Digitise results that are still in force", 6),
        Planned("Phủ mạng không dây tại nơi tiếp công dân", "Cover the citizens' desks with wireless network", 7),
        Planned("Đưa thanh toán trực tuyến vào mọi thủ tục có phí", "Take online payment for every fee", 8),
        Planned("Làm sạch dữ liệu dân cư, đất đai, hộ tịch", "Clean the data on people, land and civil status", 9),
        Planned("Tập huấn kỹ năng số cho công chức", "Train civil servants in digital skills", 10),
        Planned("Đánh giá mức độ chuyển đổi số", "Assess the level of digital transformation", 12),
    ),
    "front": (
        Planned("Tuyên truyền Nghị quyết 57-NQ/TW tại khu dân cư", "Make Resolution 57 known in the neighbourhoods", 3),
        Planned("Phát động phong trào bình dân học vụ số", "Start the movement of digital literacy for all", 4),
        Planned("Hướng dẫn người dân cài đặt định danh điện tử", "Help citizens to install electronic identity", 5),
        Planned("Khảo sát mức độ hài lòng của người dân", "Survey how satisfied citizens are", 6),
        Planned("Giám sát việc công khai thủ tục hành chính", "Supervise that procedures are published", 8),
        Planned("Lấy ý kiến nhân dân trên nền tảng số", "Ask citizens on a digital platform", 9),
        Planned("Hỗ trợ người cao tuổi dùng dịch vụ công trực tuyến", "Help the elderly with online services", 10),
        Planned("Phản biện xã hội dự thảo kế hoạch năm sau", "Comment on next year's plan", 11),
        Planned("Tập huấn kỹ năng số cho cán bộ Mặt trận", "Train Front officers in digital skills", 11),
        Planned("Tổng kết phong trào bình dân học vụ số", "Sum up the digital literacy movement", 12),
    ),
}


GIVEN = (
    Planned("Hoàn thành dự toán thu ngân sách quý I", "Meet the plan of budget revenue of the first quarter", 3),
    Planned("Chỉnh trang tuyến đường chính", "Tidy up the main road", 4),
    Planned("Rà soát hộ nghèo, hộ cận nghèo", "Review poor and nearly poor households", 6),
    Planned("Giải ngân vốn đầu tư công", "Pay out public investment", 9),
    Planned("Phương án phòng chống bão, lụt", "Plan against storms and floods", 9),
    Planned("Công khai dự toán năm sau", "Publish next year's budget", 12),
)


GIVEN_TO_DEPARTMENTS = (
    Planned("Trình kế hoạch cải cách hành chính năm", "Submit the year's plan of administrative reform", 2),
    Planned("Cắt giảm thời hạn giải quyết thủ tục hành chính", "Shorten the time limits of procedures", 5),
    Planned("Chia sẻ dữ liệu chuyên ngành qua trục liên thông", "Share the field's data over the city's bus", 6),
    Planned("Kiểm tra bộ phận một cửa các xã, phường", "Inspect the one-stop desks of communes and wards", 9),
    Planned("Báo cáo kết quả xử lý phản ánh, kiến nghị", "Report what became of complaints and petitions", 12),
)
OF_LOCALITIES, OF_DEPARTMENTS = ("CT", GIVEN), ("SN", GIVEN_TO_DEPARTMENTS)  # with the beginning of their codes


def tasks_known_on(policy: Policy, seed: int, today: int) -> Iterator[Told]:
    """All tasks of the year of local day `today` and of the one before, as they stand on it; some blocs are not assessed."""
    yield from _of_localities(policy, seed, today)
    for unit, year in product((unit for unit in policy.catalogue.on(today) if unit.kind == "department"), _years(today)):
        yield from _given((unit, "committee", year), OF_DEPARTMENTS, seed, today)


def _of_localities(policy: Policy, seed: int, today: int) -> Iterator[Told]:
    for number, unit in enumerate(unit for unit in policy.catalogue.on(today) if unit.kind == "locality"):
        left_out = _left_out(unit, number, seed)
        for year, bloc in product(_years(today), BLOCS):
            if bloc == left_out:
                yield {"unit": unit.code, "bloc": bloc, "year": year, "kind": "not_assessed"}
            else:
                yield from _of_bloc((unit, bloc, year), seed, today)
                if bloc == "committee":
                    yield from _given((unit, bloc, year), OF_LOCALITIES, seed, today)


def tasks_new_on(policy: Policy, seed: int, today: int) -> Iterator[Told]:
    """What is new on a day: what was done, and on the first of a year its plan."""
    on = date_of(today)
    first = (on.month, on.day) == (1, 1)
    known = tasks_known_on(policy, seed, today)
    return (told for told in known if told.get("done_on") == on.isoformat() or (first and told["year"] == on.year))


def _years(today: int) -> tuple[int, int]:
    year = date_of(today).year
    return year - 1, year


def _left_out(unit: Unit, number: int, seed: int) -> str:
    """The Front of the first locality, and now and then a bloc of another."""
    rng = Random(f"{seed} {unit.code} left out")
    return "front" if number == 0 else rng.choice(BLOCS) if rng.random() < 0.05 else ""


def _of_bloc(of: tuple[Unit, Bloc, int], seed: int, today: int) -> Iterator[Told]:
    unit, bloc, _ = of
    for number, planned in enumerate(CONTENTS[bloc][: Random(f"{seed} {unit.code} {bloc}").randint(FEWEST, MOST)], 1):
        yield _told(
            of, planned, (PLAN, f"{PREFIX[bloc]}-{number:02}"), (Random(f"{seed} {unit.code} {bloc} {number} {of[2]}"), seed, today)
        )


def _given(of: tuple[Unit, Bloc, int], given: tuple[str, tuple[Planned, ...]], seed: int, today: int) -> Iterator[Told]:
    """What the city gave besides: the same to every unit of a kind."""
    prefix, tasks = given
    for number, planned in enumerate(tasks, 1):
        code = f"{prefix}-{number:02}"
        yield _told(of, planned, (OTHER_PLAN, code), (Random(f"{seed} {of[0].code} {code} {of[2]}"), seed, today))


def _told(of: tuple[Unit, Bloc, int], planned: Planned, named: tuple[str, str], by: tuple[Random, int, int]) -> Told:
    """`named` = (plan, code), `by` = (its own chance, seed, today)."""
    (unit, bloc, year), (plan, code), (rng, seed, today) = of, named, by
    usual = Random(f"{seed} {unit.code} punctual").betavariate(6, 1.2)
    due_on = _end_of(year, planned.month)
    done_on = due_on - rng.randrange(25) if rng.random() < usual else due_on + rng.randrange(3, 150)
    told = {"unit": unit.code, "bloc": bloc, "year": year, "plan": plan, "code": code, "vi": planned.vi}
    days = {"start_on": date(year, max(planned.month - 2, 1), 1).isoformat(), "due_on": date_of(due_on).isoformat()}
    return {**told, "en": planned.en, **days, **({"done_on": date_of(done_on).isoformat()} if done_on <= today else {})}


def follow_ups_known_on(policy: Policy, seed: int, today: int) -> Iterator[Told]:
    """All follow-ups of the same two years, as they stand on that day: none at many units, at some a dozen."""
    for unit, year in product(policy.catalogue.on(today), _years(today)):
        first = day_number(date(year, 1, 1))
        rng = Random(f"{seed} {unit.code} {year} violations")
        for number in range(1, rng.choice((0, 0, 0, 1, 2, 6, 12)) + 1):
            opened_on = first + rng.randrange(360)
            explained_on = opened_on + rng.randint(3, 15)
            closed_on = explained_on + rng.randint(5, 45)
            told = {"unit": unit.code, "code": f"VP-{year}-{number:02}", "violation": rng.choice(VIOLATIONS)}
            days = {"opened_on": opened_on, "explained_on": explained_on, "closed_on": closed_on}
            if opened_on <= today:
                yield {**told, **{name: date_of(day).isoformat() for name, day in days.items() if day <= today}}


def _end_of(year: int, month: int) -> int:
    """The last day of a month."""
    return day_number(date(year + month // 12, month % 12 + 1, 1)) - 1
