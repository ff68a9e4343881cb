"""Scoring that dies inside a transaction of fold on `unit-days` as soon as the file FAULT_DIE is there: written, not committed."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from dunghen.contracts.topics import UNIT_DAYS
from tests.faults import program

DIE = Path(os.environ["FAULT_DIE"])
_commit = AIOKafkaProducer.commit_transaction


async def commit_transaction(self: Any) -> None:
    hides = any(tp.topic.endswith(UNIT_DAYS) for tp in self._txn_manager.txn_partitions)
    if hides and "fold-" in self._txn_manager.transactional_id and os.path.exists(DIE):  # noqa: ASYNC240 - it is about to die
        os.kill(os.getpid(), signal.SIGKILL)
    await _commit(self)


if __name__ == "__main__":
    AIOKafkaProducer.commit_transaction = commit_transaction
    program.run()
