"""Everything that the samples of tests/data/stores/meerkat store as JSON, read from copies."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import STORES

VECTORS = STORES / "meerkat" / "vectors-0.6.24.json"


@cache
def vectors() -> Any:
    """The outcomes that the real 0.6.24 types recorded."""
    return json.loads(VECTORS.read_text("utf-8"))


class Cell(NamedTuple):
    """One stored JSON value of a database."""

    database: str
    table: str
    column: str
    data: bytes


def databases(folder: Path) -> list[Path]:
    """Every SQLite file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.suffix in (".sqlite", ".sqlite3") and path.is_file())


def json_cells(folder: Path) -> Iterator[Cell]:
    """Every value of every column that begins like JSON, as its bytes; of copies, since reading may touch them."""
    for path in databases(folder):
        with closing(sqlite3.connect(path)) as database:
            database.text_factory = bytes
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                table = name.decode()
                rows = database.execute(f'SELECT * FROM "{table}"')
                columns = [column[0] for column in rows.description]
                for row in rows:
                    for column, value in zip(columns, row, strict=True):
                        if isinstance(value, bytes) and value[:1] in (b"{", b"["):
                            yield Cell(str(path.relative_to(folder)), table, column, value)


def json_files(folder: Path, *names: str) -> Iterator[tuple[str, bytes]]:
    """The bytes of every file with one of these endings, by its name below the folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in names:
            yield str(path.relative_to(folder)), path.read_bytes()
