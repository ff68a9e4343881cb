"""The page that a one-time link opens, and what stands at /officials for who is not signed in: text and a button, no page of `wall/`."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

_STYLE = """body{font:18px/1.5 system-ui,sans-serif;background:#0B1220;color:#E8EDF5;max-width:34em;margin:12vh auto;padding:0 1em}
button{font:inherit;padding:.6em 1.4em;min-height:44px;border:1px solid #6B7688;border-radius:.4em;background:#38A3D1;color:#0B1220}
button:disabled{background:#6B7688}a{color:#8CD0EE}small{color:#B4BECD}"""
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

SIGNED_OUT = (
    _HEAD
    + """<title>Cán bộ – Đúng Hẹn</title><main><h1>Trang dành cho cán bộ</h1>
<p>Bạn chưa đăng nhập. Người quản trị của đơn vị gửi cho bạn một liên kết đăng nhập dùng một lần; mở liên kết đó rồi bấm Đăng nhập.
Không có mật khẩu. Nếu vừa mở liên kết trong một tin báo, hãy đăng nhập trước rồi mở lại.</p>
<p lang="en"><small>You are not signed in. The operator of your unit sends you a one-time link; open it and press Sign in.
There is no password. If you came by the link of a notice, sign in first and open it again.</small></p>
<p><a href="/">Bản đồ công khai <span lang="en">/ Public map</span></a></p></main></html>"""
)
NOT_BUILT = (
    _HEAD
    + """<title>Cán bộ – Đúng Hẹn</title><main><h1>Trang chưa được dựng</h1>
<p>Chạy <code>make setup</code> rồi tải lại.
<small lang="en">The page is not built yet: run <code>make setup</code>.</small></p></main></html>"""
)
