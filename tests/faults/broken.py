"""`python -m tests.faults.broken MODULE`: scoring with something wrong in it, to show that the end checks would see it.

FAULT_BROKEN, words: `reopening` (the fold ignores that a dossier was opened again), `unfenced` (no transactions: nobody is refused). What
happens once, when a file `<FAULT_PART>.<word>` appears in the data folder: `lost` (a write is silently dropped), `double` (a round counts
its dossiers twice), `stall` (stands still between fold and write while the file is there; `.stalled` says that it does). `stall` alone is
nothing wrong: it is the moment at which a stop is tried. An `unfenced` worker that stalled dies as soon as its write was taken.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from dunghen.contracts.messages import DossierEvent, decode_event
from dunghen.contracts.topics import DOSSIERS
from dunghen.domain.marks import marks
from dunghen.platform import kafka
from dunghen.platform.fenced import Batches, Writer
from services.scoring.fold import NEXT, FoldState, Round
from services.scoring.held_cells import COUNTED
from tests.faults import program

WORDS = os.environ.get("FAULT_BROKEN", "").split(",")
FOLDER, PART = Path(os.environ["DUNGHEN_DATA"]), os.environ["FAULT_PART"]


def once(word: str) -> bool:
    """Whether it was asked for; then it is not any more."""
    file = FOLDER / f"{PART}.{word}"
    if not file.exists():
        return False
    file.rename(file.with_suffix(".done"))
    return True


def writes_dossiers(batches: Batches) -> bool:
    return any(topic == DOSSIERS and any(not key.startswith(b"~") for key, _ in records) for (topic, _), records in batches.items())


def break_writes() -> None:
    """`lost` and `stall`: what happens to a round of the fold on its way to Kafka."""
    real = Writer.write

    async def write(self: Writer, batches: Batches) -> int:
        batches = {place: list(records) for place, records in batches.items()}
        if writes_dossiers(batches):
            if once("lost"):
                return 0
            if await stall() and "unfenced" in WORDS:
                await real(self, without_next(batches))
                os.kill(os.getpid(), signal.SIGKILL)
        return await real(self, batches)

    Writer.write = write  # type: ignore[method-assign]


def without_next(batches: Batches) -> Batches:
    """Not how far it was: whoever took over at once would fold everything from there again and put right what it wrote. The new owner
    says how far it is with its next event; then the damage stays."""
    return {place: [record for record in records if record[0] not in (NEXT, COUNTED)] for place, records in batches.items()}


async def stall() -> bool:
    """Whether it stood still."""
    file = FOLDER / f"{PART}.stall"
    if not file.exists():
        return False
    file.with_suffix(".stalled").touch()
    while file.exists():  # noqa: ASYNC110 - the file is touched by another process
        await asyncio.sleep(0.02)
    return True


def break_reopening() -> None:
    """A sync that says open after one that said 9 is passed over."""
    real, ended = FoldState.apply, set[str]()

    def reopens(event: DossierEvent) -> bool:
        if event.kind == "synced" and event.status == 9:
            ended.add(event.dossier)
        return event.kind == "synced" and event.status == 4 and event.dossier in ended

    FoldState.apply = lambda self, messages: real(self, [m for m in messages if not reopens(decode_event(m.value))])  # type: ignore[method-assign]


def break_counting() -> None:
    """`double`: all that the dossiers of one round contribute is added once more."""
    real = FoldState.apply

    def apply(self: FoldState, messages: Any) -> Round:
        done = real(self, messages)
        if done.touched and once("double"):
            for record in done.records.values():
                unit, found = marks(record, self.policy.rules)
                for day, counter, by in found:
                    self.cells[unit][day][counter] += by
                    done.touched.setdefault(unit, set()).add(day)
        return done

    FoldState.apply = apply  # type: ignore[method-assign]


def remove_the_fence() -> None:
    """Writers that send without a transaction and without an id that the broker would refuse."""

    def init(self: Writer, settings: Any, transactional_id: str) -> None:
        self.settings, self.transactional_id = settings, settings.named(transactional_id)
        self._producer = kafka.producer(settings, linger_ms=0)

    async def write(self: Writer, batches: Batches) -> int:
        filled = [(place, list(records)) for place, records in batches.items()]
        sent = [future for place, records in filled if records for future in await self._send(place, records, [])]
        await asyncio.gather(*sent)
        return sum(len(records) for _, records in filled)

    Writer.__init__, Writer.write = init, write  # type: ignore[method-assign]


if __name__ == "__main__":
    if "unfenced" in WORDS:
        remove_the_fence()
    if "reopening" in WORDS:
        break_reopening()
    break_counting()
    break_writes()
    program.run()
