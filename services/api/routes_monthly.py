"""The monthly sheet of a unit, for its officials, who leads it, and operators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.access import Target, What
from dunghen.domain.justifying import MONTHLY_SHEET
from dunghen.domain.windows import WindowError, period
from dunghen.platform.sheets import XLSX, write_sheet
from dunghen.platform.store import StoreAwayError
from services.api.answers import untagged
from services.api.justifications import justifications_of
from services.api.monthly_sheet import MonthlySheet, months_of, sheet_of_unit, table_of
from services.api.officials import Officials
from services.api.past import Past
from services.api.past_map import past_scene
from services.api.problems import ProblemError
from services.api.reconciliations import reconciliation_of
from services.api.routes_map import unit_of
from services.api.routes_officials import REFUSALS, private
from services.api.schema import struct_answers

FILE = {"description": "The file", "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
Month = Annotated[str, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="like 2026-10")]


def monthly_routes(officials: Officials, past: Past) -> APIRouter:
    """As JSON and as XLSX."""
    router = APIRouter(prefix="/api/v1/units/{code}", tags=["officials"], responses=REFUSALS)

    @router.get("/monthly-sheet", responses=struct_answers(MonthlySheet, "The sheet"))
    async def get_monthly_sheet(request: Request, code: str, month: Month) -> Response:
        """The chosen indicators of a unit in a month (as far as it has come): value, points, rank within its kind, the month before, and
        whether it was reconciled. That a figure moved is said only where the two intervals part.
        """
        return private(request, await _sheet(request, (officials, past), code, month))

    @router.get("/monthly-sheet.xlsx", response_class=Response, responses={200: FILE})
    async def get_monthly_sheet_xlsx(request: Request, code: str, month: Month) -> Response:
        """The same for spreadsheets."""
        sheet = await _sheet(request, (officials, past), code, month)
        answer = untagged(request, write_sheet(f"{sheet.code} {sheet.month}", *table_of(sheet)), XLSX)
        answer.headers["Content-Disposition"] = f'attachment; filename="dunghen-monthly-{sheet.code}-{sheet.month}.xlsx"'
        answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return answer

    return router


async def _sheet(request: Request, of: tuple[Officials, Past], code: str, month: str) -> MonthlySheet:
    officials, past = of
    reading = await officials.admitted(request, What.MONTHLY_SHEET, Target(code))
    unit = unit_of(officials.scene(), code)
    try:
        months = months_of(month)
    except WindowError:
        raise ProblemError("INVALID_PARAMETER", "not valid: month") from None
    scene = await past_scene(past, officials.follower, months)
    await officials.log(reading, code)
    sheet = sheet_of_unit(scene, unit, months, officials.follower.stale_age() is not None)
    try:
        said = await justifications_of(officials.store, (code, MONTHLY_SHEET, month), scene.looks.zone)
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY") from fault
    today = scene.meta.day, scene.looks.zone
    sheet.reconciliation = reconciliation_of(officials.follower.reconciled, unit, period(month), today)
    sheet.justification = said[0] if said else None
    return sheet
