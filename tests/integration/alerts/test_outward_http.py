"""An address that somebody else chose, posted to for real: what is refused, what is never followed, and how long it may take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from receivers import HOST, HttpReceiver, authority

from dunghen.platform import outward_http
from dunghen.platform.lookups import Addresses, Lookups, by_the_system
from dunghen.platform.outward import networks
from dunghen.platform.outward_http import Outward
from services.alerts.ports import LineAway, RefusedForGood
from tests.eventually import eventually_async as eventually

GUARD = 30.0
ALLOWED = Outward(networks("127.0.0.1/32"), GUARD)
IMPATIENT = replace(ALLOWED, seconds=1.0)
PUBLIC_ONLY = Outward((), GUARD)


@pytest.fixture
async def http() -> AsyncIterator[HttpReceiver]:
    receiver = HttpReceiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


async def code(outward: Outward, url: str) -> tuple[str, str]:
    """How a POST ends: (kind, code)."""
    try:
        await outward.post(url, b"{}", {})
    except (LineAway, RefusedForGood) as fault:
        return type(fault).__name__, str(fault)
    return "taken", ""


@pytest.mark.parametrize("host", [HOST, "localhost", "[::ffff:127.0.0.1]", "127.1", "2130706433", "0x7f000001", "0.0.0.0"])
async def test_no_way_of_writing_loopback_reaches_what_listens_there(http: HttpReceiver, host: str) -> None:
    for scheme in ("http", "https"):
        kind, why = await code(PUBLIC_ONLY, f"{scheme}://{host}:{http.port}/")
        assert (kind, why in ("ADDRESS_FORBIDDEN", "BAD_URL"), http.requests) == ("RefusedForGood", True, [])


@pytest.mark.parametrize(
    "url", ["ftp://1.1.1.1/", "https:///x", "https://", "https://a:b@1.1.1.1/", "https://1.1.1.1:99999/", "http://1.1.1.1/"]
)
async def test_what_is_no_https_address_is_refused_for_good(url: str) -> None:
    assert await code(PUBLIC_ONLY, url) == ("RefusedForGood", "NOT_HTTPS" if url == "http://1.1.1.1/" else "BAD_URL")


async def test_the_operators_own_network_is_reached_where_he_allows_it(http: HttpReceiver) -> None:
    assert await code(ALLOWED, f"http://{HOST}:{http.port}/") == ("taken", "")
    assert len(http.requests) == 1


def hostile_dns(outward: Outward, *answers: list[str]) -> tuple[Outward, list[str]]:
    """The same with a name server that gives these answers in turn; the list of what it was asked."""
    asked, left = list[str](), list(answers)

    def resolve(host: str, port: int) -> Addresses:
        asked.append(host)
        return [found for address in left.pop(0) for found in by_the_system(address, port)]

    return replace(outward, lookups=Lookups(resolve)), asked


async def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_looked_at(http: HttpReceiver) -> None:
    outward, asked = hostile_dns(ALLOWED, ["127.0.0.1"], ["127.0.0.2"])
    assert await code(outward, f"http://rebinding.example:{http.port}/") == ("taken", "")
    assert (asked, http.requests[0][0]["host"]) == (["rebinding.example"], f"rebinding.example:{http.port}")


async def test_a_name_with_one_address_of_our_own_network_is_refused_whatever_the_others_are(http: HttpReceiver) -> None:
    outward, _ = hostile_dns(PUBLIC_ONLY, ["1.1.1.1", "127.0.0.1"])
    assert await code(outward, f"https://both.example:{http.port}/") == ("RefusedForGood", "ADDRESS_FORBIDDEN")


async def test_a_name_that_cannot_be_resolved_may_be_resolved_later() -> None:
    assert await code(PUBLIC_ONLY, "https://nobody.invalid/") == ("LineAway", "DNS")


async def test_names_that_nobody_answers_for_keep_no_other_waiting_and_one_thread_each(http: HttpReceiver) -> None:
    """Far more of them than any pool has threads: the others, and what the loop's own threads do, go on."""
    asked, over = list[str](), Event()

    def resolve(host: str, port: int) -> Addresses:
        asked.append(host)
        if host.endswith(".silent.example"):
            over.wait()
        return by_the_system(HOST, port)

    outward = Outward(networks("127.0.0.1/32"), 60.0, Lookups(resolve))
    silent = [asyncio.create_task(code(outward, f"http://n{n % 50}.silent.example:{http.port}/")) for n in range(150)]
    await eventually(lambda: len(asked) == 50)
    assert await code(outward, f"http://well.example:{http.port}/") == ("taken", "")
    assert await asyncio.to_thread(lambda: "free") == "free"
    assert not any(task.done() for task in silent)
    assert len(asked) == 51
    over.set()
    assert set(await asyncio.gather(*silent)) == {("taken", "")}


async def test_a_name_that_nobody_answers_for_is_given_up_in_time_and_asked_for_again_once_it_is_free(http: HttpReceiver) -> None:
    over = Event()

    def resolve(host: str, port: int) -> Addresses:
        over.wait()
        return by_the_system(HOST, port)

    outward = Outward(networks("127.0.0.1/32"), 0.1, Lookups(resolve))
    url = f"http://silent.example:{http.port}/"
    assert [await code(outward, url) for _ in range(3)] == [("LineAway", "DNS")] * 3
    over.set()
    assert await code(replace(outward, seconds=30.0), url) == ("taken", "")


async def test_a_name_for_which_there_is_no_thread_is_asked_for_again_later(http: HttpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    outward, asked = hostile_dns(ALLOWED, [HOST])
    url = f"http://well.example:{http.port}/"
    with monkeypatch.context() as full:
        full.setattr(Thread, "start", no_thread)
        assert [await code(outward, url) for _ in range(2)] == [("LineAway", "DNS")] * 2
    assert (await code(outward, url), asked) == (("taken", ""), ["well.example"])


async def test_a_redirect_is_not_followed(http: HttpReceiver) -> None:
    http.answers, http.headers = [302], {"Location": f"http://{HOST}:{http.port}/elsewhere"}
    assert await code(ALLOWED, f"http://{HOST}:{http.port}/") == ("RefusedForGood", "302")
    assert len(http.requests) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(200, "taken"), (204, "taken"), (400, "RefusedForGood"), (403, "RefusedForGood"), (410, "RefusedForGood")]
)
async def test_what_may_be_taken_later_is_told_from_what_never_will(http: HttpReceiver, status: int, kind: str) -> None:
    http.answers = [status]
    assert (await code(ALLOWED, f"http://{HOST}:{http.port}/"))[0] == kind


@pytest.mark.parametrize(("status", "unknown"), [(408, False), (429, False), (500, False), (503, False), (502, True), (504, True)])
async def test_a_receiver_that_asks_for_peace_is_given_it(http: HttpReceiver, status: int, unknown: bool) -> None:
    http.answers, http.headers = [status], {"Retry-After": "77"}
    with pytest.raises(LineAway) as raised:
        await ALLOWED.post(f"http://{HOST}:{http.port}/", b"{}", {})
    assert (str(raised.value), raised.value.after, raised.value.unknown) == (str(status), 77.0, unknown)


async def test_nobody_listening_means_that_nothing_can_have_arrived(http: HttpReceiver) -> None:
    await http.stop()
    with pytest.raises(LineAway) as raised:
        await ALLOWED.post(f"http://{HOST}:{http.port}/", b"{}", {})
    assert raised.value.unknown is False


Server = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def pouring(head: bytes, piece: bytes, pause: float = 0.0) -> Server:
    """Answers with `head`, then with `piece` again and again, as fast as it is read or with a pause, for as long as anybody reads."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            writer.write(head)
            while not writer.is_closing():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
        except ConnectionError:
            pass
        finally:
            writer.close()

    return serve


ENDLESS_HEADER = pouring(b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * 65536)
DRIPPING = pouring(b"", b"H", pause=0.05)
LARGE_BODY = pouring(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", b"a" * 65536)


@pytest.mark.parametrize(
    ("server", "outward", "wanted"),
    [(ENDLESS_HEADER, ALLOWED, "LineAway"), (DRIPPING, IMPATIENT, "LineAway"), (LARGE_BODY, ALLOWED, "taken")],
)
async def test_an_answer_without_an_end_takes_neither_our_time_nor_our_memory(server: Server, outward: Outward, wanted: str) -> None:
    listening = await asyncio.start_server(server, HOST, 0)
    async with asyncio.timeout(GUARD - 1):  # it would go on for ever, or until our own time is over
        assert (await code(outward, f"http://{HOST}:{listening.sockets[0].getsockname()[1]}/"))[0] == wanted
    listening.close()


async def test_a_certificate_that_nobody_has_signed_is_not_believed_until_its_authority_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = HttpReceiver()
    await receiver.start(authority(tmp_path))
    outward = Outward(networks("127.0.0.1/32,::1/128"), GUARD)
    outward_http._verified.cache_clear()
    kind, why = await code(outward, f"https://localhost:{receiver.port}/")
    assert (kind, "Certificate" in why, receiver.requests) == ("LineAway", True, [])
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    outward_http._verified.cache_clear()
    assert await code(outward, f"https://localhost:{receiver.port}/") == ("taken", "")
    assert (await code(outward, f"https://{HOST}:{receiver.port}/"))[0] == "LineAway"  # another name than the certificate's
    outward_http._verified.cache_clear()
    await receiver.stop()
