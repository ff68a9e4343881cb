"""The options and texts of `dunghen units …`; the work is in the module beside."""

from __future__ import annotations

import asyncio

import typer

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.speaking import DATA, Data, say

units = typer.Typer(help="Units of the city; `policies diff` and `apply` of the city file change them.", no_args_is_help=True)


@units.command("list")
def units_list(data: Data = DATA) -> None:
    """The units of today: code, kind, name, and what one-stop systems call each."""
    from dunghen.cli.units.command import show

    asyncio.run(show(DataFolder(data.absolute()), say))
