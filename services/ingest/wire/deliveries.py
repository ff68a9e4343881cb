"""Bodies of requests to lists of items: the envelope and bare forms of the two sync services, and CloudEvents 1.0 (`domain.md` §2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from msgspec import Raw

from dunghen.contracts.refusals import Refusal
from dunghen.domain.units import normalise_wire_code
from services.ingest.wire import scalars
from services.ingest.wire.allow_list import duplicate_in, duplicate_on_top, path_of
from services.ingest.wire.dates import WireDates
from services.ingest.wire.drafts import Item
from services.ingest.wire.scalars import ItemRefused, Scalar

T = TypeVar("T")

RETRY_SECONDS = 5
SERVICES = {"DongBoHoSoMC": "synced", "CapNhatTienDoHoSoMC": "progressed"}
EVENT_TYPES = {f"vn.dunghen.dossier.{kind}": kind for kind in ("synced", "progressed", "retracted")}


class DeliveryRefused(Exception):
    """The request as a whole is not taken. Carries an HTTP status, a code, a path, seconds until it may be sent again; never a value."""

    def __init__(self, status: int, code: Refusal, path: str = "", retry_after: int = 0) -> None:
        super().__init__(code.value)
        self.status, self.code, self.path = status, code, path
        self.retry_after = retry_after or (RETRY_SECONDS if status == 503 else 0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one request delivers. An item that could not even be told apart is the refusal in its place.

    `source` is the one that speaks for all items, "" where each has its own.
    """

    items: list[Item | ItemRefused]
    source: str = ""

    @property
    def sources(self) -> set[str]:
        """Everybody who speaks in it."""
        return {self.source} if self.source else {item.source for item in self.items if isinstance(item, Item)}


class _Envelope(msgspec.Struct, gc=False):
    data: list[Raw] | None = None
    madonvi: Scalar = None
    service: Scalar = None
    time: Scalar = None


class _CloudEvent(msgspec.Struct, gc=False):
    specversion: Scalar = None
    id: Scalar = None
    source: Scalar = None
    type: Scalar = None
    time: Scalar = None
    data: Raw = Raw(b"")


NO_JSON = (UnicodeDecodeError, RecursionError, msgspec.DecodeError, ValueError)
_envelope = msgspec.json.Decoder(_Envelope).decode
_text = msgspec.json.Decoder(Raw).decode
_array = msgspec.json.Decoder(list[Raw]).decode
_event = msgspec.json.Decoder(_CloudEvent).decode


def sync_delivery(body: bytes, service: str, sender: str | None, dates: WireDates) -> Delivery:
    """The items of a POST to one of the two sync services, in either form; `sender` is the query's MaDinhDanhDV. Raises DeliveryRefused."""
    body = _trimmed(body)
    repeats = _repeats_keys(body)
    envelope = _Envelope(data=_decoded(_array, body)) if body.startswith(b"[") else _decoded(_envelope, body)
    if repeats and (twice := duplicate_on_top(body)):
        raise DeliveryRefused(400, Refusal.DUPLICATE_KEY, twice)
    if scalars.text(envelope.service) not in ("", service):
        raise DeliveryRefused(400, Refusal.WRONG_SERVICE, "service")
    if envelope.data is None:
        raise DeliveryRefused(400, Refusal.NO_DATA, "data")
    source = sender_code(envelope.madonvi if scalars.text(envelope.madonvi) else sender)
    if not source:
        raise DeliveryRefused(400, Refusal.BAD_SOURCE, "madonvi")
    given_at = _given_at(envelope.time, dates)
    items = (Item(SERVICES[service], source, given_at, raw) for raw in envelope.data)
    return Delivery([_unless_twice(item) if repeats else item for item in items], source)


def events_delivery(body: bytes, dates: WireDates) -> Delivery:
    """The items of one structured CloudEvent or a batch of them. Raises DeliveryRefused where the body is neither."""
    body = _trimmed(body)
    repeats = _repeats_keys(body)
    raws = _decoded(_array, body) if body.startswith(b"[") else [Raw(body)]
    return Delivery([_cloud_item_or_refusal(raw, dates, repeats=repeats) for raw in raws])


def sender_code(value: Scalar) -> str:
    """The code of a sending system in its one normal form, from either order; "" where there is none or it is not a code."""
    code = scalars.source_code(value)
    return "" if code is None else normalise_wire_code(code)


def _unless_twice(item: Item) -> Item | ItemRefused:
    twice = duplicate_in(bytes(item.raw))
    return ItemRefused(Refusal.DUPLICATE_KEY, twice) if twice else item


def _cloud_item_or_refusal(raw: Raw, dates: WireDates, *, repeats: bool) -> Item | ItemRefused:
    twice = duplicate_in(bytes(raw)) if repeats else None
    if twice:
        return ItemRefused(Refusal.DUPLICATE_KEY, twice)
    try:
        return _cloud_item(raw, dates)
    except ItemRefused as refused:
        return refused


def _cloud_item(raw: Raw, dates: WireDates) -> Item:
    try:
        event = _event(raw)
    except msgspec.ValidationError:
        raise ItemRefused(Refusal.BAD_EVENT) from None
    kind = EVENT_TYPES.get(scalars.text(event.type))
    if scalars.text(event.specversion) != "1.0" or kind is None or not scalars.text(event.id):
        raise ItemRefused(Refusal.BAD_EVENT, "type" if kind is None else "specversion")
    source = sender_code(scalars.text(event.source).removeprefix("/"))
    if not source:
        raise ItemRefused(Refusal.BAD_SOURCE, "source")
    if not bytes(event.data).startswith(b"{"):
        raise ItemRefused(Refusal.BAD_EVENT, "data")
    return Item(kind, source, dates.past(event.time, "time"), event.data)


def _given_at(value: Scalar, dates: WireDates) -> int:
    try:
        return dates.past(value, "time")
    except ItemRefused as refused:
        raise DeliveryRefused(400, refused.code, refused.path) from None


def _trimmed(body: bytes) -> bytes:
    return body.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")


def _repeats_keys(body: bytes) -> bool:
    """Whether some object gives a field twice that we read. Raises DeliveryRefused where the body is no JSON text at all."""
    try:
        _text(body)
        return duplicate_in(body) is not None
    except NO_JSON as fault:
        raise no_json(fault) from None


def no_json(fault: BaseException) -> DeliveryRefused:
    """How a body is refused of which `json` or msgspec said one of NO_JSON."""
    if isinstance(fault, UnicodeDecodeError):
        return DeliveryRefused(400, Refusal.NOT_UTF8)
    return DeliveryRefused(400, Refusal.TOO_DEEP if isinstance(fault, RecursionError) else Refusal.BAD_JSON)


def _decoded(decode: Callable[[bytes], T], body: bytes) -> T:
    try:
        return decode(body)
    except msgspec.ValidationError as fault:
        where = path_of(fault)
        raise DeliveryRefused(400, Refusal.WRONG_TYPE if where else Refusal.NO_DATA, where) from None
