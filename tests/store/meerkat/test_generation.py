"""What is not read yet, or not ours, is refused in one typed sentence (1-case-2, B2)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from store.backend import Backend
from store.errors import ForeignDatabase, NotAStore, OpenError, UnreadableGeneration
from store.meerkat import MEERKAT
from store.meerkat.schema import SESSIONS

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]


@pytest.mark.parametrize(
    "path",
    [
        "realm-0.9.8-rkat/realm/sessions.sqlite3",
        "store-0.8.50-rotated/sessions.sqlite3",
        "store-0.9.3-whole-blob/runtime.sqlite",
    ],
)
def test_B2_later_layouts_say_that_links_and_cells_are_not_readable_yet(
    copy_sample: Copy, open_store: Open, path: str
) -> None:
    folder, _, inner = path.partition("/")
    with pytest.raises(UnreadableGeneration, match="links and cells are not readable yet"):
        open_store(copy_sample(f"meerkat/{folder}") / inner)


def test_B2_a_ledger_newer_than_all_known_ones_is_refused_as_newer(copy_sample: Copy, open_store: Open) -> None:
    main = copy_sample("meerkat/store-0.8.50-rotated") / "sessions.sqlite3"
    connection = sqlite3.connect(main)
    connection.execute("UPDATE meerkat_schema SET version = 6 WHERE domain = 'session-store'")
    connection.commit()
    connection.close()
    with pytest.raises(UnreadableGeneration, match="newer than every Meerkat"):
        open_store(main)


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
