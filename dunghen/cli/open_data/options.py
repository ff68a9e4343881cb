"""The options and texts of `dunghen export …`; the work is in the module beside."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.speaking import DATA, Data, say

exports = typer.Typer(help="The figures of days that are over, as files that anybody may take.", no_args_is_help=True)


@exports.callback()
def _group() -> None:
    """One command today; `dunghen export parquet` stays what it is when there are more."""


@exports.command("parquet")
def export_parquet(
    out: Annotated[Path | None, typer.Option(help="folder; default: the one that /open-data/ of this city shows")] = None,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="a day that is over; default: yesterday of the city")] = None,
    api: Annotated[str, typer.Option(help="URL of an API that `up` did not start")] = "",
    data: Data = DATA,
) -> None:
    """Units and indicators of one day as Parquet, with an index and hashes; to be run once a day, and again for days that were restated."""
    from dunghen.cli.open_data.command import export

    folder = DataFolder(data.absolute())
    export(api or folder.running()["page"], out or folder.open_data, day.date() if day else None, say)
