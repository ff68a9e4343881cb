"""Single values of the wire format: everything may arrive as a string, a number, a boolean or null (`domain.md` §2)."""

from __future__ import annotations

import re

import msgspec

from dunghen.contracts.messages import NOT_PAID_ONLINE
from dunghen.contracts.refusals import Refusal

Scalar = str | int | float | bool | None

_DOSSIER = re.compile(r"[A-Z0-9.]+-\d{6}(?:\d{2})?-\d{4,7}", re.ASCII)
_ODD_DOSSIER = re.compile(r"[A-Za-z0-9._/-]{1,60}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}", re.ASCII)
_STATUSES = {text: number for number in range(1, 11) for text in (str(number), f"{number:02d}")}
_CHANNELS = {"": 1, "1": 1, "2": 2, "3": 3}
_PAYMENTS = {"": NOT_PAID_ONLINE, "0": NOT_PAID_ONLINE, "1": 1, "2": 2, "3": NOT_PAID_ONLINE, "false": NOT_PAID_ONLINE}
_FLAGS = {"": False, "0": False, "1": True, "false": False, "true": True}
_LONGEST_CODE = 60
LONGEST_NAME_BYTES = 400
_FEWEST_ID_DIGITS = 9  # the old identity numbers; phones have 10
_PERSON = re.compile(r"\d{9}|(?:0|84)\d{9,11}", re.ASCII)  # an old identity number; a phone or a new identity number


class ItemRefused(Exception):
    """One item cannot be understood. Carries a code and a path of field names and indices, never a value."""

    def __init__(self, code: Refusal, path: str = "") -> None:
        super().__init__(code.value)
        self.code, self.path = code, path


def text(value: Scalar) -> str:
    """The value as trimmed text; null is empty."""
    if type(value) is str:
        return value.strip()
    return "" if value is None else str(value)


def code_in(raw: bytes) -> str:
    """A short code as it stands in the JSON text, as a string or a number; "" for whatever is none: it refuses nothing."""
    return raw.strip(b'" ').decode("ascii", "replace") if len(raw) <= _LONGEST_CODE else ""


def name_in(raw: bytes) -> str:
    """A name as it stands in the JSON text, "" for whatever is none: it refuses nothing, and is forgotten by whoever asked."""
    if not raw.startswith(b'"') or len(raw) > LONGEST_NAME_BYTES:
        return ""
    try:
        return msgspec.json.decode(raw, type=str).strip()
    except msgspec.DecodeError:
        return ""


def dossier_code(value: Scalar) -> str:
    """A dossier code of any shape that can be a code, and cannot be a person's name or number. Raises ItemRefused: MISSING, BAD_CODE."""
    code = text(value)
    if not code:
        raise ItemRefused(Refusal.MISSING, "MaHoSo")
    if _ODD_DOSSIER.fullmatch(code) is None or (not is_known_shape(code) and _may_be_of_a_person(code)):
        raise ItemRefused(Refusal.BAD_CODE, "MaHoSo")
    return code


def _may_be_of_a_person(code: str) -> bool:
    """No digit: a name. Digits alone that are as many as, and begin like, those of a phone or an identity number."""
    letters = any(map(str.isalpha, code))
    return not _digits(code) or (not letters and _PERSON.fullmatch(re.sub(r"\D", "", code)) is not None)


def is_known_shape(code: str) -> bool:
    """Whether a dossier code has the shape that the one-stop systems give. Others are kept, counted apart and not echoed."""
    return len(code) <= _LONGEST_CODE and _DOSSIER.fullmatch(code) is not None


def catalogue_code(value: Scalar) -> str:
    """The code of a procedure or a field, or "" where the text is not like one: no name, phone or identity number may slip in."""
    code = text(value)
    if _CODE.fullmatch(code) is None:
        return ""
    digits, letters = _digits(code), any(map(str.isalpha, code))
    return code if (digits or code.isupper()) and (letters or digits < _FEWEST_ID_DIGITS) else ""


def source_code(value: Scalar) -> str | None:
    """The code of a sending system, or None where the text cannot be one: a run of 9 digits or more is a phone or identity number."""
    code = text(value)
    return code if _CODE.fullmatch(code) is not None and (any(map(str.isalpha, code)) or _digits(code) < _FEWEST_ID_DIGITS) else None


def status(value: Scalar, path: str) -> int:
    """TrangThai 1–10. Raises ItemRefused: MISSING, BAD_CHOICE."""
    return _choice(_STATUSES, value, path, required=True)


def channel(value: Scalar, path: str) -> int:
    """KenhThucHien 1–3; nothing counts as direct (1). Raises ItemRefused: BAD_CHOICE."""
    return _choice(_CHANNELS, value, path)


def gateway(value: Scalar, path: str) -> int:
    """DuocThanhToanTrucTuyen: 1 the national portal's, 2 a ministry's or province's; NOT_PAID_ONLINE. Raises ItemRefused: BAD_CHOICE."""
    return _choice(_PAYMENTS, value, path)


def flag(value: Scalar, path: str) -> bool:
    """A yes or no given as 1/0 or True/False. Raises ItemRefused: BAD_CHOICE."""
    return bool(_choice(_FLAGS, value, path))


def is_filled(raw: bytes) -> bool:
    """Whether a list that nobody reads (its content may be personal) holds anything."""
    return bool(raw.strip(b'[]{}", \t\r\nnul'))


def _digits(code: str) -> int:
    return sum(map(str.isdigit, code))


def _choice(known: dict[str, int] | dict[str, bool], value: Scalar, path: str, *, required: bool = False) -> int:
    given = text(value).lower()
    if required and not given:
        raise ItemRefused(Refusal.MISSING, path)
    found = known.get(given)
    if found is None:
        raise ItemRefused(Refusal.BAD_CHOICE, path)
    return found
