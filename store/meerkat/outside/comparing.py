"""A store beside the image of a change: is it as before, as afterwards, or neither?"""

from __future__ import annotations

import sqlite3
from enum import Enum, auto
from pathlib import Path

from store.changing import Image, ImageState, RowImage, image_digest
from store.errors import ChangeRefused
from store.meerkat.outside.realm_files import digest_of_file
from store.meerkat.outside.refusals import refuse
from store.meerkat.outside.rows import TABLES_BY_NAME, Table, read_row
from store.meerkat.outside.session_change import digest_of
from store.values.changes import RefusalCode


class RowsState(Enum):
    """How the rows of an image stand."""

    BEFORE = auto()
    AFTER = auto()
    NEITHER = auto()


def table_of(row: RowImage) -> Table:
    """The table of a row in an image. Raises ChangeRefused where no image of ours has such a row."""
    table = TABLES_BY_NAME.get(row.table)
    if table is None or tuple(name for name, _ in row.key) != table.key:
        raise refuse(RefusalCode.DAMAGED, "What is kept of this change is damaged; nothing is put back from it.")
    return table


def compare_rows(connection: sqlite3.Connection, image: Image) -> RowsState:
    """Compare the rows of a store with an image; AFTER where a change left all of them as they were."""
    try:
        stored = [read_row(connection, table_of(row), row.key) for row in image.rows]
    except ChangeRefused:
        return RowsState.NEITHER
    now = [None if row is None else image_digest(row.columns) for row in stored]
    if now == [row.after_digest for row in image.rows]:
        return RowsState.AFTER
    before = [None if row.before is None else image_digest(row.before) for row in image.rows]
    return RowsState.BEFORE if now == before else RowsState.NEITHER


def image_state(rows: RowsState, folder: Path, image: Image) -> ImageState:
    """Put rows and files together; the rows decide, since files are changed around their commit.

    Args:
        folder: of the realm.
    """
    if rows is RowsState.NEITHER:
        return ImageState.NEITHER
    if rows is RowsState.BEFORE:
        return ImageState.BEFORE
    is_done = True
    for file in image.files:
        now = digest_of_file(folder, file)
        if now == file.after_digest:
            continue
        if now != digest_of(file.before):
            return ImageState.NEITHER
        is_done = False
    return ImageState.AFTER if is_done else ImageState.PARTLY
