"""What every session store does, over SQLite and in memory alike (P2: A1–A10, D1–D8, E1, E2)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from store.meerkat.reference.errors import (
    InvalidTranscriptRewrite,
    MonotonicityViolation,
    SessionStoreError,
    TranscriptContinuityViolation,
)
from store.meerkat.reference.row_tokens import MISSING, row_token
from store.meerkat.reference.session import Session
from store.meerkat.reference.session_meta import SessionFilter
from store.meerkat.reference.session_store import SessionStore
from tests.store.meerkat.reference.conftest import Handle
from tests.store.meerkat.reference.store_maker import Ticking, loaded, said, session_of, texts_of, user

ABSENT = "019e85a1-4b2f-717a-950a-00000000ffff"
MS = 1_000_000


@pytest.fixture
def store(handle: Handle) -> SessionStore:
    return handle()


# ------------------------------------------------------------------------------------------------- A: what is kept


def test_p2_a1_what_is_saved_is_loaded_with_its_messages_revision_and_metadata(store: SessionStore) -> None:
    session = session_of("one", "two")
    session.push(said("three"))
    session.set_metadata("session_labels", {"project": "orchard"})
    store.save(session)
    found = loaded(store, session.id)
    assert (found.id, len(found.messages)) == (session.id, 3)
    assert found.transcript_revision() == session.transcript_revision()
    assert found.metadata == session.metadata
    assert found.encode() == session.encode()


def test_p2_a2_a_session_exists_once_it_was_saved(store: SessionStore) -> None:
    session = session_of("one")
    before = store.exists(session.id)
    store.save(session)
    assert (before, store.exists(session.id), store.exists(ABSENT)) == (False, True, False)


def test_p2_a3_the_list_holds_a_session_with_its_count(store: SessionStore) -> None:
    session = session_of("one", "two", "three")
    store.save(session)
    (row,) = store.list()
    assert (row.id, row.message_count, row.metadata) == (session.id, 3, session.metadata)


def test_p2_a4_the_list_is_newest_update_first_and_by_id_where_two_are_equal(store: SessionStore) -> None:
    clock = Ticking()
    older, newer = session_of("older", clock=clock), session_of("newer", clock=clock)
    at_once = [session_of("same", clock=Ticking()) for _ in range(3)]
    for session in (newer, *at_once, older):
        store.save(session)
    listed = [row.id for row in store.list()]
    assert listed.index(newer.id) < listed.index(older.id)
    assert [one for one in listed if one in {each.id for each in at_once}] == sorted(each.id for each in at_once)


def test_p2_a5_a_deleted_session_is_gone_from_load_exists_and_list(store: SessionStore) -> None:
    session = session_of("one")
    store.save(session)
    store.delete(session.id)
    assert (store.load(session.id), store.exists(session.id), store.list()) == (None, False, [])


def test_p2_a5_deleting_what_is_not_there_is_no_error_and_loading_it_gives_nothing(store: SessionStore) -> None:
    store.delete(ABSENT)
    assert store.load(ABSENT) is None


def test_p2_a6_another_handle_shows_what_was_saved_before(handle: Handle) -> None:
    session = session_of("one")
    handle().save(session)
    assert texts_of(handle().load(session.id)) == ["one"]


def test_p2_a7_two_handles_see_what_each_other_writes(handle: Handle) -> None:
    first, second = handle(), handle()
    session = session_of("one")
    first.save(session)
    seen = loaded(second, session.id)
    seen.push(user("two"))
    second.save(seen)
    assert texts_of(first.load(session.id)) == ["one", "two"]


def _spread(store: SessionStore, count: int = 5) -> list[Session]:
    """Sessions that were made and changed a second after each other."""
    made = [session_of("one", clock=Ticking(10**18 + number * 1000 * MS)) for number in range(count)]
    for session in made:
        store.save(session)
    return made


def test_p2_a8_lower_bounds_are_inclusive(store: SessionStore) -> None:
    made = _spread(store)
    created = store.list(SessionFilter(created_after_ns=made[2].created_at_ns))
    updated = store.list(SessionFilter(updated_after_ns=made[3].updated_at_ns))
    assert [row.id for row in created] == [each.id for each in reversed(made[2:])]
    assert [row.id for row in updated] == [each.id for each in reversed(made[3:])]


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        (SessionFilter(limit=2), [4, 3]),
        (SessionFilter(limit=2, offset=1), [3, 2]),
        (SessionFilter(offset=3), [1, 0]),
        (SessionFilter(limit=0), []),
        (SessionFilter(offset=9), []),
        (SessionFilter(limit=(1 << 64) - 1, offset=4), [0]),
    ],
)
def test_p2_a8_limit_and_offset_page_the_ordered_list(
    store: SessionStore, narrowed: SessionFilter, expected: list[int]
) -> None:
    made = _spread(store)
    assert [row.id for row in store.list(narrowed)] == [made[number].id for number in expected]


def test_p2_a9_metadata_is_read_alone(store: SessionStore) -> None:
    session = session_of("one")
    session.set_metadata("session_labels", {"project": "orchard"})
    store.save(session)
    assert store.load_metadata(session.id) == {"session_labels": {"project": "orchard"}}
    assert store.load_metadata(ABSENT) is None


# ------------------------------------------------------------------------------------ the guards behind the saves


def test_l2_a_save_that_is_shorter_is_refused_and_what_is_kept_stays(store: SessionStore) -> None:
    session = session_of("one", "two", "three", "four")
    store.save(session)
    shorter = session.copy()
    shorter.replace_messages(session.messages.slice(0, 2))
    with pytest.raises(MonotonicityViolation) as caught:
        store.save(shorter)
    assert caught.value.fields == {"id": session.id, "prev_len": 4, "new_len": 2}
    assert texts_of(store.load(session.id)) == ["one", "two", "three", "four"]


def test_l2_a_rewrite_without_what_it_rewrites_is_refused(store: SessionStore) -> None:
    session = session_of("one", "two")
    stored = session.copy()
    store.save(stored)
    other = session_of("else")
    commit_of_nothing = _commit_between(stored, other)
    with pytest.raises(SessionStoreError) as caught:
        store.save_transcript_rewrite(other, commit_of_nothing)
    assert isinstance(caught.value, InvalidTranscriptRewrite)
    assert store.load(other.id) is None


def _commit_between(before: Session, after: Session):  # type: ignore[no-untyped-def]
    from store.meerkat.reference.history import Commit, Reason

    return Commit(
        before.transcript_revision(),
        after.transcript_revision(),
        0,
        len(before.messages),
        before.messages.digest(),
        after.messages.digest(),
        len(before.messages),
        len(after.messages),
        Reason("test"),
        None,
        0,
    )


def test_l2_an_authoritative_projection_asks_nothing(store: SessionStore) -> None:
    session = session_of("one", "two")
    store.save(session)
    session.replace_messages(session.messages.slice(0, 1))
    store.save_authoritative_projection(session)
    assert texts_of(store.load(session.id)) == ["one"]


def test_l2_what_is_kept_is_a_copy_of_what_was_saved(store: SessionStore) -> None:
    session = session_of("one")
    store.save(session)
    session.push(user("not saved"))
    session.set_metadata("session_archived", True)
    found = loaded(store, session.id)
    assert (texts_of(found), found.metadata) == (["one"], {})


# ----------------------------------------------------------------------------------------- D: writes by token


def test_p2_d1_expecting_nothing_makes_a_session_that_is_not_there(store: SessionStore) -> None:
    session = session_of("one")
    token = store.save_authoritative_projection_if_current_revision(session, None)
    assert texts_of(store.load(session.id)) == ["one"]
    assert token == row_token(loaded(store, session.id))


def test_p2_d2_expecting_nothing_where_a_session_is_kept_is_refused(store: SessionStore) -> None:
    session = session_of("one")
    store.save(session)
    session.push(user("two"))
    with pytest.raises(TranscriptContinuityViolation) as caught:
        store.save_authoritative_projection_if_current_revision(session, None)
    assert caught.value.fields["previous_revision"] == row_token(loaded(store, session.id))
    assert texts_of(store.load(session.id)) == ["one"]


def test_p2_d2_a_malformed_graph_is_refused_no_less(store: SessionStore) -> None:
    session = session_of("one")
    store.save(session)
    session.set_metadata("session_transcript_history_state_v1", {"head": 7})
    with pytest.raises(TranscriptContinuityViolation) as caught:
        store.save_authoritative_projection_if_current_revision(session, None)
    assert caught.value.fields["incoming_revision"] == session.message_digest()


def test_p2_d3_a_token_against_nothing_is_refused(store: SessionStore) -> None:
    session = session_of("one")
    with pytest.raises(TranscriptContinuityViolation) as caught:
        store.save_authoritative_projection_if_current_revision(session, row_token(session))
    assert caught.value.fields["previous_revision"] == MISSING
    assert store.load(session.id) is None


def test_p2_d4_the_current_token_goes_on(store: SessionStore) -> None:
    session = session_of("one")
    first = store.save_authoritative_projection_if_current_revision(session, None)
    session.push(user("two"))
    second = store.save_authoritative_projection_if_current_revision(session, first)
    assert texts_of(store.load(session.id)) == ["one", "two"]
    assert first != second == row_token(loaded(store, session.id))


def test_p2_d5_a_token_that_was_used_is_refused(store: SessionStore) -> None:
    session = session_of("one")
    used = store.save_authoritative_projection_if_current_revision(session, None)
    session.push(user("two"))
    store.save_authoritative_projection_if_current_revision(session, used)
    session.push(user("three"))
    with pytest.raises(TranscriptContinuityViolation):
        store.save_authoritative_projection_if_current_revision(session, used)
    assert texts_of(store.load(session.id)) == ["one", "two"]


def test_p2_d6_a_projection_is_taken_back_with_the_token_of_the_new_one(store: SessionStore) -> None:
    old = session_of("one", "two")
    before = store.save_authoritative_projection_if_current_revision(old, None)
    new = old.copy()
    new.push(user("three"))
    after = store.save_authoritative_projection_if_current_revision(new, before)
    # What depended on it failed: the old state is put back, although it is shorter.
    again = store.save_authoritative_projection_if_current_revision(old, after)
    assert texts_of(store.load(old.id)) == ["one", "two"]
    assert again == before


def test_p2_d6_where_it_cannot_be_taken_back_it_is_deleted_with_that_token(store: SessionStore) -> None:
    session = session_of("one")
    token = store.save_authoritative_projection_if_current_revision(session, None)
    assert store.delete_if_current_revision(session.id, token)
    assert store.load(session.id) is None


def test_p2_d7_only_the_current_token_deletes(store: SessionStore) -> None:
    session = session_of("one")
    stale = store.save_authoritative_projection_if_current_revision(session, None)
    session.push(user("two"))
    current = store.save_authoritative_projection_if_current_revision(session, stale)
    answers = [store.delete_if_current_revision(session.id, stale)]
    stays = store.exists(session.id)
    answers += [store.delete_if_current_revision(session.id, token) for token in (current, current)]
    assert (answers, stays) == ([False, True, False], True)


def test_p2_d8_a_stale_writer_neither_hides_nor_blocks_the_one_that_committed(store: SessionStore) -> None:
    session = session_of("one")
    stale = current = store.save_authoritative_projection_if_current_revision(session, None)
    session.push(user("two"))
    current = store.save_authoritative_projection_if_current_revision(session, current)
    orphan = session_of("orphan")
    orphan_of_it = session.copy()
    for number in range(3):
        orphan_of_it.push(user(f"orphan {number}"))
        with pytest.raises(TranscriptContinuityViolation):
            store.save_authoritative_projection_if_current_revision(orphan_of_it, stale)
        assert texts_of(store.load(session.id))[-1] != f"orphan {number}"
        session.push(user(f"round {number}"))
        current = store.save_authoritative_projection_if_current_revision(session, current)
        assert texts_of(store.load(session.id))[-1] == f"round {number}"
    assert store.load(orphan.id) is None
    assert not store.delete_if_current_revision(session.id, stale)
    assert store.delete_if_current_revision(session.id, current)


# --------------------------------------------------------------------------------------------- E: many and large


def append_with_retries(store: SessionStore, session_id: str, text: str, tries: int = 200) -> int:
    """Load, append and save until it is accepted; how often it had to be tried."""
    for attempt in range(1, tries + 1):
        session = loaded(store, session_id)
        session.push(user(text))
        try:
            store.save(session)
        except (TranscriptContinuityViolation, MonotonicityViolation):
            continue
        return attempt
    raise AssertionError(f"{text} was never accepted")


def test_p2_e1_eight_writers_append_one_marker_each_and_none_is_lost(handle: Handle) -> None:
    session = session_of("seed")
    handle().save(session)
    together = threading.Barrier(8)

    def write(number: int) -> int:
        store = handle()
        together.wait()
        return append_with_retries(store, session.id, f"marker {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    texts = texts_of(handle().load(session.id))
    assert sorted(texts) == sorted(["seed", *(f"marker {number}" for number in range(8))])


@pytest.fixture
def large() -> Session:
    made = session_of("first")
    for number in range(4):
        made.push(user(chr(ord("a") + number) * (512 * 1024)))
    made.push(said("ü" * (1024 * 1024)))
    return made


def test_p2_e2_large_messages_come_back_and_take_an_append(store: SessionStore, large: Session) -> None:
    store.save(large)
    found = loaded(store, large.id)
    assert found.transcript_revision() == large.transcript_revision()
    found.push(user("after"))
    store.save(found)
    assert loaded(store, large.id).messages.digest() == found.messages.digest()
