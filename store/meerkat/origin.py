"""What a session's surroundings tell of the releases it may come from: told once, for its name, its checks and Info.

Source: formats/meerkat.md §1.2 to §1.4. Rows beside a document tell more than the document: an older release keeps the
keys of a newer one, but it writes its own runtime state.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass

from store.cancel import CancelToken
from store.meerkat.checks.releases import Releases, releases_of_document
from store.meerkat.codec.byte_source import BlobSource, ByteSource
from store.meerkat.codec.walker import Broken, Walker
from store.meerkat.generation import Layout
from store.meerkat.listing import RUNTIME_PREFIX
from store.meerkat.places import Copy, Place
from store.meerkat.written_by import OF_OLD_RUNTIME, OF_PLAIN_STATE, OF_STATE_RECORD, Bounds, bounds_of_layout

_STATE_BOUNDS = {b'"': OF_PLAIN_STATE, b"{": OF_STATE_RECORD}


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known beside a document of where it comes from.

    Attributes:
        layout: of its database; None where it is a file.
        beside: bounds that the layout and the rows beside it prove.
        keys: metadata keys of its second row, which an older copy of the document may not have yet.
    """

    layout: Layout | None = None
    beside: tuple[Bounds, ...] = ()
    keys: frozenset[str] = frozenset()

    def releases(self, version: int | None, keys: Collection[str] = ()) -> Releases:
        """The releases that may have written the document.

        Args:
            version: of the document; None where it says none.
            keys: of its metadata.
        """
        return releases_of_document(self.layout, version, self.keys.union(keys), self.beside)


LONE = Origin()
"""Of a document beside which nothing is stored."""


def origin_of_rows(
    connection: sqlite3.Connection, layout: Layout, place: Place, session_id: str, token: CancelToken
) -> Origin:
    """What a database tells of a session that is a whole document."""
    beside = bounds_beside(connection, layout, place.copy, session_id)
    keys: frozenset[str] = frozenset()
    # Read only where it can tell anything.
    if place.copy is Copy.SNAPSHOT and place.sessions_rowid and len(Origin(layout, beside).releases(None).formats) > 1:
        try:
            with closing(BlobSource(connection, "sessions", "metadata_json", place.sessions_rowid)) as column:
                keys = _keys(column, token)
        except sqlite3.OperationalError:
            pass  # NULL, or a number
    return Origin(layout, beside, keys)


def bounds_beside(connection: sqlite3.Connection, layout: Layout, copy: Copy, session_id: str) -> tuple[Bounds, ...]:
    """What the tables, and the runtime's rows of a session, prove of who wrote the copy that is shown."""
    bounds = [bounds_of_layout(layout, copy)]
    if copy in (Copy.HEAD, Copy.WHOLE_BLOB, Copy.FILE) or (layout.ledger is not None and not layout.is_half_bridged):
        return tuple(bounds)
    if layout.is_half_bridged and copy is Copy.SESSIONS:
        return tuple(bounds)  # rewritten by the bridge, unlike the runtime's rows
    state = None
    if layout.has("runtime_states"):
        row = connection.execute(
            "SELECT substr(CAST(runtime_state_json AS BLOB), 1, 1) FROM runtime_states WHERE runtime_id = ?",
            (RUNTIME_PREFIX + session_id,),
        ).fetchone()
        state = _STATE_BOUNDS.get(row[0]) if row is not None else None
    if state is not None:
        bounds.append(state)
    elif layout.has("runtime_session_snapshots") and not layout.has("runtime_projection_quarantine"):
        bounds.append(OF_OLD_RUNTIME)
    return tuple(bounds)


def _keys(source: ByteSource, token: CancelToken) -> frozenset[str]:
    """The keys of a metadata column, as far as it can be read."""
    found: set[str] = set()
    walker = Walker(source, token)
    try:
        for member in walker.members(0):
            found.add(member.key)
            member.end = walker.skip(member.begin)
    except Broken:
        pass
    return frozenset(found)
