"""The officials' stream: what changed within reach, as it changes. Every code is in the audit log before it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import StreamingResponse

from dunghen.domain.access import What, decide_access, units_in_reach
from services.api import metrics
from services.api.channels import frame
from services.api.event_stream import HEADERS
from services.api.listening import Changed, Listener
from services.api.officials import Officials, Reading
from services.api.problems import ProblemError
from services.api.routes_officials import REFUSALS

GAP_SECONDS = 1.0  # between two frames to one listener: what comes in between is said together
STILL_HERE = b": still here\n\n"


def change_routes(officials: Officials) -> APIRouter:
    """One stream for each page that an official has open."""
    router = APIRouter(prefix="/api/v1/officials", tags=["officials"], responses=REFUSALS)

    @router.get("/stream", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
    async def get_stream(request: Request) -> StreamingResponse:
        """Server-sent events `changed` {dossiers, units, notices}: what is to be fetched again; no code where there are too many. The
        stream ends with the session or the right.
        """
        reading = await officials.admitted(request, What.CHANGES)
        if len(officials.listening.listeners) >= officials.follower.settings.max_listeners:
            raise ProblemError("TOO_MANY_STREAMS")
        headers = {**HEADERS, "Cross-Origin-Resource-Policy": "same-origin"}
        return StreamingResponse(_frames(request, officials, reading), headers=headers, media_type="text/event-stream")

    return router


async def _frames(request: Request, officials: Officials, reading: Reading) -> AsyncGenerator[bytes]:
    listening, every = officials.listening, officials.follower.settings.tick_seconds
    listener = Listener(units_in_reach(reading.who, What.CHANGES))
    listening.listeners.add(listener)
    metrics.LISTENERS.set(len(listening.listeners))
    try:
        yield b"retry: 2000\n\n" + STILL_HERE
        while True:
            changed = await listener.next(every)
            if listening.closing or not await _still_may(request, officials, listener):
                return
            said = await _said(officials, reading, changed)
            if said is None:
                return
            yield said
            await asyncio.sleep(min(GAP_SECONDS, every))
    finally:
        listening.listeners.discard(listener)
        metrics.LISTENERS.set(len(listening.listeners))


async def _still_may(request: Request, officials: Officials, listener: Listener) -> bool:
    """Whether the session lasts and gives the same right; a listener of another reach begins anew. Where nobody can say, it ends too."""
    try:
        who = await officials.who(request, used=False)
    except ProblemError:
        return False
    return who is not None and decide_access(who, What.CHANGES).allowed and units_in_reach(who, What.CHANGES) == listener.units


async def _said(officials: Officials, reading: Reading, changed: Changed) -> bytes | None:
    """The frame, once the log has its codes; None where it cannot have them: then nothing is said."""
    if not changed:
        return STILL_HERE
    try:
        if changed.dossiers:
            await officials.log(reading, dossiers=sorted(changed.dossiers))
    except ProblemError:
        return None
    return frame("changed", changed.frame())
