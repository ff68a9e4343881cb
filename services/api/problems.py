"""Errors of the API as problem+json (RFC 9457) with codes that stay. No message repeats what was received."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

CODES: Mapping[str, tuple[int, str, str]] = {
    "INVALID_PARAMETER": (422, "Tham số không hợp lệ", "A parameter has none of its allowed values"),
    "UNKNOWN_INDICATOR": (404, "Không có chỉ số này", "There is no such indicator on that day"),
    "UNKNOWN_UNIT": (404, "Không có đơn vị này", "There is no such unit"),
    "NOT_FOUND": (404, "Không có địa chỉ này", "There is nothing at this address"),
    "METHOD_NOT_ALLOWED": (405, "Không dùng được phương thức này ở đây", "This method is not for this address"),
    "UNAUTHENTICATED": (401, "Trang dành cho cán bộ: cần được cấp quyền", "For officials: authorisation is needed"),
    "FORBIDDEN": (403, "Không thuộc phạm vi được xem", "Not for this role or unit"),
    "UNKNOWN_DOSSIER": (404, "Không có hồ sơ này trong phạm vi được xem", "No such dossier within what you may see"),
    "CROSS_SITE": (403, "Yêu cầu không đến từ trang này", "The request does not come from a page of this site"),
    "LINK_INVALID": (403, "Liên kết đã dùng hoặc đã hết hạn", "The link was used or has expired"),
    "UNKNOWN_LINK": (404, "Không có tin báo này cho bạn", "No such message to you"),
    "LINK_EXPIRED": (410, "Liên kết đã hết hạn sau 72 giờ", "The link has expired, after 72 hours"),
    "TOO_SLOW": (408, "Nội dung gửi lên không đến kịp", "The body did not come in time"),
    "NOT_READY": (503, "Số liệu đang được nạp", "The map is still being loaded"),
    "NOT_PUBLISHED": (404, "Bảng xếp hạng năm này chưa được công bố", "The ranking of this year is not published"),
    "NO_HISTORY": (404, "Không có số liệu của thời điểm này", "There are no figures for that time"),
    "HISTORY_LOST": (
        404,
        "Những gì đã công bố lúc đó không còn được lưu",
        "What was shown then is not kept: it was lost, and is in no backup",
    ),
    "TOO_MANY_REQUESTS": (429, "Gửi quá nhiều hoặc quá nhanh, hãy thử lại sau", "Too many, or too soon after the last one; try again"),
    "TOO_MANY_STREAMS": (503, "Quá nhiều kết nối, hãy thử lại sau", "Too many open streams; try again"),
    "VERSION_GONE": (410, "Phiên bản này quá cũ, hãy đọc lại toàn bộ", "That version is too old: read the whole map"),
    "UNKNOWN_WEBHOOK": (404, "Không có đăng ký này của bạn", "You have no such subscription"),
    "TOO_MANY_WEBHOOKS": (409, "Quá nhiều đăng ký, hãy kết thúc một đăng ký trước", "Too many subscriptions: end one first"),
    "NO_GEOMETRY": (404, "Thành phố này chưa có bản đồ: chỉ có bảng", "This city has no map yet, only tables"),
    "INTERNAL": (500, "Lỗi trong hệ thống", "An error in the system"),
}
BY_STATUS = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 401: "UNAUTHENTICATED"}


class ProblemError(Exception):
    """An answer that is no answer: `code` is one of CODES, `detail` a sentence of ours."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def problem(code: str, detail: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """The response of a code."""
    status, title_vi, title_en = CODES[code]
    body = {"type": f"urn:dunghen:{code}", "title": title_en, "title_vi": title_vi, "status": status, "code": code, "detail": detail}
    more = (
        {"Retry-After": "2"}
        if status == 503
        else {"Retry-After": "60"}
        if status == 429
        else {"WWW-Authenticate": "Bearer"}
        if status == 401
        else {"Connection": "close"}  # the rest of it is not waited for
        if status == 408
        else {}
    )
    return Response(msgspec.json.encode(body), status, {**more, "Cache-Control": "no-store", **(headers or {})}, "application/problem+json")


def install(app: FastAPI) -> None:
    """Every error of the application leaves as a problem."""

    async def ours(_: Request, fault: Exception) -> Response:
        return problem(fault.code, fault.detail) if isinstance(fault, ProblemError) else problem("INTERNAL")

    async def invalid(_: Request, fault: Exception) -> Response:
        places = [str(e["loc"][-1]) for e in fault.errors()] if isinstance(fault, RequestValidationError) else []
        return problem("INVALID_PARAMETER", "not valid: " + ", ".join(sorted(set(places))) if places else "")

    async def http(_: Request, fault: Exception) -> Response:
        return problem(BY_STATUS.get(fault.status_code, "INTERNAL") if isinstance(fault, HTTPException) else "INTERNAL")

    app.add_exception_handler(ProblemError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, ours)
