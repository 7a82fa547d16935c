"""Lists over real stores: what the file gives at once, what the catalogue adds, and what a store's trouble leaves."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.errors import StoreVanished
from store.library import Library
from store.lists import Lists
from store.meerkat.writer import NewRealm, NewSession, encode_message
from store.values.listing import CatalogueKey, FillState, ListOrder, ListWant, View
from store.values.session import SortKey, SortOrder, Usage
from store.values.store import SessionKey, StoreKey

TOKEN = CancelToken()
RICH = "meerkat/realm-0.6.24-rich"
BEGIN_S = 1_780_000_000


@pytest.fixture
def lists(library: Library, own_paths: Any) -> Iterator[Lists]:
    made = Lists(library, own_paths)
    yield made
    made.close()


@pytest.fixture
def open_store(library: Library) -> Callable[[Path], StoreKey]:
    def open_one(path: Path) -> StoreKey:
        (facts,) = library.open(path, TOKEN)
        assert facts.is_open
        return facts.key

    return open_one


def session(number: int, prompt: str, **more: Any) -> NewSession:
    """A session of one prompt; the higher its number, the newer it is."""
    message = {"role": "user", "content": prompt, "created_at": "2026-05-28T20:26:40Z"}
    fields: dict[str, Any] = {
        "session_id": f"019e85a1-4b2f-717a-950a-{number:012x}",
        "created_at_ns": BEGIN_S * 10**9,
        "updated_at_ns": (BEGIN_S + number) * 10**9,
        "messages": [encode_message(message)],
        "metadata": {"session_metadata": {"model": "m-1", "provider": "anthropic", "schema_version": 2}},
        "usage": Usage(3, 4),
        "runtime_state": "idle",
    }
    return NewSession(**(fields | more))


def write_realm(folder: Path, sessions: list[NewSession]) -> Path:
    with NewRealm(folder, folder.name, BEGIN_S) as realm:
        realm.add_sessions(sessions, TOKEN)
        return realm.database


def fill(lists: Lists, key: StoreKey) -> FillState:
    while not (state := lists.fill(key, TOKEN)).is_complete:
        pass
    return state


def ids(library: Library, listed: Any) -> list[str]:
    """Session ids of the rows of an answer, as their stores tell them."""
    return [
        library.backend(listed.store_at(row)).summaries([handle], TOKEN)[0].key.session_id
        for row, handle in enumerate(listed.handles)
    ]


def test_all_rows_of_one_store_come_from_its_file_without_a_catalogue(
    lists: Lists, library: Library, open_store: Any, copy_sample: Any, own_paths: Any
) -> None:
    key = open_store(copy_sample(RICH))
    listed = lists.listed(ListWant((key,)), TOKEN)
    assert listed.handles == library.backend(key).ids(SortOrder(), TOKEN).handles
    assert listed.known == listed.total == len(listed.handles)
    assert list(own_paths.cache.glob("catalogue*")) == []


@pytest.mark.parametrize("key", SortKey)
@pytest.mark.parametrize("is_descending", [True, False])
def test_the_catalogue_sorts_by_stored_columns_as_the_file_does(
    lists: Lists, library: Library, open_store: Any, copy_sample: Any, key: SortKey, is_descending: bool
) -> None:
    store = open_store(copy_sample(RICH))
    lists.take_census(store, TOKEN)
    order = ListOrder(key, is_descending)
    of_file = lists.listed(ListWant((store,), order=order), TOKEN)
    # A text that all ids hold makes the catalogue answer.
    of_catalogue = lists.listed(ListWant((store,), text="-", order=order), TOKEN)
    assert ids(library, of_catalogue) == ids(library, of_file)


def test_looking_at_lists_leaves_a_store_as_it_is(
    lists: Lists,
    open_store: Any,
    copy_sample: Any,
    untouched: Callable[[Path], AbstractContextManager[None]],
) -> None:
    folder = copy_sample(RICH)
    with untouched(folder):
        key = open_store(folder)
        fill(lists, key)
        lists.counts(ListWant((key,)), TOKEN)
        lists.pin([SessionKey(key, "x")], True, TOKEN)


def test_2_3_a_session_that_its_agent_saved_again_is_read_again(
    lists: Lists, library: Library, open_store: Any, tmp_path: Path
) -> None:
    main = write_realm(tmp_path / "realm", [session(1, "Old words"), session(2, "Others")])
    key = open_store(main)
    fill(lists, key)
    name = session(1, "").session_id
    assert lists.facts(key, [name], TOKEN)[name].title == "Old words"
    with closing(sqlite3.connect(main)) as connection:
        stored = connection.execute("SELECT session_json FROM sessions WHERE session_id = ?", (name,)).fetchone()[0]
        changed = stored.replace(b"Old words", b"New words, and more")
        connection.execute(
            "UPDATE sessions SET session_json = ?, updated_at_ms = updated_at_ms + 5000 WHERE session_id = ?",
            (changed, name),
        )
        connection.execute(
            "UPDATE runtime_session_snapshots SET session_snapshot = ? WHERE runtime_id = ?",
            (changed, f"rt:session:{name}"),
        )
        connection.commit()
    library.reload(key, TOKEN)
    assert lists.take_census(key, TOKEN)
    assert lists.facts(key, [name], TOKEN) == {}
    assert ids(library, lists.listed(ListWant((key,), text="old"), TOKEN)) == []
    fill(lists, key)
    assert lists.facts(key, [name], TOKEN)[name].title == "New words, and more"
    assert ids(library, lists.listed(ListWant((key,), text="new words"), TOKEN)) == [name]


def test_an_archive_by_the_runtime_alone_moves_the_session_to_its_view(
    lists: Lists, library: Library, open_store: Any, tmp_path: Path
) -> None:
    main = write_realm(tmp_path / "realm", [session(1, "One"), session(2, "Two")])
    key = open_store(main)
    fill(lists, key)
    name = session(1, "").session_id
    with closing(sqlite3.connect(main)) as connection:
        connection.execute(
            "UPDATE runtime_states SET runtime_state_json = ? WHERE runtime_id = ?",
            (b'"retired"', f"rt:session:{name}"),
        )
        connection.commit()
    library.reload(key, TOKEN)
    lists.take_census(key, TOKEN)
    for _ in ("before the document is read again", "after"):
        assert ids(library, lists.listed(ListWant((key,), View.ARCHIVED), TOKEN)) == [name]
        fill(lists, key)


def test_a_store_replaced_by_another_file_keeps_no_old_facts(
    lists: Lists, library: Library, open_store: Any, tmp_path: Path
) -> None:
    main = write_realm(tmp_path / "realm", [session(1, "Old words")])
    other = write_realm(tmp_path / "other", [session(1, "New words")])
    key = open_store(main)
    fill(lists, key)
    other.replace(main)
    library.reload(key, TOKEN)
    lists.take_census(key, TOKEN)
    name = session(1, "").session_id
    assert lists.facts(key, [name], TOKEN) == {}
    fill(lists, key)
    assert lists.facts(key, [name], TOKEN)[name].title == "New words"


def test_2_n2_the_next_start_reads_no_document_again(
    lists: Lists, open_store: Any, copy_sample: Any, own_paths: Any
) -> None:
    path = copy_sample(RICH)
    key = open_store(path)
    state = fill(lists, key)
    lists.close()
    other_library = Library(own_paths)
    other = Lists(other_library, own_paths)
    other_library.open(path, TOKEN)
    assert not other.take_census(key, TOKEN)
    assert other.fill(key, TOKEN, limit_s=0) == state
    other.close()
    other_library.close_all()


def test_2_case_1_a_store_that_is_gone_keeps_its_rows_and_the_others_theirs(
    lists: Lists, library: Library, open_store: Any, tmp_path: Path
) -> None:
    one = open_store(write_realm(tmp_path / "one", [session(1, "One")]))
    two = open_store(write_realm(tmp_path / "two", [session(2, "Two")]))
    for key in (one, two):
        fill(lists, key)
    library.close(one)
    shutil.rmtree(tmp_path / "one")
    with pytest.raises(StoreVanished):
        lists.take_census(one, TOKEN)
    for want in (ListWant((one, two)), ListWant((one, two), View.RUNNING), ListWant((one,))):
        listed = lists.listed(want, TOKEN)
        assert len(listed.handles) == (0 if want.view is View.RUNNING else len(want.stores))


def test_a_store_whose_file_is_gone_while_it_is_open_keeps_what_is_known(
    lists: Lists, open_store: Any, tmp_path: Path
) -> None:
    key = open_store(write_realm(tmp_path / "one", [session(1, "One")]))
    fill(lists, key)
    shutil.rmtree(tmp_path / "one")
    assert not lists.take_census(key, TOKEN)
    assert len(lists.listed(ListWant((key,), text="one"), TOKEN).handles) == 1


def test_a_store_that_was_never_read_cannot_be_listed_alone(lists: Lists) -> None:
    with pytest.raises(StoreVanished):
        lists.listed(ListWant((StoreKey("/nowhere/sessions.sqlite3"),)), TOKEN)


def test_2_2_pinned_sessions_are_a_view_and_are_counted(
    lists: Lists, library: Library, open_store: Any, tmp_path: Path
) -> None:
    key = open_store(write_realm(tmp_path / "one", [session(1, "One"), session(2, "Two")]))
    lists.take_census(key, TOKEN)
    pinned = SessionKey(key, session(1, "").session_id)
    lists.pin([pinned, SessionKey(StoreKey("/elsewhere"), "x")], True, TOKEN)
    assert ids(library, lists.listed(ListWant((key,), View.PINNED), TOKEN)) == [pinned.session_id]
    assert lists.counts(ListWant((key,)), TOKEN).views[View.PINNED] == 1
    lists.pin([pinned], False, TOKEN)
    assert lists.counts(ListWant((key,)), TOKEN).views[View.PINNED] == 0


def test_2_2_running_sessions_are_those_that_their_store_says_now(
    lists: Lists, library: Library, open_store: Any, tmp_path: Path
) -> None:
    now_ns = int(time.time() * 1e9)
    running = session(1, "One", updated_at_ns=now_ns)
    key = open_store(write_realm(tmp_path / "one", [running, session(2, "Two")]))
    lists.take_census(key, TOKEN)
    assert ids(library, lists.listed(ListWant((key,), View.RUNNING), TOKEN)) == [running.session_id]
    by_state = ListWant((key,), order=ListOrder(CatalogueKey.STATE, is_descending=False))
    fill(lists, key)
    assert ids(library, lists.listed(by_state, TOKEN))[0] == running.session_id


def test_stores_stand_by_name_in_the_order_of_stores(lists: Lists, open_store: Any, tmp_path: Path) -> None:
    keys = [
        open_store(write_realm(tmp_path / place / name, [session(number, "x")]))
        for number, (place, name) in enumerate((("x", "berta"), ("y", "Anton"), ("z", "caesar")))
    ]
    for key in keys:
        lists.take_census(key, TOKEN)
    order = ListOrder(CatalogueKey.STORE, is_descending=False)
    listed = lists.listed(ListWant(tuple(keys), order=order), TOKEN)
    assert [Path(listed.store_at(row).path).parent.name for row in range(3)] == ["Anton", "berta", "caesar"]


def test_2_case_3_two_copies_of_a_realm_are_told_from_each_other_while_both_are_open(
    lists: Lists, library: Library, open_store: Any, tmp_path: Path
) -> None:
    main = write_realm(tmp_path / "one", [session(1, "One")])
    one, two = open_store(main), open_store(Path(shutil.copytree(main.parent, tmp_path / "two")) / main.name)
    for key in (one, two):
        fill(lists, key)
    assert lists.copies(TOKEN) == {one: (two,), two: (one,)}
    assert len(lists.listed(ListWant((one, two)), TOKEN).handles) == 2
    library.close(two)
    assert lists.copies(TOKEN) == {}


def test_2_case_5_a_document_over_64_kb_is_judged_whole(lists: Lists, open_store: Any, tmp_path: Path) -> None:
    long = encode_message({"role": "user", "content": "x" * 200_000, "created_at": "2026-05-28T20:26:40Z"})
    main = write_realm(tmp_path / "one", [session(1, "One", messages=[long, b"17"])])
    key = open_store(main)
    fill(lists, key)
    assert lists.counts(ListWant((key,)), TOKEN).views[View.FAULTS] == 1


def test_2_2_the_stores_with_faulty_sessions_are_those_of_the_faults_view(
    lists: Lists, open_store: Any, tmp_path: Path
) -> None:
    sound = open_store(write_realm(tmp_path / "one", [session(1, "One")]))
    harmed = open_store(write_realm(tmp_path / "two", [session(2, "Two", messages=[b"17"]), session(3, "Three")]))
    for key in (sound, harmed):
        fill(lists, key)
    counts = lists.counts(ListWant((sound, harmed)), TOKEN)
    assert (counts.faulty, counts.views[View.FAULTS]) == ({harmed: 1}, 1)


def test_2_2_no_view_has_a_number_while_nothing_is_known_of_a_store(
    lists: Lists, open_store: Any, tmp_path: Path
) -> None:
    known = open_store(write_realm(tmp_path / "one", [session(1, "One")]))
    waiting = open_store(write_realm(tmp_path / "two", [session(2, "Two")]))
    fill(lists, known)
    assert lists.counts(ListWant((known, waiting)), TOKEN).certain_views() == {}
    lists.take_census(waiting, TOKEN)
    # Whether it is archived or has faults only its document tells.
    views = lists.counts(ListWant((known, waiting)), TOKEN).certain_views()
    assert (views[View.ALL], View.FAULTS in views) == (2, False)
    fill(lists, waiting)
    assert lists.counts(ListWant((known, waiting)), TOKEN).certain_views()[View.FAULTS] == 0


def test_2_case_2_rows_of_a_store_that_is_gone_are_its_last_ones(
    lists: Lists, library: Library, open_store: Any, tmp_path: Path
) -> None:
    main = write_realm(tmp_path / "one", [session(1, "One"), session(2, "Two")])
    key = open_store(main)
    fill(lists, key)
    handles = lists.listed(ListWant((key,)), TOKEN).handles
    before = lists.summaries(key, handles, TOKEN)
    shutil.rmtree(main.parent)
    with pytest.raises(StoreVanished):
        library.backend(key).summaries(handles, TOKEN)
    last = lists.summaries(key, lists.listed(ListWant((key,)), TOKEN).handles, TOKEN)
    assert [(row.key, row.updated_at_ms, row.total_tokens) for row in last] == [
        (row.key, row.updated_at_ms, row.total_tokens) for row in before
    ]
    with pytest.raises(StoreVanished):
        lists.summaries(key, (999,), TOKEN)
