"""Answers in the form that the one-stop systems expect (`architecture.md` §8). None repeats a received value outside the allow-list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from dunghen.contracts.refusals import MEANINGS, Refusal
from services.ingest.handlers import Result

SUCCESS, FAILURE = "0", "1"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, a JSON body and headers."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Line(msgspec.Struct, gc=False, omit_defaults=True):
    index: int
    accepted: bool
    of: str = ""
    MaHoSo: str = ""
    code: str = ""
    path: str = ""
    message: str = ""


class Body(msgspec.Struct, omit_defaults=True):
    error_code: str
    message: str
    code: str = ""
    path: str = ""
    dry_run: bool = False
    accepted: int | None = None
    refused: int | None = None
    results: list[Line] | None = None


_encode = msgspec.json.Encoder().encode


def of_results(results: Sequence[Result], success_word: str = SUCCESS, *, dry_run: bool = False) -> Answer:
    """200 and the success word only if all were accepted; 200 with a line an item if some were; 422 if none was.

    403 if none was because all are of units that the key may not write for.
    """
    refused = sum(result.refused is not None for result in results)
    body = Body(success_word, "Thành công", dry_run=dry_run, accepted=len(results) - refused, refused=refused)
    if not refused:
        return Answer(200, _encode(body))
    body.error_code, body.message = FAILURE, f"{refused}/{len(results)} bản ghi bị từ chối"
    body.results = list(_lines(results))
    foreign = all(result.refused is not None and result.refused.code is Refusal.UNIT_NOT_ALLOWED for result in results)
    body.code = Refusal.UNIT_NOT_ALLOWED.value if foreign else ""
    return Answer(200 if refused < len(results) else 403 if foreign else 422, _encode(body))


def of_success(success_word: str = SUCCESS) -> Answer:
    """200 for what has no items."""
    return Answer(200, _encode(Body(success_word, "Thành công")))


def of_refusal(status: int, code: Refusal, path: str = "", retry_after: int = 0) -> Answer:
    """A request refused as a whole; `retry_after` in seconds for what may succeed later."""
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return Answer(status, _encode(Body(FAILURE, MEANINGS[code][1], code=code.value, path=path)), headers)


def _lines(results: Sequence[Result]) -> Iterator[Line]:
    """With the place of each in its own list of the body."""
    places: Counter[str] = Counter()
    for result in results:
        yield _line(places[result.of], result)
        places[result.of] += 1


def _line(index: int, result: Result) -> Line:
    refused = result.refused
    if refused is None:
        return Line(index, True, result.of, result.dossier)
    return Line(index, False, result.of, result.dossier, refused.code.value, refused.path, MEANINGS[refused.code][1])
