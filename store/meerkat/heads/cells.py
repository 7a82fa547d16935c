"""Metadata that stands in cells, one row a value (formats/meerkat.md §1.5, rule 9; 0.8.11 and later).

`session_head_metadata_current` says which value of each key counts, `session_head_metadata_cells` holds the values, the
older ones too. A key without a current row is one that was removed; the change that did so is recorded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from store.meerkat.codec.strict_json import Json
from store.meerkat.generation import Layout
from store.meerkat.listing import octets
from store.meerkat.messages.titles import one_line
from store.values.fault import Fault

CURRENT = "session_head_metadata_current"
CELLS = "session_head_metadata_cells"
DELTAS = "session_head_metadata_state_deltas"

MAX_CELLS = 10_000
MAX_CELL_BYTES = 64 * 1024 * 1024

_JOIN = (
    f"FROM {CURRENT} u LEFT JOIN {CELLS} l ON l.session_id = u.session_id AND l.metadata_key = u.metadata_key"
    " AND l.exact_value_digest = u.exact_value_digest"
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One current metadata value.

    Attributes:
        key: its key, as stored.
        route: its `key_route`.
        value_digest: its `exact_value_digest`.
        size_bytes: of the stored value; None where there is no cell.
        value: its stored bytes; None where there is none, or it is longer than was asked for.
        rowid: of the cell, None where there is none.
    """

    key: bytes
    route: bytes
    value_digest: bytes
    size_bytes: int | None
    value: bytes | None
    rowid: int | None

    @property
    def name(self) -> str:
        """The key as text."""
        return self.key.decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Cells:
    """The current metadata of one session.

    Attributes:
        cells: by key, in the order of the keys' bytes.
        faults: what is missing, doubled or left over; each makes the session a damaged one.
    """

    cells: tuple[Cell, ...] = ()
    faults: tuple[Fault, ...] = field(default=())


def has_tables(layout: Layout) -> bool:
    """Whether the store can have cells."""
    return layout.has(CURRENT) and layout.has(CELLS)


def read_cells(
    connection: sqlite3.Connection,
    layout: Layout,
    session_id: bytes,
    identity: Json,
    max_bytes: int = MAX_CELL_BYTES,
    keys: Sequence[bytes] = (),
) -> Cells:
    """Read the current metadata values of a session.

    Args:
        session_id: stored bytes.
        identity: the head's `metadata_identity`, which counts the values.
        max_bytes: values over this are left out, their sizes are told.
        keys: values of these only are read; of the others it is looked whether they are there. Empty: all.
    """
    if not has_tables(layout):
        what = "The metadata of this session should stand in tables that the store does not have."
        return Cells((), (Fault("no-cells", what),))
    size = octets("l.metadata_json")
    wanted = f"AND CAST(u.metadata_key AS BLOB) IN ({','.join('?' * len(keys))})" if keys else ""
    rows = connection.execute(
        "SELECT CAST(u.metadata_key AS BLOB) AS k, CAST(u.key_route AS BLOB), CAST(u.exact_value_digest AS BLOB),"
        f" CASE WHEN l.rowid IS NULL THEN NULL ELSE coalesce({size}, 0) END,"
        f" CASE WHEN {size} <= ? {wanted} THEN CAST(l.metadata_json AS BLOB) END, l.rowid"
        f" {_JOIN} WHERE u.session_id = CAST(? AS TEXT) ORDER BY k LIMIT ?",
        (max_bytes, *keys, session_id, MAX_CELLS),
    ).fetchall()
    cells = tuple(
        Cell(key or b"", route or b"", digest or b"", length, value, rowid)
        for key, route, digest, length, value, rowid in rows
    )
    faults = [*_missing(cells), *_counted(cells, identity), *_left_over(connection, layout, session_id)]
    return Cells(cells, tuple(faults))


def _missing(cells: tuple[Cell, ...]) -> list[Fault]:
    faults = []
    lost = [cell.name for cell in cells if cell.rowid is None]
    if lost:
        faults.append(Fault("missing-cell", f"The stored metadata value {_names(lost)} is missing."))
    keys = [cell.key for cell in cells]
    doubled = sorted({cell.name for cell in cells if keys.count(cell.key) > 1}) if len(set(keys)) < len(keys) else []
    if doubled:
        faults.append(Fault("doubled-cell", f"The metadata value {_names(doubled)} is current more than once."))
    return faults


def _counted(cells: tuple[Cell, ...], identity: Json) -> list[Fault]:
    count = identity.get("entry_count") if isinstance(identity, dict) else None
    if type(count) is not int:
        return [Fault("bad-identity", "The head of this session does not say how many metadata values it has.")]
    if count == len(cells):
        return []
    return [Fault("wrong-cells", f"The head counts {count:,} metadata values, {len(cells):,} are recorded as current.")]


def _left_over(connection: sqlite3.Connection, layout: Layout, session_id: bytes) -> list[Fault]:
    """Cells whose key has no current row, and of which no change says that the key was removed."""
    recorded = ""
    if layout.has(DELTAS):
        recorded = (
            f" AND NOT EXISTS (SELECT 1 FROM {DELTAS} d WHERE d.session_id = l.session_id"
            " AND d.metadata_key = l.metadata_key AND d.successor_exact_value_digest IS NULL)"
        )
    rows = connection.execute(
        f"SELECT DISTINCT CAST(l.metadata_key AS BLOB) FROM {CELLS} l WHERE l.session_id = CAST(? AS TEXT)"
        f" AND NOT EXISTS (SELECT 1 FROM {CURRENT} u WHERE u.session_id = l.session_id"
        f" AND u.metadata_key = l.metadata_key){recorded} LIMIT ?",
        (session_id, MAX_CELLS),
    ).fetchall()
    if not rows:
        return []
    names = [(row[0] or b"").decode("utf-8", "backslashreplace") for row in rows]
    what = f"The metadata value {_names(names)} is stored, and no row says that it is a current one."
    return [Fault("stray-cell", what)]


def _names(names: list[str]) -> str:
    shown = ", ".join(f"“{one_line(name[:100])}”" for name in names[:3])
    return f"{shown} and {len(names) - 3:,} more" if len(names) > 3 else shown
