"""Row ids that no handle can hold: SQLite allows any number of 64 bits, a handle keeps two of them for the table."""

from __future__ import annotations

import sqlite3

from store.errors import UnreadableGeneration
from store.meerkat.generation import Layout

LISTED = ("sessions", "session_heads", "runtime_session_snapshots", "runtime_whole_blob_authority")
"""Tables of which a row can be a row of the list."""

HANDLE_BITS = 2


def refuse_row_numbers(connection: sqlite3.Connection, layout: Layout, name: str) -> None:
    """Raise UnreadableGeneration where a row's handle would be that of another row; no Meerkat chooses row ids itself.

    Args:
        name: of the file, for the sentence.
    """
    for table in LISTED:
        if not layout.has(table):
            continue
        # Two questions, since only each by itself is answered from one end of the table.
        ends = f"SELECT (SELECT min(rowid) FROM {table}), (SELECT max(rowid) FROM {table})"
        try:
            lowest, highest = connection.execute(ends).fetchone()
        except sqlite3.DatabaseError:
            continue  # whoever reads the table says what is damaged
        limit = 1 << (63 - HANDLE_BITS)
        if lowest is not None and (lowest < -limit or highest >= limit):
            raise UnreadableGeneration(
                f"“{name}” numbers the rows of its table “{table}” as no Meerkat does, beyond what can be told apart.",
                "Nothing was changed. It may have been made by another program.",
            )
