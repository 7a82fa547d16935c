"""What tables and columns a database has, so that a statement is only run where everything that it names is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

T = TypeVar("T")

MAX_TABLES = 2_000


class Read(Protocol):
    """Runs a batch on one consistent state of a database, perhaps several times; texts come as bytes."""

    def __call__(self, batch: Callable[[sqlite3.Connection], T]) -> T:
        """The batch's answer."""
        ...


@dataclass(frozen=True, slots=True)
class Tables:
    """The columns of every table, by its name."""

    columns: dict[str, frozenset[str]]

    def has(self, table: str, *columns: str) -> bool:
        """Whether a table is there with all these columns."""
        return table in self.columns and self.columns[table].issuperset(columns)


def read_tables(connection: sqlite3.Connection) -> Tables:
    """Read the names of all tables and their columns."""
    rows = connection.execute(
        "SELECT CAST(t.name AS BLOB), CAST(c.name AS BLOB) FROM"
        " (SELECT name FROM sqlite_master WHERE type = 'table' LIMIT ?) t JOIN pragma_table_info(t.name) c",
        (MAX_TABLES,),
    ).fetchall()
    columns: dict[str, set[str]] = {}
    for table, column in rows:
        columns.setdefault(_text(table), set()).add(_text(column))
    return Tables({table: frozenset(names) for table, names in columns.items()})


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")
