"""Finds a personal value in bytes of any kind, however it was written down; and everything that a running city keeps or says."""

from __future__ import annotations

import base64
import os
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import redis

NUMBERS_ONLY = (".index", ".timeindex")  # Kafka's, preallocated


def folded(text: str) -> bytes:
    """Plain lower-case letters and digits, one space between words."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d")).encode("ascii", "ignore")
    return re.sub(rb"[^a-z0-9]+", b" ", plain).strip()


def spellings(value: str) -> set[bytes]:
    """A value in every form in which it could have been kept, in lower case."""
    forms = {unicodedata.normalize(form, value) for form in ("NFC", "NFD")}
    found = {form.encode(encoding) for form in forms for encoding in ("utf-8", "utf-16-le")}
    found |= {re.sub(rb"\\x(..)", rb"\\u00\1", form.encode("ascii", "backslashreplace")) for form in forms}
    found |= {quote(form).encode() for form in forms} | {quote_plus(form).encode() for form in forms}
    found |= {form.encode().hex().encode() for form in forms} | {repr(form.encode())[2:-1].encode() for form in forms}
    found |= {quopri.encodestring(form.encode()) for form in forms}
    for form in forms:
        for shift in range(3):  # inside a longer text base64 has three forms; the ends depend on what stands beside
            found.add(base64.b64encode(b"." * shift + form.encode())[4 if shift else 0 : -4])
    return {form.lower() for form in found}


def traces(haystack: bytes, planted: Iterable[str]) -> list[str]:
    """The planted values that can be found."""
    lower, smooth = haystack.lower(), folded(haystack.decode(errors="replace"))
    return [value for value in planted if folded(value) in smooth or any(form in lower for form in spellings(value))]


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a data folder as it lies there: Kafka's logs, SQLite with its journal, logs, what commands noted.

    Who lives there writes files anew and removes folders meanwhile: what is gone by then is not kept.
    """
    for file in sorted(Path(parent, name) for parent, _, names in os.walk(folder) for name in names):
        with suppress(FileNotFoundError):
            if file.is_file() and file.suffix not in NUMBERS_ONLY:
                yield str(file.relative_to(folder)), file.read_bytes()


def redis_dump(url: str) -> bytes:
    """All keys with all they hold."""
    with redis.Redis.from_url(url) as client:
        return b"\n".join(part for key in client.scan_iter() for part in (key, *_parts(_value(client, key))))


def _value(client: Any, key: bytes) -> Any:
    match client.type(key):
        case b"string":
            return client.get(key)
        case b"hash":
            return client.hgetall(key)
        case b"stream":
            return client.xrange(key)
        case b"list":
            return client.lrange(key, 0, -1)
        case b"set":
            return client.smembers(key)
        case b"zset":
            return client.zrange(key, 0, -1)
        case b"none":  # gone since it was listed
            return None
    raise AssertionError("a type of Redis that this search does not know")


def _parts(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        yield from (part for pair in value.items() for one in pair for part in _parts(one))
    elif isinstance(value, (list, tuple, set)):
        yield from (part for one in value for part in _parts(one))
