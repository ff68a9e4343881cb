"""The options and texts of `dunghen look-ahead …`; the work is in the module beside."""

from __future__ import annotations

from typing import Annotated

import typer

from dunghen.cli.speaking import say

look_ahead = typer.Typer(help="What falls due and will be late: whether such an expectation would have been right.", no_args_is_help=True)


@look_ahead.command("backtest")
def look_ahead_backtest(
    seed: Annotated[int, typer.Option(help="the same seed makes the same city")] = 7,
    per_day: Annotated[int, typer.Option(min=1, help="dossiers a working day")] = 2000,
    months: Annotated[int, typer.Option(min=2, help="so long the city lives")] = 4,
    held_back: Annotated[int, typer.Option(min=1, help="the last so many months are asked of")] = 2,
    uneven: Annotated[
        float, typer.Option(min=0, max=1, help="each unit's pace differs so much from week to week (of its logarithm)")
    ] = 0.0,
) -> None:
    """Ask on each working day of the last months of a made-up city, compare with what became of it, and with "as many as last week";
    one JSON line for each horizon, of single units, of those with many due and of the city.
    """
    from dunghen.cli.bench.measure import progress
    from dunghen.cli.look_ahead.backtest import Wanted, run

    run(Wanted(seed, per_day, months, held_back, uneven), say, progress)
