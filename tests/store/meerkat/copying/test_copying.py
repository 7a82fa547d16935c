"""A copy is a complete store of the reference schema, equal to its source, or there is none (3.6)."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import Cancelled, CopyRefused, OpenError, PathMissing
from store.meerkat.codec.codec import decode, encode
from store.meerkat.copying.copying import copy_sessions
from store.meerkat.copying.fitting import in_order
from store.meerkat.schema import S06_STATEMENTS
from store.values.session import SessionState, SortOrder
from store.values.whole import WholeSession

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]
Untouched = Callable[[Path], AbstractContextManager[None]]

STORES = {
    "realm-0.6.24-rich/atlas/sessions.sqlite3": 66,
    "realm-0.6.24-jsonl/ledgers/sessions_jsonl": 66,
    "realm-0.6.24-live-wal/tide/sessions.sqlite3": 14,
    "realm-0.6.24-rkat/realm/sessions.sqlite3": 11,
    "realm-0.6.24-bridged-by-0.9.8/realm/sessions.sqlite3": 11,
    "realm-0.6.34-rkat/realm/sessions.sqlite3": 11,
    "realm-0.7.5/attempted-turn/sessions.sqlite3": 1,
    "realm-0.7.28/attempted-turn/sessions.sqlite3": 1,
    "realm-0.8.10/sessions.sqlite3": 1,
    "store-0.8.50-rotated/sessions.sqlite3": 1,
    "store-0.9.3-whole-blob/runtime.sqlite": 3,
    "realm-0.9.8-crashed/realm/sessions.sqlite3": 2,
    "v0_8_8_slim_session.json": 1,
}
"""Stores that copy whole, with their sessions."""

REFUSED = {
    "realm-0.7.24-rkat/realm/sessions.sqlite3": (11, 4),
    "realm-0.7.28-rkat/realm/sessions.sqlite3": (11, 4),
    "realm-0.8.26-rkat/realm/sessions.sqlite3": (11, 2),
    "realm-0.9.8-rkat/realm/sessions.sqlite3": (11, 1),
}
"""Stores with sessions, and with how many that hold structured results, which 0.6.24 refuses."""

HISTORY = ("session_transcript_history_state_v1", "session_transcript_rewrite_prefix_authority_v1")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder of its own for copies."""
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder


def opened(copy_sample: Copy, open_store: Open, name: str) -> Backend:
    top, _, below = name.partition("/")
    path = copy_sample(f"meerkat/{top}")
    return open_store(path / below if below else path)


def ids(backend: Backend, token: CancelToken) -> list[str]:
    rows = backend.summaries(backend.ids(SortOrder(), token).handles, token)
    return [row.key.session_id for row in rows]


def content(whole: WholeSession) -> tuple[list[Any], dict[str, Any]]:
    """Messages and metadata as exact values, history left out."""
    metadata = {key: encode(in_order(decode(data))) for key, data in whole.metadata.items() if key not in HISTORY}
    return [decode(message) for message in whole.messages], metadata


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


# ----------------------------------------------------------------------------------------------------------- equal


@pytest.mark.parametrize("name", sorted(STORES))
def test_3_6_every_session_of_a_copied_store_is_equal_in_messages_and_metadata(
    copy_sample: Copy, open_store: Open, place: Path, token: CancelToken, untouched: Untouched, name: str
) -> None:
    """Of any readable generation; the source is untouched."""
    source = opened(copy_sample, open_store, name)
    with untouched(place.parent / "samples"):
        copied = copy_sessions(source, None, place / "copy.sqlite3", place.parent / "scratch", token)
        before = {each: source.whole_session(each, token) for each in ids(source, token)}
    assert len(copied.session_ids) == STORES[name]
    assert list(copied.session_ids) == list(before)
    copy = open_store(place / "copy.sqlite3")
    assert ids(copy, token) == list(before)
    for session_id, whole in before.items():
        again = copy.whole_session(session_id, token)
        assert content(again) == content(whole)
        assert (again.version, again.is_archived) == (2, whole.is_archived)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_3_6_one_session_that_0_6_24_would_refuse_keeps_all_from_being_copied(
    copy_sample: Copy, open_store: Open, place: Path, token: CancelToken, name: str
) -> None:
    """The list names each with the reason; the others can be copied one by one."""
    source = opened(copy_sample, open_store, name)
    target = place / "copy.sqlite3"
    refused = copy_sessions(source, None, target, place.parent / "scratch", token)
    count, expected = REFUSED[name]
    assert (refused.session_ids, refused.refused_count) == ((), expected)
    assert all("content type “structured”" in remark.sentence for remark in refused.refusals)
    assert list(place.iterdir()) == []
    named = {remark.session_id for remark in refused.refusals}
    others = [each for each in ids(source, token) if each not in named]
    copied = copy_sessions(source, others, target, place.parent / "scratch", token)
    assert len(copied.session_ids) == count - expected


def test_3_6_a_copy_is_of_the_reference_schema_with_both_rows_and_a_state(
    copy_sample: Copy, open_store: Open, place: Path, token: CancelToken
) -> None:
    source = opened(copy_sample, open_store, "realm-0.9.8-crashed/realm/sessions.sqlite3")
    target = place / "copy.sqlite3"
    copied = copy_sessions(source, None, target, place.parent / "scratch", token)
    assert [path.name for path in place.iterdir()] == ["copy.sqlite3"]
    assert target.stat().st_nlink == 1
    catalogue = rows(target, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
    assert [sql for (sql,) in catalogue] == list(S06_STATEMENTS)
    assert rows(target, "PRAGMA journal_mode") == [("wal",)]
    assert rows(target, "PRAGMA integrity_check") == [("ok",)]
    stored = dict(rows(target, "SELECT session_id, session_json FROM sessions"))
    assert sorted(stored) == sorted(copied.session_ids)
    snapshots = dict(rows(target, "SELECT runtime_id, session_snapshot FROM runtime_session_snapshots"))
    assert snapshots == {f"rt:session:{name}": document for name, document in stored.items()}
    states = dict(rows(target, "SELECT runtime_id, runtime_state_json FROM runtime_states"))
    assert states == {f"rt:session:{name}": b'"idle"' for name in stored}


def test_3_6_the_columns_of_a_copy_say_what_its_document_says(
    copy_sample: Copy, open_store: Open, place: Path, token: CancelToken
) -> None:
    source = opened(copy_sample, open_store, "realm-0.6.24-rich/atlas/sessions.sqlite3")
    target = place / "copy.sqlite3"
    copy_sessions(source, None, target, place.parent / "scratch", token)
    columns = "session_id, created_at_ms, updated_at_ms, message_count, total_tokens, metadata_json"
    original = place.parent / "samples" / "meerkat" / "realm-0.6.24-rich" / "atlas" / "sessions.sqlite3"
    query = f"SELECT {columns} FROM sessions ORDER BY session_id"
    copies = {row[0]: row[1:] for row in rows(target, query)}
    for session_id, *expected in rows(original, query):
        *found, metadata = copies[session_id]
        assert found == expected[:4]
        assert json.loads(metadata).keys() == json.loads(expected[4]).keys()


def test_3_6_an_archived_session_stays_archived_and_any_other_is_at_rest(
    copy_sample: Copy, open_store: Open, place: Path, token: CancelToken
) -> None:
    source = opened(copy_sample, open_store, "realm-0.6.24-rkat/realm/sessions.sqlite3")
    target = place / "copy.sqlite3"
    copy_sessions(source, None, target, place.parent / "scratch", token)
    before = source.summaries(source.ids(SortOrder(), token).handles, token)
    archived = [row.key.session_id for row in before if row.state is SessionState.ARCHIVED]
    retired = rows(
        target, "SELECT runtime_id FROM runtime_states WHERE runtime_state_json = CAST('\"retired\"' AS BLOB)"
    )
    assert [name.removeprefix("rt:session:") for (name,) in retired] == archived
    assert len(archived) == 1


def test_3_6_history_that_0_6_24_reads_goes_in_and_other_history_is_named_as_missing(
    copy_sample: Copy, open_store: Open, place: Path, token: CancelToken
) -> None:
    rich = opened(copy_sample, open_store, "realm-0.6.24-rich/atlas/sessions.sqlite3")
    copied = copy_sessions(rich, None, place / "rich.sqlite3", place.parent / "scratch", token)
    graphs = "SELECT count(*) FROM sessions WHERE instr(session_json, '\"session_transcript_history_state_v1\"') > 0"
    assert rows(place / "rich.sqlite3", graphs) == [(10,)]
    assert not any("history" in remark.sentence for remark in copied.warnings)
    blobs = opened(copy_sample, open_store, "store-0.9.3-whole-blob/runtime.sqlite")
    copied = copy_sessions(blobs, None, place / "blobs.sqlite3", place.parent / "scratch", token)
    assert rows(place / "blobs.sqlite3", graphs) == [(0,)]
    assert sum("history (2 retained revisions)" in remark.sentence for remark in copied.warnings) == 1


def test_3_6_what_0_6_24_drops_at_its_next_save_is_said_and_kept_in_the_copy(
    copy_sample: Copy, open_store: Open, place: Path, token: CancelToken
) -> None:
    source = opened(copy_sample, open_store, "realm-0.9.8-crashed/realm/sessions.sqlite3")
    copied = copy_sessions(source, None, place / "copy.sqlite3", place.parent / "scratch", token)
    said = [remark.sentence for remark in copied.warnings]
    assert "4 messages hold fields of a later Meerkat, which 0.6.24 drops at its next save." in said
    assert any(sentence.startswith("Unfinished run: 3 messages") for sentence in said)
    documents = rows(place / "copy.sqlite3", "SELECT CAST(session_json AS TEXT) FROM sessions")
    assert any('"assistant_message_id"' in document for (document,) in documents)


# --------------------------------------------------------------------------------------------------------- refused


def made_store(made: Any, make: Any, **fields: Any) -> Path:
    name = make.session_id(1)
    made.add(1, make.document(name, [make.user("hi")], **fields))
    return Path(made.done())


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b'{"role":"developer","content":"a"}', "it has the unknown role “developer”"),
        (b'{"role":"user","content":"a","content":"b"}', "it holds a key twice"),
        (b'{"role":"user","content":"\\ud800"}', "it holds half of a surrogate pair"),
        (b'{"role":"user","content":[{"type":"structured","data":1}]}', "content type “structured”"),
        (b'{"role":"block_assistant","blocks":[]}', "it has no “stop_reason”"),
        (b'{"role":"user","content":NaN}', "NaN"),
        (b"[" * 200 + b"]" * 200, "nested deeper than Meerkat reads"),
    ],
)
def test_3_6_a_message_that_0_6_24_refuses_is_refused_with_the_reason(
    made: Any, make: Any, open_store: Open, place: Path, token: CancelToken, message: bytes, reason: str
) -> None:
    document = make.document(make.session_id(1), ["X"]).replace(b'"X"', message)
    made.add(1, document)
    source = open_store(Path(made.done()))
    copied = copy_sessions(source, None, place / "copy.sqlite3", place.parent / "scratch", token)
    (refusal,) = copied.refusals
    assert reason in refusal.sentence
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": "019e85a1-4b2f-717a-950a-0000000000ff"}, "names another session"),
        ({"id": "x"}, "no UUID"),
        ({"created_at": "2026-01-01"}, "its time is no object, in “created_at”"),
        ({"updated_at": {"secs_since_epoch": 1}}, "it has no “nanos_since_epoch”, in “updated_at”"),
        ({"usage": {"input_tokens": -1, "output_tokens": 0}}, "in “input_tokens”, in “usage”"),
    ],
)
def test_3_6_an_envelope_that_0_6_24_refuses_is_refused_with_the_reason(
    made: Any, make: Any, open_store: Open, place: Path, token: CancelToken, fields: dict[str, Any], reason: str
) -> None:
    source = open_store(made_store(made, make, **fields))
    copied = copy_sessions(source, None, place / "copy.sqlite3", place.parent / "scratch", token)
    (refusal,) = copied.refusals
    assert reason in refusal.sentence


def test_3_6_a_session_with_missing_messages_is_refused(
    made_strands: Any, make: Any, open_store: Open, place: Path, token: CancelToken
) -> None:
    made_strands.add_head(1, [make.user("a"), None, make.user("c")])
    source = open_store(Path(made_strands.done()))
    copied = copy_sessions(source, None, place / "copy.sqlite3", place.parent / "scratch", token)
    assert copied.refused_count == 1
    assert list(place.iterdir()) == []


def test_3_6_a_legacy_session_without_message_times_is_copied_as_it_is(
    made: Any, make: Any, open_store: Open, place: Path, token: CancelToken
) -> None:
    message = {"role": "user", "content": "hi"}
    name = make.session_id(1)
    made.add(1, make.document(name, [message], version=1))
    source = open_store(Path(made.done()))
    copied = copy_sessions(source, None, place / "copy.sqlite3", place.parent / "scratch", token)
    assert open_store(place / "copy.sqlite3").whole_session(name, token).messages == (make.dump(message),)
    assert any("1 message has no time" in remark.sentence for remark in copied.warnings)


def test_unknown_fields_of_the_envelope_go_in_behind_the_known_ones(
    made: Any, make: Any, open_store: Open, place: Path, token: CancelToken
) -> None:
    source = open_store(made_store(made, make, later={"z": 1, "a": [18446744073709551616, 1e-05]}))
    copied = copy_sessions(source, None, place / "copy.sqlite3", place.parent / "scratch", token)
    ((document,),) = rows(place / "copy.sqlite3", "SELECT session_json FROM sessions")
    assert document.endswith(b',"later":{"z":1,"a":[18446744073709551616,0.00001]}}')
    assert any("“later”" in remark.sentence for remark in copied.warnings)


# ----------------------------------------------------------------------------------------------------------- place


@pytest.mark.parametrize("kind", ["file", "folder", "dangling link"])
def test_3_6_a_place_that_is_taken_is_refused_and_not_touched(
    made: Any, make: Any, open_store: Open, place: Path, token: CancelToken, untouched: Untouched, kind: str
) -> None:
    source = open_store(made_store(made, make))
    target = place / "copy.sqlite3"
    if kind == "file":
        target.write_bytes(b"mine")
    elif kind == "folder":
        target.mkdir()
    else:
        target.symlink_to(place / "nowhere")
    with untouched(place), pytest.raises(CopyRefused, match="already something"):
        copy_sessions(source, None, target, place.parent / "scratch", token)


def test_3_6_no_copy_is_made_inside_a_realm(
    copy_sample: Copy, open_store: Open, place: Path, token: CancelToken, untouched: Untouched
) -> None:
    source = opened(copy_sample, open_store, "realm-0.6.24-rkat/realm/sessions.sqlite3")
    realm = place.parent / "samples" / "meerkat" / "realm-0.6.24-rkat" / "realm"
    with untouched(realm), pytest.raises(CopyRefused, match="realm of Meerkat"):
        copy_sessions(source, None, realm / "copy.sqlite3", place.parent / "scratch", token)


@pytest.mark.parametrize("name", ["copy.sqlite3-wal", "copy-shm", "copy-journal", "x.mfence"])
def test_names_that_sqlite_uses_beside_a_database_are_refused(
    made: Any, make: Any, open_store: Open, place: Path, token: CancelToken, name: str
) -> None:
    with pytest.raises(CopyRefused, match="beside a database"):
        copy_sessions(open_store(made_store(made, make)), None, place / name, place.parent / "scratch", token)


def test_a_folder_that_is_not_there_is_said(
    made: Any, make: Any, open_store: Open, place: Path, token: CancelToken
) -> None:
    with pytest.raises(PathMissing):
        copy_sessions(open_store(made_store(made, make)), None, place / "no" / "c", place.parent / "scratch", token)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="for root every folder can be written to")
def test_a_folder_that_cannot_be_written_to_is_said(
    made: Any, make: Any, open_store: Open, place: Path, token: CancelToken
) -> None:
    place.chmod(0o500)
    with pytest.raises(OpenError):
        copy_sessions(open_store(made_store(made, make)), None, place / "c", place.parent / "scratch", token)
    place.chmod(0o700)


class _CancelledAt(CancelToken):
    """A token that is cancelled when it was asked so often."""

    def __init__(self, checks: int) -> None:
        super().__init__()
        self._left = checks

    def check(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Cancelled


@pytest.mark.parametrize("checks", [0, 1, 5, 20, 60, 100, 150])
def test_3_6_a_copy_that_is_cancelled_leaves_nothing_behind(
    copy_sample: Copy, open_store: Open, place: Path, checks: int
) -> None:
    source = opened(copy_sample, open_store, "realm-0.6.24-rkat/realm/sessions.sqlite3")
    with pytest.raises(Cancelled):
        copy_sessions(source, None, place / "copy.sqlite3", place.parent / "scratch", _CancelledAt(checks))
    assert list(place.iterdir()) == []


def test_3_6_a_file_that_appears_meanwhile_is_not_replaced(
    copy_sample: Copy, open_store: Open, place: Path, token: CancelToken
) -> None:
    source = opened(copy_sample, open_store, "realm-0.6.24-rkat/realm/sessions.sqlite3")
    target = place / "copy.sqlite3"

    class Racing(CancelToken):
        def report(self, done: int, total: int, what: str = "", unit: str = "") -> None:
            if what == "Reading the copy again" and not target.exists():
                target.write_bytes(b"theirs")
            super().report(done, total, what, unit)

    with pytest.raises(CopyRefused, match="appeared"):
        copy_sessions(source, None, target, place.parent / "scratch", Racing())
    assert [path.name for path in place.iterdir()] == ["copy.sqlite3"]
    assert target.read_bytes() == b"theirs"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (None, "It has no settings of its own, so Meerkat 0.6.24 shows it and cannot resume it."),
        ({"model": "m", "max_tokens": 1, "provider": "anthropic"}, "Its settings lack “tooling”"),
        (
            {"model": "m", "max_tokens": 1, "provider": "openai", "tooling": {}},
            "Its provider is called “openai”, which Meerkat 0.6.24 does not know",
        ),
    ],
)
def test_3_6_a_copy_that_0_6_24_could_not_resume_says_so(
    made: Any, make: Any, open_store: Open, place: Path, token: CancelToken, settings: Any, sentence: str
) -> None:
    name = make.session_id(1)
    made.add(1, make.document(name, [make.user("hi")], {"session_metadata": settings} if settings else {}))
    source = open_store(Path(made.done()))
    copied = copy_sessions(source, None, place / "copy.sqlite3", place.parent / "scratch", token)
    (warning,) = copied.warnings
    assert warning.sentence.startswith(sentence)


def test_3_6_what_is_newer_than_known_is_not_copied(
    made: Any, make: Any, open_store: Open, place: Path, token: CancelToken
) -> None:
    """Nobody can say of it what a copy would lack."""
    source = open_store(made_store(made, make, version=5))
    (refusal,) = copy_sessions(source, None, place / "copy.sqlite3", place.parent / "scratch", token).refusals
    assert "format 5, which is newer than every Meerkat known" in refusal.sentence


def test_3_6_a_store_that_is_newer_than_known_is_not_copied(
    copy_sample: Copy, open_store: Open, place: Path, token: CancelToken
) -> None:
    path = copy_sample("meerkat/realm-0.9.8-crashed") / "realm" / "sessions.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE meerkat_schema SET version = 6 WHERE domain = 'session-store'")
    refused = copy_sessions(open_store(path), None, place / "copy.sqlite3", place.parent / "scratch", token)
    assert refused.refused_count == 2
    assert all("newer than every Meerkat known" in remark.sentence for remark in refused.refusals)
