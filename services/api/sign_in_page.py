"""The page that a one-time link opens, what stands at /officials for who is not signed in, how a sign-in ended: text and a button,
no page of `wall/`.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from dunghen.domain.sign_on import Reason

_STYLE = """body{font:18px/1.5 system-ui,sans-serif;background:#0B1220;color:#E8EDF5;max-width:34em;margin:12vh auto;padding:0 1em}
button{font:inherit;padding:.6em 1.4em;min-height:44px;border:1px solid #6B7688;border-radius:.4em;background:#38A3D1;color:#0B1220}
button:disabled{background:#6B7688}a{color:#8CD0EE}small{color:#B4BECD}
.button{display:inline-block;padding:.6em 1.4em;border:1px solid #6B7688;border-radius:.4em;background:#38A3D1;color:#0B1220;
text-decoration:none}"""
_THIS_STYLE = f"'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with none at all browsers say `Origin: null` of our own form
    "Content-Security-Policy": f"default-src 'none'; script-src 'self'; style-src {_THIS_STYLE}; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}
BUILT_PAGE = "officials.html"
PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "font-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}
_HEAD = f"""<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>{_STYLE}</style>
"""
SIGN_IN = (
    _HEAD
    + """<title>Đăng nhập – Đúng Hẹn</title><main><h1>Đăng nhập</h1>
<p>Liên kết này dùng được một lần, cho riêng bạn.<br><small lang="en">This link works once, for you alone.</small></p>
<form method="post" action="/api/v1/session"><input type="hidden" name="link">
<button disabled>Đăng nhập <span lang="en">/ Sign in</span></button></form>
<p id="without" hidden>Địa chỉ này thiếu mã liên kết: hãy mở lại liên kết đã nhận.<br>
<small lang="en">The link's code is missing from the address: open the link that you were given.</small></p>
<noscript><p>Hãy bật JavaScript để đăng nhập. <span lang="en">Signing in needs JavaScript.</span></p></noscript></main>
<script src="/login.js"></script></html>"""
)
SCRIPT = """const code = location.hash.slice(1)
history.replaceState(null, '', location.pathname)
document.querySelector('input').value = code
document.querySelector('button').disabled = !code
document.getElementById('without').hidden = !!code
"""

_CITY = """<p><a class="button" href="{address}">Đăng nhập bằng tài khoản của thành phố
<span lang="en">/ Sign in with the city's account</span></a></p>
"""
_MAP = """<p><a href="/">Bản đồ công khai <span lang="en">/ Public map</span></a></p></main></html>"""


def signed_out(city: str) -> str:
    """What stands at /officials for who is not signed in. `city`: address of the way to the city's own sign-on, "" without one."""
    return (
        _HEAD
        + """<title>Cán bộ – Đúng Hẹn</title><main><h1>Trang dành cho cán bộ</h1>
<p>Bạn chưa đăng nhập. <span lang="en"><small>You are not signed in.</small></span></p>
"""
        + (_CITY.format(address=escape(city)) if city else "")
        + """<p>Người quản trị của đơn vị gửi cho bạn một liên kết đăng nhập dùng một lần; mở liên kết đó rồi bấm Đăng nhập.
Không có mật khẩu. Nếu vừa mở liên kết trong một tin báo, hãy đăng nhập trước rồi mở lại.</p>
<p lang="en"><small>The operator of your unit sends you a one-time link; open it and press Sign in.
There is no password. If you came by the link of a notice, sign in first and open it again.</small></p>
"""
        + _MAP
    )


_AGAIN = ("Lần đăng nhập này không dùng được. Hãy quay lại trang cán bộ và đăng nhập lại.",
          "This sign-in cannot be used. Go back to the officials' page and sign in again.")  # fmt: skip
_WHY = {
    Reason.PROVIDER_AWAY: (
        "Hệ thống đăng nhập của thành phố không trả lời. Hãy thử lại sau ít phút; liên kết dùng một lần vẫn đăng nhập được.",
        "The city's sign-on does not answer. Try again in some minutes; one-time links still sign in.",
    ),
    Reason.PROVIDER_REFUSED: (
        "Hệ thống đăng nhập của thành phố đã từ chối, hoặc bạn đã dừng lại.",
        "The city's sign-on refused, or you stopped.",
    ),
    Reason.GROUP_NOT_ALLOWED: (
        "Tài khoản của bạn không thuộc nhóm được dùng trang này.",
        "Your account is in no group that may use this page.",
    ),
    Reason.PERSON_UNKNOWN: ("Danh bạ cán bộ của hệ thống này chưa có bạn.", "The directory of this system does not know you yet."),
    Reason.NO_POST: (
        "Theo danh bạ, hôm nay bạn không giữ vị trí nào để dùng trang này.",
        "By the directory you hold no post today with which to use this page.",
    ),
}
_ASK = frozenset({Reason.GROUP_NOT_ALLOWED, Reason.PERSON_UNKNOWN, Reason.NO_POST})


def not_signed_in(reason: Reason, contact: str) -> str:
    """Why the city's sign-on signed nobody in, and whom to ask: `contact`, as the operator wrote it."""
    vi, en = _WHY.get(reason, _AGAIN)
    more = ("", "") if reason not in _ASK else (" Hãy hỏi người quản trị của đơn vị.", " Ask the operator of your unit.")
    whom = f"<p><strong>{escape(contact)}</strong></p>" if contact and reason in _ASK else ""
    return (
        _HEAD
        + f"""<title>Chưa đăng nhập được – Đúng Hẹn</title><main><h1>Chưa đăng nhập được</h1>
<p data-reason="{reason.value}">{vi}{more[0]}</p><p lang="en"><small>{en}{more[1]}</small></p>{whom}
<p><a href="/officials">Trang cán bộ <span lang="en">/ Officials' page</span></a></p>
"""
        + _MAP
    )


def city_signed_out(address: str) -> str:
    """For who has signed out here and came by the city's sign-on. `address`: where one signs out there, "" where it cannot be said."""
    onward = f'<meta http-equiv="refresh" content="0;url={escape(address)}">' if address else ""
    there = (
        f"""<p><a class="button" href="{escape(address)}">Đăng xuất khỏi tài khoản của thành phố
<span lang="en">/ Sign out of the city's account</span></a></p>"""
        if address
        else """<p>Tài khoản của thành phố có thể vẫn còn đăng nhập trên máy này.
<small lang="en">Your account of the city may still be signed in on this computer.</small></p>"""
    )
    return (
        _HEAD
        + onward
        + f"""<title>Đã đăng xuất – Đúng Hẹn</title><main><h1>Đã đăng xuất</h1>
<p>Bạn đã đăng xuất khỏi Đúng Hẹn. <small lang="en">You are signed out of Đúng Hẹn.</small></p>{there}
<p><a href="/officials">Trang cán bộ <span lang="en">/ Officials' page</span></a></p>
"""
        + _MAP
    )


NOT_BUILT = (
    _HEAD
    + """<title>Cán bộ – Đúng Hẹn</title><main><h1>Trang chưa được dựng</h1>
<p>Chạy <code>make setup</code> rồi tải lại.
<small lang="en">The page is not built yet: run <code>make setup</code>.</small></p></main></html>"""
)
