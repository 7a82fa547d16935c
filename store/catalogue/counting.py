"""Counts out of the catalogue: what the library shows beside its views and facets."""

from __future__ import annotations

import sqlite3
from collections import Counter

from store.catalogue.days import QUARTER, day_of
from store.catalogue.narrowing import IS_RELABELLED, Asked, Conditions, ask_stores, narrow, view_term
from store.catalogue.overlay import NO_NOTES, Overlay
from store.values.listing import MAX_FACET_VALUES, Counts, Facet, FacetValue, ListWant, View


def count_rows(connection: sqlite3.Connection, want: ListWant, overlay: Overlay = NO_NOTES) -> Counts:
    """Answer a question; the temporary tables `pinned` and `running` have to be there, and those of the overlay."""
    asked = ask_stores(connection, want.stores, {})
    views = tuple(View)
    columns = ", ".join(f"coalesce(sum({view_term(view, overlay)}), 0)" for view in views)
    row = connection.execute(f"SELECT {columns} FROM {asked.source}").fetchone()
    facets: dict[Facet, tuple[FacetValue, ...]] = {}
    value_counts: dict[Facet, int] = {}
    for facet in Facet:
        facets[facet], value_counts[facet] = _count_facet(connection, want, facet, asked, overlay)
    numbers = dict(zip(views, row, strict=True))
    is_faulty = view_term(View.FAULTS, overlay)
    select = f"SELECT a.position, count(*) FROM {asked.source} WHERE {is_faulty} GROUP BY 1"
    faulty = {asked.stores[position]: count for position, count in connection.execute(select)}
    return Counts(want, numbers, facets, value_counts, asked.known, asked.total, asked.waiting, faulty)


def _count_facet(
    connection: sqlite3.Connection, want: ListWant, facet: Facet, asked: Asked, overlay: Overlay
) -> tuple[tuple[FacetValue, ...], int]:
    """The values of one facet within the view and the choices of the others, and how many there are."""
    conditions = narrow(connection, want, without=facet, overlay=overlay)
    if facet is Facet.DAY:
        return _count_days(connection, want, f"{asked.source} WHERE {conditions.text}", conditions.parameters)
    conditions.add("r.is_known = 1")
    if facet is Facet.LABEL:
        counted = _counted_labels(asked, conditions, overlay)
    else:
        column = f"r.{facet.value}"
        counted = (
            f"SELECT {column} AS name, count(*) AS n FROM {asked.source} WHERE {conditions.text} GROUP BY {column}"
        )
    rows = connection.execute(
        f"SELECT coalesce(m.name, ''), c.n FROM ({counted}) c LEFT JOIN {overlay.names} m ON m.id = c.name"
        " ORDER BY c.n DESC, m.folded, m.name LIMIT ?",
        (*conditions.parameters, MAX_FACET_VALUES + 1),
    ).fetchall()
    total = len(rows)
    if total > MAX_FACET_VALUES:
        total = connection.execute(f"SELECT count(*) FROM ({counted})", conditions.parameters).fetchone()[0]
    return tuple(FacetValue(*row) for row in rows[:MAX_FACET_VALUES]), total


def _counted_labels(asked: Asked, conditions: Conditions, overlay: Overlay) -> str:
    """SQL that counts labels; what its parameters are stays with the conditions."""
    select = "SELECT l.name AS name, count(*) AS n"
    source, where = f"FROM {asked.source}", f"ON l.row = r.id WHERE {conditions.text}"
    stored = f"{select} {source} JOIN labelled l {where}"
    if not overlay.has_labels:
        return f"{stored} GROUP BY l.name"
    own = f"{select} {source} JOIN temp.own_labelled l {where} GROUP BY l.name"
    conditions.parameters *= 2
    return (
        f"SELECT name, sum(n) AS n FROM ({stored} AND NOT {IS_RELABELLED} GROUP BY l.name UNION ALL {own}) GROUP BY 1"
    )


def _count_days(
    connection: sqlite3.Connection, want: ListWant, source: str, parameters: list[object]
) -> tuple[tuple[FacetValue, ...], int]:
    """Days, newest first; what has no time comes last."""
    days: Counter[str] = Counter()
    for quarter, count in connection.execute(f"SELECT {QUARTER}, count(*) FROM {source} GROUP BY 1", parameters):
        days[day_of(quarter, want.is_utc)] += count
    ordered = sorted(days.items(), reverse=True)
    return tuple(FacetValue(*row) for row in ordered[:MAX_FACET_VALUES]), len(ordered)
