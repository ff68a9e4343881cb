"""The only copy of a city stands on a disk that somebody named, and nothing starts while it is the only one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dunghen.cli.__main__ import prepare
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.erase.command import run
from dunghen.cli.erase.place import DONE, WORK, filesystem_of, none_unfinished, place_of
from dunghen.cli.up import Up, Wishes

MOUNTS = r"""22 1 8:1 / / rw - overlay overlay rw
23 22 0:5 / /data rw,nosuid shared:1 - tmpfs tmpfs rw,uid=10001
24 22 8:2 /vol /kept rw - ext4 /dev/sda2 rw
25 24 0:6 / /kept/a\040b rw - tmpfs tmpfs rw
26 22 0:7 / /twice rw - ext4 /dev/sdb rw
27 22 0:8 / /twice rw - ramfs none rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/data", "tmpfs"),
        ("/data/x", "tmpfs"),
        ("/database", "overlay"),
        ("/kept/x", "ext4"),
        ("/kept/a b/x", "tmpfs"),
        ("/twice/x", "ramfs"),
    ],
)
def test_a_folder_is_of_the_nearest_mount_above_it(folder: str, kind: str) -> None:
    assert filesystem_of(Path(folder), MOUNTS) == kind


def test_a_folder_in_memory_is_refused_by_what_this_kernel_says() -> None:
    with pytest.raises(CommandError, match=r"--work /dev/shm: that is memory \(tmpfs\)"):
        place_of(Path("/dev/shm"))


def test_a_folder_that_is_not_there_is_refused_a_volume_was_not_mounted(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is the volume mounted"):
        place_of(tmp_path / "work")
    assert place_of(tmp_path) == tmp_path


def test_without_a_city_of_up_the_folder_has_to_be_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--work FOLDER"):
        asyncio.run(run(DataFolder(tmp_path), ["H17.31-261116-00012"], None, print))


def test_a_city_of_up_has_it_in_its_data_folder(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.write_running({"own_kafka": 1})
    with pytest.raises(CommandError, match="without --work"):
        asyncio.run(run(folder, ["H17.31-261116-00012"], tmp_path, print))


@pytest.fixture
def unfinished(tmp_path: Path) -> Path:
    (tmp_path / WORK).mkdir()
    (tmp_path / WORK / "manifest.json").touch()
    return tmp_path


async def test_up_starts_nothing_while_an_erasure_is_unfinished(unfinished: Path) -> None:
    wishes = Wishes(0, 0, unfinished, "no-such-city.toml", None, None, "", "", "", 0, 0)
    with pytest.raises(CommandError, match="`dunghen erase` again"):
        await Up(wishes, print).run()


@pytest.mark.parametrize("named", [True, False])
def test_prepare_makes_nothing_while_an_erasure_is_unfinished(unfinished: Path, monkeypatch: pytest.MonkeyPatch, named: bool) -> None:
    monkeypatch.setenv("DUNGHEN_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv("DUNGHEN_DATA", str(unfinished.parent if named else unfinished))
    with pytest.raises(CommandError, match="`dunghen erase` again"):
        prepare(city="no-such-city.toml", replication=None, key_folder=None, work=unfinished if named else None)


def test_what_is_finished_or_was_never_complete_holds_nothing_back(tmp_path: Path) -> None:
    (tmp_path / WORK).mkdir()
    (tmp_path / DONE).mkdir()
    (tmp_path / DONE / "manifest.json").touch()
    none_unfinished(tmp_path)
