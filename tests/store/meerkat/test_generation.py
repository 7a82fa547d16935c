"""Every layout of a release is told from the catalogue; what is not ours is refused in one sentence (3.1, 1-case-2)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import ForeignDatabase, NotAStore, OpenError, UnreadableGeneration
from store.meerkat import MEERKAT
from store.meerkat.schema import SESSIONS
from store.values.session import SessionSummary

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]


@pytest.mark.parametrize(
    ("path", "generation"),
    [
        ("realm-0.7.5/attempted-turn", "S-0.6"),
        ("realm-0.7.28-rkat/realm", "S-0.7H"),
        ("realm-0.8.10", "S-0.8L"),
        ("store-0.8.50-rotated", "S-0.8L"),
        ("realm-0.9.8-rkat/realm", "S-0.9"),
        ("realm-0.6.24-bridged-by-0.9.8/realm", "S-0.6"),
    ],
)
def test_3_1_the_layout_of_every_release_is_told(
    copy_sample: Copy, open_store: Open, token: CancelToken, path: str, generation: str
) -> None:
    folder, _, inner = path.partition("/")
    facts = open_store(copy_sample(f"meerkat/{folder}") / inner / "sessions.sqlite3").facts(token)
    assert facts.generation == generation
    assert [fault.code for fault in facts.faults] == (["half-bridged"] if "bridged" in folder else [])


def changed(main: Path, *statements: str) -> Path:
    """A database after some statements of a program that is not Meerkat."""
    connection = sqlite3.connect(main)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return main


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE meerkat_schema SET version = 6 WHERE domain = 'session-store'",
        "UPDATE meerkat_schema SET version = 4 WHERE domain = 'runtime-store'",
        "ALTER TABLE session_heads ADD COLUMN seal BLOB",
    ],
)
def test_3_1_what_is_newer_than_known_is_read_with_a_notice_and_never_written(
    copy_sample: Copy, open_store: Open, list_rows: Rows, token: CancelToken, change: str
) -> None:
    main = copy_sample("meerkat/realm-0.9.8-rkat") / "realm" / "sessions.sqlite3"
    before = list_rows(open_store(main))
    backend = open_store(changed(main, change))
    facts = backend.facts(token)
    assert (facts.generation, facts.is_writable, len(facts.faults)) == ("newer", False, 1)
    assert (facts.faults[0].code, "newer" in facts.write_reason) == ("newer-schema", True)
    assert [row.title for row in list_rows(backend)] == [row.title for row in before]
    assert all(backend.outline(row.key.session_id, token).count == row.message_count for row in before)


def test_3_1_no_store_of_heads_is_writable(copy_sample: Copy, open_store: Open, token: CancelToken) -> None:
    for name, folder in (("realm-0.7.28-rkat", "realm"), ("realm-0.8.10", ""), ("realm-0.9.8-crashed", "realm")):
        facts = open_store(copy_sample(f"meerkat/{name}") / folder / "sessions.sqlite3").facts(token)
        assert not facts.is_writable
        assert facts.write_reason.endswith("read only.")


@pytest.mark.parametrize("change", ["UPDATE meerkat_schema SET version = 'five'", "DROP TABLE meerkat_schema"])
def test_3_1_a_ledger_that_is_lost_or_damaged_takes_no_session_away(
    copy_sample: Copy, open_store: Open, list_rows: Rows, change: str
) -> None:
    main = copy_sample("meerkat/realm-0.9.8-crashed") / "realm" / "sessions.sqlite3"
    rows = list_rows(open_store(changed(main, change)))
    assert [row.message_count for row in rows] == [3, 6]


def test_3_1_a_table_with_other_columns_is_said_and_not_read(
    copy_sample: Copy, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    main = copy_sample("meerkat/realm-0.8.10") / "sessions.sqlite3"
    backend = open_store(changed(main, "ALTER TABLE runtime_states RENAME COLUMN runtime_state_json TO state"))
    (fault,) = backend.facts(token).faults
    assert (fault.code, "“runtime_states”" in fault.sentence) == ("foreign-tables", True)
    assert [row.message_count for row in list_rows(backend)] == [5]


@pytest.mark.parametrize(
    ("statements", "error"),
    [
        ((), ForeignDatabase),
        (("CREATE TABLE notes (id INTEGER, text TEXT)",), ForeignDatabase),
        (("CREATE TABLE sessions (id TEXT PRIMARY KEY, title TEXT)",), ForeignDatabase),
        (("CREATE TABLE workgraph_items (id TEXT)",), ForeignDatabase),
        (("CREATE TABLE session_heads (session_id TEXT)",), UnreadableGeneration),
    ],
)
def test_1_case_2_a_foreign_database_is_named_as_one(
    tmp_path: Path, open_store: Open, statements: tuple[str, ...], error: type[OpenError]
) -> None:
    main = tmp_path / "some.db"
    connection = sqlite3.connect(main)
    connection.execute("PRAGMA user_version = 1")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    with pytest.raises(error) as raised:
        open_store(main)
    assert raised.value.sentence.endswith(".")


def test_1_case_2_meerkats_other_databases_lead_to_the_right_one(copy_sample: Copy, open_store: Open) -> None:
    main = copy_sample("meerkat/realm-0.6.24-rkat") / "realm" / "workgraph.sqlite3"
    with pytest.raises(ForeignDatabase, match="holds no sessions"):
        open_store(main)


def test_3_1_the_index_of_session_documents_leads_to_its_folder(copy_sample: Copy, open_store: Open) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-jsonl") / "ledgers" / "sessions_jsonl"
    with pytest.raises(ForeignDatabase, match="index of session documents") as raised:
        open_store(folder / "session_index.sqlite3")
    assert raised.value.advice == "Open the folder in which it lies."


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.json", '{"a": 1}'),
        ("list.json", "[1, 2]"),
        ("events.jsonl", '{"seq":1}\n{"seq":2}\n'),
        ("half.json", "{"),
        ("words.txt", "{curly} words"),
    ],
)
def test_1_case_2_text_that_is_no_session_document_is_said_to_be_none(
    tmp_path: Path, open_store: Open, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(NotAStore) as raised:
        open_store(path)
    assert raised.value.sentence


def test_B2_main_files_are_found_by_name_alone(tmp_path: Path) -> None:
    assert MEERKAT.main_files(tmp_path) == ()
    (tmp_path / "sessions.sqlite3").write_bytes(b"")
    (tmp_path / "other.sqlite3").write_bytes(b"")
    assert MEERKAT.main_files(tmp_path) == (tmp_path / "sessions.sqlite3",)


def test_B2_a_store_in_utf_16_is_refused(tmp_path: Path, open_store: Open) -> None:
    main = tmp_path / "sessions.sqlite3"
    connection = sqlite3.connect(main)
    connection.execute("PRAGMA encoding = 'UTF-16'")
    connection.execute(SESSIONS)
    connection.commit()
    connection.close()
    with pytest.raises(UnreadableGeneration, match="UTF-16"):
        open_store(main)
