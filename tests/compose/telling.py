"""One-stop dossiers, told one after the other until ingest takes each: by hand, or as a load from a thread of its own."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from stack import Stack

from tests.eventually import NotInTime, eventually

HANOI = timezone(timedelta(hours=7))
A_SECOND = 20  # dossiers of the load, while nothing is away
PATIENCE_SECONDS = 240  # with a dossier that nobody takes


def stamp(at: datetime) -> str:
    """As one-stop systems write it: Hanoi's time to the second."""
    return at.strftime("%Y%m%d%H%M%S")


def unfinished(code: str) -> dict[str, str]:
    """A dossier of Hải Châu that was due five days ago."""
    now = datetime.now(HANOI)
    return {
        "MaHoSo": code,
        "MaTTHC": "1.004222",
        "TenTTHC": "Đăng ký thường trú",
        "KenhThucHien": "1",
        "NgayTiepNhan": stamp(now - timedelta(days=10)),
        "NgayHenTra": stamp(now - timedelta(days=5)),
        "TrangThaiHoSo": "4",
        "DonViXuLy": "UBND phường Hải Châu",
    }


def finished(code: str, ended_days_ago: int) -> dict[str, str]:
    """The same, ended before or after that."""
    return {
        **unfinished(code),
        "NgayKetThucXuLy": stamp(datetime.now(HANOI) - timedelta(days=ended_days_ago)),
        "TrangThaiHoSo": "9",
    }


@dataclass
class Telling:
    """`told`: each dossier that was ever sent, on time or late, from just before its first try on; `taken`: when each was answered 2xx."""

    stack: Stack
    key: str = ""
    told: list[bool] = field(default_factory=list)
    taken: list[float] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _fault: Exception | None = None

    def next(self) -> dict[str, str]:
        """The dossier that would be told now: on time and late in turn."""
        return finished(f"H17.31.01-261101-{len(self.told) + 1:05d}", ended_days_ago=6 if len(self.told) % 2 == 0 else 3)

    def one(self) -> None:
        """Posts one more, again and again until it is taken: what a one-stop system does while we are away."""
        dossier = self.next()
        self.told.append(len(self.told) % 2 == 0)
        eventually(
            lambda: self.stack.post(dossier, self.key) == 200,
            within=PATIENCE_SECONDS,
            every=0.25,
            what=f"ingest takes dossier {len(self.told)}",
        )
        self.taken.append(time.monotonic())

    def start(self) -> None:
        self._over.clear()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Returns when the last one has been taken. Raises what ended the load before its time."""
        self.give_up()
        if self._thread is not None:
            self._thread.join(PATIENCE_SECONDS + 60)
        if self._fault is not None:
            raise self._fault

    def give_up(self) -> None:
        """Nothing more is told after the one under way."""
        self._over.set()

    def _go_on(self) -> None:
        while not self._over.wait(1 / A_SECOND):
            try:
                self.one()
            except NotInTime as fault:
                self._fault = fault
                return
