"""Taking a change back: a change like any other, under the same rules, that puts the old rows and files in place.

It is refused where the session is not any more what the change made of it, so that nothing newer is overwritten.
"""

from __future__ import annotations

import sqlite3

from store.changing import FileImage, Image, RowImage, image_digest
from store.meerkat.listing import RUNTIME_PREFIX
from store.meerkat.outside.comparing import table_of
from store.meerkat.outside.realm_files import digest_of_file, read_for_removal
from store.meerkat.outside.refusals import refuse
from store.meerkat.outside.rows import (
    ALL_TABLES,
    SESSION_TABLE,
    SNAPSHOT_TABLE,
    Row,
    is_waiting,
    read_row,
    read_stored,
)
from store.meerkat.outside.session_change import Circumstances, FileChange, Made, RowChange, SessionChange, digest_of
from store.values.changes import RefusalCode, SessionPlan

MOVED_ON = "The session has moved on since: it is not any more what the change made of it."
_DOCUMENTS = (SESSION_TABLE.name, SNAPSHOT_TABLE.name)
PLAN_ADVICE = "Nothing is overwritten; its older state stays in Changes."


def undo_change(
    connection: sqlite3.Connection, session_id: str, image: Image, circumstances: Circumstances
) -> SessionChange:
    """Compute what puts back the state before a change.

    Args:
        image: what was kept of the change.

    Raises:
        ChangeRefused: the session has moved on, or something forbids it.
    """
    ids = {_owner(row) for row in image.rows} or {session_id}
    for one in sorted(ids):
        if is_waiting(connection, circumstances.layout, one):
            raise refuse(
                RefusalCode.TURN_IN_PROGRESS,
                "A turn of this session is running, or a failed prompt waits for the next resume.",
                "Let the agent finish its turn, then undo.",
            )
    rows = tuple(_row_back(connection, row) for row in image.rows)
    _refuse_strangers(connection, image, sorted(ids), circumstances)
    by_commit = _by_commit(connection, session_id, image, circumstances)
    if by_commit is not None:
        return by_commit
    files = tuple(_file_back(circumstances, file) for file in reversed(image.files))
    planned = SessionPlan(
        session_id, session_id, tuple(row.plan() for row in rows), tuple(file.plan() for file in files)
    )
    return SessionChange(planned, rows, files)


def _by_commit(
    connection: sqlite3.Connection, session_id: str, image: Image, circumstances: Circumstances
) -> SessionChange | None:
    """What takes a rewrite back that was recorded in the session's graph; None where rows are simply put back."""
    if not any(
        row.table in _DOCUMENTS and row.before is not None and row.after_digest is not None for row in image.rows
    ):
        return None
    from store.meerkat.outside.rewrites import take_back

    stored = read_stored(connection, circumstances.layout, (session_id,), whole=False).get(session_id)
    made = Made()
    if stored is None or not take_back(stored, image, circumstances, made):
        return None
    planned = SessionPlan(
        session_id,
        session_id,
        tuple(row.plan() for row in made.rows),
        tuple(file.plan() for file in made.files),
        revision_before=made.revision_before,
        revision_after=made.revision_after,
        remarks=tuple(made.remarks),
    )
    return SessionChange(planned, tuple(made.rows), tuple(made.files))


def _owner(row: RowImage) -> str:
    """Whose row it is."""
    owner = str(row.key[0][1])
    return owner if row.key[0][0] == "session_id" else owner.removeprefix(RUNTIME_PREFIX)


def _row_back(connection: sqlite3.Connection, image: RowImage) -> RowChange:
    """The change of one row back to what it was. Raises ChangeRefused where it is not what was made of it."""
    table = table_of(image)
    now = read_row(connection, table, image.key)
    if (None if now is None else image_digest(now.columns)) != image.after_digest:
        raise refuse(RefusalCode.MOVED_ON, MOVED_ON, PLAN_ADVICE)
    if image.before is not None and tuple(name for name, _ in image.before) != table.columns:
        raise refuse(RefusalCode.DAMAGED, "What is kept of this change is damaged; nothing is put back from it.")
    before = None if image.before is None else Row(table, tuple(value for _, value in image.before))
    return RowChange(table, image.key, now, before)


def _refuse_strangers(
    connection: sqlite3.Connection, image: Image, session_ids: list[str], circumstances: Circumstances
) -> None:
    """Refuse to bring rows back, or to take some away, where rows came to the session that the change did not know."""
    if all(row.before is not None and row.after_digest is not None for row in image.rows):
        return
    for table in ALL_TABLES:
        if not circumstances.layout.has(table.name):
            continue
        known = sum(row.table == table.name and row.after_digest is not None for row in image.rows)
        is_made = any(row.table == table.name and row.before is None for row in image.rows)
        gone = any(row.table == table.name and row.after_digest is None for row in image.rows)
        if not (is_made or gone):
            continue
        owners = [table.owner(one) for one in session_ids]
        places = ",".join("?" * len(owners))
        count = connection.execute(
            f"SELECT count(*) FROM {table.name} WHERE {table.key[0]} IN ({places})", owners
        ).fetchone()[0]
        if count > known:
            raise refuse(
                RefusalCode.MOVED_ON,
                f"The session has rows in “{table.name}” again; nothing is put over them.",
                PLAN_ADVICE,
            )


def _file_back(circumstances: Circumstances, image: FileImage) -> FileChange:
    """The change of one file back to what it was; made before the commit, so that no row stands without its files."""
    now = digest_of_file(circumstances.folder, image)
    if now != image.after_digest and now != digest_of(image.before):
        raise refuse(
            RefusalCode.MOVED_ON, f"Something else stands at “{image.path}” now; nothing is put over it.", PLAN_ADVICE
        )
    if image.before is None:
        there = read_for_removal(circumstances.folder, image.path)
        return there or FileChange(image.path, None, None, image.mode, image.mtime_ns)
    return FileChange(image.path, None, image.before, image.mode, image.mtime_ns, is_first=True)
