"""The page that a one-time link opens, and what stands at /officials for who is signed in: text and a button, no page of `wall/`."""

from __future__ import annotations

from html import escape

from dunghen.domain.access import Who

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with none at all browsers say `Origin: null` of our own form
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}
_HEAD = """<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>body{font:18px/1.5 system-ui,sans-serif;background:#0B1220;color:#E8EDF5;max-width:34em;margin:12vh auto;padding:0 1em}
button{font:inherit;padding:.6em 1.4em;min-height:44px;border:1px solid #6B7688;border-radius:.4em;background:#38A3D1;color:#0B1220}
button:disabled{background:#6B7688}a{color:#8CD0EE}small{color:#B4BECD}</style>
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


def signed_in(who: Who) -> str:
    """Where to read what, and the way out."""
    units = sorted({unit for grant in who.grants for unit in grant.units})
    links = "".join(f'<li><a href="/api/v1/units/{escape(unit)}/dossiers?open=true">{escape(unit)}</a></li>' for unit in units)
    return (
        _HEAD
        + f"""<title>Cán bộ – Đúng Hẹn</title><main><h1>Bạn đã đăng nhập</h1>
<p>Hồ sơ đang giải quyết của đơn vị <small lang="en">Open dossiers of the unit</small></p><ul>{links}</ul>
<p><a href="/api/v1/notices">Tin báo <span lang="en">/ Notices</span></a></p>
<form method="post" action="/api/v1/session/end"><button>Đăng xuất <span lang="en">/ Sign out</span></button></form></main></html>"""
    )
