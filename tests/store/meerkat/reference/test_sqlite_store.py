"""The session store on SQLite: bad rows, documents that are compared instead of read, and what Meerkat says."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store.meerkat.reference.building_blocks import load_session_snapshot_in_txn, open_connection, row_of
from store.meerkat.reference.errors import Internal, MonotonicityViolation, TranscriptContinuityViolation
from store.meerkat.reference.row_tokens import row_token
from store.meerkat.reference.session import Session
from store.meerkat.reference.session_meta import SessionFilter
from store.meerkat.reference.sqlite_store import SqliteSessionStore
from tests.conftest import STORES
from tests.store.meerkat.reference.store_maker import loaded, said, session_of, stored_row, texts_of, user

U64_MAX = (1 << 64) - 1


@pytest.fixture
def store(tmp_path: Path) -> SqliteSessionStore:
    return SqliteSessionStore.open(tmp_path / "sessions.sqlite3")


def change(store: SqliteSessionStore, statement: str, *values: Any) -> None:
    """Change rows behind the store's back."""
    with closing(sqlite3.connect(store.path())) as database, database:
        database.execute(statement, values)


def refused(store: SqliteSessionStore) -> str:
    """What the list fails with."""
    with pytest.raises(Internal) as caught:
        store.list()
    return str(caught.value)


# --------------------------------------------------------------------------------------------- what is in the file


def test_l2_it_tells_its_path(store: SqliteSessionStore, tmp_path: Path) -> None:
    assert store.path() == tmp_path / "sessions.sqlite3"


def test_l2_nothing_lies_beside_the_file_between_two_operations(store: SqliteSessionStore) -> None:
    store.save(session_of("one"))
    assert [path.name for path in store.path().parent.iterdir()] == ["sessions.sqlite3"]


@pytest.mark.parametrize(
    "sample", ["realm-0.6.24-rich/atlas", "realm-0.6.24-rkat/realm", "realm-0.6.24-rkat-rewritten/realm"]
)
def test_l2_the_rows_of_a_real_store_are_what_would_be_written(tmp_path: Path, sample: str) -> None:
    shutil.copy2(STORES / "meerkat" / sample / "sessions.sqlite3", tmp_path)
    with closing(open_connection(tmp_path / "sessions.sqlite3")) as connection:
        rows = connection.execute("SELECT * FROM sessions").fetchall()
        made = [load_session_snapshot_in_txn(connection, row[0]) for row in rows]
    assert len(rows) > 5
    assert [row_of(session).columns() for session in made if session is not None] == rows


LISTINGS = json.loads((STORES / "meerkat/realm-0.6.24-rich/expected.json").read_text("utf-8"))["store_listing"]


@pytest.mark.parametrize("name", sorted(LISTINGS))
def test_p2_a8_a_real_store_is_listed_as_the_reference_lists_it(tmp_path: Path, name: str) -> None:
    shutil.copy2(STORES / "meerkat/realm-0.6.24-rich/atlas/sessions.sqlite3", tmp_path)
    asked = LISTINGS[name]["filter"]
    created_ns, updated_ns = (
        None if asked[key] is None else asked[key] * 1_000_000 for key in ("created_after_ms", "updated_after_ms")
    )
    narrowed = SessionFilter(created_ns, updated_ns, asked["limit"], asked["offset"] or 0)
    rows = SqliteSessionStore(tmp_path / "sessions.sqlite3").list(narrowed)
    assert [row.id for row in rows] == LISTINGS[name]["ids"]


# ----------------------------------------------------------------------------------------------- rows that are bad


def test_p2_a9_metadata_is_read_where_the_document_cannot_be(store: SqliteSessionStore) -> None:
    session = session_of("one")
    session.set_metadata("session_labels", {"project": "orchard"})
    store.save(session)
    change(store, "UPDATE sessions SET session_json = x'7b'")
    assert store.load_metadata(session.id) == {"session_labels": {"project": "orchard"}}
    assert len(store.list()) == 1
    with pytest.raises(Internal):
        store.load(session.id)


def test_p2_a10_negative_counters_are_the_largest_number_and_negative_times_the_epoch(
    store: SqliteSessionStore,
) -> None:
    store.save(session_of("one"))
    change(store, "UPDATE sessions SET message_count = -1, total_tokens = -7, created_at_ms = -5, updated_at_ms = -1")
    (row,) = store.list()
    assert (row.message_count, row.total_tokens, row.created_at_ns, row.updated_at_ns) == (U64_MAX, U64_MAX, 0, 0)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("not-a-uuid", "invalid character: found `n` at 0"),
        ("", "invalid length: found 0"),
        ("abc", "invalid length: found 3"),
        ("019e85a1-4b2f-717a-950a", "invalid group count: expected 5, found 4"),
        ("019e85a1-4b2f-717a-950a-0000000000001", "invalid group length in group 4: expected 12, found 13"),
    ],
)
def test_l3_one_row_without_a_proper_id_fails_the_whole_list(store: SqliteSessionStore, bad: str, reason: str) -> None:
    store.save(session_of("good"))
    store.save(session_of("bad"))
    change(store, "UPDATE sessions SET session_id = ? WHERE rowid = 2", bad)
    expected = f"Conversion error from type Text at index: 0, Internal error: invalid session_id '{bad}': {reason}"
    assert refused(store) == f"Internal error: SQLite error: {expected}"


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        # As the published 0.6.24 prints them.
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("{} {}", "trailing characters at line 1 column 4"),
        ('{"a":NaN}', "expected value at line 1 column 6"),
        ('{"a":1e999}', "number out of range at line 1 column 10"),
        ('{"a":1,}', "trailing comma at line 1 column 8"),
        ("[1,", "invalid type: sequence, expected a map at line 1 column 0"),
        ("\n\n [1]", "invalid type: sequence, expected a map at line 3 column 1"),
        ("\n null ", "invalid type: null, expected a map at line 2 column 5"),
        ("3 x", "invalid type: integer `3`, expected a map at line 1 column 1"),
        (
            "18446744073709551616",
            "invalid type: floating point `1.8446744073709552e+19`, expected a map at line 1 column 20",
        ),
        ('"ab" x', 'invalid type: string "ab", expected a map at line 1 column 4'),
        ("1e", "EOF while parsing a value at line 1 column 2"),
        ("nul", "EOF while parsing a value at line 1 column 3"),
    ],
)
def test_l3_one_row_whose_metadata_do_not_decode_fails_the_whole_list(
    store: SqliteSessionStore, metadata: str, reason: str
) -> None:
    store.save(session_of("good"))
    store.save(session_of("bad"))
    change(store, "UPDATE sessions SET metadata_json = ? WHERE rowid = 1", metadata)
    expected = f"Internal error: SQLite error: Conversion error from type Text at index: 5, {reason}"
    assert refused(store) == expected


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("metadata_json", b"{}", "Invalid column type Blob at index: 5, name: metadata_json"),
        ("session_id", b"\x00\x01", "Invalid column type Blob at index: 0, name: session_id"),
        ("message_count", "many", "Invalid column type Text at index: 3, name: message_count"),
        ("updated_at_ms", 1.5, "Invalid column type Real at index: 2, name: updated_at_ms"),
    ],
)
def test_l3_a_column_of_another_storage_class_fails_the_list_with_the_words_of_the_reference(
    store: SqliteSessionStore, column: str, value: Any, text: str
) -> None:
    store.save(session_of("one"))
    change(store, f"UPDATE sessions SET {column} = ?", value)
    assert refused(store) == f"Internal error: SQLite error: {text}"


def test_l3_metadata_that_are_no_utf_8_fail_the_list(store: SqliteSessionStore) -> None:
    store.save(session_of("one"))
    change(store, "UPDATE sessions SET metadata_json = CAST(x'7b22ff227d' AS TEXT)")
    assert refused(store).endswith("at index: 5, invalid utf-8 sequence of 1 bytes from index 2")


def test_l3_a_bad_row_outside_the_page_does_no_harm(store: SqliteSessionStore) -> None:
    good = session_of("good")
    store.save(good)
    store.save(session_of("bad"))
    change(store, "UPDATE sessions SET metadata_json = '', updated_at_ms = 1 WHERE session_id != ?", good.id)
    assert [row.id for row in store.list(SessionFilter(limit=1))] == [good.id]


def test_l3_an_id_in_another_spelling_is_listed_in_the_usual_one(store: SqliteSessionStore) -> None:
    session = session_of("one")
    store.save(session)
    change(store, "UPDATE sessions SET session_id = ?", f"{{{session.id.upper()}}}")
    assert [row.id for row in store.list()] == [session.id]


def test_l3_a_save_over_a_document_that_cannot_be_read_is_internal_and_changes_nothing(
    store: SqliteSessionStore,
) -> None:
    session = session_of("one")
    store.save(session)
    change(store, "UPDATE sessions SET session_json = x'7b7d'")
    before = stored_row(store.path(), session.id)
    with pytest.raises(Internal):
        store.save(session)
    assert stored_row(store.path(), session.id) == before


def test_p2_d7_a_row_that_cannot_be_read_has_no_token_and_stays(store: SqliteSessionStore) -> None:
    session = session_of("one")
    store.save(session)
    change(store, "UPDATE sessions SET session_json = x'7b7d'")
    assert not store.delete_if_current_revision(session.id, row_token(session))
    assert len(store.list()) == 1


def test_l2_a_token_is_the_hash_of_the_compact_document(store: SqliteSessionStore) -> None:
    session = session_of("one", "zwei ü")
    token = store.save_authoritative_projection_if_current_revision(session, None)
    row = stored_row(store.path(), session.id)
    assert row is not None
    compact = json.dumps(json.loads(row[6]), ensure_ascii=False, separators=(",", ":")).encode()
    assert token == f"row-sha256:{hashlib.sha256(compact).hexdigest()}"


def test_l2_a_token_is_over_the_session_after_a_load_whatever_its_stored_spelling(
    store: SqliteSessionStore,
) -> None:
    session = session_of("one")
    token = store.save_authoritative_projection_if_current_revision(session, None)
    pretty = json.dumps(json.loads(session.encode()), indent=1).encode()
    change(store, "UPDATE sessions SET session_json = ?", pretty)
    session.push(user("two"))
    store.save_authoritative_projection_if_current_revision(session, token)
    assert texts_of(store.load(session.id)) == ["one", "two"]


# ------------------------------------------------------------------------------- large documents are not read whole


def large_session(*texts: str) -> Session:
    """A session that is too large to be read whole where comparing will do."""
    return session_of(*(text * 20_000 for text in texts))


@pytest.mark.parametrize("count", [1, 2, 6])
def test_l2_a_large_session_takes_appends(store: SqliteSessionStore, count: int) -> None:
    session = large_session("one ", "two ")
    store.save(session)
    session.push_batch([user(f"more {number} " * 30_000) for number in range(count)])
    store.save(session)
    assert loaded(store, session.id).encode() == session.encode()


def test_l2_a_large_session_that_lost_its_end_is_refused(store: SqliteSessionStore) -> None:
    session = large_session("one ", "two ", "three ")
    store.save(session)
    shorter = session.copy()
    shorter.replace_messages(session.messages.slice(0, 2))
    with pytest.raises(MonotonicityViolation) as caught:
        store.save(shorter)
    assert caught.value.fields == {"id": session.id, "prev_len": 3, "new_len": 2}


@pytest.mark.parametrize("changed", [0, 1, 2])
def test_l2_a_large_session_that_differs_anywhere_is_refused(store: SqliteSessionStore, changed: int) -> None:
    session = large_session("one ", "two ", "three ")
    store.save(session)
    other = session.copy()
    texts = texts_of(session)
    texts[changed] = texts[changed][:-1] + "!"
    other.replace_messages(session.canonical([user(text) for text in texts]))
    with pytest.raises(TranscriptContinuityViolation):
        store.save(other)
    assert loaded(store, session.id).encode() == session.encode()


def test_l2_a_message_that_begins_like_the_stored_one_is_not_taken_for_it(store: SqliteSessionStore) -> None:
    session = session_of("x" * 100_000)
    store.save(session)
    other = session.copy()
    other.replace_messages(session.canonical([user("x" * 100_000 + "y"), user("next")]))
    with pytest.raises(TranscriptContinuityViolation):
        store.save(other)


def test_l2_a_large_document_in_another_spelling_is_read_whole(store: SqliteSessionStore) -> None:
    session = large_session("one ", "two ")
    store.save(session)
    change(store, "UPDATE sessions SET session_json = ?", json.dumps(json.loads(session.encode()), indent=1).encode())
    session.push(user("three"))
    store.save(session)
    assert texts_of(store.load(session.id))[-1] == "three"


def test_l2_a_second_list_of_messages_behind_the_first_one_counts(store: SqliteSessionStore) -> None:
    session = large_session("one ", "two ")
    store.save(session)
    doubled = session.encode()[:-1] + b',"messages":[' + b",".join([session.messages.bytes_at(1)] * 3) + b"]}"
    change(store, "UPDATE sessions SET session_json = ?", doubled)
    session.push(user("three"))
    with pytest.raises(TranscriptContinuityViolation):
        store.save(session)


def test_l2_a_lost_graph_of_a_large_session_is_found(store: SqliteSessionStore) -> None:
    from store.meerkat.reference.errors import InvalidTranscriptRewrite
    from store.meerkat.reference.history import Reason
    from store.meerkat.reference.rewriting import commit_transcript_rewrite

    session = large_session("one ", "two ")
    store.save(session)
    commit = commit_transcript_rewrite(session, 0, 1, session.canonical([user("less " * 20_000)]), Reason("test"))
    store.save_transcript_rewrite(session, commit)
    session.push(said("after"))
    store.save(session)
    session.replace_history(None)
    with pytest.raises(InvalidTranscriptRewrite) as caught:
        store.save(session)
    assert "would erase retained transcript history state" in str(caught.value)


def test_l2_a_vanished_file_is_made_anew_as_the_reference_does(store: SqliteSessionStore) -> None:
    store.save(session_of("one"))
    store.path().unlink()
    assert store.list() == []


def test_l2_two_processes_worth_of_handles_may_hold_the_file_open(store: SqliteSessionStore) -> None:
    with closing(open_connection(store.path())) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM sessions").fetchone()
        store.save(session_of("one"))
        other.execute("COMMIT")
    assert len(store.list()) == 1
