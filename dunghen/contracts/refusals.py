"""Why ingest refuses a request or an item: a closed set of stable codes with their meaning, for answers, metrics and `/definitions`."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """The codes. Those of whole requests first, then those of single items."""

    BAD_JSON = "BAD_JSON"
    BAD_CONTENT_TYPE = "BAD_CONTENT_TYPE"
    NOT_UTF8 = "NOT_UTF8"
    TOO_DEEP = "TOO_DEEP"
    TOO_LARGE = "TOO_LARGE"
    TOO_SLOW = "TOO_SLOW"
    WRONG_SERVICE = "WRONG_SERVICE"
    NO_DATA = "NO_DATA"
    BAD_SOURCE = "BAD_SOURCE"
    NO_KEY = "NO_KEY"
    NOT_LOCAL = "NOT_LOCAL"
    SOURCE_NOT_ALLOWED = "SOURCE_NOT_ALLOWED"
    UNIT_NOT_ALLOWED = "UNIT_NOT_ALLOWED"
    NOT_READY = "NOT_READY"
    KAFKA_AWAY = "KAFKA_AWAY"
    BUSY = "BUSY"
    TOO_OFTEN = "TOO_OFTEN"
    INTERNAL = "INTERNAL"

    NOT_AN_OBJECT = "NOT_AN_OBJECT"
    WRONG_TYPE = "WRONG_TYPE"
    DUPLICATE_KEY = "DUPLICATE_KEY"
    MISSING = "MISSING"
    BAD_CODE = "BAD_CODE"
    BAD_CHOICE = "BAD_CHOICE"
    BAD_DATE = "BAD_DATE"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    IN_THE_FUTURE = "IN_THE_FUTURE"
    UNKNOWN_UNIT = "UNKNOWN_UNIT"
    TOO_MANY = "TOO_MANY"
    BAD_EVENT = "BAD_EVENT"
    UNKNOWN_FACT = "UNKNOWN_FACT"
    BAD_PERIOD = "BAD_PERIOD"
    BAD_NUMBER = "BAD_NUMBER"
    BAD_LINK = "BAD_LINK"
    TOO_LATE = "TOO_LATE"
    BAD_TEXT = "BAD_TEXT"
    PERSONAL_TEXT = "PERSONAL_TEXT"
    BAD_ORDER = "BAD_ORDER"
    REVIEW_NOT_ALLOWED = "REVIEW_NOT_ALLOWED"
    PUBLISHED = "PUBLISHED"


MEANINGS: dict[Refusal, tuple[str, str]] = {
    Refusal.BAD_JSON: ("the body is not one JSON text", "Nội dung không phải JSON hợp lệ"),
    Refusal.BAD_CONTENT_TYPE: ("send JSON in UTF-8, not compressed", "Hãy gửi JSON mã hoá UTF-8, không nén"),
    Refusal.NOT_UTF8: ("the body is not UTF-8", "Nội dung không phải UTF-8"),
    Refusal.TOO_DEEP: ("the JSON is nested too deeply", "JSON lồng nhau quá sâu"),
    Refusal.TOO_LARGE: ("the body is larger than this server takes", "Nội dung vượt quá dung lượng cho phép"),
    Refusal.TOO_SLOW: ("the body did not arrive in time", "Nội dung gửi đến quá chậm"),
    Refusal.WRONG_SERVICE: ("the envelope names another service than the address", "Tên dịch vụ không khớp với địa chỉ gửi"),
    Refusal.NO_DATA: ("there is no array of items where one belongs", "Thiếu mảng dữ liệu"),
    Refusal.BAD_SOURCE: ("the sender's code is missing or is not a code", "Mã định danh đơn vị gửi thiếu hoặc không hợp lệ"),
    Refusal.NO_KEY: (
        "a source key is required and was not given, is unknown, expired or revoked",
        "Thiếu khoá truy cập hoặc khoá không hợp lệ",
    ),
    Refusal.NOT_LOCAL: (
        "without a key only programs of this machine may send: no page in a browser, nothing passed on by a proxy",
        "Không có khoá thì chỉ chương trình trên máy này được gửi",
    ),
    Refusal.SOURCE_NOT_ALLOWED: ("this key may not send for this source", "Khoá này không được gửi thay đơn vị này"),
    Refusal.UNIT_NOT_ALLOWED: ("this key may not write for this unit", "Khoá này không được ghi hồ sơ của đơn vị này"),
    Refusal.NOT_READY: ("units and rules are not loaded yet: send again later", "Hệ thống chưa sẵn sàng, hãy gửi lại sau"),
    Refusal.KAFKA_AWAY: ("not stored: send the same again later", "Chưa lưu được, hãy gửi lại nguyên vẹn sau"),
    Refusal.BUSY: ("too much at once: send the same again later", "Hệ thống đang bận, hãy gửi lại sau"),
    Refusal.TOO_OFTEN: (
        "too many requests with this key: send the same again later, more in one request",
        "Gửi quá thường xuyên: hãy gửi lại sau, gộp nhiều hồ sơ một lần",
    ),
    Refusal.INTERNAL: ("an error of this server; nothing was accepted for certain: send again", "Lỗi máy chủ, hãy gửi lại sau"),
    Refusal.NOT_AN_OBJECT: ("the item is not a JSON object", "Phần tử không phải đối tượng JSON"),
    Refusal.WRONG_TYPE: ("the field holds another kind of value than it should", "Trường có kiểu dữ liệu không đúng"),
    Refusal.DUPLICATE_KEY: ("the field is given twice", "Trường bị lặp lại"),
    Refusal.MISSING: ("a required field is missing or empty", "Thiếu trường bắt buộc"),
    Refusal.BAD_CODE: ("the field is not a code: letters, digits, . _ / - and at most 60", "Mã không hợp lệ"),
    Refusal.BAD_CHOICE: ("the field holds none of its known values", "Giá trị không thuộc danh mục"),
    Refusal.BAD_DATE: ("the date is in none of the known forms or does not exist", "Ngày giờ không đúng định dạng"),
    Refusal.OUT_OF_RANGE: ("the date lies outside 1970–2105", "Ngày giờ ngoài khoảng 1970–2105"),
    Refusal.IN_THE_FUTURE: ("the date lies more than 10 minutes ahead", "Ngày giờ ở tương lai"),
    Refusal.UNKNOWN_UNIT: (
        "no unit, or more than one, fits DonViXuLy, the dossier code and the sender",
        "Không xác định được đơn vị xử lý",
    ),
    Refusal.TOO_MANY: ("the item lists more entries than one dossier can have", "Quá nhiều phần tử trong một hồ sơ"),
    Refusal.BAD_EVENT: ("not a CloudEvent 1.0 of a known type with a JSON object as data", "CloudEvent không hợp lệ"),
    Refusal.UNKNOWN_FACT: ("no indicator in force is made of a fact of this code", "Không có chỉ tiêu nào dùng mã số liệu này"),
    Refusal.BAD_PERIOD: ("the period is none of 2026, 2026-Q3, 2026-10, 2026-10-03", "Kỳ số liệu không hợp lệ"),
    Refusal.BAD_NUMBER: ("the field is no whole number from 0 to 9007199254740991", "Giá trị không phải số nguyên không âm hợp lệ"),
    Refusal.BAD_LINK: (
        "the link is not https, or has a question mark, a fragment or 9 digits in a row in which something of a person could stand",
        "Liên kết minh chứng không hợp lệ",
    ),
    Refusal.TOO_LATE: ("the day of this desk was closed: 31 days after it", "Ngày của quầy đã khoá sổ: quá 31 ngày"),
    Refusal.BAD_TEXT: ("the text is longer than 300 characters or not one line of print", "Nội dung quá 300 ký tự hoặc có ký tự lạ"),
    Refusal.PERSONAL_TEXT: (
        "the text holds 9 digits in a row or a mail address, as a person's would look",
        "Nội dung có thể chứa thông tin cá nhân (dãy 9 chữ số trở lên, thư điện tử)",
    ),
    Refusal.BAD_ORDER: ("the day lies before the one that has to come first", "Thứ tự các ngày không hợp lý"),
    Refusal.REVIEW_NOT_ALLOWED: (
        "points that count are given with a key of the whole city; a unit tells its own with stage self",
        "Điểm thẩm định chỉ nhận từ khoá của thành phố; đơn vị gửi điểm tự chấm (stage: self)",
    ),
    Refusal.PUBLISHED: (
        "the ranking of this year is published: it is corrected once an operator has withdrawn it",
        "Bảng xếp hạng năm này đã công bố: chỉ sửa sau khi thu hồi công bố",
    ),
}
