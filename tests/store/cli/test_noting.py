"""Invariant: what a person noted here is listed and printed, and one unreadable file of ours stops neither (4.3)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.own import Annotations
from store.paths import OwnPaths
from store.values.changes import LabelEdit
from store.values.store import SessionKey, StoreKey
from tests.store.own_notes import hide, relabel

Burrow = Callable[..., Any]
TOKEN = CancelToken()


@pytest.fixture
def store(copy_old: Callable[[str], Path]) -> StoreKey:
    return StoreKey(str((copy_old("meerkat/realm-0.6.24-rich") / "atlas" / "sessions.sqlite3").resolve()))


@pytest.fixture
def keys(burrow: Burrow, store: StoreKey) -> list[SessionKey]:
    return [SessionKey(store, row["id"]) for row in burrow("list", store.path, "--json").json["sessions"]]


@pytest.fixture
def own_notes(tmp_path: Path) -> Annotations:
    return Annotations(OwnPaths.under(tmp_path / "own"))


def rows(burrow: Burrow, store: StoreKey, *words: str) -> list[Any]:
    return list(burrow("list", store.path, "--json", *words).json["sessions"])


def test_4_3_list_gives_own_titles_and_labels_and_sorts_by_them(
    burrow: Burrow, store: StoreKey, keys: list[SessionKey], own_notes: Annotations
) -> None:
    own_notes.set_title(keys[5], "!! first of all", TOKEN)
    relabel(own_notes, [keys[5]], LabelEdit((("mine", "yes"),)))
    (first,) = rows(burrow, store, "--sort", "title", "--limit", "1")
    assert (first["id"], first["title"], first["title_from"]) == (keys[5].session_id, "!! first of all", "own")
    assert first["labels"]["mine"] == "yes"
    assert [row["id"] for row in rows(burrow, store)] == [key.session_id for key in keys]


def test_4_1_a_hidden_session_is_listed_with_the_state_of_its_store_and_says_that_it_is_hidden(
    burrow: Burrow, store: StoreKey, keys: list[SessionKey], own_notes: Annotations
) -> None:
    before = {row["id"]: row for row in rows(burrow, store)}
    active = next(key for key in keys if before[key.session_id]["state"] == "active")
    hide(own_notes, [active])
    after = {row["id"]: row for row in rows(burrow, store)}
    assert after[active.session_id] == before[active.session_id] | {"hidden": True}
    assert {name for name, row in after.items() if row["hidden"]} == {active.session_id}
    (line,) = (line for line in burrow("list", store.path).out.splitlines() if line.startswith(active.session_id))
    assert " hidden " in line


def test_4_3_show_prints_the_note_and_gives_it_to_programs(
    burrow: Burrow, store: StoreKey, keys: list[SessionKey], own_notes: Annotations
) -> None:
    own_notes.set_note(keys[0], "Ask Dana\nbefore \x1b[31mFriday", TOKEN)
    said = burrow("show", store.path, keys[0].session_id)
    assert "\nnote: Ask Dana\nnote: before \u241b[31mFriday\n" in said.out
    shape = burrow("show", store.path, keys[0].session_id, "--json").json["session"]
    assert (shape["note"], shape["has_note"], shape["hidden"]) == ("Ask Dana\nbefore \x1b[31mFriday", True, False)


def test_4_3_notes_that_cannot_be_read_stop_neither_list_nor_show(
    burrow: Burrow, store: StoreKey, keys: list[SessionKey], tmp_path: Path
) -> None:
    before = burrow("list", store.path)
    (tmp_path / "own" / "annotations.sqlite3").mkdir(parents=True)
    after = burrow("list", store.path)
    assert (after.code, after.out) == (before.code, before.out)
    assert after.err == (
        "burrow: The notes of sessions cannot be read or written (OperationalError). Check that Burrow's data folder"
        " can be written and that the disk is not full.\n"
    )
    assert burrow("show", store.path, keys[0].session_id).out
