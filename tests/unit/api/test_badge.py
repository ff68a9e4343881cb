from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from api_figures import DAY, POLICY, scene_of, scored

from services.api.badge import BANDS, WORDS, Badge, BadgeQuestion, badge_of, badge_svg
from services.api.feeds import UnitFeed

HAI_CHAU = POLICY.catalogue.get("20242")
STYLES = Path(__file__).parents[3] / "wall" / "src"
NOW = BadgeQuestion()
SEEN = DAY * 86400 - 7 * 3600 - 60


def badge(good: int, all_of_them: int, asked: BadgeQuestion = NOW, feed: UnitFeed | None = None, away: bool = False) -> Badge:
    assert HAI_CHAU is not None
    scene = scene_of(1, scored("20242", good, all_of_them), feeds={"20242": feed} if feed else None)
    return badge_of(scene, HAI_CHAU, asked, away)


def test_a_badge_has_the_name_the_days_the_figure_in_its_band_and_n() -> None:
    assert badge(1842, 2011) == Badge("Phường Hải Châu · đúng hẹn 1–16/11/2026", "X · 91,6 %", "n = 2.011", "green", "vi")
    assert badge(9, 12, BadgeQuestion(lang="en"))[1:4] == ("O · 75.0 %", "n = 12", "orange")


def test_nothing_is_said_in_words_and_has_no_colour() -> None:
    assert badge(0, 0)[1:4] == ("không phát sinh", "n = 0", "none")


def test_few_dossiers_show_no_rate() -> None:
    assert badge(2, 3)[1:4] == ("Đ · ít hồ sơ", "n = 3", "red")


def test_a_silent_feed_shows_its_date_instead_of_a_figure() -> None:
    assert badge(9, 10, feed=UnitFeed(SEEN, True))[1:4] == ("số liệu cũ từ 23:59 15/11/2026", "n = 10", "old")
    assert badge(9, 10, feed=UnitFeed(None, True)).figure == "nguồn chưa gửi"


def test_a_picture_out_of_touch_is_not_shown_as_of_now() -> None:
    assert badge(9, 10, away=True).look == "old"


def test_the_figure_never_crosses_its_band() -> None:
    assert badge(89_999, 100_000).figure == "V · 89,999 %"


@pytest.mark.parametrize("look", BANDS)
def test_the_picture_is_well_formed_whatever_a_unit_is_called(look: str) -> None:
    root = ElementTree.fromstring(badge_svg(Badge('<"Đ & X">', "75,0 %", "n = 4", look, "vi")))
    assert root.attrib["aria-label"] == '<"Đ & X">: 75,0 %, n = 4'
    texts = root.findall("{http://www.w3.org/2000/svg}text")
    assert [float(t.attrib["x"]) + float(t.attrib["textLength"]) < float(root.attrib["width"]) for t in texts] == [True] * 3


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["vi"].keys() == WORDS["en"].keys()


def test_the_colours_are_those_of_the_pages() -> None:
    shipped = "".join(f.read_text("utf-8") for f in STYLES.rglob("*") if f.suffix in (".css", ".ts", ".tsx", ".json")).upper()
    assert [fill for fill, _ in BANDS.values() if fill.startswith("#") and fill not in shipped] == []
