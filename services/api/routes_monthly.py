"""The monthly sheet of a unit, for its officials, who leads it, and operators; and of all units, for who leads the city."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.access import Target, What
from dunghen.domain.justifying import MONTHLY_SHEET
from dunghen.domain.units import Unit
from dunghen.domain.windows import WindowError, period
from dunghen.platform.sheets import XLSX
from dunghen.platform.store import StoreAwayError
from services.api.downloads import Table, private_sheet
from services.api.justifications import justifications_of, written_at
from services.api.monthly_sheet import MonthlySheet, Months, months_of, sheet_of_unit, sheets_of_all, table_of
from services.api.monthly_sheets import MonthlySheets, table_of_all, together
from services.api.officials import Officials
from services.api.past import Past
from services.api.past_map import past_scene, refuse_behind
from services.api.problems import ProblemError
from services.api.reconciliations import UnitReconciliation, reconciliation_of
from services.api.routes_map import unit_of
from services.api.routes_officials import REFUSALS, private
from services.api.schema import struct_answers
from services.api.views import Scene

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
        refuse_behind(officials.follower, officials.follower.stored_age())
        return await private_sheet(request, Table(f"dunghen-monthly-{sheet.code}-{sheet.month}", *table_of(sheet)))

    return router


def city_monthly_routes(officials: Officials, past: Past) -> APIRouter:
    """All units, as JSON and as XLSX."""
    router = APIRouter(prefix="/api/v1", tags=["officials"], responses=REFUSALS)

    @router.get("/monthly-sheets", responses=struct_answers(MonthlySheets, "All units"))
    async def get_monthly_sheets(request: Request, month: Month) -> Response:
        """The monthly sheets of all units side by side, for the city's report: the lines of each, whether it has explained its month, and
        whether its figures were reconciled. For who leads every unit of the city, and operators.
        """
        return private(request, await _sheets(request, officials, past, month))

    @router.get("/monthly-sheets.xlsx", response_class=Response, responses={200: FILE})
    async def get_monthly_sheets_xlsx(request: Request, month: Month) -> Response:
        """The same for spreadsheets, a row a unit."""
        sheets = await _sheets(request, officials, past, month)
        refuse_behind(officials.follower, officials.follower.stored_age())
        return await private_sheet(request, Table(f"dunghen-monthly-{sheets.month}", *table_of_all(sheets)))

    return router


async def _sheet(request: Request, of: tuple[Officials, Past], code: str, month: str) -> MonthlySheet:
    officials, past = of
    reading = await officials.admitted(request, What.MONTHLY_SHEET, Target(code))
    unit = unit_of(officials.scene(), code)
    months, scene = await _months(officials, past, month)
    await officials.log(reading, code)
    sheet = sheet_of_unit(scene, unit, months, officials.follower.stored_age() is not None)
    try:
        said = await justifications_of(officials.store, (code, MONTHLY_SHEET, month), scene.looks.zone)
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY") from fault
    sheet.reconciliation = _compared(officials, unit, scene, month)
    sheet.justification = said[0] if said else None
    return sheet


async def _sheets(request: Request, officials: Officials, past: Past, month: str) -> MonthlySheets:
    policy, _ = officials.policy_now()
    everybody = frozenset(unit.code for unit in policy.catalogue.all)
    reading = await officials.admitted(request, What.MONTHLY_SHEETS, Target(city=everybody))
    months, scene = await _months(officials, past, month)
    await officials.log(reading)
    sheets = await asyncio.to_thread(sheets_of_all, scene, months, officials.follower.stored_age() is not None)
    try:
        written = await written_at(officials.store, (sheet.code for sheet in sheets), MONTHLY_SHEET, month)
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY") from fault
    for unit, sheet in zip(scene.units(), sheets, strict=True):
        sheet.reconciliation = _compared(officials, unit, scene, month)
    found = together(sheets, written, scene.looks.zone)
    if found is None:
        raise ProblemError("NOT_READY", "the catalogue has no units")
    return found


def _compared(officials: Officials, unit: Unit, scene: Scene, month: str) -> UnitReconciliation:
    """What was compared is the live map: that vouches for figures out of the store while this is level with it."""
    if officials.follower.store_behind() is not None:
        return UnitReconciliation("not_reconciled", None)
    return reconciliation_of(officials.follower.reconciled, unit, period(month), scene)


async def _months(officials: Officials, past: Past, month: str) -> tuple[Months, Scene]:
    """The month with the one before, and all units in both. Raises ProblemError."""
    try:
        months = months_of(month)
    except WindowError:
        raise ProblemError("INVALID_PARAMETER", "not valid: month") from None
    return months, await past_scene(past, officials.follower, months)
