"""The channels of this process, by their names: `push` is `adapters/push_channel.py`, and only what is in use is imported."""

from __future__ import annotations

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


def paces(settings: AlertsSettings) -> dict[str, Pace]:
    """How much each channel may send, for all partitions of the process together."""
    return {name: Pace(getattr(settings, f"{name}_per_minute")) for name in names(settings)}
