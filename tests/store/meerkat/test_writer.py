"""The writer makes new realms as Meerkat 0.6.24 would, whole or not at all, and never touches what exists."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.blocking import must_not_wait
from store.cancel import CancelToken
from store.errors import Cancelled, WouldBlock
from store.meerkat.writer import (
    AlreadyThere,
    NewRealm,
    NewSession,
    RunRow,
    blob_id,
    create_database,
    digest_text,
    encode_message,
    encode_session,
    encode_sorted,
)
from store.values.session import Usage

SESSION_ID = "0199a3f2-7c41-7a08-b1c4-6de04cc8a1f2"


def _session(number: int = 1) -> NewSession:
    message = {
        "role": "user",
        "content": 'a "quoted" line\n\t\x1f\x7f ünï 🙂 \u2028',
        "created_at": "2026-08-18T08:12:00Z",
    }
    return NewSession(
        session_id=SESSION_ID[:-1] + str(number),
        created_at_ns=1_786_960_384_112_999_999,
        updated_at_ns=1_786_960_399_000_000_001,
        messages=[encode_message(message)],
        metadata={"session_labels": {"title": "T", "project": "p"}, "b": 1, "a": {"z": 0, "y": None}},
        usage=Usage(3, 4, None, 5),
        runtime_state="idle",
        runs=[RunRow("i1", "r1", {"input_id": "i1"}, {"run_id": "r1", "sequence": 0})],
    )


def _rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def realm(tmp_path: Path) -> Iterator[NewRealm]:
    with NewRealm(tmp_path / "realm", "made", 1_771_405_200) as made:
        yield made


def test_a_session_stands_in_both_rows_with_the_same_bytes(realm: NewRealm) -> None:
    realm.add_sessions([_session()], CancelToken())
    realm.close()
    ((stored, metadata, count, tokens, created, updated),) = _rows(
        realm.database,
        "SELECT session_json, metadata_json, message_count, total_tokens, created_at_ms, updated_at_ms FROM sessions",
    )
    assert _rows(realm.database, "SELECT * FROM runtime_session_snapshots") == [
        (f"rt:session:{_session().session_id}", stored)
    ]
    assert stored == encode_session(_session())
    assert metadata == '{"a":{"y":null,"z":0},"b":1,"session_labels":{"project":"p","title":"T"}}'
    assert (count, tokens, created, updated) == (1, 7, 1_786_960_384_112, 1_786_960_399_000)
    assert _rows(realm.database, "SELECT * FROM runtime_states") == [(f"rt:session:{SESSION_ID[:-1]}1", b'"idle"')]
    assert _rows(realm.database, "SELECT run_id, sequence FROM runtime_boundary_receipts") == [("r1", 0)]


def test_the_envelope_has_the_order_of_the_format_and_survives_a_round_trip() -> None:
    document = encode_session(_session())
    decoded = json.loads(document)
    assert list(decoded) == ["version", "id", "messages", "created_at", "updated_at", "metadata", "usage"]
    assert decoded["created_at"] == {"secs_since_epoch": 1_786_960_384, "nanos_since_epoch": 112_999_999}
    assert json.dumps(decoded, ensure_ascii=False, separators=(",", ":")).encode() == document


def test_documents_of_the_real_program_are_encoded_to_the_same_bytes(copy_sample: Callable[[str], Path]) -> None:
    (database,) = copy_sample("meerkat/realm-0.6.24-rkat").rglob("sessions.sqlite3")
    documents = [row[0] for row in _rows(database, "SELECT session_json FROM sessions")]
    assert documents
    for stored in documents:
        assert isinstance(stored, bytes)
        decoded = json.loads(stored)
        created, updated = (
            decoded[name]["secs_since_epoch"] * 1_000_000_000 + decoded[name]["nanos_since_epoch"]
            for name in ("created_at", "updated_at")
        )
        usage = decoded["usage"]
        tokens = [usage[f"{name}_tokens"] for name in ("input", "output", "cache_creation", "cache_read")]
        messages = [encode_message(message) for message in decoded["messages"]]
        session = NewSession(decoded["id"], created, updated, messages, decoded["metadata"], Usage(*tokens))
        assert encode_session(session) == stored


def test_digests_and_blob_ids_are_those_of_the_format() -> None:
    assert digest_text([]) == "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
    known = "sha256:37ecc430eadc708f3fbefa16496b3303baced1942eb4ca298422a5b90d1b8f2d"
    assert blob_id("image/png", "iVBORw0KGgo=") == known
    assert encode_sorted({"b": [{"d": 1, "c": 2}], "a": 0}) == b'{"a":0,"b":[{"c":2,"d":1}]}'


def test_a_blob_is_one_file_named_by_its_digest(realm: NewRealm) -> None:
    name = realm.add_blob("image/png", b"\x89PNG\r\n\x1a\n")
    assert realm.add_blob("image/png", b"\x89PNG\r\n\x1a\n") == name
    (path,) = (realm.folder / "blobs").rglob("*.json")
    assert path.name == name.removeprefix("sha256:") + ".json"
    stored = json.loads(path.read_bytes())
    assert list(stored) == ["media_type", "data"]
    digest = hashlib.sha256(f"{stored['media_type']}\0{stored['data']}".encode()).hexdigest()
    assert name == f"sha256:{digest}"


def test_a_closed_realm_is_in_wal_mode_and_leaves_no_log_beside_it(realm: NewRealm) -> None:
    realm.add_sessions([_session()], CancelToken())
    realm.close()
    realm.close()
    assert sorted(entry.name for entry in realm.folder.iterdir()) == ["realm_manifest.json", "sessions.sqlite3"]
    assert realm.database.read_bytes()[16:20] == b"\x10\x00\x02\x02"
    assert _rows(realm.database, "PRAGMA integrity_check") == [("ok",)]
    manifest = json.loads((realm.folder / "realm_manifest.json").read_bytes())
    assert manifest == {"realm_id": "made", "backend": "sqlite", "origin": "explicit", "created_at": "1771405200"}


def test_a_batch_is_written_whole_or_not_at_all(realm: NewRealm) -> None:
    realm.add_sessions([_session(1)], CancelToken())
    with pytest.raises(sqlite3.IntegrityError):
        realm.add_sessions([_session(2), _session(3), _session(1)], CancelToken())
    token = CancelToken()

    def cancelled_halfway() -> Iterator[NewSession]:
        yield _session(4)
        token.cancel()
        yield _session(5)

    with pytest.raises(Cancelled):
        realm.add_sessions(cancelled_halfway(), token)
    realm.close()
    assert _rows(realm.database, "SELECT count(*) FROM sessions") == [(1,)]
    assert _rows(realm.database, "SELECT count(*) FROM runtime_session_snapshots") == [(1,)]


def test_what_exists_is_refused_and_not_touched(tmp_path: Path, realm: NewRealm) -> None:
    realm.close()
    before = realm.database.read_bytes()
    with pytest.raises(AlreadyThere):
        NewRealm(realm.folder, "other", 0)
    with pytest.raises(AlreadyThere):
        create_database(realm.database, ())
    with pytest.raises(AlreadyThere):
        realm.add_file("realm_manifest.json", b"{}")
    note = tmp_path / "notes"
    note.mkdir()
    (note / "mine.txt").write_text("mine")
    with pytest.raises(AlreadyThere):
        NewRealm(note, "other", 0)
    assert [entry.name for entry in note.iterdir()] == ["mine.txt"]
    assert realm.database.read_bytes() == before


def test_the_thread_that_draws_may_not_write(tmp_path: Path) -> None:
    with must_not_wait(), pytest.raises(WouldBlock):
        NewRealm(tmp_path / "realm", "made", 0)
