"""What a release keeps in forms that no schema tells: topics, binary layouts, stores.

`python -P kept_layouts.py` in the folder of a release prints it as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dunghen.contracts import statements
from dunghen.contracts.topics import all_topics
from dunghen.domain import marks, record_layout, traits

try:
    from dunghen.contracts.stores import KEPT
except ImportError:  # a release that had no backups
    KEPT = {}

Layouts = dict[str, Any]


def told() -> Layouts:
    """Of the release whose code this runs with."""
    topics = {
        t.name: {"key": t.key, "message": t.message, "owner": t.owner, "partitions": t.partitions, **t.config}
        for t in all_topics().values()
    }
    return {
        "topics": topics,
        "record": record_layout.LAYOUT,
        "records read": sorted({record_layout.LAYOUT, *(earlier[0] for earlier in record_layout.EARLIER)}),
        "counters": list(marks.COUNTERS),
        "editions": {"traits": traits.EDITION, "statements": statements.EDITION, "counters": marks.COUNTED["edition"]},
        "stores": {f"{store}.{kept.name}": kept.offset_bits for store in KEPT for kept in KEPT[store]},
    }


def unreadable(then: Layouts, now: Layouts) -> Iterator[str]:
    """Everything that this release would not find as an earlier one left it, or would leave so that the earlier one misreads it."""
    yield from _topics(then["topics"], now["topics"])
    if then["record"] not in now["records read"]:
        yield f"records of layout {then['record']} are not read any more"
    if then["counters"] != now["counters"][: len(then["counters"])]:
        yield "counters: one is gone or has another place (new ones come behind)"
    yield from (f"edition of {name}: is lower" for name, edition in then["editions"].items() if now["editions"].get(name, 0) < edition)
    for collection, offset_bits in then["stores"].items():
        if collection not in now["stores"]:
            yield f"store {collection}: is gone"
        elif now["stores"][collection] != offset_bits:
            yield f"store {collection}: another version"


def _topics(then: Layouts, now: Layouts) -> Iterator[str]:
    for name, topic in then.items():
        if name not in now:
            yield f"topic {name}: is gone"
            continue
        changed = (what for what in ("key", "message", "owner", "partitions", "cleanup.policy") if topic[what] != now[name][what])
        yield from (f"topic {name}: another {what}" for what in changed)


if __name__ == "__main__":
    print(json.dumps(told()))
