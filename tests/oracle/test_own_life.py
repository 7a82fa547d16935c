"""The real Meerkat 0.6.24 accepts what the guarded path does to stores of our own: new ones and working copies (P4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.copying import copy_to_working_store
from store.library import Library
from store.paths import OwnPaths
from store.values.changes import Action
from tests.oracle.judge import Judge
from tests.oracle.life import WRITES, Life
from tests.oracle.written import new_realm, put, turn

pytestmark = pytest.mark.oracle

LATER = [
    "meerkat/realm-0.7.28-rkat/realm",
    "meerkat/realm-0.8.26-rkat/realm",
    "meerkat/realm-0.9.8-rkat/realm",
]
"""Stores that may not be written."""

ARCHIVED, OF_ITS_REALM = "the session is archived", "is not registered in config"
"""Why a session of a working store is not resumed: its model is one that only the configuration of its realm names."""


@pytest.fixture
def own(tmp_path: Path, own_paths: OwnPaths) -> Iterator[tuple[Life, str]]:
    """A new store of our own with two sessions; the id of one."""
    realm = new_realm(tmp_path / "realm")
    session = turn()
    put(realm, session)
    put(realm, turn())
    life = Life(realm, own_paths)
    yield life, session.id
    life.close()


def _is_taken_up(judge: Judge, realm: Path, session_id: str) -> None:
    assert judge.sessions(realm)[session_id]["ok"]
    for question in (judge.keep_on, judge.resume):
        verdict = question(realm, session_id)
        assert verdict.accepted, verdict.said


@pytest.mark.parametrize("write", WRITES)
def test_p4_a_write_into_our_own_store_and_its_undo_are_taken_up(
    own: tuple[Life, str], judge: Judge, write: str
) -> None:
    life, session_id = own
    before, rows = life.session(session_id), life.rows()
    action, edit_of = WRITES[write]
    receipt = life.done(action, session_id, edit_of(before))
    _is_taken_up(judge, life.realm, session_id)
    life.undo(receipt)
    assert life.rows() == rows
    _is_taken_up(judge, life.realm, session_id)


def test_p4_archiving_restoring_and_deleting_in_our_own_store_and_their_undo_are_taken_up(
    own: tuple[Life, str], judge: Judge
) -> None:
    life, session_id = own
    whole = life.rows()
    archived = life.done(Action.ARCHIVE, session_id)
    away = life.rows()
    assert judge.sessions(life.realm)[session_id]["archived"]
    restored = life.done(Action.RESTORE, session_id)
    _is_taken_up(judge, life.realm, session_id)
    life.undo(restored)
    assert life.rows() == away
    assert judge.sessions(life.realm)[session_id]["archived"]
    deleted = life.done(Action.DELETE, session_id)
    assert session_id not in judge.sessions(life.realm)
    life.undo(deleted)
    assert life.rows() == away
    life.undo(archived)
    assert life.rows() == whole
    _is_taken_up(judge, life.realm, session_id)


@pytest.mark.parametrize("sample", LATER)
def test_p4_every_session_of_a_working_store_is_taken_up(
    copy_sample: Callable[[str], Path], own_paths: OwnPaths, tmp_path: Path, judge: Judge, sample: str
) -> None:
    """(4.6)"""
    source, token, library = copy_sample(sample), CancelToken(), Library(own_paths)
    working = tmp_path / "working"
    working.mkdir()
    try:
        (facts,) = library.open(source, token)
        copied = copy_to_working_store(library, facts.key, None, working / "sessions.sqlite3", own_paths, token)
    finally:
        library.close_all()
    said = judge.sessions(working)
    assert set(said) == set(copied.session_ids)
    resumed = 0
    for session_id in copied.session_ids:
        assert said[session_id]["ok"]
        assert judge.keep_on(working, session_id).accepted
        verdict = judge.resume(working, session_id)
        resumed += verdict.accepted
        assert verdict.accepted or (ARCHIVED if said[session_id]["archived"] else OF_ITS_REALM) in verdict.said
    assert resumed
