"""`dunghen kafka-rights …`: options and texts."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from dunghen.cli.speaking import say
from dunghen.platform.settings import PlatformSettings, load

kafka_rights = typer.Typer(
    help="What each process may do on the brokers that `DUNGHEN_KAFKA…` names; its user there is one of theirs that may do all.",
    no_args_is_help=True,
)


@kafka_rights.command("show")
def show() -> None:
    """The whole matrix: user by user, topics, groups, transactional ids."""
    from dunghen.cli.kafka_rights.command import show as work

    work(say)


@kafka_rights.command("diff")
def diff() -> None:
    """What is missing on the brokers, and what is there and not in the matrix; exit 1 where anything is."""
    from dunghen.cli.kafka_rights.command import diff as work

    raise typer.Exit(asyncio.run(work(load(PlatformSettings), say)))


@kafka_rights.command("apply")
def apply(
    revoke: Annotated[bool, typer.Option("--revoke", help="also take away what is not in the matrix")] = False,
) -> None:
    """Give what is missing; harmless when repeated. Exit 1 where something is left that is not in the matrix."""
    from dunghen.cli.kafka_rights.command import apply as work

    raise typer.Exit(asyncio.run(work(load(PlatformSettings), say, revoke=revoke)))
