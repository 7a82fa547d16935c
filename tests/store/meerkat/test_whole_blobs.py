"""Sessions that a runtime keeps as whole documents by their digest (3.1, formats/meerkat.md §1.5 rules 10, 11)."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from store import Library
from store.backend import Backend
from store.cancel import CancelToken
from store.errors import SessionDamaged, SessionMissing
from store.meerkat.schema import S06_STATEMENTS, STRAND_STATEMENTS
from store.values.message import TextBlock
from store.values.session import SessionState, SessionSummary, SortKey, SortOrder

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]
Untouched = Callable[[Path], AbstractContextManager[None]]

STATES = "CREATE TABLE runtime_states (runtime_id TEXT PRIMARY KEY, runtime_state_json BLOB NOT NULL)"
SNAPSHOTS = "CREATE TABLE runtime_session_snapshots (runtime_id TEXT PRIMARY KEY, session_snapshot BLOB NOT NULL)"
RUNTIME = (
    "CREATE TABLE IF NOT EXISTS runtime_session_authority (runtime_id TEXT PRIMARY KEY,"
    " authority_version INTEGER, session_id TEXT, store_revision INTEGER, boundary_head_json BLOB,"
    " committed_head_token TEXT)",
    "CREATE TABLE runtime_whole_blob_authority (runtime_id TEXT PRIMARY KEY, authority_version INTEGER NOT NULL,"
    " session_id TEXT NOT NULL, store_revision INTEGER NOT NULL, blob_sha256 TEXT NOT NULL)",
    "CREATE TABLE runtime_whole_blob_bodies (blob_sha256 TEXT PRIMARY KEY, session_snapshot BLOB NOT NULL)",
    "CREATE TABLE runtime_whole_blob_provisional_tails (runtime_id TEXT PRIMARY KEY)",
    "CREATE TABLE runtime_session_catalog (runtime_id TEXT PRIMARY KEY, session_id TEXT NOT NULL UNIQUE,"
    " created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL, entry_json BLOB NOT NULL)",
)


class Runtime:
    """A runtime's database while it is made."""

    def __init__(self, path: Path, make: Any, statements: tuple[str, ...]) -> None:
        self.path, self.make = path, make
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(path)
        for statement in (*statements, *RUNTIME):
            self.connection.execute(statement)

    def run(self, statement: str, *values: Any) -> None:
        self.connection.execute(statement, values)

    def add(self, number: int, texts: list[str], body: bytes | None = None, **entry: Any) -> str:
        """Add a session; `entry=None` leaves its row in the catalogue out, other arguments change its entry."""
        name = str(self.make.session_id(number))
        data = body or self.make.document(name, [self.make.user(text) for text in texts])
        digest = "row-sha256:" + hashlib.sha256(data).hexdigest()
        runtime_id = f"rt:session:{name}"
        self.run("INSERT INTO runtime_whole_blob_authority VALUES (?, 1, ?, 1, ?)", runtime_id, name, digest)
        self.run("INSERT INTO runtime_whole_blob_bodies VALUES (?, ?)", digest, data)
        if entry.pop("entry", True):
            fields = {"session_id": name, "message_count": len(texts), "total_tokens": 10, "labels": {}} | entry
            times = (self.make.updated_ms - 60_000, self.make.updated_ms - number)
            self.run(
                "INSERT INTO runtime_session_catalog VALUES (?, ?, ?, ?, ?)",
                runtime_id,
                name,
                *times,
                self.make.dump(fields),
            )
        return name

    def done(self) -> Path:
        self.connection.commit()
        self.connection.close()
        return self.path


@pytest.fixture
def runtime(tmp_path: Path, make: Any) -> Runtime:
    """A runtime's own database, empty."""
    return Runtime(tmp_path / "host" / "runtime.sqlite", make, (STATES, SNAPSHOTS))


# ------------------------------------------------------------------------------------------------- a real store


def test_3_1_a_real_whole_blob_store_reads_as_its_maker_says(
    copy_sample: Copy, library: Library, untouched: Untouched, token: CancelToken
) -> None:
    folder = copy_sample("meerkat/store-0.9.3-whole-blob")
    expected = json.loads((folder / "fixture-manifest.json").read_text("utf-8"))["expected"]["runtimes"]
    with untouched(folder):
        (facts,) = library.open(folder, token)
        backend = library.backend(facts.key)
        rows = {row.key.session_id: row for row in backend.summaries(backend.ids(SortOrder(), token).handles, token)}
        details = {name: backend.detail(name, token) for name in rows}
    assert (facts.generation, facts.session_count, facts.name) == ("whole-blob", 3, "store-0.9.3-whole-blob")
    assert not facts.is_writable
    assert "digest" in facts.write_reason
    assert {name: row.message_count for name, row in rows.items()} == {
        session["session_id"]: session["message_count"] for session in expected
    }
    assert {name: row.size_bytes for name, row in rows.items()} == {
        session["session_id"]: session["body_bytes"] for session in expected
    }
    assert {name: row.is_rewritten for name, row in rows.items()} == {
        session["session_id"]: session["rewrite_occurrences"] > 0 for session in expected
    }
    assert not any(row.faults for row in rows.values())
    assert all("whole document that the runtime names" in detail.authority for detail in details.values())
    assert {detail.document_version for detail in details.values()} == {4}


def test_3_1_its_transcripts_and_catalogue_read_too(copy_sample: Copy, open_store: Open, token: CancelToken) -> None:
    backend = open_store(copy_sample("meerkat/store-0.9.3-whole-blob") / "runtime.sqlite")
    census = backend.census(None, 9, token)
    facts = backend.catalogue_facts([row.handle for row in census], token)
    assert [one.session_id for one in facts] == [row.session_id for row in census]
    assert not any(one.is_damaged or one.faults for one in facts)
    for row in census:
        outline = backend.outline(row.session_id, token)
        messages = backend.messages(row.session_id, 0, outline.count, token)
        assert (outline.count, outline.faults) == (row.message_count, ())
        assert isinstance(messages[-1].blocks[0], TextBlock)
        assert messages[-1].blocks[0].text.startswith("fixture reply")
        assert backend.matching_ids(row.session_id[:26], token) == (row.session_id,)


# ------------------------------------------------------------------------------------------------- what can be wrong


def test_3_1_a_document_that_is_not_stored_damages_its_session_alone(
    runtime: Runtime, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    lost, sound = runtime.add(1, ["lost"]), runtime.add(2, ["sound"])
    runtime.run("DELETE FROM runtime_whole_blob_bodies WHERE rowid = 1")
    backend = open_store(runtime.done())
    rows = {row.key.session_id: row for row in list_rows(backend)}
    assert [fault.code for fault in rows[lost].faults] == ["no-document"]
    assert (rows[lost].state, rows[lost].message_count) == (SessionState.DAMAGED, 1)
    assert rows[sound].faults == ()
    with pytest.raises(SessionDamaged):
        backend.outline(lost, token)
    assert backend.catalogue_facts([rows[lost].handle], token)[0].is_damaged
    assert backend.detail(lost, token).summary.state is SessionState.DAMAGED


def test_3_1_a_session_that_the_catalogue_leaves_out_is_listed_from_its_document(
    runtime: Runtime, open_store: Open, list_rows: Rows, make: Any
) -> None:
    runtime.add(1, ["short"], entry=None)
    runtime.add(2, ["first words"] + ["x" * 30_000] * 4, entry=None)
    rows = list_rows(open_store(runtime.done()))
    assert [fault.code for row in rows for fault in row.faults] == ["not-catalogued"] * 2
    assert {(row.title, row.updated_at_ms, row.total_tokens) for row in rows} == {
        ("short", make.updated_ms, 10),
        ("first words", make.updated_ms, 10),
    }


def test_3_1_a_catalogue_that_counts_otherwise_is_said_to(
    runtime: Runtime, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    name = runtime.add(1, ["one", "two"], message_count=5)
    backend = open_store(runtime.done())
    (row,) = list_rows(backend)
    assert [fault.code for fault in row.faults] == ["wrong-count"]
    assert [fault.code for fault in backend.outline(name, token).faults] == ["wrong-count"]


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        ({"lifecycle_terminal": "archived"}, None),
        ({"runtime_state": "retired"}, None),
        ({"runtime_state": "idle"}, b'{"record_version":5,"runtime_state":"retired"}'),
        ({"runtime_state": "idle", "lifecycle_terminal": "archived"}, b'{"runtime_state":"idle"}'),
    ],
)
def test_3_1_the_catalogue_and_the_state_row_each_can_say_archived(
    runtime: Runtime, open_store: Open, list_rows: Rows, token: CancelToken, entry: dict[str, str], state: bytes | None
) -> None:
    name = runtime.add(1, ["done"], **entry)
    runtime.add(2, ["open"], runtime_state="idle", lifecycle_terminal=None)
    if state is not None:
        runtime.run("INSERT INTO runtime_states VALUES (?, ?)", f"rt:session:{name}", state)
    backend = open_store(runtime.done())
    archived = {row.key.session_id for row in list_rows(backend) if row.state is SessionState.ARCHIVED}
    assert archived == {name}
    assert {row.session_id for row in backend.census(None, 9, token) if row.is_archived} == {name}


def test_3_1_a_large_document_is_told_by_its_two_ends_and_the_catalogue(
    runtime: Runtime, open_store: Open, list_rows: Rows, token: CancelToken, make: Any
) -> None:
    name = make.session_id(1)
    metadata = {"session_labels": {"team": "blue"}, "session_metadata": {"model": "m-9", "provider": "anthropic"}}
    messages = [make.user("what a person asked"), *[make.user("x" * 50_000) for _ in range(30)]]
    runtime.add(1, [""] * 31, make.document(name, messages, metadata))
    backend = open_store(runtime.done())
    (row,) = list_rows(backend)
    assert (row.title, row.model, row.labels) == ("what a person asked", "m-9", (("team", "blue"),))
    assert (row.input_tokens, row.faults) == (7, ())
    (facts,) = backend.catalogue_facts([row.handle], token)
    assert (facts.model, facts.is_damaged, facts.faults) == ("m-9", False, ())


def test_3_1_an_unfinished_run_is_said(runtime: Runtime, open_store: Open, list_rows: Rows) -> None:
    name = runtime.add(1, ["kept"])
    runtime.run("INSERT INTO runtime_whole_blob_provisional_tails VALUES (?)", f"rt:session:{name}")
    (row,) = list_rows(open_store(runtime.done()))
    assert (row.state, [fault.code for fault in row.faults]) == (SessionState.ACTIVE, ["unfinished-run"])


def test_3_1_hostile_ids_and_entries_are_rows_too(
    runtime: Runtime, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    sound = runtime.add(1, ["sound"])
    runtime.run(
        "INSERT INTO runtime_whole_blob_authority VALUES (CAST(x'72743a73657373696f6e3aff00' AS TEXT), 1, '', 1, '')"
    )
    runtime.run("INSERT INTO runtime_whole_blob_authority VALUES ('rt:mob:other', 1, '', 1, '')")
    odd = runtime.add(2, ["odd"])
    runtime.run("UPDATE runtime_session_catalog SET entry_json = x'ff', updated_at_ms = -5 WHERE session_id = ?", odd)
    backend = open_store(runtime.done())
    for key in SortKey:
        assert len(list_rows(backend, SortOrder(key))) == 3
    rows = {row.key.session_id: row for row in list_rows(backend)}
    assert rows[sound].faults == ()
    assert [fault.code for fault in rows["\\xff\x00"].faults] == ["bad-id", "not-catalogued", "no-document"]
    assert [fault.code for fault in rows[odd].faults] == ["bad-counter"]
    assert len(backend.catalogue_facts([row.handle for row in backend.census(None, 9, token)], token)) == 3


def test_3_1_a_runtime_newer_than_known_is_read_and_said_to_be(
    runtime: Runtime, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    runtime.add(1, ["readable"])
    runtime.run("CREATE TABLE meerkat_schema (domain TEXT PRIMARY KEY, version INTEGER NOT NULL)")
    runtime.run("INSERT INTO meerkat_schema VALUES ('runtime-store', 4)")
    backend = open_store(runtime.done())
    facts = backend.facts(token)
    assert (facts.generation, facts.is_writable, [fault.code for fault in facts.faults]) == (
        "newer",
        False,
        ["newer-schema"],
    )
    assert [row.title for row in list_rows(backend)] == ["readable"]


def test_3_1_a_snapshot_without_an_authority_row_is_listed_too(
    runtime: Runtime, open_store: Open, list_rows: Rows, make: Any
) -> None:
    kept = runtime.add(1, ["of the authority"])
    old = make.session_id(2)
    for name in (kept, old):
        data = make.document(name, [make.user(f"snapshot of {name[-1]}")])
        runtime.run("INSERT INTO runtime_session_snapshots VALUES (?, ?)", f"rt:session:{name}", data)
    rows = list_rows(open_store(runtime.done()))
    assert {row.key.session_id: row.title for row in rows} == {kept: "of the authority", old: "snapshot of 2"}


def test_3_1_a_document_that_is_replaced_is_followed(
    runtime: Runtime, open_store: Open, token: CancelToken, make: Any
) -> None:
    name = runtime.add(1, ["one", "two"])
    path = runtime.done()
    backend = open_store(path)
    outline = backend.outline(name, token)
    data = make.document(name, [make.user(text) for text in ("one", "two", "three")])
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO runtime_whole_blob_bodies VALUES ('row-sha256:new', ?)", (data,))
    connection.execute("UPDATE runtime_whole_blob_authority SET blob_sha256 = 'row-sha256:new', store_revision = 2")
    connection.commit()
    connection.close()
    while not backend.refresh(token):
        pass
    followed = backend.follow(name, outline, token)
    assert (followed.kept, followed.outline.count) == (2, 3)


# ------------------------------------------------------------------------------------------------- mixed realms


@pytest.mark.parametrize("statements", [S06_STATEMENTS, STRAND_STATEMENTS])
def test_3_1_a_realm_with_some_whole_documents_lists_each_session_once(
    tmp_path: Path, make: Any, open_store: Open, list_rows: Rows, token: CancelToken, statements: tuple[str, ...]
) -> None:
    """Rule 10: an authority row and its head, else the whole document, else head, snapshot or row of `sessions`."""
    realm = Runtime(tmp_path / "mixed" / "sessions.sqlite3", make, statements)
    blob = realm.add(1, ["whole document"])
    both, plain = realm.add(2, ["not this"]), str(make.session_id(3))
    has_heads = statements is STRAND_STATEMENTS
    for name in (blob, both, plain):
        data = make.document(name, [make.user("row of sessions")])
        realm.run("INSERT INTO sessions VALUES (?, 1, 1, 1, 1, '{}', ?)", name, data)
    if has_heads:
        realm.run("INSERT INTO runtime_session_authority VALUES (?, 1, ?, 1, '{}', '')", f"rt:session:{both}", both)
        columns = "session_id, version, strand, head_revision, message_count, rewrite_count, total_tokens,"
        realm.run(
            f"INSERT INTO session_heads ({columns} created_at_ms, updated_at_ms, metadata_json, head_json, cas_token)"
            " VALUES (?, 2, 'root', '', 1, 0, 1, 1, 1, '{}', '{}', '')",
            both,
        )
        message = make.dump(make.user("head"))
        realm.run("INSERT INTO session_strand_messages VALUES (?, 'root', 0, ?, 1)", both, message)
    backend = open_store(realm.done())
    titles = {row.key.session_id: row.title for row in list_rows(backend)}
    assert titles == {blob: "whole document", both: "head" if has_heads else "not this", plain: "row of sessions"}
    assert backend.facts(token).session_count == len(backend.census(None, 9, token)) == 3
    for name in (blob, both, plain):
        assert backend.outline(name, token).count == 1
        assert backend.detail(name, token).summary.title == titles[name]


def test_3_1_a_runtime_beside_documents_is_the_realms_one_store(
    copy_sample: Copy, tmp_path: Path, make: Any, library: Library, untouched: Untouched, token: CancelToken
) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-rkat-jsonl") / "realm"
    realm = Runtime(folder / "runtime.sqlite3", make, (STATES, SNAPSHOTS))
    name = realm.add(1, ["of the runtime"])
    realm.done()
    (folder / "sessions_jsonl" / f"{name}.jsonl").write_bytes(make.document(name, [make.user("its copy")]))
    with untouched(folder):
        told = [library.open(path, token) for path in (folder.parent, folder, folder / "sessions_jsonl")]
    assert {facts.key.path for opened in told for facts in opened} == {str(folder / "runtime.sqlite3")}
    (facts,) = told[0]
    assert (facts.generation, facts.session_count, facts.name) == ("whole-blob", 1, "demo-jsonl")
    assert [fault.code for fault in facts.faults] == ["documents-left-out"]
    assert facts.faults[0].sentence.startswith("3 session documents in “sessions_jsonl”")


@pytest.mark.parametrize("tables", [RUNTIME, (STATES,), ()])
def test_3_1_documents_are_the_sessions_where_the_runtime_beside_them_holds_none(
    copy_sample: Copy, library: Library, token: CancelToken, tables: tuple[str, ...]
) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-rkat-jsonl") / "realm"
    connection = sqlite3.connect(folder / "runtime.sqlite3")
    for statement in tables:
        connection.execute(statement)
    connection.commit()
    connection.close()
    (facts,) = library.open(folder, token)
    assert facts.key.path == str(folder / "runtime.sqlite3")
    assert (facts.generation, facts.session_count, facts.faults) == ("jsonl", 3, ())
    backend = library.backend(facts.key)
    rows = backend.summaries(backend.ids(SortOrder(), token).handles, token)
    assert {row.key.store for row in rows} == {facts.key}
    with pytest.raises(SessionMissing):
        backend.outline("none", token)
