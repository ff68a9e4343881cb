"""`python -m tests.faults.program MODULE [WORD …]`: the real service, with the timeouts of a fault run.

Only what is said here differs from `python -m MODULE WORD …`; other test programs (crash points, broken parts) call `run` after they have
wrapped what they wrap.
"""

from __future__ import annotations

import os
import runpy
import sys

from dunghen.platform import fenced, kafka_clients

SESSION_SECONDS = float(os.environ.get("FAULT_SESSION", "3"))
REQUEST_SECONDS = float(os.environ.get("FAULT_REQUEST", kafka_clients.REQUEST_SECONDS))
TRANSACTION_SECONDS = int(os.environ.get("FAULT_TRANSACTION", fenced.TRANSACTION_SECONDS))


def run() -> None:
    """Never returns before the service ends."""
    kafka_clients.REQUEST_SECONDS = REQUEST_SECONDS
    fenced.TRANSACTION_SECONDS = TRANSACTION_SECONDS
    if sys.argv[1] in ("services.scoring", "services.alerts"):
        from dunghen.platform import faust_batches

        faust_batches.DEFAULTS |= {"broker_session_timeout": SESSION_SECONDS, "broker_heartbeat_interval": SESSION_SECONDS / 4}
        faust_batches.DEFAULTS |= {"broker_commit_interval": float(os.environ.get("FAULT_COMMIT", "1"))}
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run()
