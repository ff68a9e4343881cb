"""What every command of the operator has: where the running city is, and a line to the user."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console(highlight=False, soft_wrap=True)
Data = Annotated[Path, typer.Option(help="folder of the running city")]
DATA = Path(".dunghen")


def say(text: str) -> None:
    """One line to the user, at once."""
    console.print(text, markup=False)
