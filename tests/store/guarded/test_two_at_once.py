"""Two Burrow processes and a foreign program on one session at once: one wins, the others are told (4-case-2)."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from store.guarded import Checkpoint
from store.values.changes import Action, EntryState, RefusalCode
from store.values.store import SessionKey
from tests.store.guarded.scene import TOKEN, Scene, start

CHANGED = {RefusalCode.CHANGED_SINCE_PLAN, RefusalCode.ALREADY_SO}


@pytest.fixture
def realm(copy_sample: Callable[[str], Path], open_scene: Callable[[Path], Scene]) -> Scene:
    """A small real realm: the sessions that can be archived."""
    scene = open_scene(copy_sample("meerkat/realm-0.6.24-rkat") / "realm")
    scene.ids = tuple(one.session_id for one in scene.plan(Action.ARCHIVE, scene.ids).possible)
    return scene


def test_4_5_of_two_burrows_and_an_agent_one_wins_and_nothing_is_lost(realm: Scene) -> None:
    """(4-case-2)"""
    _race(realm, 2)


@pytest.mark.slow
@pytest.mark.parametrize("run", range(6))
def test_4_5_of_three_burrows_and_an_agent_one_wins_each_time(realm: Scene, run: int) -> None:
    """(4-case-2)"""
    _race(realm, 3)


def _race(realm: Scene, burrow_count: int) -> None:
    """All plan to label the same sessions; they apply at once, and an agent saves one of them meanwhile."""
    ids, saved = realm.ids[:4], realm.ids[1]
    before = {one: _document(realm, one) for one in ids}
    children = [
        start(realm, ids=ids, action="label", name=f"burrow-{number}", is_waiting=True)
        for number in range(burrow_count)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "planned\n"
    agent = threading.Thread(target=realm.touch, args=(saved,))
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    agent.start()
    states = [_states(child) for child in children]
    agent.join()
    for at, session_id in enumerate(ids):
        winners = [number for number, found in enumerate(states) if found[at][0] == EntryState.DONE]
        others = {found[at][1] for found in states if found[at][0] != EntryState.DONE}
        document = _document(realm, session_id)
        assert len(winners) <= 1
        assert others <= CHANGED | {RefusalCode.LOCKED}
        names = [f"burrow-{number}" for number in range(burrow_count) if f'"burrow-{number}"' in document]
        assert names == [f"burrow-{number}" for number in winners]
        # What the agent saved is there in any case: it put a space behind the document.
        assert document.endswith(" ") is (session_id == saved)
        if not winners:
            assert session_id == saved
            assert document.strip() == before[session_id]
    assert all(_both_rows_agree(realm, one) for one in ids)
    receipts = realm.guarded().changes(TOKEN)
    assert len(receipts) == burrow_count
    assert sum(receipt.counted(EntryState.DONE) for receipt in receipts) == sum(
        state[0] == EntryState.DONE for found in states for state in found
    )


def test_two_threads_of_one_burrow_that_change_one_store_both_come_to_their_end(realm: Scene) -> None:
    plans = [realm.plan(Action.ARCHIVE, realm.ids[:3]), realm.plan(Action.ARCHIVE, realm.ids[3:6])]
    guarded = realm.guarded()
    threads = [threading.Thread(target=guarded.apply, args=(plan, TOKEN)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert realm.archived() >= set(realm.ids[:6])
    assert sorted(receipt.counted(EntryState.DONE) for receipt in guarded.changes(TOKEN)) == [3, 3]


def test_looking_goes_on_while_a_store_is_changed_and_costs_it_no_lock(realm: Scene) -> None:
    """Lists and receipts are read at every step of a change, in the writing thread and in others (L7)."""
    seen: list[int] = []

    def look(checkpoint: Checkpoint) -> None:
        if checkpoint in (Checkpoint.INTENDED, Checkpoint.COMMITTED):
            _in_thread(lambda: seen.append(_count(realm)))
            seen.append(_count(realm))
            seen.append(len(realm.guarded().changes(TOKEN)))

    total = _count(realm)
    receipt = realm.guarded(look).apply(realm.plan(Action.ARCHIVE, realm.ids[:2]), TOKEN)
    assert receipt.counted(EntryState.DONE) == 2
    assert seen == [total, total, 1] * 4


def test_hiding_and_archiving_the_same_session_are_two_changes(realm: Scene) -> None:
    realm.do(Action.HIDE, realm.ids[:1])
    realm.do(Action.ARCHIVE, realm.ids[:1])
    assert realm.annotations.noted([SessionKey(realm.key, realm.ids[0])], TOKEN)
    assert realm.ids[0] in realm.archived()


def _states(child: subprocess.Popen[str]) -> list[list[str]]:
    out, error = child.communicate(timeout=60)
    assert child.returncode == 0, error
    found: list[list[str]] = json.loads(out)
    return found


def _document(realm: Scene, session_id: str) -> str:
    with realm.written() as connection:
        select = "SELECT session_json FROM sessions WHERE session_id = ?"
        return bytes(connection.execute(select, (session_id,)).fetchone()[0]).decode()


def _both_rows_agree(realm: Scene, session_id: str) -> bool:
    with realm.written() as connection:
        select = "SELECT session_snapshot FROM runtime_session_snapshots WHERE runtime_id = ?"
        snapshot = connection.execute(select, (f"rt:session:{session_id}",)).fetchone()[0]
    return bytes(snapshot).decode() == _document(realm, session_id)


def _count(realm: Scene) -> int:
    with realm.library.lent(realm.key, TOKEN, is_fresh=True) as backend:
        return len(backend.census(None, 1_000, TOKEN))


def _in_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
