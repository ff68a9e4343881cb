from __future__ import annotations

from services.api.openapi_file import FILE, described


def test_the_published_description_of_the_api_is_the_one_on_file() -> None:
    told = "run: python -m services.api.openapi_file && (cd wall && npm run api-types)"
    assert FILE.read_text(encoding="utf-8") == described(), told
