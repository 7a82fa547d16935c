"""The tables of the catalogue.

`stores.is_counted` is 0 until a first census came to its end; `used_at_s` is when it was opened last, to a day. `rows`
has one row a session with its stored columns (the fingerprint) and, once `is_known` is 1, what lists sort, group and
count by; it is kept narrow, since every list reads all of it. `facts` holds what is only shown, `search` the text that
a filter looks through, `names` each model, provider and label once.
"""

from __future__ import annotations

from enum import IntEnum

VERSION = 3
"""Of these tables and of what is put into them; a file of another version is dropped."""


class NameKind(IntEnum):
    """What a row of `names` is."""

    MODEL = 0
    PROVIDER = 1
    LABEL = 2


class Known(IntEnum):
    """What `rows.is_known` says of the facts of a session."""

    NOT_YET = 0
    YES = 1
    GONE = 2


STATEMENTS = (
    """CREATE TABLE stores (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,
        file_mark TEXT NOT NULL,
        row_count INTEGER NOT NULL DEFAULT 0,
        known_count INTEGER NOT NULL DEFAULT 0,
        is_counted INTEGER NOT NULL DEFAULT 0,
        used_at_s INTEGER NOT NULL DEFAULT (CAST(strftime('%s', 'now') AS INTEGER))
    )""",
    """CREATE TABLE names (
        id INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,
        name TEXT NOT NULL,
        folded TEXT NOT NULL,
        UNIQUE (kind, name)
    )""",
    """CREATE TABLE rows (
        id INTEGER PRIMARY KEY,
        store INTEGER NOT NULL,
        session_id TEXT NOT NULL,
        handle INTEGER NOT NULL,
        updated_at_ms INTEGER,
        created_at_ms INTEGER,
        message_count INTEGER,
        total_tokens INTEGER,
        size_bytes INTEGER,
        mark INTEGER NOT NULL,
        is_known INTEGER NOT NULL,
        is_archived INTEGER NOT NULL,
        has_no_answer INTEGER NOT NULL DEFAULT 0,
        is_damaged INTEGER NOT NULL DEFAULT 0,
        has_faults INTEGER NOT NULL DEFAULT 0,
        model INTEGER,
        provider INTEGER,
        duration_ms INTEGER,
        title TEXT,
        labels TEXT
    )""",
    "CREATE UNIQUE INDEX rows_by_session ON rows (session_id, store)",
    "CREATE INDEX rows_by_store ON rows (store)",
    "CREATE INDEX rows_unknown ON rows (store, updated_at_ms DESC) WHERE is_known = 0",
    """CREATE TABLE facts (
        row INTEGER PRIMARY KEY,
        title TEXT NOT NULL,
        title_from TEXT NOT NULL,
        labels TEXT,
        first_prompt TEXT,
        input_tokens INTEGER,
        output_tokens INTEGER,
        is_rewritten INTEGER NOT NULL,
        is_forked INTEGER,
        faults TEXT
    )""",
    "CREATE TABLE search (row INTEGER PRIMARY KEY, text TEXT NOT NULL)",
    "CREATE TABLE labelled (name INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (name, row)) WITHOUT ROWID",
    "CREATE INDEX labelled_by_row ON labelled (row)",
)

FACT_TABLES = ("facts", "search", "labelled")
"""Tables with rows of their own for a session, named by the column `row`."""
