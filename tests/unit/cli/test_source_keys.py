"""The key of the first start: made once, readable by its holder only, known to ingest by its digest."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from dunghen.cli.source_keys import KeyFiles, ensure_source_key


@pytest.fixture
def files(tmp_path: Path) -> KeyFiles:
    return KeyFiles(tmp_path / "source-keys", tmp_path / "H17.key")


def test_the_digest_is_that_of_the_key_and_only_its_owner_reads_the_key(files: KeyFiles) -> None:
    assert ensure_source_key("H17", files)
    key = files.key.read_text().strip()
    assert len(key) >= 43
    assert files.digests.read_text() == f"H17={sha256(key.encode()).hexdigest()}\n"
    assert files.key.stat().st_mode & 0o777 == 0o600


def test_a_second_start_makes_no_other_key(files: KeyFiles) -> None:
    ensure_source_key("H17", files)
    before = files.key.read_text(), files.digests.read_text()
    assert not ensure_source_key("H17", files)
    assert (files.key.read_text(), files.digests.read_text()) == before


def test_a_key_that_was_handed_over_and_deleted_is_not_made_anew(files: KeyFiles) -> None:
    ensure_source_key("H17", files)
    files.key.unlink()
    assert not ensure_source_key("H17", files)
    assert not files.key.exists()


def test_a_start_that_was_killed_between_the_two_files_goes_on_with_the_same_key(files: KeyFiles) -> None:
    files.key.write_text("made before the kill\n")
    assert ensure_source_key("H17", files)
    assert files.digests.read_text() == f"H17={sha256(b'made before the kill').hexdigest()}\n"


def test_keys_of_other_sources_stay(files: KeyFiles) -> None:
    files.digests.write_text("H17.31=" + "0" * 64 + "\n")
    assert ensure_source_key("H17", files)
    assert files.digests.read_text().startswith("H17.31=" + "0" * 64 + "\nH17=")
