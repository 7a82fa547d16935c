"""Which released layout a database has, told from its catalogue alone (formats/meerkat.md §1.4)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from enum import StrEnum

from store.errors import ForeignDatabase, UnreadableGeneration
from store.values.fault import Fault

SESSION_COLUMNS = frozenset(
    {"session_id", "created_at_ms", "updated_at_ms", "message_count", "total_tokens", "metadata_json", "session_json"}
)
HEAD_COLUMNS = frozenset(
    {
        "session_id",
        "version",
        "strand",
        "head_revision",
        "message_count",
        "rewrite_count",
        "total_tokens",
        "created_at_ms",
        "updated_at_ms",
        "metadata_json",
        "head_json",
        "cas_token",
    }
)
"""All columns of `session_heads` in every known release."""

STRAND_COLUMNS = frozenset({"session_id", "strand", "seq", "message_json"})
WHOLE_BLOB_COLUMNS = {
    "runtime_whole_blob_authority": frozenset({"runtime_id", "store_revision", "blob_sha256"}),
    "runtime_whole_blob_bodies": frozenset({"blob_sha256", "session_snapshot"}),
}
CATALOGUE_COLUMNS = frozenset({"runtime_id", "created_at_ms", "updated_at_ms", "entry_json"})
_RUNTIME = frozenset({"runtime_id"})
_CELL = frozenset({"session_id", "metadata_key", "key_route", "exact_value_digest"})
OPTIONAL_COLUMNS = WHOLE_BLOB_COLUMNS | {
    "runtime_session_catalog": CATALOGUE_COLUMNS,
    "runtime_states": _RUNTIME | {"runtime_state_json"},
    "runtime_session_snapshots": _RUNTIME | {"session_snapshot"},
    "runtime_input_states": _RUNTIME | {"state_json"},
    "runtime_session_authority": _RUNTIME | {"store_revision", "boundary_head_json", "committed_head_token"},
    "runtime_head_canonical_provisional_tails": _RUNTIME | {"run_id"},
    "session_strand_links": frozenset(
        {"session_id", "strand", "successor", "strand_len", "splice_start", "splice_end", "successor_end"}
    ),
    "session_rewrites": frozenset(
        {"session_id", "rewrite_idx", "parent_strand", "parent_len", "strand", "strand_len", "commit_json"}
    ),
    "session_head_metadata_cells": _CELL | {"metadata_json"},
    "session_head_metadata_current": _CELL,
    "session_head_metadata_state_deltas": frozenset({"session_id", "metadata_key", "successor_exact_value_digest"}),
    "session_transcript_retirements": frozenset({"session_id", "retired_count", "base_json"}),
    "session_component_events": frozenset({"session_id", "event_json"}),
}
"""Tables that a store may lack, and the columns that are read of them. With other columns a table is none of ours."""

NEWEST_LEDGER = 5
NEWEST_RUNTIME_LEDGER = 3
"""Of the domain `runtime-store`, up to 0.9.8 (formats/meerkat.md §1.3)."""


class Generation(StrEnum):
    """A layout that is read; the value is the word of the command line."""

    S06 = "S-0.6"
    S07H = "S-0.7H"
    S08L = "S-0.8L"
    S09 = "S-0.9"
    NEWER = "newer"
    WHOLE_BLOB = "whole-blob"
    JSONL = "jsonl"
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
        has_graph_edges: `session_rewrites` has the column `graph_edge_json` (ledger 3 and later).
        needs_trust: the schema has indexes over JSON functions (see trust.py).
        faults: what is odd about the store as a whole.
    """

    generation: Generation
    tables: frozenset[str]
    has_heads: bool
    ledger: int | None = None
    is_half_bridged: bool = False
    has_graph_edges: bool = False
    needs_trust: bool = False
    faults: tuple[Fault, ...] = ()

    def has(self, table: str) -> bool:
        """Whether a table is there."""
        return table in self.tables

    @property
    def has_whole_blobs(self) -> bool:
        """Whether a runtime can keep sessions as whole documents there (formats/meerkat.md §1.5 rule 11)."""
        return self.tables >= WHOLE_BLOB_COLUMNS.keys()


def recognise(connection: sqlite3.Connection, name: str) -> Layout:
    """Tell the layout of a database.

    Args:
        name: of the file, for the sentences.

    Raises:
        ForeignDatabase: it is not a session store of Meerkat.
        UnreadableGeneration: it is, in a layout that no known release wrote.
    """
    rows = connection.execute("SELECT CAST(name AS TEXT) FROM sqlite_master WHERE type = 'table'").fetchall()
    named = frozenset(_text(row[0]) for row in rows)
    tables = _known(connection, named)
    has_sessions = "sessions" in tables
    has_heads = "session_heads" in tables
    if not has_sessions and not has_heads and tables >= WHOLE_BLOB_COLUMNS.keys():
        refuse_utf_16(connection, name)
        return _with_foreign(_whole_blobs(connection, tables), named - tables)
    if not has_sessions and not has_heads:
        raise _without_sessions(tables, name)
    if has_sessions and not _has_columns(connection, "sessions", SESSION_COLUMNS):
        raise ForeignDatabase(
            f"“{name}” is a sound SQLite database, but its table “sessions” is not the one of Meerkat.",
            "Open the database of a Meerkat realm; it is called sessions.sqlite3.",
        )
    refuse_utf_16(connection, name)
    if has_heads and not (
        _has_columns(connection, "session_heads", HEAD_COLUMNS)
        and _has_columns(connection, "session_strand_messages", STRAND_COLUMNS)
        and has_sessions
    ):
        raise UnreadableGeneration(
            f"“{name}” has session heads in a layout that no known release wrote.", "It may come from a newer Meerkat."
        )
    return _with_foreign(_with_sessions(connection, tables, has_heads), named - tables)


def _with_foreign(layout: Layout, foreign: frozenset[str]) -> Layout:
    """A layout that says which tables are not read."""
    return replace(layout, faults=(*layout.faults, _foreign_tables(foreign))) if foreign else layout


def _whole_blobs(connection: sqlite3.Connection, tables: frozenset[str]) -> Layout:
    """The layout of a runtime's own database, which keeps its sessions as whole documents."""
    newer = _newer(connection, tables, None, False)
    if newer is None:
        return Layout(Generation.WHOLE_BLOB, tables, False)
    return Layout(Generation.NEWER, tables, False, faults=(newer,))


def _newer(connection: sqlite3.Connection, tables: frozenset[str], ledger: int | None, has_heads: bool) -> Fault | None:
    """The fault of a store that a Meerkat wrote which is not known here; None if there is no sign of it."""
    runtime = _ledger(connection, "runtime-store") if "meerkat_schema" in tables else None
    extra = _columns(connection, "session_heads") - HEAD_COLUMNS if has_heads else frozenset()
    if ledger is not None and ledger > NEWEST_LEDGER:
        what = f"The store has schema {ledger:,}, which is newer than every Meerkat known to Burrow"
    elif runtime is not None and runtime > NEWEST_RUNTIME_LEDGER:
        what = f"The runtime of this store has schema {runtime:,}, which is newer than every Meerkat known to Burrow"
    elif extra:
        what = f"The heads of this store have {_counted(len(extra))} that no Meerkat known to Burrow writes"
    else:
        return None
    return Fault("newer-schema", f"{what}; what is understood of it is shown, and it is never written.")


def _with_sessions(connection: sqlite3.Connection, tables: frozenset[str], has_heads: bool) -> Layout:
    """The layout of a store with `sessions`, and perhaps heads."""
    faults: list[Fault] = []
    ledger = _ledger(connection) if "meerkat_schema" in tables else None
    if ledger is None and "meerkat_schema" in tables and (has_heads or _has_ledger_row(connection)):
        ledger = _ledger_of_tables(tables)
        what = f"The store's schema ledger has no sound entry for its sessions; it is read as {ledger}."
        faults.append(Fault("bad-ledger", what))
    newer = _newer(connection, tables, ledger, has_heads)
    if newer is not None:
        faults.append(newer)
    if newer is None and _is_half_bridged(connection, tables, ledger):
        faults.append(
            Fault(
                "half-bridged",
                "A migration of this store to a newer Meerkat stopped half-way; its sessions are read as they were"
                " before.",
            )
        )
        return Layout(Generation.S06, tables, False, ledger, is_half_bridged=True, faults=tuple(faults))
    generation = Generation.NEWER if newer is not None else _generation(ledger, has_heads)
    has_edges = "session_rewrites" in tables and "graph_edge_json" in _columns(connection, "session_rewrites")
    return Layout(generation, tables, has_heads, ledger, has_graph_edges=has_edges, faults=tuple(faults))


def _foreign_tables(tables: frozenset[str]) -> Fault:
    names = ", ".join(f"“{table}”" for table in sorted(tables))
    verb = "has" if len(tables) == 1 else "have"
    what = f"{names} {verb} other columns than in any known Meerkat; what stands there is not read."
    return Fault("foreign-tables", what)


def _generation(ledger: int | None, has_heads: bool) -> Generation:
    if ledger == NEWEST_LEDGER:
        return Generation.S09
    if not has_heads:
        return Generation.S06
    return Generation.S07H if ledger is None else Generation.S08L


def _counted(columns: int) -> str:
    return "a column" if columns == 1 else f"{columns} columns"


def _is_half_bridged(connection: sqlite3.Connection, tables: frozenset[str], ledger: int | None) -> bool:
    """Whether only the session store was migrated: whole documents under a late ledger, and an old runtime's tables."""
    if ledger is None or ledger <= 2 or "runtime_session_authority" in tables:
        return False
    heads = connection.execute("SELECT EXISTS (SELECT 1 FROM session_heads)").fetchone()[0] if _is_in(tables) else 0
    return not heads and bool(connection.execute("SELECT EXISTS (SELECT 1 FROM sessions)").fetchone()[0])


def _ledger_of_tables(tables: frozenset[str]) -> int:
    """The ledger's version as the tables tell it (formats/meerkat.md §1.4)."""
    if "session_transcript_retirements" in tables:
        return 5
    if "session_head_metadata_cells" in tables:
        return 4
    return 2 if "session_strand_links" in tables else 1


def refuse_utf_16(connection: sqlite3.Connection, name: str) -> None:
    """Raise UnreadableGeneration for a database whose text is not UTF-8."""
    if _text(connection.execute("PRAGMA encoding").fetchone()[0]) != "UTF-8":
        raise UnreadableGeneration(f"“{name}” keeps its text as UTF-16, which no Meerkat does.", "Nothing was changed.")


def _known(connection: sqlite3.Connection, tables: frozenset[str]) -> frozenset[str]:
    """The tables without those that have other columns than any release gave them."""
    return tables - {
        table
        for table, columns in OPTIONAL_COLUMNS.items()
        if table in tables and not _has_columns(connection, table, columns)
    }


def _is_in(tables: frozenset[str]) -> bool:
    return "session_heads" in tables


def _without_sessions(tables: frozenset[str], name: str) -> ForeignDatabase | UnreadableGeneration:
    if "session_index" in tables:
        return ForeignDatabase(
            f"“{name}” is Meerkat's index of session documents, and holds none of them.",
            "Open the folder in which it lies.",
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
    if not wanted <= _columns(connection, table):
        return False
    try:
        connection.execute(f"SELECT rowid FROM {table} LIMIT 0").fetchall()
    except sqlite3.OperationalError:
        return False
    return True


def _columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    rows = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    return frozenset(_text(row[0]) for row in rows)


def _ledger(connection: sqlite3.Connection, domain: str = "session-store") -> int | None:
    """Version of the schema of the session store, or of another domain; None where there is no sound entry."""
    if not {"domain", "version"} <= _columns(connection, "meerkat_schema"):
        return None
    rows = connection.execute("SELECT version FROM meerkat_schema WHERE domain = ?", (domain,)).fetchall()
    version = rows[0][0] if len(rows) == 1 else None
    return version if isinstance(version, int) and version > 0 else None


def _has_ledger_row(connection: sqlite3.Connection) -> bool:
    if "domain" not in _columns(connection, "meerkat_schema"):
        return True
    found = connection.execute("SELECT EXISTS (SELECT 1 FROM meerkat_schema WHERE domain = 'session-store')").fetchone()
    return bool(found[0])


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
