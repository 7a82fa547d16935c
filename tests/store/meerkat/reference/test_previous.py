"""What is kept already is found by comparing bytes, and is then what a load would have found."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.meerkat.reference.building_blocks import (
    StoreConnection,
    begin_immediate_transaction,
    load_session_snapshot_in_txn,
    open_connection,
    write_session_snapshot_in_txn,
)
from store.meerkat.reference.errors import SessionStoreError
from store.meerkat.reference.guards import append_only_save_guard
from store.meerkat.reference.message_list import MessageList
from store.meerkat.reference.previous import SMALL_BYTES, previous_in_txn
from store.meerkat.reference.session import Session
from tests.store.meerkat.reference.store_maker import session_of, user

LARGE = "x" * SMALL_BYTES


def outcome(incoming: Session, previous: Session | None) -> object:
    """What the guard says."""
    try:
        append_only_save_guard(incoming, previous)
    except SessionStoreError as error:
        return error.variant, error.fields
    return "ok"


def kept_in(connection: StoreConnection, session: Session) -> None:
    with begin_immediate_transaction(connection):
        write_session_snapshot_in_txn(connection, session)


TEXTS = st.lists(st.sampled_from(["", "a", "ab", "b", "ü", '"', "],", "a" * 300_000]), max_size=4)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(kept=TEXTS, incoming=TEXTS, has_labels=st.booleans())
def test_p3_whatever_is_kept_and_comes_the_guard_decides_as_after_a_load(
    tmp_path: Path, kept: list[str], incoming: list[str], has_labels: bool
) -> None:
    before = session_of(LARGE, *kept)
    if has_labels:
        before.set_metadata("session_labels", {"a": "]}"})
    after = before.copy()
    after.replace_messages(after.canonical([user(text) for text in (LARGE, *incoming)]))
    with closing(open_connection(tmp_path / "sessions.sqlite3")) as connection:
        kept_in(connection, before)
        compared = previous_in_txn(connection, after)
        loaded = load_session_snapshot_in_txn(connection, before.id)
    assert compared is not None
    assert loaded is not None
    assert compared.encode() == loaded.encode()
    assert outcome(after, compared) == outcome(after, loaded)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_l2_the_messages_of_the_incoming_session_are_taken_for_the_kept_ones(tmp_path: Path, count: int) -> None:
    incoming = session_of(LARGE, "two", "three")
    before = incoming.copy()
    before.replace_messages(incoming.messages.slice(0, count))
    with closing(open_connection(tmp_path / "sessions.sqlite3")) as connection:
        kept_in(connection, before)
        previous = previous_in_txn(connection, incoming)
    assert previous is not None
    assert len(previous.messages) == count
    # Not loaded again: the bytes are those of the incoming list, not equal ones.
    kept, coming = next(previous.messages.views()), next(incoming.messages.views())
    assert kept.obj is coming.obj


def test_l2_nothing_kept_is_nothing(tmp_path: Path) -> None:
    with closing(open_connection(tmp_path / "sessions.sqlite3")) as connection:
        assert previous_in_txn(connection, session_of(LARGE)) is None


def test_l2_messages_that_are_likely_but_not_kept_are_not_taken(tmp_path: Path) -> None:
    before = session_of(LARGE, "two")
    likely = MessageList.of(before.canonical([user(LARGE), user("other")]))
    with closing(open_connection(tmp_path / "sessions.sqlite3")) as connection:
        kept_in(connection, before)
        previous = previous_in_txn(connection, before, likely)
    assert previous is not None
    assert previous.encode() == before.encode()
