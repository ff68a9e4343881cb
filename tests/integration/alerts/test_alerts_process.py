"""The acceptance of alerts on real parts: one mail a stage, through kills, restarts and a mail server that comes and goes."""

from __future__ import annotations

import httpx
from alerts_process import BREACH, MONDAY_8_00, NINE_TENTHS, PARTITIONS, City

from dunghen.contracts.topics import partition_of
from dunghen.platform.local.servers import free_port
from tests.eventually import eventually_async as eventually


async def test_a_dossier_that_crosses_ninety_per_cent_gets_one_mail_and_a_restart_no_second(city: City) -> None:
    port = free_port()
    process = await city.alerts(METRICS_PORT=str(port))
    city.clock(NINE_TENTHS)
    (notice,) = await city.told("delivered")
    assert _said(port, "readyz") == "ok\n"
    said = _said(port, "metrics")
    assert f"dunghen_alerts_partitions {PARTITIONS}.0\n" in said
    assert "dunghen_alerts_handed_seconds_count 1.0\n" in said
    process.stop()
    await city.alerts()
    city.clock(BREACH)
    assert {n.stage for n in await eventually(lambda: _both(city))} == {"nine_tenths", "breach"}
    assert [m["To"] for m in city.mail.mails] == ["hai-chau@danang.example"] * 2
    assert city.mail.mails[0]["Message-ID"] == f"<{notice.message_id}>"
    assert city.mail.mails[0]["Subject"] == "Sắp đến hẹn: hồ sơ H17.31-261116-0001, còn 8 giờ"
    assert "Đơn vị: Phường Hải Châu" in city.mail.mails[0].get_body(("plain",)).get_content()
    assert city.mail.mails[1]["Subject"] == "Quá giờ hẹn: hồ sơ H17.31-261116-0001, xong hôm nay vẫn đúng hẹn"


def _said(port: int, of: str) -> str:
    return httpx.get(f"http://127.0.0.1:{port}/{of}", timeout=60).text


async def _both(city: City) -> list[object]:
    delivered = await city.told("delivered")
    return list(delivered) if len(delivered) == 2 else []


async def test_a_kill_between_send_and_remember_repeats_the_mail_with_the_same_message_id(city: City) -> None:
    process = await city.alerts()
    city.mail.hold = True
    city.clock(NINE_TENTHS)
    await eventually(lambda: city.mail.mails)
    process.kill()
    city.mail.release()
    await city.alerts()
    await city.told("delivered")
    first, second = city.mail.mails
    assert first["Message-ID"] == second["Message-ID"]


async def test_a_mail_server_that_is_down_gets_the_mail_when_it_is_up(city: City) -> None:
    city.mail.stop()
    process = await city.alerts()
    city.clock(NINE_TENTHS)
    await city.told("pending")
    await eventually(lambda: "line_away" in process.log.read_text())
    city.mail.start()
    (notice,) = await city.told("delivered")
    assert (notice.attempts > 1, len(city.mail.mails)) == (True, 1)


async def test_a_dossier_that_is_finished_before_the_mail_goes_out_is_not_told(city: City) -> None:
    """It ends while the mail server has an attempt in hand, which fails: when the next one begins, Kafka knows, if alerts does or not."""
    city.mail.busy = True
    await city.alerts()
    city.clock(NINE_TENTHS)
    await eventually(lambda: city.mail.turned_away)
    await city.say("progressed", NINE_TENTHS, status=9)
    city.mail.release()
    (notice,) = await city.told("superseded")
    assert (notice.reason, city.mail.mails) == ("ENDED", [])


async def test_shadow_writes_and_sends_nothing(city: City) -> None:
    await city.alerts("shadow")
    city.clock(NINE_TENTHS)
    (notice,) = await city.told("suppressed")
    assert (notice.reason, notice.stage, city.mail.mails) == ("SHADOW", "nine_tenths", [])


async def test_a_refused_address_has_failed_with_the_servers_code(city: City) -> None:
    city.mail.answer = "550 no such desk"
    await city.alerts()
    city.clock(NINE_TENTHS)
    (notice,) = await city.told("failed")
    assert (notice.reason, notice.attempts) == ("REFUSED_550", 1)


async def test_what_fell_into_an_outage_goes_out_and_what_was_before_go_live_does_not(city: City) -> None:
    await city.say(
        "synced", MONDAY_8_00 - 1, dossier="H17.31-261102-0002", status=4, received=MONDAY_8_00 - 21 * 86400, procedure="1.004222"
    )
    process = await city.alerts()
    process.kill()
    city.clock(NINE_TENTHS + 3 * 3600)
    await city.alerts()
    (notice,) = await city.told("delivered")
    assert (notice.stage, len(city.mail.mails)) == ("nine_tenths", 1)
    assert {n.dossier for n in await city.notices()} == {notice.dossier}


async def test_a_second_process_on_the_same_file_says_why_it_does_not_start(city: City) -> None:
    await city.alerts()
    second = await city.alerts()
    assert second.process.wait(60) == 1
    assert "alerts cannot start" in second.log.read_text()


async def test_after_an_outage_a_unit_gets_one_mail_about_all_its_dossiers_of_both_partitions(city: City) -> None:
    dossiers = {f"H17.31-261116-{n:04d}" for n in range(2, 10)}
    assert {partition_of(dossier, PARTITIONS) for dossier in dossiers} == {0, 1}
    for dossier in sorted(dossiers):
        await city.say("synced", MONDAY_8_00, dossier=dossier, status=4, received=MONDAY_8_00, procedure="1.004222")
    await city.say("progressed", MONDAY_8_00 + 60, status=9)  # the one that is there already
    process = await city.alerts()
    process.kill()
    city.clock(NINE_TENTHS + 3600)
    await city.alerts()
    await eventually(lambda: _all_delivered(city, dossiers))
    (mail,) = city.mail.mails
    assert mail["Subject"] == "Tổng hợp: 8 hồ sơ cần xử lý"
    assert {line.partition(":")[0] for line in mail.get_body(("plain",)).get_content().splitlines()[:8]} == dossiers
    assert {f"<{notice.message_id}>" for notice in await city.told("delivered")} == {mail["Message-ID"]}


async def _all_delivered(city: City, dossiers: set[str]) -> bool:
    return {notice.dossier for notice in await city.told("delivered")} == dossiers
