import pytest

from dunghen.domain.units import Catalogue, Unit, fold_text, normalise_wire_code

HAI_CHAU = Unit("20242", "Hải Châu", "locality", "Phường", wire_codes=("H17.31.01",), aliases=("Phường Thạch Thang",))
HOA_TIEN = Unit("20332", "Hòa Tiến", "locality", "Xã", wire_codes=("H17.36.03", "H47.99"))
THANH_KHE = Unit("20209", "Thanh Khê", "locality", "Phường", wire_codes=("H17.32.01",))
FINANCE = Unit("H17.03", "Sở Tài chính", "department", wire_codes=("H17.03",), aliases=("Sở TC",))
POLICE = Unit("H17.18", "Công an thành phố", "department", wire_codes=("H17.18",))
LAND = Unit("H17.61", "CN VPĐKĐĐ Thanh Khê", "land_office", wire_codes=("H17.61",))
NAMESAKE = Unit("99001", "Thanh Khê", "locality", "Phường", wire_codes=("H05.01",))
CITY = Catalogue([HAI_CHAU, HOA_TIEN, THANH_KHE, FINANCE, POLICE, LAND], "Đà Nẵng", "H17", ["H47"])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("UBND phường Hải Châu", "phuong hai chau"),
        ("  Ủy ban nhân dân   P. Hải  Châu ", "phuong hai chau"),
        ("Uỷ ban nhân dân Phường Hải Châu", "phuong hai chau"),
        ("HĐND và UBND xã Hòa Tiến", "xa hoa tien"),
        ("UBND Xã Hoà Tiến", "xa hoa tien"),
        ("X.Đại Lộc", "xa dai loc"),
        ("Bộ phận một cửa của UBND phường Hải Châu", "phuong hai chau"),
        ("Trung tâm Phục vụ hành chính công phường Hải Châu", "phuong hai chau"),
        ("CN VPĐKĐĐ Thanh Khê", "chi nhanh van phong dang ky dat dai thanh khe"),
        ("Sở GD&ĐT", "so gd va dt"),
        ("Tài chính", "tai chinh"),
        ("ĐẮC PRING", "dac pring"),
    ],
)
def test_spellings_of_a_name_fold_to_one_key(text: str, key: str) -> None:
    assert fold_text(text) == key
    assert fold_text(key) == key


@pytest.mark.parametrize(
    ("code", "new"),
    [
        ("000.01.31.H17", "H17.31.01"),
        ("000.00.31.H17", "H17.31"),
        ("000.17.22.H56", "H56.22.17"),
        ("h17.31.01", "H17.31.01"),
        ("H17.31.00.000", "H17.31"),
        ("G09.20", "G09.20"),
        (" H17 ", "H17"),
        ("NYPD", "NYPD"),
        ("", ""),
    ],
)
def test_old_and_new_wire_codes_become_one(code: str, new: str) -> None:
    assert normalise_wire_code(code) == new
    assert normalise_wire_code(new) == new


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("UBND phường Hải Châu", HAI_CHAU),
        ("Ủy ban nhân dân phường Hải Châu, thành phố Đà Nẵng", HAI_CHAU),
        ("Hải Châu", HAI_CHAU),
        ("UBND phường Thạch Thang", HAI_CHAU),
        ("UBND xã Hoà Tiến", HOA_TIEN),
        ("Phường Hòa Tiến", HOA_TIEN),  # a wrong type does no harm where the name is plain
        ("Phường Thanh Khê", THANH_KHE),
        ("Chi nhánh Văn phòng Đăng ký đất đai Thanh Khê", LAND),
        ("Sở Tài chính TP Đà Nẵng", FINANCE),
        ("SỞ TC", FINANCE),
        ("Công an thành phố Đà Nẵng", POLICE),
        ("000.00.03.H17", FINANCE),
        ("20242", HAI_CHAU),
    ],
)
def test_a_unit_is_found_by_any_usual_spelling_of_its_name(name: str, unit: Unit) -> None:
    assert CITY.resolve(name, "", "H17.18") == CITY.resolve(name, "", "")
    found = CITY.resolve(name, "", "H17")
    assert (found.unit, found.reason) == (unit, "BY_NAME")


def test_without_a_name_the_dossier_code_tells_the_unit_and_then_the_sender() -> None:
    assert CITY.resolve("", "000.01.31.H17-260105-0001", "H17.03").reason == "BY_DOSSIER"
    assert CITY.resolve(" ", "000.01.31.H17-260105-0001", "H17.03").unit is HAI_CHAU
    assert CITY.resolve("", "G09.20-20260609-0092637", "000.00.03.H17").unit is FINANCE
    assert CITY.resolve("", "G09.20-20260609-0092637", "000.00.03.H17").reason == "BY_SENDER"


def test_a_code_below_a_unit_is_a_section_of_it() -> None:
    assert CITY.resolve("", "H17.03.12-260105-0001", "").unit is FINANCE


def test_a_given_name_that_is_unknown_is_refused_whatever_the_codes_say() -> None:
    found = CITY.resolve("UBND phường Không Có", "000.01.31.H17-260105-0001", "H17.03")
    assert (found.unit, found.reason) == (None, "UNKNOWN_UNIT")
    assert CITY.resolve("UBND", "", "H17.03").reason == "UNKNOWN_UNIT"
    assert CITY.resolve("", "x", "H17").reason == "UNKNOWN_UNIT"


def test_a_name_that_two_units_bear_is_told_apart_by_the_senders_province_or_refused() -> None:
    country = Catalogue([THANH_KHE, NAMESAKE])
    assert country.resolve("UBND phường Thanh Khê", "", "H17.32").unit is THANH_KHE
    assert country.resolve("UBND phường Thanh Khê", "", "000.00.01.H05").unit is NAMESAKE
    assert country.resolve("UBND phường Thanh Khê", "", "G09.20").reason == "AMBIGUOUS_UNIT"


def test_a_sender_of_a_merged_province_names_units_of_the_new_one() -> None:
    assert CITY.resolve("UBND phường Hải Châu", "", "H47.12").unit is HAI_CHAU
    assert CITY.resolve("", "", "000.00.99.H47").unit is HOA_TIEN


def test_an_ended_unit_stands_for_its_only_successor_and_is_ambiguous_with_two() -> None:
    ended = Unit("20227", "Thạch Thang", "locality", "Phường", wire_codes=("H17.01.07",), valid_to=20269)
    heir = Unit("20242", "Hải Châu", "locality", "Phường", valid_from=20270, predecessors=("20227",))
    second = Unit("20243", "Hòa Cường", "locality", "Phường", valid_from=20270, predecessors=("20227",))
    assert Catalogue([ended, heir]).resolve("phường Thạch Thang", "", "").unit is heir
    assert Catalogue([ended, heir]).resolve("", "H17.01.07-260101-0001", "").unit is heir
    assert Catalogue([ended, heir, second]).resolve("phường Thạch Thang", "", "").reason == "AMBIGUOUS_UNIT"
    assert Catalogue([ended]).resolve("phường Thạch Thang", "", "").reason == "UNKNOWN_UNIT"


def test_succession_is_followed_through_units_that_ended_too_even_in_a_circle() -> None:
    chain = [
        Unit("a", "A", "locality", "Xã", valid_to=1, predecessors=("b",)),
        Unit("b", "B", "locality", "Xã", valid_to=2, predecessors=("a",)),
    ]
    heir = Unit("c", "C", "locality", "Xã", predecessors=("b",))
    assert Catalogue([*chain, heir]).resolve("Xã A", "", "").unit is heir


def test_the_catalogue_knows_which_units_exist_on_a_day() -> None:
    ended, begun = Unit("1", "Một", "locality", valid_to=10), Unit("2", "Hai", "locality", valid_from=11)
    assert [Catalogue([ended, begun]).on(day) for day in (10, 11)] == [(ended,), (begun,)]
    assert Catalogue([ended]).get("1") is ended
    assert Catalogue([ended]).get("2") is None
