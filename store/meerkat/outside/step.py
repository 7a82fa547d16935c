"""One change of one session inside its open transaction: its rows in SQLite, its files around the commit.

A transaction cannot hold files. Those that the commit needs are changed before it, all others after it; a change that
is cut off in between is told by comparing rows and files with its image, and is finished then.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from store.blocking import may_wait
from store.changing import Image
from store.errors import ChangeRefused
from store.meerkat.outside.realm_files import change_file
from store.meerkat.outside.refusals import in_words_of_a_refusal, refuse
from store.meerkat.outside.rows import Table, is_row
from store.meerkat.outside.session_change import RowChange, SessionChange
from store.values.changes import RefusalCode, SessionPlan


class SessionStep:
    """One change, begun. Belongs to the thread that began it."""

    def __init__(
        self, connection: sqlite3.Connection, folder: Path, change: SessionChange, prove_place: Callable[[], None]
    ) -> None:
        """Take over the transaction that is open on a connection.

        Args:
            folder: of the realm.
            prove_place: raises ChangeRefused where the connection's file is not the one under its path any more.
        """
        self._connection = connection
        self._prove_place = prove_place
        self._folder = folder
        self._change = change
        self._is_open = True
        self._image: Image | None = None

    @property
    def image(self) -> Image:
        """What it touches, exact; read in this transaction."""
        if self._image is None:
            self._image = self._change.image()
        return self._image

    @property
    def planned(self) -> SessionPlan:
        """What it does, as a plan made now."""
        return self._change.planned

    @property
    def made_id(self) -> str:
        """Id of the session that it makes; "" if it makes none."""
        return self._change.made_id

    def commit(self) -> None:
        """Write the rows, end the transaction, then change the files.

        A file that cannot be changed after the commit stays: whoever verifies the change sees that it is written
        partly, and `finish` does the rest.

        Raises:
            ChangeRefused: nothing was written.
        """
        try:
            with in_words_of_a_refusal():
                for row in self._change.rows:
                    self._write(row)
                for file in self._change.files:
                    if file.is_first:
                        change_file(self._folder, file)
                self._prove_place()
                self._connection.execute("COMMIT")
            self._is_open = False
        finally:
            self.roll_back()
        for file in self._change.files:
            if not file.is_first:
                with suppress(ChangeRefused):
                    change_file(self._folder, file)

    def roll_back(self) -> None:
        """End the transaction without a change; harmless after an end."""
        if not self._is_open:
            return
        may_wait("write to a store")
        self._is_open = False
        if self._connection.in_transaction:
            with suppress(sqlite3.OperationalError):  # SQLite has rolled it back itself, as it does on a full disk
                self._connection.execute("ROLLBACK")

    def _write(self, row: RowChange) -> None:
        """Write one row; that exactly one was written is asked, since everything else would be another change."""
        if row.after is None:
            done: sqlite3.Cursor | None = self._connection.execute(
                f"DELETE FROM {row.table.name} WHERE {is_row(row.table)}", _key(row)
            )
        elif row.before is None:
            places = ",".join("?" * len(row.table.columns))
            statement = f"INSERT INTO {row.table.name} ({', '.join(row.table.columns)}) VALUES ({places})"
            done = self._connection.execute(statement, row.after.values)
        else:
            done = self._update(row, row.table)
        if done is not None and done.rowcount != 1:
            raise refuse(RefusalCode.CANNOT_WRITE, f"A row of “{row.table.name}” could not be written; nothing was.")

    def _update(self, row: RowChange, table: Table) -> sqlite3.Cursor | None:
        may_wait("write to a store")
        assert row.before is not None
        assert row.after is not None
        changed = [
            (column, after)
            for column, before, after in zip(table.columns, row.before.values, row.after.values, strict=True)
            if type(before) is not type(after) or before != after
        ]
        if not changed:
            return None
        assignments = ", ".join(f"{column} = ?" for column, _ in changed)
        return self._connection.execute(
            f"UPDATE {table.name} SET {assignments} WHERE {is_row(table)}",
            (*(value for _, value in changed), *_key(row)),
        )


def _key(row: RowChange) -> tuple[object, ...]:
    return tuple(value for _, value in row.key)
