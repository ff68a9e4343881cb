"""One rate of a unit as a small SVG for other pages, pure: name and days, the figure in its band, n. Wording and signs as on the map."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Literal, NamedTuple

from dunghen.domain.bands import display_percent
from dunghen.domain.days import date_of
from dunghen.domain.units import Unit
from services.api.feeds import NO_FEED
from services.api.rows import NO_WINDOW, NOTHING, Looks, rate_figures
from services.api.views import NO_SCORE, Scene

Language = Literal["vi", "en"]
HEIGHT, PADDING, SIZE = 24, 8, 12
WIDE, NARROW = set("MWmw%—≥ƯƠ"), set("iljt.,:;'|() fr1")

# fill and ink of each band, as in wall/src/styles/tokens.css; nothing in the window has no colour, only an edge
BANDS = {
    "green": ("#38A3D1", "#0B1220"),
    "yellow": ("#FFF1A8", "#0B1220"),
    "orange": ("#F39B3D", "#0B1220"),
    "red": ("#D1355A", "#FFFFFF"),
    "none": ("#FFFFFF", "#0B1220"),
    "old": ("url(#old)", "#FFFFFF"),
}
HATCH = (
    '<defs><pattern id="old" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="8" height="8" fill="#1A2740"/><rect width="3.5" height="8" fill="#3A4860"/></pattern></defs>'
)
WORDS: dict[Language, dict[str, str]] = {
    "vi": {
        "official": "đúng hẹn",
        "resolved": "đã giải quyết đúng hẹn",
        "due_cohort": "đến hạn, xong đúng hẹn",
        "statutory": "theo hẹn lần đầu",
        "green": "X",
        "yellow": "V",
        "orange": "C",
        "red": "Đ",
        "nothing": "không phát sinh",
        "few": "ít hồ sơ",
        "old": "số liệu cũ từ {when}",
        "never": "nguồn chưa gửi",
    },
    "en": {
        "official": "on time",
        "resolved": "finished on time",
        "due_cohort": "due, finished on time",
        "statutory": "by the first promise",
        "green": "B",
        "yellow": "Y",
        "orange": "O",
        "red": "R",
        "nothing": "no dossiers",
        "few": "few dossiers",
        "old": "data old since {when}",
        "never": "feed never sent",
    },
}


class BadgeQuestion(NamedTuple):
    """What a badge shows; `window` is a live one."""

    window: str = "month"
    rate: str = "official"
    lang: Language = "vi"


class Badge(NamedTuple):
    """Three texts side by side and how the middle one is drawn: a band, or `old`."""

    title: str
    figure: str
    n: str
    look: str
    lang: Language


def badge_of(scene: Scene, unit: Unit, asked: BadgeQuestion, out_of_touch: bool) -> Badge:
    """What is said of a unit. `out_of_touch`: the picture itself may be old, so no figure of it is shown as one of now."""
    counts = scene.scores.get(unit.code, NO_SCORE).windows.get(asked.window, NO_WINDOW)
    rate, words = counts.rates.get(asked.rate, NOTHING), WORDS[asked.lang]
    feed = scene.feeds.get(unit.code, NO_FEED)
    title = f"{unit.short or unit.full_name} · {words[asked.rate]} {_dates(counts.first, counts.last) if counts.last else ''}".strip()
    n = f"n = {_counted(rate.denominator, asked.lang)}"
    if feed.stale or out_of_touch:
        since = scene.meta.known_at if not feed.stale else feed.seen_at
        return Badge(title, _old(since, scene.looks, words), n, "old", asked.lang)
    shown = rate_figures(rate, scene.looks)
    if not rate.denominator:
        return Badge(title, words["nothing"], n, "none", asked.lang)
    if shown["few"]:
        return Badge(title, f"{words[shown['band']]} · {words['few']}", n, shown["band"], asked.lang)
    percent = display_percent(rate.numerator, rate.denominator, scene.looks.thresholds)
    return Badge(title, f"{words[shown['band']]} · {_localised(percent, asked.lang)} %", n, shown["band"], asked.lang)


def badge_svg(badge: Badge) -> bytes:
    """The picture; its whole text is its title, for those who do not see it."""
    fill, ink = BANDS[badge.look]
    widths = [_width(text) for text in (badge.title, badge.figure, badge.n)]
    edges = [sum(widths[:i]) for i in range(4)]
    whole = escape(f"{badge.title}: {badge.figure}, {badge.n}", quote=True)
    inks = ("#FFFFFF", ink, "#0B1220")
    texts = map(_text, (badge.title, badge.figure, badge.n), edges, widths, inks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{edges[3]}" height="{HEIGHT}" role="img" aria-label="{whole}" lang="{badge.lang}">'
        f"<title>{whole}</title>{HATCH if badge.look == 'old' else ''}"
        f'<rect width="{edges[3]}" height="{HEIGHT}" rx="3" fill="#F6F8FB" stroke="#4A5B75"/>'
        f'<path d="M3 0H{edges[1]}V{HEIGHT}H3A3 3 0 0 1 0 {HEIGHT - 3}V3A3 3 0 0 1 3 0Z" fill="#22304A"/>'
        f'<rect x="{edges[1]}" width="{widths[1]}" height="{HEIGHT}" fill="{fill}" stroke="#4A5B75"/>{"".join(texts)}</svg>'
    ).encode()


def _text(text: str, left: int, width: int, ink: str) -> str:
    inner = width - 2 * PADDING
    return (
        f'<text x="{left + PADDING}" y="16" fill="{ink}" font-family="Verdana,\'DejaVu Sans\',sans-serif" font-size="{SIZE}" '
        f'textLength="{inner}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
    )


def _width(text: str) -> int:
    """Pixels with padding, guessed from the letters: the browser fits the text into it."""
    return round(sum(10.5 if c in WIDE else 5 if c in NARROW else 7.6 for c in text)) + 2 * PADDING


def _old(since: int | None, looks: Looks, words: dict[str, str]) -> str:
    if since is None:
        return words["never"]
    day = looks.zone.day_of(since)
    minutes = (since + looks.zone.offset_at(since)) % 86400 // 60
    return words["old"].format(when=f"{minutes // 60:02}:{minutes % 60:02} {_date(date_of(day))}")


def _dates(first: int, last: int) -> str:
    begin, end = date_of(first), date_of(last)
    if first == last:
        return _date(end)
    if (begin.year, begin.month) == (end.year, end.month):
        return f"{begin.day}–{_date(end)}"
    return f"{begin.day}/{begin.month}{'' if begin.year == end.year else f'/{begin.year}'}–{_date(end)}"


def _date(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _counted(n: int, lang: Language) -> str:
    return f"{n:,}".replace(",", "." if lang == "vi" else ",")


def _localised(percent: str, lang: Language) -> str:
    return percent.replace(".", ",") if lang == "vi" else percent
