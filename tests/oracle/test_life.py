"""The real Meerkat 0.6.24 accepts every write from outside, and the taking back of each (P4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.meerkat.reference.session import Session
from store.paths import OwnPaths
from store.values.changes import Action, Edit, EntryState, RefusalCode
from tests.oracle.judge import Judge
from tests.oracle.life import WRITES, Life, forked, redacted, restored

pytestmark = pytest.mark.oracle

RICH, RKAT = "meerkat/realm-0.6.24-rich/atlas", "meerkat/realm-0.6.24-rkat/realm"
PLAIN = [
    pytest.param(RICH, "019ebe47-3fbb-7676-8567-f8c50d54721b", id="tool_turns"),
    pytest.param(RICH, "01a1fd45-5ff8-7561-9783-ac79241d24dc", id="live_turns"),
    pytest.param(RICH, "019e85a1-4b2f-717a-950a-937bf2bae3a5", id="all_kinds"),
    pytest.param(RKAT, "01a1fd3e-87e4-78b0-971e-22b2ee913548", id="rkat"),
    pytest.param(RKAT, "01a1fd3f-10cb-7c91-a482-3a40a692dc49", id="rkat-concurrent"),
]
"""Sessions without a graph, which the real runtime takes up again as they are."""

COMPACTED = "01a1fd45-779c-71d2-8384-d5a3114ab2fd"
REWRITTEN = [
    pytest.param(RICH, "019ece06-9b5a-75cd-a3dd-82bf210eedaf", id="rewrite_single"),
    pytest.param(RICH, COMPACTED, id="live_compaction"),
]
"""Sessions with a graph."""


@pytest.fixture
def live(copy_sample: Callable[[str], Path], own_paths: OwnPaths) -> Iterator[Callable[[str], Life]]:
    """Makes the life of a copied realm."""
    lives: list[Life] = []

    def make(sample: str) -> Life:
        lives.append(Life(copy_sample(sample), own_paths))
        return lives[-1]

    yield make
    for life in lives:
        life.close()


def _is_taken_up(judge: Judge, realm: Path, session_id: str) -> None:
    """It verifies, takes further messages, and runs a turn."""
    assert judge.sessions(realm)[session_id]["ok"]
    for question in (judge.keep_on, judge.resume):
        verdict = question(realm, session_id)
        assert verdict.accepted, verdict.said


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize(("sample", "session_id"), [*PLAIN, *REWRITTEN])
def test_p4_a_write_and_its_undo_are_taken_up(
    live: Callable[[str], Life], judge: Judge, sample: str, session_id: str, write: str
) -> None:
    life = live(sample)
    before = life.session(session_id)
    action, edit_of = WRITES[write]
    receipt = life.done(action, session_id, edit_of(before))
    _is_taken_up(judge, life.realm, session_id)
    assert judge.sessions(life.realm)[session_id]["revision"] == life.session(session_id).transcript_revision()
    life.undo(receipt)
    _is_taken_up(judge, life.realm, session_id)
    after = judge.sessions(life.realm)[session_id]
    assert after["digest"] == before.message_digest()
    assert after["message_count"] == len(before.messages)


@pytest.mark.parametrize(("sample", "session_id"), REWRITTEN[:1])
def test_p4_a_revision_that_is_brought_back_is_taken_up(
    live: Callable[[str], Life], judge: Judge, sample: str, session_id: str
) -> None:
    life = live(sample)
    before = life.session(session_id)
    edit = restored(before)
    receipt = life.done(Action.RESTORE_REVISION, session_id, edit)
    assert judge.sessions(life.realm)[session_id]["revision"] == edit.revision
    _is_taken_up(judge, life.realm, session_id)
    life.undo(receipt)
    assert judge.sessions(life.realm)[session_id]["digest"] == before.message_digest()
    _is_taken_up(judge, life.realm, session_id)


@pytest.mark.parametrize(("sample", "session_id"), [*PLAIN, *REWRITTEN])
def test_p4_a_fork_is_a_session_of_its_own_until_it_is_taken_back(
    live: Callable[[str], Life], judge: Judge, sample: str, session_id: str
) -> None:
    life = live(sample)
    before, files = life.rows(), life.files()
    receipt = life.done(Action.FORK, session_id, forked(life.session(session_id)))
    made_id = receipt.entries[0].made_id
    assert made_id in judge.sessions(life.realm)
    assert judge.keep_on(life.realm, made_id).accepted
    verdict = judge.resume(life.realm, made_id)
    assert verdict.accepted, verdict.said
    _is_taken_up(judge, life.realm, session_id)
    life.undo(receipt)
    assert made_id not in judge.sessions(life.realm)
    assert (life.rows(), life.files()) == (before, files)


@pytest.mark.parametrize(("sample", "session_id"), [*PLAIN, *REWRITTEN])
def test_p4_an_archived_session_is_out_of_the_list_until_it_is_restored(
    live: Callable[[str], Life], judge: Judge, sample: str, session_id: str
) -> None:
    life = live(sample)
    listed = judge.verify(life.realm).answer["service_list"]["count"]
    life.done(Action.ARCHIVE, session_id)
    verdict = judge.verify(life.realm)
    assert verdict.accepted
    assert verdict.answer["service_list"]["count"] == listed - 1
    assert judge.sessions(life.realm)[session_id]["archived"]
    resumed = judge.resume(life.realm, session_id)
    assert not resumed.accepted
    assert "archived" in str(resumed.answer) + resumed.said
    away = life.rows()
    receipt = life.done(Action.RESTORE, session_id)
    assert judge.verify(life.realm).answer["service_list"]["count"] == listed
    _is_taken_up(judge, life.realm, session_id)
    life.undo(receipt)
    assert life.rows() == away
    assert judge.verify(life.realm).answer["service_list"]["count"] == listed - 1


@pytest.mark.parametrize(("sample", "session_id"), [*PLAIN, *REWRITTEN])
def test_p4_an_archive_that_is_taken_back_leaves_the_rows_of_before(
    live: Callable[[str], Life], judge: Judge, sample: str, session_id: str
) -> None:
    life = live(sample)
    before, files = life.rows(), life.files()
    life.undo(life.done(Action.ARCHIVE, session_id))
    assert (life.rows(), life.files()) == (before, files)
    _is_taken_up(judge, life.realm, session_id)


@pytest.mark.parametrize(("sample", "session_id"), [*PLAIN, *REWRITTEN])
def test_p4_a_deleted_session_is_gone_until_it_is_taken_back(
    live: Callable[[str], Life], judge: Judge, sample: str, session_id: str
) -> None:
    life = live(sample)
    archived = life.done(Action.ARCHIVE, session_id)
    before, files = life.rows(), life.files()
    receipt = life.done(Action.DELETE, session_id)
    verdict = judge.verify(life.realm)
    assert verdict.accepted, verdict.said
    assert session_id not in {session["id"] for session in verdict.answer["sessions"]}
    assert not judge.resume(life.realm, session_id).accepted
    life.undo(receipt)
    assert (life.rows(), life.files()) == (before, files)
    assert judge.sessions(life.realm)[session_id]["archived"]
    life.undo(archived)
    _is_taken_up(judge, life.realm, session_id)


@pytest.mark.parametrize(
    ("session_id", "action", "edit_of"),
    [
        pytest.param("019ecdba-53a1-77ad-9030-03e4437b1640", Action.REWRITE, redacted, id="rewrite_chain"),
        pytest.param("01a1fd45-6763-77b3-aa0c-dfef424ed152", Action.REWRITE, redacted, id="live_rewrites"),
        pytest.param(COMPACTED, Action.RESTORE_REVISION, restored, id="live_compaction"),
    ],
)
def test_p4_a_history_that_the_real_code_could_not_read_back_is_refused(
    live: Callable[[str], Life], judge: Judge, session_id: str, action: Action, edit_of: Callable[[Session], Edit]
) -> None:
    life = live(RICH)
    before = life.rows()
    (entry,) = life.do(action, session_id, edit_of(life.session(session_id))).entries
    assert entry.state is EntryState.NOT_DONE
    assert entry.refusal is not None
    assert entry.refusal.code is RefusalCode.HISTORY
    assert life.rows() == before
    _is_taken_up(judge, life.realm, session_id)


def test_p4_a_session_that_waits_for_its_agent_is_refused(live: Callable[[str], Life], judge: Judge) -> None:
    life = live("meerkat/realm-0.6.24-running/realm")
    listed = [row[0] for row in life.rows()["sessions"]]
    waiting = {str(row[0]).removeprefix("rt:session:") for row in life.rows()["runtime_input_states"]}
    codes = set()
    for session_id in sorted(waiting & set(listed)):
        (entry,) = life.do(Action.ARCHIVE, session_id).entries
        codes.add(entry.refusal.code if entry.refusal else None)
    assert RefusalCode.TURN_IN_PROGRESS in codes
    assert judge.verify(life.realm).accepted
