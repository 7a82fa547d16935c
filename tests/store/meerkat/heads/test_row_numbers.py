"""Row ids that are beyond what a handle can hold are refused, since one session would be shown for another."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store import Library
from tests.store.opened import opened


@pytest.mark.parametrize("number", [1 << 61, (1 << 62) + 1, (1 << 63) - 1, -(1 << 61) - 1, -(1 << 63)])
def test_a_row_number_that_no_handle_can_hold_is_refused_with_a_sentence(
    library: Library, copy_sample: Callable[[str], Path], number: int
) -> None:
    main = copy_sample("meerkat/realm-0.7.5") / "attempted-turn" / "sessions.sqlite3"
    with closing(sqlite3.connect(main)) as database, database:
        database.execute("UPDATE sessions SET rowid = ?", (number,))
    facts = opened(library, main)
    assert [fault.code for fault in facts.faults] == ["unreadable-generation"]
    assert "sessions" in facts.faults[0].sentence


@pytest.mark.parametrize("number", [0, -1, (1 << 61) - 1, -(1 << 61)])
def test_any_other_row_number_is_read(library: Library, copy_sample: Callable[[str], Path], number: int) -> None:
    main = copy_sample("meerkat/realm-0.7.5") / "attempted-turn" / "sessions.sqlite3"
    with closing(sqlite3.connect(main)) as database, database:
        database.execute("UPDATE sessions SET rowid = ?", (number,))
    assert opened(library, main).session_count == 1
