"""What every command of the operator has: where the running city is, who tells it something, a line to the user."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console(highlight=False, soft_wrap=True)
Data = Annotated[Path, typer.Option(help="folder of the running city")]
DATA = Path(".dunghen")
Ingest = Annotated[str, typer.Option("--ingest", help="URL of an ingest that `up` did not start; Kafka is then DUNGHEN_KAFKA")]
KeyFile = Annotated[Path | None, typer.Option("--key-file", help="file with the key of the source that is to send")]


def say(text: str) -> None:
    """One line to the user, at once."""
    console.print(text, markup=False)
