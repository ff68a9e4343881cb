"""The channels of this process, by their names: `push` is `adapters/push_channel.py`, and only what is in use is imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from services.alerts.lines import Pace
from services.alerts.ports import Channel, Subscriptions
from services.alerts.settings import AlertsSettings


@dataclass(frozen=True, slots=True)
class Needs:
    """What any channel may ask for when it is opened."""

    settings: AlertsSettings
    subscriptions: Subscriptions


def names(settings: AlertsSettings) -> tuple[str, ...]:
    """In the order in which they are tried. While messages are redirected there is mail and nothing else."""
    return ("mail",) if settings.alerts_redirect_to else tuple(settings.alerts_channels.split(","))


def open_channels(needs: Needs) -> tuple[Channel, ...]:
    """One set for each partition: connections are not shared."""
    return tuple(import_module(f"services.alerts.adapters.{name}_channel").open_channel(needs) for name in names(needs.settings))


def in_turn(channels: Sequence[Channel], wanted: Sequence[str]) -> Sequence[Channel]:
    """Those that the matrix wants for a stage, in its order. Where it wants none, or none that is in use, all: nobody is told nothing
    because a channel is off, and redirected messages go by mail whatever the matrix wants."""
    return [channel for name in wanted for channel in channels if channel.name == name] or channels


def paces(settings: AlertsSettings) -> dict[str, Pace]:
    """How much each channel may send, for all partitions of the process together."""
    return {name: Pace(getattr(settings, f"{name}_per_minute")) for name in names(settings)}
