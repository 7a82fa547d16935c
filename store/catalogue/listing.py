"""Lists out of the catalogue: rows of one or many stores, narrowed, in an order, under headings.

SQLite does all of it while the interpreter's lock is free. Columns of integers come back as texts that it joins; only
headings are put together here.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Mapping

from store.cancel import CancelToken
from store.catalogue.days import QUARTER, day_of
from store.catalogue.narrowing import IS_HIDDEN, IS_RELABELLED, ask_stores, filter_text, narrow
from store.catalogue.overlay import NO_NOTES, Overlay
from store.joined import joined_numbers
from store.values.listing import CatalogueKey, Group, GroupBy, Listed, ListOrder, ListWant, View
from store.values.session import SortKey
from store.values.store import StoreKey

STORED = {
    SortKey.UPDATED: "r.updated_at_ms",
    SortKey.CREATED: "r.created_at_ms",
    SortKey.MESSAGES: "r.message_count",
    SortKey.TOKENS: "r.total_tokens",
    SortKey.ID: "r.session_id",
    SortKey.SIZE: "r.size_bytes",
}
OF_CATALOGUE = {
    CatalogueKey.TITLE: "r.title",
    CatalogueKey.MODEL: "(SELECT m.folded FROM names m WHERE m.id = r.model)",
    CatalogueKey.PROVIDER: "(SELECT m.folded FROM names m WHERE m.id = r.provider)",
    CatalogueKey.DURATION: "r.duration_ms",
    CatalogueKey.LABELS: "r.labels",
    CatalogueKey.STATE: (
        "CASE WHEN r.is_damaged THEN 0 WHEN r.id IN (SELECT row FROM temp.running) THEN 1 WHEN r.is_archived THEN 2"
        " WHEN r.has_no_answer THEN 4 ELSE 5 END"
    ),
}
"""What is sorted by; a state in the order in which states are shown."""

BEFORE_HIDDEN = "WHEN r.is_archived THEN 2"

_GROUPED = {
    GroupBy.NONE: "",
    GroupBy.DAY: f"coalesce({QUARTER}, -1)",
    GroupBy.STORE: "a.position",
    GroupBy.MODEL: "CASE WHEN r.is_known = 1 THEN coalesce(r.model, 0) ELSE 0 END",
}


def needs_running(want: ListWant) -> bool:
    """Whether a question is about which sessions run now: the temporary table `running` has to be there."""
    return want.view is View.RUNNING or want.order.key is CatalogueKey.STATE


def needs_facts(want: ListWant) -> bool:
    """Whether an answer depends on what only the catalogue knows, so that it can be incomplete."""
    is_by_catalogue = isinstance(want.order.key, CatalogueKey) and want.order.key is not CatalogueKey.STORE
    is_view = want.view in (View.ACTIVE, View.ARCHIVED, View.FAULTS)
    return is_by_catalogue or is_view or bool(want.text.split() or want.choices) or want.group_by is GroupBy.MODEL


def list_rows(
    connection: sqlite3.Connection,
    want: ListWant,
    ranks: Mapping[StoreKey, int],
    token: CancelToken,
    overlay: Overlay = NO_NOTES,
) -> Listed:
    """Answer a question.

    Args:
        ranks: place of each store in an order by name.
        overlay: what is noted of their sessions.
    """
    asked = ask_stores(connection, want.stores, ranks)
    conditions = narrow(connection, want, overlay=overlay)
    joined = filter_text(conditions, want.text, overlay)
    columns = {"h": "r.handle"}
    if len(asked.stores) > 1:
        columns["p"] = "a.position"
    if want.group_by is not GroupBy.NONE:
        columns["g"] = _GROUPED[want.group_by]
    inner = (
        f"SELECT {', '.join(f'{value} AS {name}' for name, value in columns.items())} FROM {asked.source}{joined}"
        f" WHERE {conditions.text} ORDER BY {_order(want.order, overlay)}"
    )
    outer = ", ".join(f"group_concat({name})" for name in columns)
    row = connection.execute(f"SELECT {outer} FROM ({inner})", conditions.parameters).fetchone()
    found = dict(zip(columns, row, strict=True))
    handles = joined_numbers(found["h"], "q", token)
    stores = joined_numbers(found["p"], "H", token) if "p" in found else array("H")
    groups: tuple[Group, ...] = ()
    if "g" in found:
        codes = joined_numbers(found["g"], "q", token)
        handles, stores, groups = _group(handles, stores, codes, _heading(connection, want, asked.stores))
    known = asked.known if needs_facts(want) else asked.total
    return Listed(want, asked.stores, stores, handles, groups, known, asked.total, asked.waiting)


def _order(order: ListOrder, overlay: Overlay) -> str:
    """ORDER BY: what is not known yet stands at the end, after what is known not to be recorded.

    Ties in a stored order are broken by id, as the file does it; in one of the catalogue by the last change first.
    Copies of one session stand in the order of their stores.
    """
    direction = "DESC" if order.is_descending else "ASC"
    if isinstance(order.key, SortKey):
        tie = "" if order.key is SortKey.ID else ", r.session_id ASC"
        return f"{STORED[order.key]} {direction}{tie}, a.position"
    tie = "r.updated_at_ms DESC, r.session_id ASC, a.position"
    if order.key is CatalogueKey.STORE:
        return f"a.rank {direction}, {tie}"
    value = _sorted_by(order.key, overlay)
    return f"CASE WHEN r.is_known = 1 THEN {value} END {direction} NULLS LAST, r.is_known = 1 DESC, {tie}"


def _sorted_by(key: CatalogueKey, overlay: Overlay) -> str:
    """SQL of what is sorted by, with what is noted."""
    value = OF_CATALOGUE[key]
    if key is CatalogueKey.TITLE and overlay.has_texts:
        return f"coalesce((SELECT n.title FROM temp.own_rows n WHERE n.row = r.id), {value})"
    if key is CatalogueKey.LABELS and overlay.has_labels:
        return (
            f"CASE WHEN {IS_RELABELLED} THEN (SELECT n.labels FROM temp.own_rows n WHERE n.row = r.id) ELSE {value} END"
        )
    if key is CatalogueKey.STATE and overlay.has_hidden:
        return value.replace(BEFORE_HIDDEN, f"{BEFORE_HIDDEN} WHEN {IS_HIDDEN} THEN 3")
    return value


def _heading(connection: sqlite3.Connection, want: ListWant, stores: tuple[StoreKey, ...]) -> Callable[[int], str]:
    """What turns the number of a group into its heading."""
    if want.group_by is GroupBy.DAY:
        return lambda quarter: day_of(None if quarter < 0 else quarter, want.is_utc)
    if want.group_by is GroupBy.STORE:
        return lambda position: stores[position].path
    names = dict(connection.execute("SELECT id, name FROM names WHERE kind = 0").fetchall())
    return lambda model: names.get(model, "")


def _group(
    handles: array[int], stores: array[int], codes: array[int], heading: Callable[[int], str]
) -> tuple[array[int], array[int], tuple[Group, ...]]:
    """Bring rows of one heading together; headings stand in the order of their first rows."""
    headings = {code: heading(code) for code in dict.fromkeys(codes)}
    numbers = {value: number for number, value in enumerate(dict.fromkeys(headings.values()))}
    group_of = {code: numbers[value] for code, value in headings.items()}
    row_buckets = [array("q") for _ in numbers]
    store_buckets = [array("H") for _ in numbers]
    adders = [bucket.append for bucket in row_buckets]
    for code, handle in zip(codes, handles, strict=True):
        adders[group_of[code]](handle)
    if stores:
        store_adders = [bucket.append for bucket in store_buckets]
        for code, store in zip(codes, stores, strict=True):
            store_adders[group_of[code]](store)
    groups = []
    begin = 0
    sorted_handles, sorted_stores = array("q"), array("H")
    for value, number in numbers.items():
        sorted_handles.extend(row_buckets[number])
        sorted_stores.extend(store_buckets[number])
        groups.append(Group(value, begin, len(sorted_handles)))
        begin = len(sorted_handles)
    return sorted_handles, sorted_stores, tuple(groups)
