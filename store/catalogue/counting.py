"""Counts out of the catalogue: what the library shows beside its views and facets."""

from __future__ import annotations

import sqlite3
from collections import Counter

from store.catalogue.days import QUARTER, day_of
from store.catalogue.narrowing import VIEW_TERMS, Asked, ask_stores, narrow
from store.values.listing import MAX_FACET_VALUES, Counts, Facet, FacetValue, ListWant, View


def count_rows(connection: sqlite3.Connection, want: ListWant) -> Counts:
    """Answer a question; the temporary tables `pinned` and `running` have to be there."""
    asked = ask_stores(connection, want.stores, {})
    views = tuple(View)
    columns = ", ".join(f"coalesce(sum({VIEW_TERMS[view]}), 0)" for view in views)
    row = connection.execute(f"SELECT {columns} FROM {asked.source}").fetchone()
    facets: dict[Facet, tuple[FacetValue, ...]] = {}
    value_counts: dict[Facet, int] = {}
    for facet in Facet:
        facets[facet], value_counts[facet] = _count_facet(connection, want, facet, asked)
    numbers = dict(zip(views, row, strict=True))
    select = f"SELECT a.position, count(*) FROM {asked.source} WHERE {VIEW_TERMS[View.FAULTS]} GROUP BY 1"
    faulty = {asked.stores[position]: count for position, count in connection.execute(select)}
    return Counts(want, numbers, facets, value_counts, asked.known, asked.total, asked.waiting, faulty)


def _count_facet(
    connection: sqlite3.Connection, want: ListWant, facet: Facet, asked: Asked
) -> tuple[tuple[FacetValue, ...], int]:
    """The values of one facet within the view and the choices of the others, and how many there are."""
    conditions = narrow(connection, want, without=facet)
    if facet is Facet.DAY:
        return _count_days(connection, want, f"{asked.source} WHERE {conditions.text}", conditions.parameters)
    conditions.add("r.is_known = 1")
    if facet is Facet.LABEL:
        source = f"{asked.source} JOIN labelled l ON l.row = r.id WHERE {conditions.text}"
        column = "l.name"
    else:
        source = f"{asked.source} WHERE {conditions.text}"
        column = f"r.{facet.value}"
    counted = f"SELECT {column} AS name, count(*) AS n FROM {source} GROUP BY {column}"
    rows = connection.execute(
        f"SELECT coalesce(m.name, ''), c.n FROM ({counted}) c LEFT JOIN names m ON m.id = c.name"
        " ORDER BY c.n DESC, m.folded, m.name LIMIT ?",
        (*conditions.parameters, MAX_FACET_VALUES + 1),
    ).fetchall()
    total = len(rows)
    if total > MAX_FACET_VALUES:
        total = connection.execute(f"SELECT count(*) FROM ({counted})", conditions.parameters).fetchone()[0]
    return tuple(FacetValue(*row) for row in rows[:MAX_FACET_VALUES]), total


def _count_days(
    connection: sqlite3.Connection, want: ListWant, source: str, parameters: list[object]
) -> tuple[tuple[FacetValue, ...], int]:
    """Days, newest first; what has no time comes last."""
    days: Counter[str] = Counter()
    for quarter, count in connection.execute(f"SELECT {QUARTER}, count(*) FROM {source} GROUP BY 1", parameters):
        days[day_of(quarter, want.is_utc)] += count
    ordered = sorted(days.items(), reverse=True)
    return tuple(FacetValue(*row) for row in ordered[:MAX_FACET_VALUES]), len(ordered)
