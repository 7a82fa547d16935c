"""Facts of sessions on their way into the catalogue and out of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from store.catalogue.census import FINGERPRINT
from store.catalogue.schema import NameKind
from store.values.listing import CatalogueFacts
from store.values.session import SessionState, SessionSummary, TitleSource
from store.values.store import SessionKey, StoreKey

SORTED_CHARS = 80
"""How much of a text is sorted by."""

SEARCHED_CHARS = 32_000
"""How much of a session's texts a filter looks through; 500 labels are about half of it."""

ASKED_IDS = 500
_STAMP = ", ".join(("session_id", "handle", "is_known", *FINGERPRINT))


def stamps(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """What rows are now, by their number: id, handle, whether facts are known, stored columns."""
    found: dict[int, tuple[Any, ...]] = {}
    for begin in range(0, len(numbers), ASKED_IDS):
        asked = numbers[begin : begin + ASKED_IDS]
        rows = connection.execute(f"SELECT id, {_STAMP} FROM rows WHERE id IN ({_marks(asked)})", asked)
        found.update((row[0], row[1:]) for row in rows)
    return found


def put(connection: sqlite3.Connection, entries: Sequence[tuple[int, CatalogueFacts]]) -> None:
    """Write facts of rows, by their number; what was there before is replaced."""
    names = _names(connection, [facts for _, facts in entries])
    connection.executemany(
        "UPDATE rows SET is_known = 1, is_archived = ?, has_no_answer = ?, is_damaged = ?, has_faults = ?, model = ?,"
        " provider = ?, duration_ms = ?, title = ?, labels = ? WHERE id = ?",
        [_row(number, facts, names) for number, facts in entries],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_fact_row(number, facts) for number, facts in entries],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO search VALUES (?, ?)", [(number, searched_text(facts)) for number, facts in entries]
    )
    labelled = [
        (names[NameKind.LABEL, text], number) for number, facts in entries for text in set(label_texts(facts.labels))
    ]
    connection.executemany("INSERT OR IGNORE INTO labelled VALUES (?, ?)", labelled)


def get(connection: sqlite3.Connection, path: str, session_ids: Sequence[str]) -> dict[str, CatalogueFacts]:
    """Read the facts of sessions of a store, as far as they are known."""
    found: dict[str, CatalogueFacts] = {}
    for begin in range(0, len(session_ids), ASKED_IDS):
        asked = session_ids[begin : begin + ASKED_IDS]
        rows = connection.execute(
            "SELECT r.session_id, f.title, f.title_from, m.name, p.name, f.labels, f.first_prompt, r.duration_ms,"
            " f.input_tokens, f.output_tokens, r.is_archived, r.has_no_answer, f.is_rewritten, r.is_damaged,"
            " f.is_forked, f.faults"
            " FROM rows r JOIN facts f ON f.row = r.id"
            " LEFT JOIN names m ON m.id = r.model LEFT JOIN names p ON p.id = r.provider"
            f" WHERE r.session_id IN ({_marks(asked)}) AND r.store = (SELECT id FROM stores WHERE path = ?)"
            " AND r.is_known = 1",
            (*asked, path),
        )
        found.update((row[0], _facts(row)) for row in rows)
    return found


def last_rows(connection: sqlite3.Connection, store: StoreKey, handles: Sequence[int]) -> dict[int, SessionSummary]:
    """Rows of a store by their handles as of its last census, with nothing but what stood in its columns."""
    found: dict[int, SessionSummary] = {}
    for begin in range(0, len(handles), ASKED_IDS):
        asked = handles[begin : begin + ASKED_IDS]
        rows = connection.execute(
            "SELECT handle, session_id, is_archived, message_count, total_tokens, created_at_ms, updated_at_ms,"
            " size_bytes FROM rows WHERE store = (SELECT id FROM stores WHERE path = ?)"
            f" AND handle IN ({_marks(asked)})",
            (store.path, *asked),
        )
        for handle, stored_id, is_archived, *numbers in rows:
            session_id = stored_id.partition("\0")[0]
            found[handle] = SessionSummary(
                key=SessionKey(store, session_id),
                handle=handle,
                title=session_id,
                title_from=TitleSource.ID,
                state=SessionState.ARCHIVED if is_archived else SessionState.ACTIVE,
                message_count=numbers[0],
                total_tokens=numbers[1],
                created_at_ms=numbers[2],
                updated_at_ms=numbers[3],
                size_bytes=numbers[4],
            )
    return found


def _facts(row: tuple[Any, ...]) -> CatalogueFacts:
    labels = tuple((key, value) for key, value in orjson.loads(row[5])) if row[5] else ()
    faults = tuple((code, sentence) for code, sentence in orjson.loads(row[15])) if row[15] else ()
    return CatalogueFacts(
        session_id=row[0],
        title=row[1],
        title_from=row[2],
        model=row[3],
        provider=row[4],
        labels=labels,
        first_prompt=row[1] if row[6] is None else row[6],
        duration_ms=row[7],
        input_tokens=row[8],
        output_tokens=row[9],
        is_archived=bool(row[10]),
        has_no_answer=bool(row[11]),
        is_rewritten=bool(row[12]),
        is_damaged=bool(row[13]),
        is_forked=None if row[14] is None else bool(row[14]),
        faults=faults,
    )


def _row(number: int, facts: CatalogueFacts, names: dict[tuple[NameKind, str], int]) -> tuple[Any, ...]:
    return (
        facts.is_archived,
        facts.has_no_answer,
        facts.is_damaged,
        bool(facts.faults) or facts.is_damaged,
        None if facts.model is None else names[NameKind.MODEL, facts.model],
        None if facts.provider is None else names[NameKind.PROVIDER, facts.provider],
        facts.duration_ms,
        folded(facts.title)[:SORTED_CHARS],
        folded(", ".join(label_texts(facts.labels)))[:SORTED_CHARS] if facts.labels else None,
        number,
    )


def _fact_row(number: int, facts: CatalogueFacts) -> tuple[Any, ...]:
    return (
        number,
        facts.title,
        facts.title_from,
        _json(facts.labels),
        # Most titles are the first prompt.
        None if facts.first_prompt == facts.title else facts.first_prompt,
        _stored_int(facts.input_tokens),
        _stored_int(facts.output_tokens),
        facts.is_rewritten,
        facts.is_forked,
        _json(facts.faults),
    )


def _stored_int(value: int | None) -> int | None:
    return value if value is None or value < 1 << 63 else None


def _json(pairs: tuple[tuple[str, str], ...]) -> str | None:
    return orjson.dumps(pairs).decode() if pairs else None


def searched_text(facts: CatalogueFacts) -> str:
    """What a filter looks through: one line each, without case."""
    lines = [facts.session_id, facts.title]
    if facts.first_prompt != facts.title:
        lines.append(facts.first_prompt)
    lines.append(facts.model or "")
    lines.extend(label_texts(facts.labels))
    return folded("\n".join(lines))[:SEARCHED_CHARS]


def folded(text: str) -> str:
    """A text as it is compared without case."""
    return text.casefold()


def label_texts(labels: Iterable[tuple[str, str]]) -> list[str]:
    """Labels as facets show them."""
    return [f"{key}={value}" for key, value in labels]


def _names(connection: sqlite3.Connection, facts: Iterable[CatalogueFacts]) -> dict[tuple[NameKind, str], int]:
    """Numbers of all models, providers and labels of facts; new ones are added."""
    wanted: set[tuple[NameKind, str]] = set()
    for one in facts:
        if one.model is not None:
            wanted.add((NameKind.MODEL, one.model))
        if one.provider is not None:
            wanted.add((NameKind.PROVIDER, one.provider))
        wanted.update((NameKind.LABEL, text) for text in label_texts(one.labels))
    connection.executemany(
        "INSERT OR IGNORE INTO names (kind, name, folded) VALUES (?, ?, ?)",
        [(int(kind), name, folded(name)) for kind, name in wanted],
    )
    select = "SELECT id FROM names WHERE kind = ? AND name = ?"
    return {(kind, name): connection.execute(select, (int(kind), name)).fetchone()[0] for kind, name in wanted}


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
