"""A channel is one file, its settings, its test and its line in the operator's guide: nothing else names it."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from dunghen.contracts import policies
from services.alerts.ports import Channel
from services.alerts.settings import ADAPTERS, CHANNELS, AlertsSettings

ROOT = Path(__file__).parents[2]


def test_the_channels_are_the_files() -> None:
    assert CHANNELS == ("mail", "push", "webhook") == policies.CHANNELS


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_has_a_way_to_open_it_a_pace_a_test_and_a_line_in_the_guide(name: str) -> None:
    module = import_module(f"services.alerts.adapters.{name}_channel")
    assert inspect.isfunction(module.open_channel)
    assert f"{name}_per_minute" in AlertsSettings.model_fields
    assert (ROOT / "tests" / "integration" / "alerts" / f"test_{name}_channel.py").exists()
    assert re.search(rf"^\| `{name}` \|", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_is_what_the_port_says_and_carries_its_own_name(name: str) -> None:
    module = import_module(f"services.alerts.adapters.{name}_channel")
    made = getattr(module, inspect.get_annotations(module.open_channel, eval_str=True)["return"].__name__)
    wanted = {member for member in vars(Channel) if not member.startswith("_")}
    assert wanted <= set(dir(made))
    assert made.name == name


@pytest.mark.parametrize("name", CHANNELS)
def test_no_other_file_of_the_service_imports_a_channel(name: str) -> None:
    files = [file for file in ADAPTERS.parent.rglob("*.py") if file.name not in (f"{name}_channel.py", "by_hand.py")]
    imports = [
        file.name for file in files if re.search(rf"import.*\b{name}_channel\b|\b{name}_channel import", file.read_text(encoding="utf-8"))
    ]
    assert imports == []
