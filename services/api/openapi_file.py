"""The published description of the API as a file, which the pages' types are made of.

`python -m services.api.openapi_file` writes it; then `npm run api-types` in `wall/`.
"""

from __future__ import annotations

import json
from pathlib import Path

from fastapi import FastAPI

from dunghen import contracts
from dunghen.platform.clock import FixedClock
from dunghen.platform.settings import load
from dunghen.platform.store import open_store
from services.api.adapters.access_topics import AccessTopics
from services.api.adapters.kafka_band_webhooks import KafkaBandWebhooks
from services.api.adapters.kafka_browsers import KafkaBrowsers
from services.api.adapters.kafka_said import KafkaSaid
from services.api.adapters.redis_board import RedisBoard
from services.api.app import build_app
from services.api.follower import Follower
from services.api.officials import officials_of
from services.api.past import Past
from services.api.ports import Outlets
from services.api.settings import ApiSettings

FILE = Path(contracts.__file__).with_name("openapi.json")


def unconnected() -> FastAPI:
    """The application as the settings want it, connected to nothing."""
    settings = load(ApiSettings)
    follower = Follower(settings, RedisBoard(settings), FixedClock(0))
    store = open_store(settings, "api", read_only=True)
    known = AccessTopics(settings)
    outlets = Outlets(KafkaSaid(settings), KafkaBrowsers(settings, known.people), KafkaBandWebhooks(settings, known.keys), store)
    return build_app(follower, Past(store), officials_of(follower, store, store, known), outlets)


def described() -> str:
    """What `/openapi.json` says, as text with sorted keys."""
    return json.dumps(unconnected().openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(described(), encoding="utf-8")
