"""What every store does, whichever is behind the port."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from dunghen.domain.breakdowns import By, Cell, Month, Shown
from dunghen.platform.store import Between, Collection, CursorError, Delete, Document, In, Put, Query, Store
from services.api.breakdown_projector import body_of, month_in


def dossier(name: str, version: int, **body: Any) -> Put:
    return Put("dossiers", name, version, body)


async def fill(store: Store, **dues: int | str | None) -> None:
    await store.apply([dossier(name, 1, due=due) for name, due in dues.items()], {})


async def ids(store: Store, **query: Any) -> list[str]:
    return [document.id for document in (await store.find(Query("dossiers", **query))).documents]


async def walk(store: Store, query: Query) -> list[str]:
    seen: list[str] = []
    while True:
        page = await store.find(query)
        seen += [document.id for document in page.documents]
        if not page.after:
            return seen
        query = Query(query.collection, query.where, query.order_by, query.descending, query.limit, page.after)


async def test_a_document_comes_back_as_it_was_written(store: Store) -> None:
    body = {
        "unit": "20242",
        "due": 1 << 40,
        "ratio": 0.5,
        "open": True,
        "note": None,
        "head": {"state": "Trễ hẹn"},
        "steps": [{"at": 1}, {"at": 2}],
    }
    await store.apply([Put("dossiers", "d1", 7, body)], {})
    found = await store.get("dossiers", "d1")
    assert found == Document("d1", 7, body)
    assert type(found.body["due"]) is int, "an encoder must take it"
    assert await store.get("dossiers", "d2") is None


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"cells": [["1.004222", 9, 9]]}, "an array holds an array"),
        ({"steps": [{"at": (1, [2])}]}, "an array holds an array"),
        ({"by": {"1.004222": 9}}, "holds a dot"),
        ({"steps": [{"$set": 1}]}, r"begins with \$"),
    ],
)
def test_a_body_that_mongodb_or_its_relatives_do_not_take_is_taken_by_none(body: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Put("dossiers", "d", 1, body)


async def test_what_is_told_of_a_month_is_taken_by_every_store(store: Store) -> None:
    """Codes of procedures hold dots, and fields have the names that a city gives them."""
    told = Shown({"1.004222.000.00.00.H17": Cell(9, 8)}, Cell(5, 5), {"1.004222.000.00.00.H17": 9, "$": 5})
    month = Month({By.FIELD: told}, {"Đất đai. Nhà ở": told, "": Shown()}, {"2": told})
    body = {"unit": "20242", "first": 20727, **body_of(month)}
    await store.apply([Put("notices", "20242|20727", 1, body)], {})
    found = await store.get("notices", "20242|20727")
    assert found is not None
    assert month_in(found) == month


async def test_a_newer_version_replaces_the_whole_document(store: Store) -> None:
    await store.apply([dossier("d", 1, unit="a", due=5)], {})
    await store.apply([dossier("d", 2, unit="b")], {})
    assert await store.get("dossiers", "d") == Document("d", 2, {"unit": "b"})


@pytest.mark.parametrize("version", [3, 4])
async def test_an_older_or_equal_version_changes_nothing(store: Store, version: int) -> None:
    await store.apply([dossier("d", 4, unit="new")], {})
    await store.apply([dossier("d", version, unit="old"), dossier("e", 1)], {})
    assert await store.get("dossiers", "d") == Document("d", 4, {"unit": "new"})
    assert await store.get("dossiers", "e") is not None


async def test_of_several_versions_in_one_batch_the_newest_remains_in_any_order(store: Store) -> None:
    await store.apply([dossier("d", 2, n=2), dossier("d", 3, n=3), dossier("d", 1, n=1), Delete("dossiers", "e", 5), dossier("e", 4)], {})
    assert await store.get("dossiers", "d") == Document("d", 3, {"n": 3})
    assert await store.get("dossiers", "e") is None


async def test_what_was_deleted_is_neither_found_nor_counted_nor_brought_back_by_an_older_record(store: Store) -> None:
    await store.apply([dossier("d", 1, due=1), dossier("e", 1, due=2)], {})
    await store.apply([Delete("dossiers", "d", 3)], {})
    await store.apply([dossier("d", 2, due=1)], {})
    assert await store.get("dossiers", "d") is None
    assert await ids(store) == ["e"]
    assert await store.count("dossiers", {}) == 1
    assert not await store.update(("dossiers", "d"), {}, {"due": 9})
    await store.apply([dossier("d", 4, due=3)], {})
    assert await ids(store) == ["d", "e"]


async def test_version_zero_inserts_only_what_is_absent(store: Store) -> None:
    await store.apply([Put("notices", "n", 0, {"state": "pending"})], {})
    await store.apply([Put("notices", "n", 0, {"state": "again"}), Put("notices", "m", 0, {})], {})
    assert await store.get("notices", "n") == Document("n", 0, {"state": "pending"})
    assert await store.count("notices", {}) == 2


async def test_offsets_come_back_and_never_go_down(store: Store) -> None:
    assert await store.offsets() == {}
    await store.apply([], {("dossiers", 0): 10, ("a.b-c", 12): 3})
    await store.apply([dossier("d", 1)], {("dossiers", 0): 9, ("dossiers", 1): 1})
    assert await store.offsets() == {("dossiers", 0): 10, ("dossiers", 1): 1, ("a.b-c", 12): 3}


async def test_the_same_batch_twice_is_the_same_as_once(store: Store) -> None:
    batch = [dossier("d", 5, due=1), Delete("dossiers", "e", 6), Put("notices", "n", 7, {})]
    for _ in range(2):
        await store.apply(batch, {("dossiers", 0): 8})
    assert (await ids(store), await store.count("notices", {}), await store.offsets()) == (["d"], 1, {("dossiers", 0): 8})


async def test_conditions_are_equality_ranges_and_lists_all_together(store: Store) -> None:
    await store.apply([dossier(f"d{i}", 1, unit="ab"[i % 2], due=i, open=i < 3) for i in range(6)], {})
    assert await ids(store, where={"unit": "a"}) == ["d0", "d2", "d4"]
    assert await ids(store, where={"unit": "a", "due": Between(1, 4)}) == ["d2", "d4"]
    assert await ids(store, where={"due": Between(high=1)}) == ["d0", "d1"]
    assert await ids(store, where={"due": Between(low=4)}) == ["d4", "d5"]
    assert await ids(store, where={"due": In((5, 0, 77)), "unit": In(("b",))}) == ["d5"]
    assert await ids(store, where={"id": In(("d3", "d9"))}) == ["d3"]
    assert await ids(store, where={"open": True}) == ["d0", "d1", "d2"]
    assert await ids(store, where={"due": In(())}) == []
    assert await store.count("dossiers", {"unit": "b", "due": Between(2, 9)}) == 2


async def test_documents_are_tallied_by_a_member_and_those_without_it_or_gone_are_left_out(store: Store) -> None:
    given = ((0, "a"), (1, "a"), (2, "b"), (3, None), (4, "a"), (5, "c"))
    await store.apply([dossier(f"d{due}", 1, unit="u" if due < 5 else "v", due=due, mark=mark) for due, mark in given], {})
    await store.apply([dossier("other", 1, unit="u", due=2), dossier("gone", 1, unit="u", due=1, mark="a")], {})
    await store.apply([Delete("dossiers", "gone", 2)], {})
    assert await store.tally("dossiers", {}, "mark") == {"a": 3, "b": 1, "c": 1}
    assert await store.tally("dossiers", {"unit": "u", "due": Between(1, 3)}, "mark") == {"a": 1, "b": 1}
    assert await store.tally("dossiers", {"mark": In(("a", "c"))}, "mark") == {"a": 3, "c": 1}
    assert await store.tally("dossiers", {"unit": "nobody"}, "mark") == await store.tally("dossiers", {"mark": None}, "mark") == {}
    counted = await store.tally("dossiers", {"unit": "u"}, "due")
    assert (counted, {type(n) for n in counted.values()}) == ({0: 1, 1: 1, 2: 2, 3: 1, 4: 1}, {int})


async def test_a_number_is_not_the_text_of_it(store: Store) -> None:
    await fill(store, number=5, text="5")
    assert await ids(store, where={"due": 5}) == ["number"]
    assert await ids(store, where={"due": "5"}) == ["text"]


async def test_null_and_missing_are_the_same_and_never_between(store: Store) -> None:
    await store.apply([dossier("null", 1, due=None), dossier("missing", 1), dossier("one", 1, due=1)], {})
    assert await ids(store, where={"due": None}) == ["missing", "null"]
    assert await ids(store, where={"due": Between()}) == ["one"]
    assert await ids(store, where={"due": Between(high=5)}) == ["one"]


async def test_nested_members_are_reached_by_a_dotted_path(store: Store) -> None:
    await store.apply([dossier("d", 1, head={"state": "late"}), dossier("e", 1, head="late"), dossier("f", 1)], {})
    assert await ids(store, where={"head.state": "late"}) == ["d"]


async def test_documents_come_in_order_of_members_then_id_null_first(store: Store) -> None:
    await store.apply(
        [dossier(i, 1, due=due, unit=unit) for i, due, unit in [("a", 2, "x"), ("b", 1, "x"), ("c", None, "w"), ("d", 1, "a")]], {}
    )
    assert await ids(store, order_by=("due",)) == ["c", "b", "d", "a"]
    assert await ids(store, order_by=("due",), descending=True) == ["a", "d", "b", "c"]
    assert await ids(store, order_by=("due", "unit")) == ["c", "d", "b", "a"]


async def test_text_sorts_by_code_point(store: Store) -> None:
    await fill(store, a="Đà", b="da", c="Z", d="ẳ", e="z")
    assert await ids(store, order_by=("due",)) == ["c", "b", "e", "a", "d"]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order_by", [(), ("due",), ("unit", "due")])
async def test_paging_sees_each_document_once_in_the_order_of_the_whole(store: Store, descending: bool, order_by: tuple[str, ...]) -> None:
    await store.apply([dossier(f"d{i}", 1, due=[None, 2, 1, 1][i % 4], unit=[None, "b"][i % 3 == 0]) for i in range(11)], {})
    whole = await ids(store, order_by=order_by, descending=descending)
    assert len(whole) == 11
    for limit in (1, 4, 11):
        assert await walk(store, Query("dossiers", {}, order_by, descending, limit)) == whole


async def test_paging_is_not_disturbed_by_what_is_written_meanwhile(store: Store) -> None:
    await fill(store, b=2, c=2, d=3, e=4)
    first = await store.find(Query("dossiers", order_by=("due",), limit=2))
    await store.apply([dossier("a", 2, due=1), dossier("b", 2, due=9), dossier("bb", 2, due=2), Delete("dossiers", "c", 2)], {})
    rest = await ids(store, order_by=("due",), after=first.after)
    assert [document.id for document in first.documents] == ["b", "c"]
    assert rest == ["d", "e", "b"], "b moved behind the cursor and is met there again; d and e come once"


@pytest.mark.parametrize("after", ["%%%", "bm90IGpzb24", "WzEsMl0", "WzEsICJkIiwgImUiXQ", "WzFd"])
async def test_a_cursor_of_another_query_or_of_nobody_is_refused(store: Store, after: str) -> None:
    with pytest.raises(CursorError):
        await store.find(Query("dossiers", order_by=("due",), after=after))


@pytest.mark.parametrize("due", [1 << 63, -(1 << 63) - 1, 10**30, -(10**30)])
async def test_a_cursor_with_a_whole_number_that_no_store_holds_is_refused(store: Store, due: int) -> None:
    await fill(store, a=1, b=2)
    with pytest.raises(CursorError):
        await store.find(Query("dossiers", order_by=("due",), after=_cursor(due)))


async def test_a_cursor_may_hold_the_greatest_and_the_least_whole_number(store: Store) -> None:
    await fill(store, a=1, b=2)
    assert await ids(store, order_by=("due",), after=_cursor(-(1 << 63))) == ["a", "b"]
    assert await ids(store, order_by=("due",), after=_cursor((1 << 63) - 1)) == []


def _cursor(due: int) -> str:
    return base64.urlsafe_b64encode(f'[{due},""]'.encode()).decode().rstrip("=")


@pytest.mark.parametrize("name", ["due') OR 1=1 --", "$where", "Due", "", "a..b"])
async def test_what_is_no_name_never_reaches_the_store(store: Store, name: str) -> None:
    for attempt in (
        lambda: store.find(Query("dossiers", {name: 1})),
        lambda: store.find(Query("dossiers", order_by=(name,))),
        lambda: store.update(("dossiers", "d"), {}, {name: 1}),
        lambda: store.prepare([Collection(name)]),
    ):
        await fill(store, d=1)
        with pytest.raises(ValueError):
            await attempt()


async def test_insert_says_whether_it_was_the_first(store: Store) -> None:
    assert await store.insert(Put("notices", "n", 0, {"state": "pending"}))
    assert not await store.insert(Put("notices", "n", 9, {"state": "again"}))
    assert await store.get("notices", "n") == Document("n", 0, {"state": "pending"})


async def test_of_several_that_insert_at_once_exactly_one_wins(store: Store) -> None:
    won = await asyncio.gather(*(store.insert(Put("notices", "n", 0, {"by": i})) for i in range(8)))
    assert sum(won) == 1
    found = await store.get("notices", "n")
    assert found is not None
    assert found.body == {"by": won.index(True)}


async def test_update_changes_members_only_if_all_is_as_expected(store: Store) -> None:
    await store.insert(Put("notices", "n", 0, {"state": "pending", "attempts": 1, "lease": {"by": "w1"}}))
    assert not await store.update(("notices", "n"), {"state": "pending", "attempts": 2}, {"state": "x"})
    assert not await store.update(("notices", "other"), {}, {"state": "x"})
    assert await store.update(
        ("notices", "n"), {"state": "pending", "attempts": Between(0, 1)}, {"state": "sent", "lease": None, "tags": ["a"]}
    )
    assert await store.get("notices", "n") == Document("n", 0, {"state": "sent", "attempts": 1, "lease": None, "tags": ["a"]})


@pytest.mark.parametrize("store", ["in_memory", "sqlite"], indirect=True)
async def test_of_several_that_take_a_lease_at_once_exactly_one_wins(store: Store) -> None:
    """Not on FerretDB, which reads and then writes, so that the race is lost now and then; MongoDB changes one document in one step."""
    await store.insert(Put("notices", "n", 0, {"leased_until": 0}))
    won = await asyncio.gather(
        *(store.update(("notices", "n"), {"leased_until": Between(high=99)}, {"leased_until": 100 + i}) for i in range(8))
    )
    found = await store.get("notices", "n")
    assert sum(won) == 1
    assert found is not None
    assert found.body == {"leased_until": 100 + won.index(True)}


async def test_an_update_that_changes_nothing_still_took_effect(store: Store) -> None:
    await store.insert(Put("notices", "n", 0, {"a": 1}))
    assert await store.update(("notices", "n"), {"a": 1}, {"a": 1})


async def test_removing_takes_what_meets_the_conditions_and_no_more(store: Store) -> None:
    await fill(store, a=1, b=2, c=3)
    assert await store.remove("dossiers", {"due": Between(high=2)}) == 2
    assert await ids(store) == ["c"]
    assert await store.insert(dossier("a", 0, due=1)), "what was removed leaves nothing behind"


async def test_clearing_empties_every_collection_and_forgets_the_offsets(store: Store) -> None:
    await store.apply([dossier("d", 9), Put("notices", "n", 9, {})], {("dossiers", 0): 10})
    await store.clear()
    assert (await store.count("dossiers", {}), await store.count("notices", {}), await store.offsets()) == (0, 0, {})
    await store.apply([dossier("d", 1)], {("dossiers", 0): 2})
    assert (await ids(store), await store.offsets()) == (["d"], {("dossiers", 0): 2})


async def test_forgetting_topics_lets_their_offsets_begin_anew_and_keeps_the_documents(store: Store) -> None:
    await store.apply([dossier("d", 9)], {("dossiers", 0): 10, ("dossiers", 1): 4, ("notices", 0): 7})
    await store.forget(["dossiers", "never-heard-of"])
    assert (await ids(store), await store.offsets()) == (["d"], {("notices", 0): 7})
    await store.apply([], {("dossiers", 0): 2})
    assert await store.offsets() == {("dossiers", 0): 2, ("notices", 0): 7}


async def test_preparing_again_keeps_everything_and_changes_the_indexes(store: Store) -> None:
    await fill(store, a=1, b=2)
    await store.prepare([Collection("dossiers", (("due",),)), Collection("facts")])
    assert await ids(store, where={"due": 2}) == ["b"]
    assert await store.count("facts", {}) == 0


async def test_many_documents_are_written_and_replaced_in_one_batch(store: Store) -> None:
    for version in (1, 2):
        await store.apply([dossier(f"d{i:03}", version, due=i * version) for i in range(60)], {("dossiers", 0): version})
    await store.apply([dossier(f"d{i:03}", 3 if i == 7 else 1, due=-1) for i in range(60)], {})
    assert await store.count("dossiers", {"due": Between(0)}) == 59
    assert await ids(store, where={"due": -1}) == ["d007"]


async def test_closing_twice_is_harmless(store: Store) -> None:
    await store.close()
    await store.close()
