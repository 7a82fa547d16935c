"""What Burrow foretells of a history, the real Meerkat 0.6.24 does with it (L5; formats/meerkat.md §3.8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.meerkat.reference.building_blocks import row_of
from store.meerkat.reference.replay_order import replay_problem
from store.meerkat.reference.session import Session
from tests.oracle.judge import Judge
from tests.store.meerkat.reference.test_replay_order import edit, history_of

pytestmark = pytest.mark.oracle

SOURCE = "019ece71-6eab-7025-8aed-14a0b26ac235"
"""Eleven messages and no graph."""

READ_BACK = ("w", "waw", "ww0", "w0a", "w0w", "ww1aw", "wwaw1aw", "w0a1aw0aw", "waw2")
NOT_READ_BACK = ("wa0", "waw0", "w0aw", "ww0aw", "wwaa0", "waw0aaw", "wawa2", "waw2aw")


@pytest.mark.parametrize("steps", [*READ_BACK, *NOT_READ_BACK])
def test_l5_the_real_code_reads_back_just_what_is_foretold(
    copy_sample: Callable[[str], Path], judge: Judge, steps: str
) -> None:
    realm = copy_sample("meerkat/realm-0.6.24-rich/atlas")
    session = _edited_in_place(realm / "sessions.sqlite3", steps)

    verdict = judge.verify(realm)

    (said,) = [one for one in verdict.answer["sessions"] if one["id"] == SOURCE]
    assert (replay_problem(history_of(session), []) == "") is said["ok"] is (steps in READ_BACK)


def _edited_in_place(database: Path, steps: str) -> Session:
    """Write an edited session into both of its rows, without asking any rule."""
    with closing(sqlite3.connect(database)) as connection, connection:
        (stored,) = connection.execute("SELECT session_json FROM sessions WHERE session_id = ?", (SOURCE,)).fetchone()
        session = edit(Session.load(stored), steps)
        row = row_of(session)
        connection.execute("REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)", row.columns())
        connection.execute(
            "UPDATE runtime_session_snapshots SET session_snapshot = ? WHERE runtime_id = ?",
            (row.session_json, f"rt:session:{SOURCE}"),
        )
    return session
