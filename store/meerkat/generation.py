"""Which released layout a database has, told from its catalogue alone (formats/meerkat.md §1.4)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from store.errors import ForeignDatabase, UnreadableGeneration

NOT_YET = "links and cells are not readable yet"

SESSION_COLUMNS = frozenset(
    {"session_id", "created_at_ms", "updated_at_ms", "message_count", "total_tokens", "metadata_json", "session_json"}
)
HEAD_COLUMNS = frozenset(
    {
        "session_id",
        "strand",
        "message_count",
        "rewrite_count",
        "total_tokens",
        "created_at_ms",
        "updated_at_ms",
        "metadata_json",
        "head_json",
    }
)
STRAND_COLUMNS = frozenset({"session_id", "strand", "seq", "message_json"})
NEWEST_LEDGER = 5


class Generation(StrEnum):
    """A layout that is read; the value is the word of the command line."""

    S06 = "S-0.6"
    S07H = "S-0.7H"
    S08L = "S-0.8L"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Layout:
    """What of the known tables a database has.

    Attributes:
        generation: its name.
        tables: names of all its tables.
        has_heads: sessions are split into heads and strands.
        ledger: version of the session store's schema, None before there was a ledger.
        is_half_bridged: a migration stopped half-way; the sessions are still whole documents.
    """

    generation: Generation
    tables: frozenset[str]
    has_heads: bool
    ledger: int | None = None
    is_half_bridged: bool = False

    def has(self, table: str) -> bool:
        """Whether a table is there."""
        return table in self.tables


def recognise(connection: sqlite3.Connection, name: str) -> Layout:
    """Tell the layout of a database.

    Args:
        name: of the file, for the sentences.

    Raises:
        ForeignDatabase: it is not a session store of Meerkat.
        UnreadableGeneration: it is, in a layout that is not read yet.
    """
    rows = connection.execute("SELECT CAST(name AS TEXT) FROM sqlite_master WHERE type = 'table'").fetchall()
    tables = frozenset(_text(row[0]) for row in rows)
    has_sessions = "sessions" in tables
    has_heads = "session_heads" in tables
    if not has_sessions and not has_heads:
        raise _without_sessions(tables, name)
    if has_sessions and not _has_columns(connection, "sessions", SESSION_COLUMNS):
        raise ForeignDatabase(
            f"“{name}” is a sound SQLite database, but its table “sessions” is not the one of Meerkat.",
            "Open the database of a Meerkat realm; it is called sessions.sqlite3.",
        )
    if _text(connection.execute("PRAGMA encoding").fetchone()[0]) != "UTF-8":
        raise UnreadableGeneration(f"“{name}” keeps its text as UTF-16, which no Meerkat does.", "Nothing was changed.")
    ledger = _ledger(connection) if "meerkat_schema" in tables else None
    if ledger is not None and ledger > 2:
        return _late(connection, tables, ledger, name)
    if not has_heads:
        return Layout(Generation.S06, tables, False, ledger)
    if not (
        _has_columns(connection, "session_heads", HEAD_COLUMNS)
        and _has_columns(connection, "session_strand_messages", STRAND_COLUMNS)
        and has_sessions
    ):
        raise UnreadableGeneration(
            f"“{name}” has session heads in a layout that no known release wrote.", "It may come from a newer Meerkat."
        )
    return Layout(Generation.S07H if ledger is None else Generation.S08L, tables, True, ledger)


def _late(connection: sqlite3.Connection, tables: frozenset[str], ledger: int, name: str) -> Layout:
    """A schema ledger of 3 or more: only a migration that stopped half-way leaves whole documents there."""
    heads = connection.execute("SELECT EXISTS (SELECT 1 FROM session_heads)").fetchone()[0] if _is_in(tables) else 0
    has_documents = "sessions" in tables and connection.execute("SELECT EXISTS (SELECT 1 FROM sessions)").fetchone()[0]
    if ledger <= NEWEST_LEDGER and not heads and has_documents and "runtime_session_authority" not in tables:
        return Layout(Generation.S06, tables, False, ledger, is_half_bridged=True)
    if ledger > NEWEST_LEDGER:
        raise UnreadableGeneration(
            f"“{name}” has schema {ledger}, which is newer than every Meerkat known to Burrow.",
            "Nothing was changed. A newer Burrow may read it.",
        )
    raise UnreadableGeneration(
        f"“{name}” was written by Meerkat 0.8.11 or later (schema {ledger}): {NOT_YET}.", "Nothing was changed."
    )


def _is_in(tables: frozenset[str]) -> bool:
    return "session_heads" in tables


def _without_sessions(tables: frozenset[str], name: str) -> ForeignDatabase | UnreadableGeneration:
    if "runtime_whole_blob_authority" in tables:
        return UnreadableGeneration(
            f"“{name}” is the whole-blob store of Meerkat 0.8.11 or later: {NOT_YET}.", "Nothing was changed."
        )
    ours = [table for table in tables if table.startswith(("workgraph_", "runtime_", "mob_"))]
    if ours or "meerkat_schema" in tables:
        return ForeignDatabase(
            f"“{name}” is one of Meerkat's other databases and holds no sessions.",
            "Open the sessions.sqlite3 of the same realm.",
        )
    if not tables:
        return ForeignDatabase(f"“{name}” is a SQLite database without any table.", "It may be a store not yet used.")
    return ForeignDatabase(
        f"“{name}” is a sound SQLite database of another program: it has no sessions of Meerkat.",
        "Open the database of a Meerkat realm; it is called sessions.sqlite3.",
    )


def _has_columns(connection: sqlite3.Connection, table: str, wanted: frozenset[str]) -> bool:
    """Whether a table has these columns, and row ids to read them by."""
    found = {_text(row[0]) for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()}
    if not wanted <= found:
        return False
    try:
        connection.execute(f"SELECT rowid FROM {table} LIMIT 0").fetchall()
    except sqlite3.OperationalError:
        return False
    return True


def _ledger(connection: sqlite3.Connection) -> int | None:
    rows = connection.execute("SELECT version FROM meerkat_schema WHERE domain = 'session-store'").fetchall()
    version = rows[0][0] if rows else None
    return version if isinstance(version, int) else None


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
