"""Commands that tell ingest something: keys and addresses that are none, an ingest that is away, and what is not ingest at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from dunghen.cli.city_settings import told_city
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.ingest_client import IngestClient, Patience, key_in
from dunghen.platform.local.servers import free_port
from tests.http_receiver import HttpReceiver

SECRET = "dh_0123456789_NobodyMayReadThis"


@pytest.fixture
async def receiver() -> AsyncIterator[HttpReceiver]:
    made = HttpReceiver()
    await made.start()
    yield made
    await made.stop()


async def said_by(address: str, seconds: float = 0, say: Callable[[str], None] = lambda _: None) -> str:
    """Of a post there that comes to nothing."""
    async with IngestClient(address, SECRET, Patience(seconds, say)) as ingest:
        with pytest.raises(CommandError) as fault:
            await ingest.post("/events", [])
    assert SECRET not in str(fault.value)
    return str(fault.value)


def test_a_key_is_what_stands_in_its_file_and_without_one_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n")
    assert (key_in(file), key_in(None)) == (SECRET, "")


@pytest.mark.parametrize("content", [b"", b"\n", f"{SECRET} {SECRET}".encode(), "khoá".encode(), b"\xff\xfe"])
def test_a_file_that_holds_no_key_is_named_and_not_quoted(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(CommandError) as fault:
        key_in(file)
    assert str(fault.value) == f"--key-file {file}: one key is expected there, as `dunghen keys create` shows it, and nothing else"


def test_a_file_of_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"--key-file .*/key: No such file"):
        key_in(tmp_path / "key")


@pytest.mark.parametrize("address", ["ingest:8010", "ftp://ingest", "http://", "http://ingest:port", f"user:{SECRET}@ingest"])
def test_what_is_no_address_is_said_before_anything_is_sent_and_not_quoted(address: str) -> None:
    with pytest.raises(CommandError) as fault:
        IngestClient(address)
    assert str(fault.value) == "--ingest: not an address like http://127.0.0.1:8010"


async def test_where_nobody_listens_it_says_so_waits_for_its_patience_and_gives_up() -> None:
    heard: list[str] = []
    port = free_port()
    fault = await said_by(f"http://somebody:{SECRET}@127.0.0.1:{port}", 1, heard.append)
    assert fault.startswith(f"ingest at http://127.0.0.1:{port} cannot be reached (")
    assert "tried for" in fault
    (line,) = heard
    assert line.startswith(f"ingest at http://127.0.0.1:{port} cannot be reached (")
    assert line.endswith("waiting")


async def test_an_ingest_that_takes_nothing_for_longer_than_the_patience_is_given_up(receiver: HttpReceiver) -> None:
    receiver.answers = [503] * 9
    assert "takes nothing now (503)" in await said_by(f"http://127.0.0.1:{receiver.port}", 2.5)
    assert 1 < len(receiver.requests) < 9


@pytest.mark.parametrize("status", [200, 301, 404, 405, 413, 500])
async def test_whatever_else_answers_is_not_taken_for_ingest(receiver: HttpReceiver, status: int) -> None:
    receiver.answers = [status]
    said = await said_by(f"http://127.0.0.1:{receiver.port}")
    assert said == f"ingest at http://127.0.0.1:{receiver.port}: /events was answered {status}, and not by ingest: look at the address"


def test_where_no_city_runs_it_is_told_by_its_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNGHEN_KAFKA", "kafka:9092")
    folder = DataFolder(tmp_path / "unknown")
    with pytest.raises(CommandError, match=r"nothing runs in .*unknown.* or say --ingest URL"):
        told_city(folder, "")
    settings, address = told_city(folder, "http://ingest:8010")
    assert (settings.kafka, address) == ("kafka:9092", "http://ingest:8010")


def test_a_city_that_runs_here_is_told_unless_another_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNGHEN_KAFKA", "kafka:9092")
    folder = DataFolder(tmp_path)
    folder.write_running({"kafka": "127.0.0.1:1", "ingest": "http://127.0.0.1:2"})
    assert [(s.kafka, a) for s, a in (told_city(folder, ""), told_city(folder, "http://ingest:8010"))] == [
        ("127.0.0.1:1", "http://127.0.0.1:2"),
        ("kafka:9092", "http://ingest:8010"),
    ]
