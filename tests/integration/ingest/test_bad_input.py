"""Whatever comes, the answer is clear, the process goes on, and nothing personal is found anywhere afterwards (issue A6)."""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from bad_inputs import CASES, DOSSIERS, FOLDED, GOOD, NAME, PHONE, PLANTED, Case, envelope

from dunghen.contracts.topics import all_topics


def folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())


def spellings(value: str) -> Iterator[bytes]:
    """A value in every form in which it could have been kept."""
    yield from {
        value.encode(),
        quote(value).encode(),
        quote_plus(value).encode(),
        value.encode("unicode_escape"),
        value.encode().hex().encode(),
    }
    yield from (unicodedata.normalize(form, value).encode() for form in ("NFC", "NFD"))
    yield value.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")
    for shift in range(3):  # inside a longer text base64 has three forms; the ends depend on what stands beside
        yield base64.b64encode(b"." * shift + value.encode())[4 if shift else 0 : -4]


def traces(haystack: bytes, planted: Iterable[str] = PLANTED) -> list[str]:
    """The planted values that can be found."""
    smooth = folded(haystack.decode(errors="replace"))
    return [value for value in planted if folded(value) in smooth or any(form.lower() in haystack.lower() for form in spellings(value))]


@pytest.mark.parametrize(
    "form", [str, str.upper, quote, lambda v: base64.b64encode(b"x" + v.encode()).decode(), folded, ascii, lambda v: v.encode().hex()]
)
def test_the_search_finds_what_is_there(form: Any) -> None:
    assert NAME in traces(f"vô sự … {form(NAME)} …".encode())
    assert traces("vô sự, H17.31, 20260105080000".encode()) == []
    assert folded(NAME) == FOLDED


def code_of(answer: dict[str, Any]) -> str | None:
    lines = answer.get("results")
    return answer.get("code") if lines is None else next((line["code"] for line in lines if not line["accepted"]), None)


async def answered(running: Any, case: Case) -> tuple[str, int, str | None]:
    response = await running.post(case.path, case.content, case.headers or None)
    assert traces(response.content) == [], case.name
    return case.name, response.status_code, code_of(response.json())


async def test_every_bad_input_has_its_answer_and_leaves_nothing_personal(running: Any) -> None:
    assert len(CASES) >= 40
    wrong = [got for case in CASES if (got := await answered(running, case)) != (case.name, case.status, case.code)]
    assert wrong == []
    await not_routed(running)
    good = await running.post(DOSSIERS, envelope(GOOD))
    assert good.json() == {"error_code": "0", "message": "Thành công", "accepted": 1, "refused": 0}
    (event,) = await running.events()
    assert event.dossier == GOOD["MaHoSo"]
    await everything_is_clean(running)


async def not_routed(running: Any) -> None:
    """Addresses and methods that there are not, or that are for other bodies, with names in them."""
    for path, status in ((f"/sync/{NAME}", 404), (f"/{PHONE}?{NAME}", 404), ("/facts", 400)):
        response = await running.post(path, envelope(GOOD))
        assert (response.status_code, traces(response.content)) == (status, [])
    response = await running.http.get(f"{DOSSIERS}?MaDinhDanhDV={NAME}")
    assert (response.status_code, traces(response.content)) == (405, [])


async def everything_is_clean(running: Any) -> None:
    metrics = (await running.http.get("/metrics")).content
    running.server.stop(60)  # so that the last feed state is published too
    kept = b"\n".join([part for topic in all_topics(4) for record in await running.records(topic) for part in record])
    assert GOOD["MaHoSo"].encode() in kept
    assert b"H17.31" in kept
    assert [traces(kept), traces(metrics), traces(running.log.encode())] == [[], [], []]
    assert running.server.process.returncode == 0
