"""How the store connects to MongoDB: all of it is in the address
(`mongodb://USER:PASSWORD@HOST:PORT/?authSource=admin&tls=true&tlsCAFile=FILE`); what is refused is said without repeating it."""

from __future__ import annotations

import re
import warnings
from typing import Any
from urllib.parse import parse_qs, urlsplit

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from dunghen.platform.near import is_loopback
from dunghen.platform.settings import PREFIX, SettingsError

SETTING = f"{PREFIX}MONGO"
NO_RIGHT = frozenset((13, 18))  # Unauthorized, AuthenticationFailed: an account may be put right while we wait
_UNTRUSTED = re.compile(r"CERTIFICATE_VERIFY_FAILED\] certificate verify failed: ([^(]*[^( ])")


def client_of(uri: str, seconds: float) -> Any:
    """A client each of whose operations is bounded by `seconds`. Raises SettingsError that names the fault and not the address."""
    away = min(int(seconds * 1000), 5000)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # an option that it does not know, or cannot read, it would only pass over
            return AsyncIOMotorClient(uri, w="majority", timeoutMS=int(seconds * 1000), serverSelectionTimeoutMS=away)
    except OSError:
        raise SettingsError(f"{SETTING}: a file that tls…File of the address names cannot be read") from None
    except (PyMongoError, ValueError, TypeError, UserWarning):
        how = (
            "mongodb://USER:PASSWORD@HOST:PORT/?…, options of MongoDB, files of PEM; in a password / # ? @ : % are %2F %23 %3F %40 %3A %25"
        )
        raise SettingsError(f"{SETTING}: no address of a MongoDB: {how}") from None


def hosts_of(uri: str) -> str:
    """Where it is, without who we are to it: `host:port`, several with commas between."""
    return urlsplit(uri).netloc.rpartition("@")[2]


def goes_out_unguarded(uri: str) -> bool:
    """Whether what is said to it leaves this machine in plain text, or it is told no user: whoever reaches it may read and change all."""
    hosts = [urlsplit(f"//{host}").hostname or "" for host in hosts_of(uri).split(",")]
    return not all(is_loopback(host) for host in hosts) and not (_by_tls(uri) and "@" in urlsplit(uri).netloc)


def why_refused(uri: str, fault: PyMongoError) -> str:
    """A fault of the client as a sentence without a full stop: where, what, and what mends it. Nothing of its text but OpenSSL's reason."""
    if isinstance(fault, OperationFailure) and fault.code in NO_RIGHT:
        why = "refuses this user or password, or has given no right to it"
    elif found := _UNTRUSTED.search(str(fault)):
        why = f"is not trusted: {found[1]} (tlsCAFile= of the address names the authority)"
    elif isinstance(fault, ConnectionFailure) and "refused" not in str(fault):
        other = "speaks plain text (tls=false)" if _by_tls(uri) else "wants TLS (tls=true)"
        why = f"does not answer ({type(fault).__name__}), or {other}"
    else:
        why = f"does not answer ({type(fault).__name__})"
    return f"MongoDB at {hosts_of(uri)} {why}: {SETTING}"


def _by_tls(uri: str) -> bool:
    at = urlsplit(uri)
    given = {name.lower(): values[-1].lower() for name, values in parse_qs(at.query).items()}
    return given.get("tls", given.get("ssl", str(at.scheme == "mongodb+srv").lower())) == "true"
