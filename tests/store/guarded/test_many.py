"""A thousand sessions at once: those that were finished are archived, each with its receipt, no other (4-case-7)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.guarded import Checkpoint
from store.values.changes import Action, EntryState
from tests.store.guarded.scene import TOKEN, Scene, counting

COUNT = 1_000
STOPPED_AT = 400


@pytest.fixture
def thousand(rich: Path, open_scene: Callable[[Path], Scene]) -> Scene:
    """The realm with sessions of their own ids after the model of one of its own."""
    scene = open_scene(rich)
    model = next(one for one in scene.ids if one not in scene.archived())
    made = [
        str(uuid.UUID(int=(0x0198 << 112 | number << 80 | 0x7 << 76 | 0x2 << 62 | number))) for number in range(COUNT)
    ]
    with scene.written() as connection:
        row = connection.execute("SELECT * FROM sessions WHERE session_id = ?", (model,)).fetchone()
        connection.execute("BEGIN")
        for one in made:
            document = row[-1].replace(model.encode(), one.encode())
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)", (one, *row[1:-1], document))
            connection.execute("INSERT INTO runtime_session_snapshots VALUES (?, ?)", (f"rt:session:{one}", document))
            connection.execute("INSERT INTO runtime_states VALUES (?, ?)", (f"rt:session:{one}", b'"idle"'))
        connection.execute("COMMIT")
    scene.ids = tuple(made)
    return scene


@pytest.mark.slow
def test_of_a_thousand_sessions_that_are_cancelled_at_400_exactly_those_are_archived(thousand: Scene) -> None:
    """(4-case-7)"""
    stop, before, archived = CancelToken(), thousand.rows(), thousand.archived()
    plan = thousand.plan(Action.ARCHIVE, thousand.ids)
    assert len(plan.possible) == COUNT
    stopped = counting(STOPPED_AT, Checkpoint.VERIFIED, stop.cancel)
    receipt = thousand.guarded(stopped).apply(plan, CancelToken(), stop)
    assert receipt.is_cancelled
    states = [entry.state for entry in receipt.entries]
    assert states == [EntryState.DONE] * STOPPED_AT + [EntryState.NOT_DONE] * (COUNT - STOPPED_AT)
    assert thousand.archived() - archived == set(thousand.ids[:STOPPED_AT])
    assert thousand.guarded().changes(TOKEN) == (receipt,)
    thousand.guarded().undo(receipt.receipt_id, TOKEN)
    assert thousand.rows() == before
