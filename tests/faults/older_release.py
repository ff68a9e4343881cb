"""Scoring as a release before this one might have been: it does not know events of the kind `retracted` yet."""

from __future__ import annotations

import msgspec

from dunghen.contracts import messages
from tests.faults import program

_decode_event = messages.decode_event


def decode_event(value: bytes) -> messages.DossierEvent:
    event = _decode_event(value)
    if event.kind == "retracted":
        raise msgspec.ValidationError("Invalid enum value 'retracted' - at `$.kind`")
    return event


if __name__ == "__main__":
    messages.decode_event = decode_event
    messages.decode_events = lambda _: None
    program.run()
