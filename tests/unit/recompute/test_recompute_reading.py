"""What the batch path reads: events, policies, windows."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from dunghen.cli.recompute.city import city_of
from dunghen.cli.recompute.command import Source, everything
from dunghen.cli.recompute.events import EventTable, events_from_jsonl
from dunghen.cli.recompute.frozen import history_of
from dunghen.cli.recompute.recomputation import Question
from dunghen.cli.recompute.windows import standard_windows
from dunghen.contracts.messages import DossierEvent, encode
from dunghen.contracts.topics import partition_of
from dunghen.domain.windows import WINDOWS, resolve
from services.api.indicator_rows import IndicatorRow

EVENT = DossierEvent(id="0" * 16, dossier="D1", unit="U", kind="synced", occurred_at=9, arrived_at=9, steps=((5, 7), (4, 8)))


def test_a_line_says_its_place_or_is_counted_by_its_number(tmp_path: Path) -> None:
    placed = {**msgspec.to_builtins(EVENT), "partition": 3, "offset": 70}
    (tmp_path / "log.jsonl").write_bytes(msgspec.json.encode(placed) + b"\n\n" + encode(EVENT) + b"\n{}\n")
    table = events_from_jsonl(tmp_path / "log.jsonl")
    rows = table.arrow().to_pylist()
    assert [(row["source_partition"], row["source_offset"]) for row in rows] == [(3, 70), (0, 2)]
    assert rows[0]["steps"] == [{"status": 5, "taken_at": 7}, {"status": 4, "taken_at": 8}]
    assert table.poison == 1


@pytest.mark.parametrize("record", [(b"D1", b"{"), (b"D2", encode(EVENT)), (b"D1", None), (b"D1", b'{"status": 11}')])
def test_what_fold_sets_aside_counts_for_nothing(record: tuple[bytes, bytes | None]) -> None:
    table = EventTable()
    table.add_record(0, 0, record)
    table.add_record(0, 1, (b"D1", encode(EVENT)))
    assert (table.count, table.poison, table.arrow().num_rows) == (1, 1, 1)


def test_what_counts_in_another_partition_is_passed_over_and_is_no_poison() -> None:
    table = EventTable(partitions=4)
    for partition in range(4):
        table.add_record(partition, 0, (b"D1", encode(EVENT)))
        table.add_record(partition, 1, (b"D1", b"{"))
    assert (table.count, table.poison) == (1, 4)
    assert table.arrow()["source_partition"].to_pylist() == [partition_of("D1", 4)]


def test_steps_stay_with_their_event_across_chunks() -> None:
    table = EventTable()
    for number in range(50_001):
        table.add(0, number, EVENT if number % 2 else msgspec.structs.replace(EVENT, steps=()))
    lengths = [len(row) for row in table.arrow()["steps"].to_pylist()]
    assert lengths == [2 * (number % 2) for number in range(50_001)]


@pytest.mark.parametrize("on", [date(2026, 1, 1), date(2026, 3, 31), date(2024, 2, 29), date(2026, 12, 31), date(2026, 5, 4)])
def test_windows_are_those_of_the_live_map(on: date) -> None:
    today = (on - date(1970, 1, 1)).days
    assert standard_windows(today) == tuple((name, *resolve(name, today)) for name in WINDOWS)


def test_a_policy_without_bodies_is_vietnams() -> None:
    city = city_of({})
    assert (city.time_zone, city.weekend, city.supplement_rules[-1][1]) == ("Asia/Ho_Chi_Minh", (5, 6), "subtract")


def test_a_procedure_without_a_limit_ends_the_limit_that_it_had() -> None:
    body = [{"code": "p", "limit": 3, "unit": "days"}, {"code": "p", "valid_from": "1970-01-11"}]
    assert city_of({"procedures": {"procedures": body}}).limits[1] == ("p", 10, None, None)


async def test_everything_as_json_has_each_indicator_in_each_window_in_the_words_of_the_map(tmp_path: Path) -> None:
    """Of a file, without a city that runs: what dossiers feed has its value, what is told has none, and says so."""
    words = {"name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}
    counted = {"code": "S.SEEN", "kind": "sum", "numerator": ["received"], **words}
    told = {"code": "S.TOLD", "kind": "ratio", "maximum": 10, **words}
    bodies = {
        "city": {"code": "H17"},
        "units": {"units": [{"code": "U", "kind": "locality"}, {"code": "GONE", "kind": "locality", "valid_to": "2020-01-01"}]},
        "indicators": {"sets": [{"code": "S", "total": True, "indicators": [counted, told], "name_vi": "a", "name_en": "a"}]},
    }
    today = (date(2026, 11, 16) - date(1970, 1, 1)).days
    table = EventTable()
    table.add(0, 0, msgspec.structs.replace(EVENT, status=4, received=today * 86400, steps=()))
    source = Source(table, bodies, 1)
    question = Question(today, standard_windows(today), today - 1, policy=1)
    said = msgspec.json.decode(everything(source, history_of(table.arrow(), {}), question))
    answers = {(one["window"], one["indicator"]): one for one in said["indicators"]}
    assert len(answers) == len(WINDOWS) * 3
    (unit,) = answers["month", "S.SEEN"]["units"]
    assert (unit["code"], unit["numerator"], unit["reason"]) == ("U", 1, "VALUE")
    assert answers["month", "S.SEEN"]["city"]["value"] == 1
    assert [answers["today", code]["city"]["reason"] for code in ("S.TOLD", "S")] == ["NO_INPUTS", "NO_INPUTS"]
    assert set(unit) - {"code"} == {"value", "numerator", "denominator", "points", "maximum", "reason", "exact"} < set(row_members())
    assert list(said["units"]["U"]["windows"]) == list(WINDOWS)


def row_members() -> tuple[str, ...]:
    return IndicatorRow.__struct_fields__
