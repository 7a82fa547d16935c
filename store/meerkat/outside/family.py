"""For which releases a store is to be written: their forms of archive and labels differ (formats/meerkat.md §3.10).

The file does not name the release that writes it. What releases from 0.7.0 on leave behind tells them apart; a store
without any of it is one of 0.6.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from enum import Enum
from typing import Final

from store.meerkat.generation import Layout
from store.meerkat.outside.rows import StoredSession


class FamilyName(Enum):
    """Releases that a store is written for."""

    V06 = "Meerkat 0.6"
    V07 = "Meerkat 0.7"


@dataclass(frozen=True, slots=True)
class Family:
    """The releases that a store is written for.

    Attributes:
        reason: how that is known, one sentence.
    """

    name: FamilyName
    reason: str

    @property
    def is_07(self) -> bool:
        """Whether releases 0.7.0 to 0.7.24 work on the store."""
        return self.name is FamilyName.V07


NEWEST_SESSIONS: Final = 50
"""Documents that are looked at for traces of 0.7: the ones that were changed last, by whoever works on it now."""

NEWEST_STATES: Final = 1_000
"""State rows that are looked at; the row of each session that is changed is looked at besides."""

MAX_LOOKED_BYTES: Final = 256 * 1024
_IDENTITY: Final = re.compile(rb'"identity":\{"(?:interaction_id|run_id)":')
_TERMINAL: Final = '"session_lifecycle_terminal":'


def family_of(connection: sqlite3.Connection, layout: Layout) -> Family:
    """Tell the family of a store of generation S-0.6.

    Source:
        formats/meerkat.md §1.2, §1.4 "Document hints", §3.10; `runtime_projection_quarantine` is there since 0.7.1.
    """
    if layout.has("runtime_projection_quarantine"):
        return _of_07("it has the table “runtime_projection_quarantine”")
    if layout.has("runtime_states") and _any(
        connection,
        f"SELECT 1 FROM (SELECT runtime_state_json AS j FROM runtime_states ORDER BY rowid DESC LIMIT {NEWEST_STATES})"
        " WHERE substr(CAST(j AS TEXT), 1, 1) = '{'",
    ):
        return _of_07("its runtime states are objects")
    newest = f"SELECT rowid AS r FROM sessions ORDER BY updated_at_ms DESC, session_id LIMIT {NEWEST_SESSIONS}"
    if _any(
        connection,
        f"SELECT 1 FROM ({newest}) n JOIN sessions s ON s.rowid = n.r WHERE length(s.metadata_json) <="
        f" {MAX_LOOKED_BYTES} AND instr(CAST(s.metadata_json AS TEXT), '{_TERMINAL}') > 0",
    ):
        return _of_07("a session in it says “session_lifecycle_terminal”")
    documents = connection.execute(
        f"SELECT CAST(s.session_json AS BLOB) FROM ({newest}) n JOIN sessions s ON s.rowid = n.r"
        f" WHERE length(s.session_json) <= {MAX_LOOKED_BYTES} AND instr(s.session_json, CAST(? AS BLOB)) > 0",
        (b'"identity":{"',),
    ).fetchall()
    if any(_IDENTITY.search(document) for (document,) in documents):
        return _of_07("a message in it has an “identity”")
    return Family(FamilyName.V06, "Nothing in the store is of a later Meerkat, so it is written as 0.6 writes it.")


def family_of_session(stored: StoredSession, family: Family) -> Family:
    """The family that one session is written for: a later release may have touched it alone."""
    if family.is_07:
        return family
    state = stored.state.values[1] if stored.state is not None else None
    if (isinstance(state, bytes) and state.startswith(b"{")) or (isinstance(state, str) and state.startswith("{")):
        return _of_07("its runtime state is an object")
    for document in (
        stored.session.values[6] if stored.session is not None else None,
        stored.snapshot.values[1] if stored.snapshot is not None else None,
    ):
        if isinstance(document, bytes) and _TERMINAL.encode() in document[-MAX_LOOKED_BYTES:]:
            return _of_07("it says “session_lifecycle_terminal”")
    return family


def _of_07(trace: str) -> Family:
    return Family(FamilyName.V07, f"The store is one of Meerkat 0.7: {trace}.")


def _any(connection: sqlite3.Connection, statement: str) -> bool:
    return bool(connection.execute(f"SELECT EXISTS ({statement})").fetchone()[0])
