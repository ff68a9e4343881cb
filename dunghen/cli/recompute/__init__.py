"""The same numbers by an independent batch path: SQL over the raw events, read from `domain.md` §3–§4 on its own.

It shares no code with the fold, the marks, the rates, the calendar or the deadlines of `dunghen.domain`, so that a fault there shows
as a difference.
"""

from dunghen.cli.recompute.events import EventTable, events_from_jsonl
from dunghen.cli.recompute.frozen import History, history_of
from dunghen.cli.recompute.recomputation import CountedDossier, Cut, Question, Recomputation, recompute, recompute_history

__all__ = [
    "CountedDossier",
    "Cut",
    "EventTable",
    "History",
    "Question",
    "Recomputation",
    "events_from_jsonl",
    "history_of",
    "recompute",
    "recompute_history",
]
