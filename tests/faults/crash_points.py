"""Every named crash point: between which two effects the process dies. `crashing.py` puts them into the real parts.

Those of scoring are `<stage>.<doing>.<moment>`. Doing: `round` (records came), `level` (only how far it is), `switch` (to another policy),
`retire` (clears the replaced one away), `tick` (anything else once a second). Takeover has moments of its own.
"""

from __future__ import annotations

TRANSACTION = {
    "begun": "the transaction is open, nothing is sent",
    "sent": "every record is acknowledged, the transaction is not committed",
    "committed": "committed; the source offsets are not let go",
}
FOLD = {f"fold.{doing}.{moment}": what for doing in ("round", "level", "switch", "retire") for moment, what in TRANSACTION.items()}
SCORE = {f"score.{doing}.{moment}": what for doing in ("round", "tick") for moment, what in TRANSACTION.items()}
TAKEOVER = {
    f"{stage}.takeover.{moment}": what
    for stage in ("fold", "score")
    for moment, what in {
        "fenced": "the former owner is fenced, nothing is loaded",
        "loading": "one of the stage's topics is read, the rest is not",
        "loaded": "the state is built, no round has begun",
    }.items()
}
ACKED = {f"{stage}.round.acked": "let go to faust, not yet committed to the group" for stage in ("fold", "score")}
SCORING = {**FOLD, **SCORE, **TAKEOVER, **ACKED}
INGEST = {
    "ingest.taken": "read and understood, nothing is sent",
    "ingest.sending": "one record of several is on its way, none is acknowledged",
    "ingest.acknowledged": "Kafka has all, the sender has no answer",
    "ingest.counted": "counted for the feed, the sender has no answer",
    "ingest.answered": "the answer is written",
}
PROJECTOR = {
    "projector.loaded": "the board is read, nothing is followed yet",
    "projector.publishing": "a step is made, nothing of it is in Redis",
    "projector.queued": "the step is watched and queued, not executed",
    "projector.written": "the step is in Redis, the projector does not know",
    "projector.committed": "the group's offsets are said",
    "projector.storing": "nothing of the history's write is in the store",
    "projector.half_stored": "rows are written, their offsets are not, the transaction is open",
    "projector.uncommitted": "rows and offsets are written, the transaction is open",
    "projector.stored": "the store has it, the projector does not know",
}
API = {
    "api.loaded": "the picture is read from Redis, nobody is served",
    "api.read": "an entry of the stream is read and not applied",
    "api.shown": "applied, no client has it",
    "api.sent": "a frame is handed to a client's connection",
}
ALERTS = {
    "alerts.decided": "stages are found crossed, nothing is in the ledger",
    "alerts.recorded": "the ledger has them, how far it is decided is not noted",
    "alerts.progress": "how far it is decided is noted, nothing is published",
    "alerts.publishing": "nothing of it is in the topic",
    "alerts.published": "the topic has it, the outbox does not know",
    "alerts.noted": "the outbox knows that it is published",
    "alerts.leased": "an attempt is noted, nothing is sent",
    "alerts.sent": "the server has taken a letter, the outbox does not know",
    "alerts.settled": "the outbox knows that it is delivered, the topic does not",
    "alerts.takeover.loaded": "the dossiers are read, nothing is decided",
}
REBUILD = {  # in the order of its steps
    "rebuild.added": "`dossier-events` has more partitions, nothing is copied",
    "rebuild.copied": "events are copied, how far is not noted",
    "rebuild.noted": "how far it copied is noted",
    "rebuild.published": "the policy says that all is counted anew",
    "rebuild.forgotten": "the store goes on behind nothing, Redis still shows the former map",
    "rebuild.emptied": "Redis is empty, scoring's topics are as they were",
    "rebuild.removed": "scoring's topics are gone",
    "rebuild.made": "they are there again, the groups go on where nothing is any more",
    "rebuild.reset": "one group begins anew, the others do not",
}
ALL = {**SCORING, **INGEST, **PROJECTOR, **API, **ALERTS, **REBUILD}
