"""The store on a server that is reached by TLS alone; who is refused says where and why. What is in the address besides the host is told
to nobody. The stand-in has no accounts (`tests/mongo_server/README.md`)."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import mongo_server as server
import pytest

from dunghen.cli.doctor.servers import mongo_of
from dunghen.platform.local.servers import free_port
from dunghen.platform.settings import PlatformSettings, SettingsError
from dunghen.platform.store import Collection, Put, Query, StoreAwayError, open_store
from dunghen.platform.store.mongo import MongoStore
from dunghen.platform.store.mongo_connection import goes_out_unguarded
from tests.certificates import Authority

HIDDEN = ("hush", "wr0ng", "a%2Fb", "a/b")
WHO = "dunghen:hush@"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mongo-by-tls")


@pytest.fixture(scope="module")
def ca(folder: Path) -> Path:
    return Authority().write_server(folder, "mongo")[1]


@pytest.fixture(scope="module")
def secured(folder: Path, ca: Path) -> Iterator[str]:
    """`host:port`."""
    with server.running(folder / "mongo.pem") as address:
        yield urlsplit(address).netloc


def asking(uri: str, seconds: float = 4.0) -> MongoStore:
    """`seconds`: for so long it asks again who refuses it."""
    return MongoStore(uri, "suite", seconds=seconds)


async def test_the_store_is_on_a_server_whose_authority_the_address_names(secured: str, ca: Path) -> None:
    store = open_store(PlatformSettings(mongo=f"mongodb://{secured}/?tls=true&tlsCAFile={ca}"), "by_tls")
    await store.prepare([Collection("dossiers")])
    await store.apply([Put("dossiers", "d", 1, {"n": 1})], {("t", 0): 7})
    assert [document.body for document in (await store.find(Query("dossiers"))).documents] == [{"n": 1}]
    assert await store.offsets() == {("t", 0): 7}
    await store.close()


def another(secured: str, ca: Path) -> str:
    stranger = ca.with_name("stranger.pem")
    stranger.write_text(Authority().pem)
    return f"mongodb://{WHO}{secured}/?tls=true&tlsCAFile={stranger}"


REFUSED: dict[str, tuple[Callable[[str, Path], str], str]] = {
    "another authority": (another, "is not trusted: "),
    "no authority": (
        lambda at, _: f"mongodb://{WHO}{at}/?tls=true",
        "is not trusted: self-signed certificate in certificate chain (tlsCAFile=",
    ),
    "plain text to TLS": (lambda at, _: f"mongodb://{WHO}{at}/", "or wants TLS (tls=true)"),
    "a user whom it does not know": (lambda at, ca: f"mongodb://{WHO}{at}/?tls=true&tlsCAFile={ca}", "refuses this user or password"),
    "nobody": (
        lambda _, ca: f"mongodb://{WHO}127.0.0.1:{free_port()}/?tls=true&tlsCAFile={ca}",
        "does not answer (ServerSelectionTimeoutError)",
    ),
}


@pytest.mark.parametrize(("address", "why"), REFUSED.values(), ids=REFUSED.keys())
async def test_who_is_refused_says_where_and_why_and_so_does_doctor(
    address: Callable[[str, Path], str], why: str, secured: str, ca: Path, caplog: pytest.LogCaptureFixture
) -> None:
    uri, store = address(secured, ca), asking(address(secured, ca))
    with caplog.at_level(logging.DEBUG), pytest.raises(StoreAwayError) as raised:
        await store.prepare([Collection("dossiers")])
    await store.close()
    (finding,) = await asyncio.to_thread(lambda: list(mongo_of(PlatformSettings(mongo=uri))))
    assert not finding.good
    for said in (str(raised.value), finding.mend):
        assert said.startswith("MongoDB at 127.0.0.1:")
        assert said.endswith(": DUNGHEN_MONGO")
        assert why in said
        assert [each for each in HIDDEN if each in said + finding.what + caplog.text] == []


async def test_tls_to_a_server_of_plain_text_is_said(mongo_server: str) -> None:
    store = asking(mongo_server + "?tls=true")
    with pytest.raises(StoreAwayError, match=r"or speaks plain text \(tls=false\): DUNGHEN_MONGO$"):
        await store.offsets()
    await store.close()


async def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    keystore, ca = Authority(host="127.0.0.2").write_server(tmp_path, "mongo")
    with server.running(keystore) as address:
        store = asking(f"mongodb://{urlsplit(address).netloc}/?tls=true&tlsCAFile={ca}")
        with pytest.raises(StoreAwayError, match="is not trusted: IP address mismatch"):
            await store.offsets()
        await store.close()


async def test_a_user_and_a_password_in_the_address_are_used_and_told_nowhere(
    secured: str, ca: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With PLAIN, which the stand-in takes whatever the password is (with SCRAM it refuses it); all that the client logs is seen."""
    store = asking(f"mongodb://dunghen:a%2Fb%3Fhush@{secured}/?authMechanism=PLAIN&tls=true&tlsCAFile={ca}", seconds=60.0)
    with caplog.at_level(logging.DEBUG):
        await store.prepare([Collection("dossiers")])
        assert await store.insert(Put("dossiers", "d", 1, {"n": 1}))
        await store.close()
    assert '"commandName": "insert"' in caplog.text
    assert [each for each in HIDDEN if each in caplog.text] == []


@pytest.mark.parametrize(
    ("uri", "named"),
    [
        ("mongodb://dunghen:a/b?hush@mongo.danang.example/?tls=true", "no address of a MongoDB"),
        ("mongodb://dunghen:hush@mongo.danang.example/?tls=maybe", "no address of a MongoDB"),
        ("mongodb://dunghen:hush@mongo.danang.example/?tls=true&tlsCaFiles=/ca.pem", "no address of a MongoDB"),
        ("https://dunghen:hush@mongo.danang.example/", "no address of a MongoDB"),
        ("mongodb://dunghen:hush@mongo.danang.example/?tls=true&tlsCAFile=/nowhere/ca.pem", "a file that tls…File of the address names"),
    ],
)
async def test_an_address_that_cannot_be_used_ends_the_start_and_is_not_repeated(uri: str, named: str) -> None:
    with pytest.raises(SettingsError) as raised:
        asking(uri)
    assert str(raised.value).startswith(f"DUNGHEN_MONGO: {named}")
    assert [each for each in (*HIDDEN, "danang") if each in str(raised.value)] == []


def test_a_server_off_this_machine_without_tls_or_a_user_is_found() -> None:
    for uri in ("mongodb://mongo/", "mongodb://u:p@mongo:27017/", "mongodb://a,b/?tls=true", "mongodb://u:p@a/?tls=false"):
        assert goes_out_unguarded(uri), uri
    for uri in ("mongodb://127.0.0.1:27017/", "mongodb://u:p@a:1,b:2/?tls=true", "mongodb+srv://u:p@mongo.example/"):
        assert not goes_out_unguarded(uri), uri


@pytest.mark.slow
def test_alerts_that_cannot_reach_its_store_ends_with_a_sentence(secured: str, ca: Path, tmp_path: Path) -> None:
    """As a process: its ledger is asked for before anything else."""
    (tmp_path / "mongo").write_text(another(secured, ca))
    given = {"DUNGHEN_MONGO_FILE": tmp_path / "mongo", "DUNGHEN_DATA": tmp_path, "DUNGHEN_KAFKA": f"127.0.0.1:{free_port()}"}
    command = ("env", *(f"{name}={value}" for name, value in given.items()), sys.executable, "-m", "services.alerts")
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1
    assert f"alerts cannot start:\nMongoDB at {secured} is not trusted: " in said
    assert [each for each in (*HIDDEN, "Traceback") if each in said] == []
