"""The chain of the audit log: whatever is changed, removed, moved, put in between or cut off is found, at its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dunghen.contracts.audit import AuditEntry, Place, Verification, block_after, block_id, entries_of

Blocks = list[tuple[str, dict[str, Any]]]


def chain(length: int) -> tuple[Blocks, Place]:
    blocks, place = [], Place()
    for n in range(length):
        entries = [AuditEntry(at=1_794_790_800 + n, who=f"p{n}", role="official", route="/x", reason="OWN_UNIT", dossiers=(f"d{n}",))] * 2
        place, body = block_after(place, entries)
        blocks.append((block_id(place.seq), body))
    return blocks, place


def faults_of(blocks: Blocks, head: Place | None = None, known: Place | None = None) -> list[int]:
    walk = Verification(known, head)
    return [fault.seq for document, body in blocks for fault in walk.take(document, body)] + [f.seq for f in walk.end()]


def change(blocks: Blocks) -> None:
    body = blocks[2][1]
    body["entries"] = body["entries"].replace("p2", "p7")


def change_and_hash_anew(blocks: Blocks) -> None:
    change(blocks)
    before = blocks[1][1]
    _, body = block_after(Place(2, before["hash"]), entries_of(blocks[2][1]))
    blocks[2] = (block_id(3), body)


def remove(blocks: Blocks) -> None:
    del blocks[2]


def swap(blocks: Blocks) -> None:
    (a, first), (b, second) = blocks[2], blocks[3]
    blocks[2], blocks[3] = (a, {**second, "seq": first["seq"]}), (b, {**first, "seq": second["seq"]})


def put_between(blocks: Blocks) -> None:
    blocks.insert(2, (block_id(3), dict(blocks[2][1])))


def drop_an_entry(blocks: Blocks) -> None:
    body = blocks[2][1]
    _, shorter = block_after(Place(2, body["previous"]), entries_of(body)[:1])
    body["entries"] = shorter["entries"]


def unreadable(blocks: Blocks) -> None:
    blocks[2][1]["entries"] = "[{]"


def test_a_last_block_that_was_written_anew_is_not_the_one_that_the_head_names() -> None:
    blocks, head = chain(3)
    change_and_hash_anew(blocks)
    assert faults_of(blocks) == []
    assert faults_of(blocks, head) == [3]


def test_a_block_written_after_the_head_was_read_is_no_fault() -> None:
    blocks, _ = chain(4)
    assert faults_of(blocks, chain(3)[1]) == []


def test_an_untouched_chain_has_no_fault() -> None:
    blocks, head = chain(5)
    assert faults_of(blocks, head, head) == []
    assert faults_of([], None) == []
    walk = Verification()
    assert [f for document, body in blocks for f in walk.take(document, body)] == []
    assert (walk.entries, walk.place) == (10, head)


@pytest.mark.parametrize("tamper", [change, change_and_hash_anew, remove, swap, put_between, drop_an_entry, unreadable])
def test_whatever_is_done_to_a_block_is_found_there_or_behind_it(tamper: Callable[[Blocks], None]) -> None:
    blocks, head = chain(5)
    tamper(blocks)
    found = faults_of(blocks, head)
    assert found
    assert min(found) in (3, 4)


def test_a_chain_that_was_cut_off_is_found_by_its_own_head_and_by_one_that_was_noted() -> None:
    blocks, head = chain(5)
    assert faults_of(blocks[:3], head) == [5]
    assert faults_of(blocks[:3], None, head) == [5]
    assert faults_of([], head) == [5]
    assert faults_of(blocks, Place(3, blocks[2][1]["hash"])) == []  # a head not noted yet when the worker died: nobody had his answer


def test_a_chain_that_was_written_anew_as_a_whole_is_found_by_a_head_that_was_noted() -> None:
    _, noted = chain(5)
    blocks, place = [], Place()
    for n in range(6):
        place, body = block_after(place, [AuditEntry(at=n, who="p1", role="official", route="/x", reason="OWN_UNIT")])
        blocks.append((block_id(place.seq), body))
    assert faults_of(blocks, place) == []
    assert faults_of(blocks, place, noted) == [5]
