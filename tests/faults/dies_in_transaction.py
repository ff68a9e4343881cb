"""Scoring that dies inside a transaction of fold as soon as the file FAULT_DIE is there: what it sent is written, not committed."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from tests.faults import program

DIE = Path(os.environ["FAULT_DIE"])
_commit = AIOKafkaProducer.commit_transaction


async def commit_transaction(self: Any) -> None:
    if "fold-" in self._txn_manager.transactional_id and os.path.exists(DIE):  # noqa: ASYNC240 - it is about to die
        os.kill(os.getpid(), signal.SIGKILL)
    await _commit(self)


if __name__ == "__main__":
    AIOKafkaProducer.commit_transaction = commit_transaction
    program.run()
