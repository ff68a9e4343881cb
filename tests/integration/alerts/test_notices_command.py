"""`dunghen notices …` as an operator types it, over a real mail server, a real receiver and a real Kafka."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alerts_process import BREACH, NINE_TENTHS, PARTITIONS, City, MailServer
from receivers import SECRET, HttpReceiver, WebhookEnd
from standardwebhooks import Webhook

from tests.eventually import eventually_async as eventually

ADDRESS = "thu-kenh@danang.example"


def dunghen(data: Path, *words: str, **settings: str) -> tuple[int, str]:
    """(exit code, everything said)."""
    env = {**os.environ, **{f"DUNGHEN_{name}": value for name, value in settings.items()}}
    command = (sys.executable, "-m", "dunghen.cli", "notices", *words, *(() if words == ("secret",) else ("--data", str(data))))
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


def test_a_test_message_goes_out_as_alerts_would_send_it_and_the_code_is_said(mail: MailServer, tmp_path: Path) -> None:
    code, said = dunghen(tmp_path, "test", ADDRESS, SMTP_PORT=str(mail.port), MAIL_FROM="dung-hen@danang.example")
    assert (code, said) == (0, "mail: taken, 250")
    assert (mail.mails[0]["To"], mail.mails[0]["Subject"]) == (ADDRESS, "Tin thử của Đúng Hẹn")


@pytest.mark.parametrize(
    ("answer", "said"), [("550 no such desk", "mail: refused for good, 550"), ("451 later", "mail: refused for now, 451")]
)
def test_a_refusal_is_said_by_its_code_and_the_address_is_not_repeated(mail: MailServer, tmp_path: Path, answer: str, said: str) -> None:
    mail.answer = f"{answer} {ADDRESS}"
    assert dunghen(tmp_path, "test", ADDRESS, SMTP_PORT=str(mail.port)) == (1, said)


def test_a_server_that_is_not_there_is_said(mail: MailServer, tmp_path: Path) -> None:
    mail.stop()
    code, said = dunghen(tmp_path, "test", ADDRESS, SMTP_PORT=str(mail.port))
    assert (code, said.startswith("mail: cannot be reached now, "), ADDRESS in said) == (1, True, False)


async def test_a_webhook_is_tried_by_the_unit_it_is_for(tmp_path: Path) -> None:
    end = WebhookEnd(HttpReceiver())
    await end.http.start()
    hooks = f'[{{"url": "{end.url}", "secrets": ["{SECRET}"], "units": ["20242"]}}]'
    given = {"ALERTS_CHANNELS": "push,webhook,mail", "WEBHOOKS": hooks, "ALERTS_PRIVATE_NETWORKS": "127.0.0.0/8"}
    assert await asyncio.to_thread(dunghen, tmp_path, "test", "20242", **given) == (0, "webhook: taken, 204")
    ((_, data),) = end.messages()
    assert (data["recipient"], data["dossiers"]) == ("20242", [])
    code, said = await asyncio.to_thread(dunghen, tmp_path, "test", "20263", **given)
    assert (code, said) == (1, "no channel reaches this recipient; in use: push, webhook, mail")
    await end.http.stop()


def test_wrong_settings_are_said_without_their_values(tmp_path: Path) -> None:
    code, said = dunghen(tmp_path, "test", ADDRESS, WEBHOOKS='[{"url": "https://a.vn/", "secrets": ["whsec_c2hvcnQ="]}]', SMTP_PORT="0")
    assert (code, "DUNGHEN_SMTP_PORT" in said, "DUNGHEN_WEBHOOKS_0_SECRETS" in said) == (1, True, True)
    assert "c2hvcnQ" not in said


def test_the_key_for_browsers_is_made_once_and_the_private_half_is_nobodys_business(tmp_path: Path) -> None:
    code, key = dunghen(tmp_path, "vapid")
    assert (code, len(key), dunghen(tmp_path, "vapid")) == (0, 87, (0, key))
    assert stat.S_IMODE((tmp_path / "vapid.pem").stat().st_mode) == 0o600


def test_a_new_secret_is_one_that_webhooks_take(tmp_path: Path) -> None:
    (_, one), (_, other) = dunghen(tmp_path, "secret"), dunghen(tmp_path, "secret")
    assert one != other
    assert Webhook(one)


async def test_what_was_refused_for_good_is_listed_by_unit_and_code(city: City) -> None:
    city.mail.answer = f"550 no such desk: {ADDRESS}"
    await city.alerts()
    city.clock(NINE_TENTHS)
    await city.told("failed")
    where = {"KAFKA": city.settings.kafka, "NAMESPACE": city.settings.namespace, "PARTITIONS": str(PARTITIONS)}
    code, said = await asyncio.to_thread(dunghen, city.folder, "bounces", **where)
    line, total = said.splitlines()
    assert (code, line.split()[1:]) == (0, ["20242", "20242", "nine_tenths", "mail:550", "failed"])
    assert total == "1 notices refused for good by a channel, 1 of them by all"
    assert not any(part in said for part in ("@", "H17"))
    await eventually(lambda: "refused_for_good" in city.processes[0].log.read_text())
    assert "@" not in city.processes[0].log.read_text()


async def test_a_silence_by_command_holds_in_a_running_process_and_stands_in_the_ledger(city: City) -> None:
    await city.alerts()
    where = {"KAFKA": city.settings.kafka, "NAMESPACE": city.settings.namespace, "PARTITIONS": str(PARTITIONS)}
    words = ("silence", "20242", "--until", "2026-11-28", "--reason", "diễn tập")
    code, said = await asyncio.to_thread(dunghen, city.folder, *words, **where)
    assert (code, said.partition(":")[0]) == (0, "policy version 2")
    code, said = await asyncio.to_thread(dunghen, city.folder, "silences", **where)
    assert (code, said.splitlines()[0].endswith("diễn tập"), said.splitlines()[1]) == (0, True, "1 silences hold or lie ahead")
    city.clock(NINE_TENTHS)
    assert [(n.stage, n.reason) for n in await city.told("suppressed")] == [("nine_tenths", "SILENCED")]
    city.clock(BREACH)
    assert [n.stage for n in await city.told("delivered")] == ["breach"]
    assert len(city.mail.mails) == 1


async def test_the_ledger_is_proven_from_the_raw_events_while_alerts_runs_and_a_row_taken_out_is_missed(city: City) -> None:
    await city.alerts()
    city.clock(NINE_TENTHS + 60)
    (notice,) = await city.told("delivered")
    city.clock(NINE_TENTHS + 1200)
    where = {"KAFKA": city.settings.kafka, "NAMESPACE": city.settings.namespace, "PARTITIONS": str(PARTITIONS), "DATA": str(city.folder)}
    code, said = await asyncio.to_thread(dunghen, city.folder, "audit", "--json", **where)
    found = json.loads(said)
    assert (code, found["faults"], found["owed"], found["states"]) == (0, [], 1, {"delivered": 1})
    city.processes[-1].stop()
    with sqlite3.connect(city.folder / f"{city.settings.named('alerts')}.db") as ledger:
        ledger.execute("delete from c_notices where id = ?", (notice.key,))
    code, said = await asyncio.to_thread(dunghen, city.folder, "audit", **where)
    assert (code, f"missing: {notice.dossier} dossier:{notice.due_at}:nine_tenths" in said) == (1, True), said


async def test_how_good_notices_were_is_counted_from_the_real_ledger_and_the_raw_events(city: City) -> None:
    await city.alerts()
    city.clock(NINE_TENTHS + 60)
    await city.told("delivered")
    where = {"KAFKA": city.settings.kafka, "NAMESPACE": city.settings.namespace, "PARTITIONS": str(PARTITIONS), "DATA": str(city.folder)}
    code, said = await asyncio.to_thread(dunghen, city.folder, "quality", "--json", **where)
    found = json.loads(said)
    assert (code, found["last"], found["total"]["sent"], found["total"]["open"]) == (0, "2026-11-27", 1, 1)
    assert found["total"]["acted_share"] == {"value": None, "numerator": 0, "denominator": 0}
    await city.say("progressed", NINE_TENTHS + 3600, status=9)
    city.clock(BREACH + 60)
    code, said = await asyncio.to_thread(dunghen, city.folder, "quality", "--unit", "20242", "--window", "7d", "--json", **where)
    unit = json.loads(said)["units"]["20242"]
    assert (code, unit["sent"], unit["acted"], unit["breached"], unit["acted_share"]["value"]) == (0, 1, 1, 0, 1.0)
    code, said = await asyncio.to_thread(dunghen, city.folder, "quality", "--window", "7d", **where)
    assert (code, [line.split()[:3] for line in said.splitlines()[2:]]) == (0, [["20242", "1", "1"], ["total", "1", "1"]])
    code, said = await asyncio.to_thread(dunghen, city.folder, "quality", "--window", "fortnight", **where)
    assert (code != 0, "--window fortnight" in said) == (True, True)
