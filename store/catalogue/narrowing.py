"""From a question to SQL: which rows of the catalogue it is about.

Row sets that are not the catalogue's own, asked stores, pinned and running sessions, come as temporary tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.catalogue.days import bounds_of
from store.catalogue.entries import folded
from store.catalogue.overlay import NO_NOTES, Overlay
from store.catalogue.schema import NameKind
from store.values.listing import Facet, ListWant, View
from store.values.store import SessionKey, StoreKey

NAME_KINDS = {Facet.MODEL: NameKind.MODEL, Facet.PROVIDER: NameKind.PROVIDER, Facet.LABEL: NameKind.LABEL}


@dataclass(slots=True)
class Conditions:
    """A WHERE clause in the making; its terms are joined by "and"."""

    terms: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)

    def add(self, term: str, *parameters: Any) -> None:
        """Narrow by one more term."""
        self.terms.append(term)
        self.parameters.extend(parameters)

    @property
    def text(self) -> str:
        """The clause."""
        return " AND ".join(f"({term})" for term in self.terms) or "1"


@dataclass(frozen=True, slots=True)
class Asked:
    """The stores of a question, as the temporary table `asked` holds them.

    Attributes:
        stores: those that the catalogue knows, in the order of the question.
        waiting: those that it does not know yet.
        source: FROM clause: `asked a` joined with `rows r`.
        known, total: sessions whose facts are known, and all of them.
    """

    stores: tuple[StoreKey, ...]
    waiting: tuple[StoreKey, ...]
    source: str
    known: int
    total: int


def ask_stores(connection: sqlite3.Connection, stores: Sequence[StoreKey], ranks: Mapping[StoreKey, int]) -> Asked:
    """Put the stores of a question into the temporary table `asked`.

    Args:
        ranks: place of each store in an order by name.
    """
    known = {
        row[0]: row[1:]
        for row in connection.execute("SELECT path, id, row_count, known_count FROM stores WHERE is_counted").fetchall()
    }
    stored = tuple(key for key in stores if key.path in known)
    connection.execute("DROP TABLE IF EXISTS temp.asked")
    connection.execute("CREATE TEMP TABLE asked (store INTEGER PRIMARY KEY, position INTEGER, rank INTEGER)")
    connection.executemany(
        "INSERT OR IGNORE INTO temp.asked VALUES (?, ?, ?)",
        [(known[key.path][0], position, ranks.get(key, 0)) for position, key in enumerate(stored)],
    )
    total = sum(known[key.path][1] for key in stored)
    everything = sum(row[1] for row in known.values())
    # Most of all rows: one pass over them is quicker than to jump to each.
    source = "rows r CROSS JOIN temp.asked a" if 2 * total > everything else "temp.asked a CROSS JOIN rows r"
    return Asked(
        stored,
        tuple(key for key in stores if key.path not in known),
        f"{source} ON a.store = r.store",
        sum(known[key.path][2] for key in stored),
        total,
    )


def pick(connection: sqlite3.Connection, table: str, keys: Iterable[SessionKey]) -> None:
    """Put sessions into a temporary table of this name, as row numbers of the catalogue."""
    connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
    connection.execute(f"CREATE TEMP TABLE {table} (row INTEGER PRIMARY KEY)")
    connection.executemany(
        f"INSERT OR IGNORE INTO temp.{table} SELECT id FROM rows WHERE session_id = ?"
        " AND store = (SELECT id FROM stores WHERE path = ?)",
        [(key.session_id, key.store.path) for key in keys],
    )


VIEW_TERMS = {
    View.ALL: "1",
    View.ACTIVE: "r.is_archived = 0",
    View.ARCHIVED: "r.is_archived = 1",
    View.FAULTS: "r.has_faults = 1",
    View.PINNED: "r.id IN (SELECT row FROM temp.pinned)",
    View.RUNNING: "r.is_damaged = 0 AND r.id IN (SELECT row FROM temp.running)",
}
"""SQL of each saved view. A session whose facts are not known counts as what its stored columns say."""


IS_HIDDEN = "r.id IN (SELECT row FROM temp.hidden)"
IS_RELABELLED = "r.id IN (SELECT row FROM temp.relabelled)"
SOUGHT_ID_CHARS = 8
"""So many characters of an id find a session that is hidden."""


def view_term(view: View, overlay: Overlay) -> str:
    """SQL of a saved view: what is hidden stands in Archived, and in no other."""
    if not overlay.has_hidden:
        return VIEW_TERMS[view]
    joint = f"OR {IS_HIDDEN}" if view is View.ARCHIVED else f"AND NOT {IS_HIDDEN}"
    return f"({VIEW_TERMS[view]}) {joint}"


def narrow(
    connection: sqlite3.Connection, want: ListWant, without: Facet | None = None, overlay: Overlay = NO_NOTES
) -> Conditions:
    """The rows of a question.

    Args:
        without: the choices of this facet are left out, to count what they could be changed to.
        overlay: what is noted of them.
    """
    conditions = Conditions()
    sought = _sought_id(want.text) if overlay.has_hidden else ""
    if sought and want.view is not View.ARCHIVED:
        # Who has the id of a hidden session finds it.
        is_sought = f"{VIEW_TERMS[want.view]} AND lower(substr(r.session_id, 1, ?)) = ?"
        conditions.add(f"{view_term(want.view, overlay)} OR ({is_sought})", len(sought), sought)
    elif want.view is not View.ALL or overlay.has_hidden:
        conditions.add(view_term(want.view, overlay))
    for facet in Facet:
        values = [choice.value for choice in want.choices if choice.facet is facet]
        if values and facet is not without:
            _choose(connection, conditions, facet, values, want.is_utc, overlay)
    return conditions


def _sought_id(text: str) -> str:
    """The text of a filter if it can be an id, or the beginning of one; else nothing."""
    words = folded(text).split()
    return words[0] if len(words) == 1 and len(words[0]) >= SOUGHT_ID_CHARS else ""


def _choose(
    connection: sqlite3.Connection,
    conditions: Conditions,
    facet: Facet,
    values: Collection[str],
    is_utc: bool,
    overlay: Overlay,
) -> None:
    terms: list[str] = []
    parameters: list[Any] = []
    if facet is Facet.DAY:
        for value in values:
            bounds = bounds_of(value, is_utc)
            if not value:
                terms.append("r.updated_at_ms IS NULL")
            elif bounds is not None:
                terms.append("r.updated_at_ms >= ? AND r.updated_at_ms < ?")
                parameters.extend(bounds)
        conditions.add(" OR ".join(terms) or "0", *parameters)
        return
    names = _numbers(connection, NAME_KINDS[facet], values, overlay)
    listed = ",".join(map(str, names))
    if facet is Facet.LABEL:
        terms.append(_labelled(f"r.id IN (SELECT row FROM {{labelled}} WHERE name IN ({listed}))", overlay))
        nothing = _labelled("NOT EXISTS (SELECT 1 FROM {labelled} l WHERE l.row = r.id)", overlay)
    else:
        terms.append(f"r.{facet.value} IN ({listed})")
        nothing = f"r.{facet.value} IS NULL"
    if "" in values:
        terms.append(nothing)
    conditions.add(f"r.is_known = 1 AND ({' OR '.join(terms)})")


def _labelled(term: str, overlay: Overlay) -> str:
    """A term about labels: of rows with own labels asked of `own_labelled`, of all others of `labelled`."""
    stored = term.format(labelled="labelled")
    if not overlay.has_labels:
        return stored
    own = term.format(labelled="temp.own_labelled")
    return f"CASE WHEN {IS_RELABELLED} THEN {own} ELSE {stored} END"


def _numbers(connection: sqlite3.Connection, kind: NameKind, names: Collection[str], overlay: Overlay) -> list[int]:
    select = f"SELECT id FROM {overlay.names} WHERE kind = ? AND name = ?"
    found = (connection.execute(select, (int(kind), name)).fetchone() for name in names)
    return [row[0] for row in found if row is not None]


def filter_text(conditions: Conditions, text: str, overlay: Overlay = NO_NOTES) -> str:
    """Narrow to rows with every word of a text; gives what is to be joined for it, or nothing."""
    words = folded(text).split()
    if not words:
        return ""
    own = "n.text, " if overlay.has_texts else ""
    for word in words:
        conditions.add(f"instr(coalesce({own}t.text, r.session_id), ?) > 0", word)
    joined = " LEFT JOIN temp.own_rows n ON n.row = r.id" if overlay.has_texts else ""
    return f" LEFT JOIN search t ON t.row = r.id{joined}"
