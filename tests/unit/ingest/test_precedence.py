"""A source's precedence: from the city's file into each of its events, and into no id."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import Raw

from dunghen.contracts.city_files import CityFileError, read_city
from dunghen.contracts.event_ids import event_id
from dunghen.contracts.messages import DossierEvent
from dunghen.domain.policy import Policy
from services.ingest.policy_view import desk_of
from services.ingest.wire.dates import WireDates
from services.ingest.wire.drafts import Item, Reading, draft_of

CITY = """
code = "H17"
name = "Đà Nẵng"
units = [{ code = "20242", name = "Hải Châu", kind = "locality", wire_codes = ["H17.31"] }]
[[sources]]
code = "000.00.31.H17"
precedence = 2
name = "one-stop of Hải Châu"
[[sources]]
code = "G09"
"""


def city(folder: Path, text: str) -> Policy:
    file = folder / "city.toml"
    file.write_text(text, encoding="utf-8")
    return Policy.from_bodies(1, read_city(str(file)))


def drafted(policy: Policy, source: str) -> DossierEvent:
    desk = desk_of(policy)
    reading = Reading(WireDates(desk.calendar, 1 << 32), desk.find_unit, precedence=desk.precedence)
    raw = Raw(b'{"MaHoSo": "000.00.31.H17-260105-0001", "TrangThaiHoSo": "4", "DonViXuLy": "H17.31"}')
    return draft_of(Item("synced", source, 1_795_395_600, raw), reading)


def test_each_event_carries_the_precedence_of_its_source_and_that_enters_no_id(tmp_path: Path) -> None:
    policy = city(tmp_path, CITY)
    assert policy.city.precedence == {"H17.31": 2, "G09": 0}
    own, other = drafted(policy, "H17.31"), drafted(policy, "H17.99")
    assert (own.precedence, other.precedence, drafted(policy, "G09").precedence) == (2, 0, 0)
    before = event_id(own, own.occurred_at)
    own.precedence = 0
    assert event_id(own, own.occurred_at) == before


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (CITY.replace("= 2", "= 10"), "city.sources[0].precedence"),
        (CITY.replace('"G09"', '"H17.31"'), "city.sources[1].code"),
        (CITY.replace('name = "one', 'nam = "one'), "city.sources[0].nam"),
    ],
)
def test_a_fault_of_a_source_is_named_by_its_place(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(CityFileError) as refused:
        city(tmp_path, text)
    assert fault in str(refused.value)
