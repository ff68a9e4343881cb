"""What officials of the demo explained: of Hải Châu last month's sheet and a criterion of this year's ranking. Made up."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from dunghen.cli.people.command import read_people
from dunghen.cli.policy_topic import read_book
from dunghen.contracts.justifications import Justification, justification_id, justification_key
from dunghen.contracts.messages import encode
from dunghen.contracts.people import ref_digest
from dunghen.contracts.topics import JUSTIFICATIONS, partition_of
from dunghen.domain.days import date_of
from dunghen.domain.justifying import MONTHLY_SHEET
from dunghen.platform import kafka
from dunghen.platform.clock import Clock
from dunghen.platform.settings import PlatformSettings

UNIT, WHO = "20242", "demo-head"
OF_MONTH = (
    "Một số hồ sơ đất đai trễ hẹn vì chờ kết quả đo đạc của chi nhánh. Phường đã gửi thư xin lỗi kèm ngày hẹn mới và bố trí thêm một công "
    "chức tại bộ phận một cửa."
)
OF_CRITERION = "Bảy thủ tục đã được rút ngắn thời hạn trong năm; quyết định công bố kèm theo."
CRITERION, EVIDENCE = "PAR_AGENCIES.PROCEDURES", "https://demo.invalid/quyet-dinh-cong-bo"


def explained(person: str, today: int, at: int) -> list[Justification]:
    """As `person`, an internal id, wrote them by local day `today`, at an instant."""
    on = date_of(today)
    month = f"{on.replace(day=1) - timedelta(days=1):%Y-%m}"
    said = [(MONTHLY_SHEET, month, OF_MONTH, ()), (CRITERION, str(on.year), OF_CRITERION, (EVIDENCE,))]
    made = [
        Justification(id="0" * 16, unit=UNIT, about=about, period=period, text=text, links=links, person=person, at=at)
        for about, period, text, links in said
    ]
    return [msgspec.structs.replace(one, id=justification_id(one)) for one in made]


async def explain(settings: PlatformSettings, clock: Clock) -> None:
    """Tells them, where the demo's people are in the directory."""
    people = {record.ref: record.id for record in (await read_people(settings)).records.values()}
    person = people.get(ref_digest(WHO))
    if person is None:
        return
    today = (await read_book(settings)).latest.zone.day_of(clock.seconds())
    async with kafka.started(kafka.producer(settings), settings) as producer:
        for one in explained(person, today, clock.seconds()):
            place = partition_of(one.unit, settings.partitions)
            await producer.send_and_wait(settings.named(JUSTIFICATIONS), encode(one), key=justification_key(one), partition=place)
