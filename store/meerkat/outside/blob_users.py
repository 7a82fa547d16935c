"""Who refers to the pictures of a realm: a blob goes only with the last session that names it.

Every mention counts, wherever it stands: in a document, an input, a schedule or an event log, in whatever spelling,
also of a session that is in no list. What is searched for are the names of blobs that are there, so that a realm
without pictures costs nothing (formats/meerkat.md §1.6, §3.10).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from typing import Final

from store.blocking import may_wait
from store.cancel import CancelToken
from store.meerkat.blobs import BLOBS_FOLDER
from store.meerkat.findings.files import folders_in, pieces, plain_files
from store.meerkat.generation import Layout
from store.meerkat.listing import RUNTIME_PREFIX
from store.meerkat.outside.rows import ALL_TABLES, StoredSession
from store.meerkat.outside.session_files import EVENTS, log_of

_NAME: Final = re.compile(rb"sha256:([0-9a-f]{64})")
_NAME_BYTES: Final = 71
_DIGITS: Final = re.compile(r"[0-9a-f]{64}")
_PAGE_ROWS: Final = 100
_PLACES: Final = (
    ("sessions", "session_id", "session_json"),
    ("runtime_session_snapshots", "runtime_id", "session_snapshot"),
    ("runtime_input_states", "runtime_id", "state_json"),
    ("schedule_schedules", "''", "schedule_json"),
    ("schedule_occurrences", "''", "occurrence_json"),
)
"""Tables whose values may name blobs, and whose they are; a schedule is of nobody, and so never goes."""


class BlobUsers:
    """Which sessions of a realm name which of its blobs, found out when it is first asked for.

    To find it out reads the whole store, so that it is kept from session to session, for as long as nobody else writes:
    a deletion takes names away, and whether who is known to use a blob is still there is asked each time.

    Attributes:
        gone: sessions that count as deleted already.
    """

    def __init__(self, gone: Iterable[str] = ()) -> None:
        self.gone = set(gone)
        self._users: dict[str, set[str]] | None = None
        self._newest: tuple[int, ...] = ()

    def copy(self) -> BlobUsers:
        """One that may be asked without changing this one."""
        made = BlobUsers(self.gone)
        made._users, made._newest = self._users, self._newest
        return made

    def forget(self) -> None:
        """Find out anew when it is asked next: somebody else has written."""
        self._users = None

    def of_alone(
        self,
        connection: sqlite3.Connection,
        layout: Layout,
        folder: Path,
        stored: StoredSession,
        token: CancelToken,
    ) -> tuple[str, ...]:
        """The blob files that no other session refers to, relative to the realm's folder, in order.

        Args:
            stored: the session that goes, with all its rows.
        """
        wanted = _named_by(stored, folder, token) & blobs_there(folder, token)
        if not wanted:
            return ()
        newest = _newest(connection, layout)
        if self._users is None or any(now > then for now, then in zip_longest(newest, self._newest, fillvalue=-1)):
            self._users, self._newest = _find_users(connection, layout, folder, token), newest
        others = {digits: self._users.get(digits, set()) - {stored.session_id} - self.gone for digits in wanted}
        alone = [
            digits for digits in wanted if not any(_is_there(connection, layout, folder, one) for one in others[digits])
        ]
        return tuple(f"{BLOBS_FOLDER}/{digits[:2]}/{digits}.json" for digits in sorted(alone))


def blobs_there(folder: Path, token: CancelToken) -> set[str]:
    """The digits of the blobs whose files lie in a realm."""
    found = set()
    for name in folders_in(folder / BLOBS_FOLDER, token):
        for entry in plain_files(folder / BLOBS_FOLDER / name, ".json", token):
            digits = entry.name.removesuffix(".json")
            if _DIGITS.fullmatch(digits) and digits[:2] == name:
                found.add(digits)
    return found


def _named_by(stored: StoredSession, folder: Path, token: CancelToken) -> set[str]:
    """Everything in a session that could be the name of a blob."""
    found: set[str] = set()
    for row in stored.rows:
        for value in row.values:
            data = value.encode() if isinstance(value, str) else value
            if isinstance(data, bytes):
                found |= _names_in(data)
    return found | _named_in_file(folder / log_of(stored.session_id), token)


def _names_in(data: bytes) -> set[str]:
    return {found.decode() for found in _NAME.findall(data)}


def _named_in_file(path: Path, token: CancelToken) -> set[str]:
    found: set[str] = set()
    rest = b""
    for piece in pieces(path):
        token.take_turn()
        found |= _names_in(rest + piece)
        rest = piece[-_NAME_BYTES:]
    return found


def _find_users(
    connection: sqlite3.Connection, layout: Layout, folder: Path, token: CancelToken
) -> dict[str, set[str]]:
    may_wait("read a store")
    there = blobs_there(folder, token)
    users: dict[str, set[str]] = {}

    def add(owner: str, names: set[str]) -> None:
        for digits in names & there:
            users.setdefault(digits, set()).add(owner)

    for table, owner, column in _PLACES:
        if not layout.has(table):
            continue
        after = -(1 << 63)
        while rows := connection.execute(
            f"SELECT rowid, {owner}, CAST({column} AS BLOB) FROM {table}"
            f" WHERE rowid > ? AND instr(CAST({column} AS BLOB), ?) > 0 ORDER BY rowid LIMIT {_PAGE_ROWS}",
            (after, b"sha256:"),
        ).fetchall():
            after = rows[-1][0]
            for _, whose, data in rows:
                token.take_turn()
                add(whose.removeprefix(RUNTIME_PREFIX), _names_in(data))
    for entry in plain_files(folder / EVENTS, ".jsonl", token):
        add(entry.name.removesuffix(".jsonl"), _named_in_file(entry.path, token))
    return users


def _newest(connection: sqlite3.Connection, layout: Layout) -> tuple[int, ...]:
    """What rises whenever somebody adds or saves a session or an input, and so could name a blob anew."""
    found = [connection.execute("SELECT max(updated_at_ms) FROM sessions").fetchone()[0]]
    found += [
        connection.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0]
        for table, _, _ in _PLACES
        if layout.has(table)
    ]
    return tuple(one if isinstance(one, int) else -1 for one in found)


def _is_there(connection: sqlite3.Connection, layout: Layout, folder: Path, session_id: str) -> bool:
    """Whether anything of a session is left; what is of nobody always is."""
    if not session_id or (folder / log_of(session_id)).exists():
        return True
    return any(
        layout.has(table.name)
        and connection.execute(
            f"SELECT EXISTS (SELECT 1 FROM {table.name} WHERE {table.key[0]} = ?)", (table.owner(session_id),)
        ).fetchone()[0]
        for table in ALL_TABLES
    )
