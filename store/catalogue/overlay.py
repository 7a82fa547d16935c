"""What a person noted of sessions, laid over the catalogue for one question: own titles, own labels, hidden.

The catalogue itself never holds it. Notes are few, so they come as small temporary tables beside a question; where
nothing is noted of the asked stores the statements are those without notes, and as quick.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from store.catalogue.entries import SORTED_CHARS, folded, get, label_texts, searched_text
from store.catalogue.schema import NameKind
from store.values.listing import CatalogueFacts
from store.values.notes import Noted
from store.values.session import TitleSource
from store.values.store import SessionKey, StoreKey

NAMES = "names"
ALL_NAMES = "(SELECT id, kind, name, folded FROM names UNION ALL SELECT id, kind, name, folded FROM temp.own_names)"

_TABLES = (
    "CREATE TEMP TABLE hidden (row INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE own_rows (row INTEGER PRIMARY KEY, title TEXT, labels TEXT, text TEXT NOT NULL)",
    "CREATE TEMP TABLE relabelled (row INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE own_names (id INTEGER PRIMARY KEY, kind INTEGER, name TEXT UNIQUE, folded TEXT)",
    "CREATE TEMP TABLE own_labelled (name INTEGER, row INTEGER, PRIMARY KEY (name, row)) WITHOUT ROWID",
)


@dataclass(frozen=True, slots=True)
class Overlay:
    """Which of the temporary tables are there, and have rows.

    Attributes:
        has_hidden: `hidden`: rows taken out of the list.
        has_texts: `own_rows`: of rows with own titles or labels, what is sorted by and what a filter looks through.
        has_labels: `relabelled`: rows whose labels stand in `own_labelled`, not in `labelled`; with names that the
            catalogue has not, of negative numbers, in `own_names`.
    """

    has_hidden: bool = False
    has_texts: bool = False
    has_labels: bool = False

    @property
    def names(self) -> str:
        """SQL of a table (id, kind, name, folded) of all names."""
        return ALL_NAMES if self.has_labels else NAMES


NO_NOTES = Overlay()


def lay(connection: sqlite3.Connection, notes: Mapping[SessionKey, Noted]) -> Overlay:
    """Put notes into temporary tables; to be called inside the transaction of the question, with which they go."""
    if not notes:
        return NO_NOTES
    for table in ("hidden", "own_rows", "relabelled", "own_names", "own_labelled"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
    for statement in _TABLES:
        connection.execute(statement)
    by_store: dict[StoreKey, dict[str, Noted]] = {}
    for key, noted in notes.items():
        by_store.setdefault(key.store, {})[key.session_id] = noted
    has_hidden = has_texts = has_labels = False
    for store, of_store in by_store.items():
        numbers = _numbers(connection, store, list(of_store))
        hidden = [(row,) for session_id, row in numbers.items() if of_store[session_id].is_hidden]
        connection.executemany("INSERT OR IGNORE INTO temp.hidden VALUES (?)", hidden)
        changed = [one for one in numbers if of_store[one].title is not None or of_store[one].has_labels]
        known = get(connection, store.path, changed)
        for session_id in changed:
            noted, row = of_store[session_id], numbers[session_id]
            _put(connection, row, noted, known.get(session_id) or _nothing_known(session_id))
            has_labels = has_labels or noted.has_labels
        has_hidden, has_texts = has_hidden or bool(hidden), has_texts or bool(changed)
    return Overlay(has_hidden, has_texts, has_labels)


def with_own(facts: CatalogueFacts, noted: Noted) -> CatalogueFacts:
    """Facts of a session with its own title and labels."""
    labels = noted.merged(facts.labels) if noted.has_labels else facts.labels
    if noted.title is None:
        return replace(facts, labels=labels)
    return replace(facts, labels=labels, title=noted.title, title_from=TitleSource.OWN.value)


def _put(connection: sqlite3.Connection, row: int, noted: Noted, facts: CatalogueFacts) -> None:
    facts = with_own(facts, noted)
    title = folded(noted.title)[:SORTED_CHARS] if noted.title is not None else None
    texts = label_texts(facts.labels)
    labels = folded(", ".join(texts))[:SORTED_CHARS] if texts else None
    insert = "INSERT OR REPLACE INTO temp.own_rows VALUES (?, ?, ?, ?)"
    connection.execute(insert, (row, title, labels, searched_text(facts)))
    if noted.has_labels:
        connection.execute("INSERT OR IGNORE INTO temp.relabelled VALUES (?)", (row,))
        pairs = [(_name(connection, text), row) for text in set(texts)]
        connection.executemany("INSERT OR IGNORE INTO temp.own_labelled VALUES (?, ?)", pairs)


def _name(connection: sqlite3.Connection, text: str) -> int:
    """The number of a label; one that the catalogue has not gets a negative number."""
    label = int(NameKind.LABEL)
    select = f"SELECT id FROM {ALL_NAMES} WHERE kind = {label} AND name = ?"
    found = connection.execute(select, (text,)).fetchone()
    if found is not None:
        return int(found[0])
    number: int = connection.execute("SELECT coalesce(min(id), 0) - 1 FROM temp.own_names").fetchone()[0]
    connection.execute("INSERT INTO temp.own_names VALUES (?, ?, ?, ?)", (number, label, text, folded(text)))
    return number


def _numbers(connection: sqlite3.Connection, store: StoreKey, session_ids: Sequence[str]) -> dict[str, int]:
    """Row numbers of sessions of a store, those that the catalogue has."""
    select = "SELECT id FROM rows WHERE session_id = ? AND store = (SELECT id FROM stores WHERE path = ?)"

    def found() -> Iterator[tuple[str, int]]:
        for session_id in session_ids:
            row = connection.execute(select, (session_id, store.path)).fetchone()
            if row is not None:
                yield session_id, row[0]

    return dict(found())


def _nothing_known(session_id: str) -> CatalogueFacts:
    """What is known of a session that was not read yet: its id."""
    return CatalogueFacts(
        session_id, "", "", None, None, (), "", None, None, None,
        is_archived=False, has_no_answer=False, is_rewritten=False, is_damaged=False, is_forked=None,
    )  # fmt: skip
