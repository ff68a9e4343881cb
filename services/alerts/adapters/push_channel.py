"""Web push: encrypted for one browser (RFC 8291), signed as this server (VAPID, RFC 8292), posted to the service of the browser's maker.

pywebpush encrypts and py_vapid signs; the POST is ours (`outward_http`): the endpoint is an address that a browser chose.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid
from pywebpush import WebPusher
from yarl import URL

from dunghen.contracts.subscriptions import Subscription
from dunghen.platform.clock import RealClock
from dunghen.platform.logs import get_logger
from dunghen.platform.outward import authority_of, networks
from dunghen.platform.outward_http import Outward
from services.alerts.channels import Needs
from services.alerts.ports import Letter, LineAway, Recipient, RefusedForGood, Subscriptions
from services.alerts.settings import AlertsSettings

log = get_logger("push")
GONE, TOO_LARGE = ("404", "410"), "413"
TTL_SECONDS = 12 * 3600  # a push service keeps it so long for a browser that is off; by then it no longer says how it stands
TOKEN_SECONDS = 3600
MOST_NAMED = 20  # the codes of so many fit into a message however long they are
MOST_BYTES = 3000  # a push service must take 4096 (RFC 8030) with what encryption adds


def open_channel(needs: Needs) -> PushChannel:
    settings = needs.settings
    return PushChannel(settings, needs.subscriptions, Outward(networks(settings.alerts_private_networks), settings.outward_seconds))


class PushChannel:
    """All browsers of a person get it; it is delivered when one has taken it. A line is the push service of the first of them."""

    name, most = "push", MOST_NAMED

    def __init__(self, settings: AlertsSettings, subscriptions: Subscriptions, outward: Outward) -> None:
        self._subscriptions, self._outward = subscriptions, outward
        self._key, self._contact = vapid_key(settings), f"mailto:{settings.mail_from}"

    def line(self, recipient: Recipient) -> str:
        found = self._browsers(recipient.id)
        return f"push:{authority_of(found[0].endpoint)}" if found else ""

    async def send(self, letter: Letter) -> str:
        ends = [await self._to_one(each, letter) for each in self._browsers(letter.recipient.id)]
        for end in ends:
            if isinstance(end, str):
                return end
        away = [end for end in ends if isinstance(end, LineAway)]
        refused = [end for end in ends if isinstance(end, RefusedForGood)]
        raise [*away, *refused, RefusedForGood("NO_SUBSCRIPTION")][0]

    async def rest(self) -> None:
        pass

    def _browsers(self, person: str) -> list[Subscription]:
        """Those whose endpoint can be read; of what an older release stored, some cannot."""
        return [each for each in self._subscriptions.of(person) if authority_of(each.endpoint)]

    async def _to_one(self, subscription: Subscription, letter: Letter) -> str | LineAway | RefusedForGood:
        """The code by which the service of this browser took it, or why it did not."""
        try:
            return await self._post_or_shorten(subscription, letter)
        except LineAway as fault:
            return fault
        except RefusedForGood as fault:
            if str(fault) in GONE:
                await self._subscriptions.gone(subscription)
                log.info("subscription_gone", code=str(fault))
            return fault

    async def _post_or_shorten(self, subscription: Subscription, letter: Letter) -> str:
        try:
            return await self._post(subscription, letter, payload(letter))
        except RefusedForGood as fault:
            if str(fault) != TOO_LARGE:
                raise
            return await self._post(subscription, letter, shortest(letter))

    async def _post(self, subscription: Subscription, letter: Letter, data: bytes) -> str:
        info = {"endpoint": subscription.endpoint, "keys": {"p256dh": subscription.p256dh, "auth": subscription.auth}}
        origin = str(URL(subscription.endpoint).origin())
        claims = {"aud": origin, "exp": int(RealClock().now().timestamp()) + TOKEN_SECONDS, "sub": self._contact}
        try:
            body = WebPusher(info).encode(data)["body"]
        except ValueError:  # a point that is not on the curve
            raise RefusedForGood("BAD_KEYS") from None
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL_SECONDS),
            "Topic": letter.message_id[:20],  # a repetition takes the place of what was not fetched yet
            "Urgency": "high",
        }
        return await self._outward.post(subscription.endpoint, body, {**headers, **self._key.sign(claims)})


def payload(letter: Letter) -> bytes:
    """What the service worker shows: JSON, at most `MOST_BYTES`; the shortest form where it would be longer."""
    body = "\n".join(f"{label}: {value}" for label, value in letter.words.facts)
    known = {"id": _id(letter), "title": letter.subject, "body": body, "link": letter.words.link}
    first = {name: getattr(item, name) for item in letter.items[:1] for name in ("dossier", "procedure", "left")}
    full = msgspec.json.encode({**known, **first, "count": len(letter.items)})
    return full if len(full) <= MOST_BYTES else shortest(letter)


def shortest(letter: Letter) -> bytes:
    """Title, link and of several dossiers the codes: what a message does not name it has not told of."""
    codes = {"body": "\n".join(item.dossier for item in letter.items)} if len(letter.items) > 1 else {}
    return msgspec.json.encode({"id": _id(letter), "title": letter.subject[:120], "link": letter.words.link, **codes})


def _id(letter: Letter) -> str:
    return letter.message_id.partition("@")[0]


def vapid_key(settings: AlertsSettings) -> Vapid:
    """The key that browsers know this server by: from the settings, else from `vapid.pem` in the data folder, made there if there is none.

    Another key makes every subscription void: it belongs into the backup.
    """
    if settings.push_vapid_key:
        return Vapid.from_pem(settings.push_vapid_key.encode())
    file = settings.data / "vapid.pem"
    if not file.exists():
        _make(file)
    return Vapid.from_file(str(file))


def public_key(key: Vapid) -> str:
    """`applicationServerKey` for `pushManager.subscribe`: base64url without padding."""
    point = key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


def _make(file: Path) -> None:
    """Whole or not at all, readable by nobody else; of two who make it at once the first wins."""
    key = Vapid()
    key.generate_keys()
    new = file.with_name(f"{file.name}.{os.getpid()}")
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(key.private_pem())
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(new, file)
    except FileExistsError:
        pass
    finally:
        new.unlink()
