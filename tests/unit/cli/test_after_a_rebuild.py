"""After a rebuild nobody is shown anything before scoring has counted all partitions in both stages."""

from __future__ import annotations

import httpx
import pytest

from dunghen.cli.programs import has_counted


def waiting(partitions: int, **other: int) -> str:
    """Scoring's metrics; `other`: what a partition of a stage waits for, like `fold_1=5`."""
    name = "dunghen_scoring_waiting_events"
    lines = [
        f'{name}{{partition="{p}",stage="{stage}"}} {float(other.get(f"{stage}_{p}", 0))}'
        for stage in ("fold", "score")
        for p in range(partitions)
    ]
    return "\n".join([f"# TYPE {name} gauge", *lines, "dunghen_scoring_other 7.0"])


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        (waiting(4), True),
        (waiting(3), False),
        (waiting(4, fold_1=5), False),
        (waiting(4, score_3=1), False),
        ("", False),
    ],
)
async def test_all_partitions_of_both_stages_have_nothing_left_to_take(text: str, counted: bool) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=text))
    async with httpx.AsyncClient(transport=transport) as http:
        assert await has_counted(http, "http://scoring/metrics", 4) is counted


async def test_a_scoring_that_does_not_answer_has_not_counted() -> None:
    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    async with httpx.AsyncClient(transport=httpx.MockTransport(away)) as http:
        assert await has_counted(http, "http://scoring/metrics", 4) is False
