"""Receipts as values, read from the record of changes. Functions work inside the transaction that they are given."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import BurrowError
from store.guarded.journal import named, stored
from store.guarded.journal_tables import Stage
from store.guarded.request_form import refusal_of, request_of
from store.values.changes import (
    KEPT_DAYS,
    Action,
    Entry,
    EntryState,
    Receipt,
    Refusal,
    RefusalCode,
    Scope,
    UndoState,
)
from store.values.store import StoreKey

Row: TypeAlias = tuple[Any, ...]

KEPT_MS = KEPT_DAYS * 24 * 3600 * 1000
"""How long what is needed to undo a change is kept at least."""

MAX_NUMBER = 2**63 - 1
"""Above the number of every receipt."""

MAX_NAMED = 10
"""Receipts that a beginning leads to are counted up to here."""

NOT_DECIDED = Refusal(
    RefusalCode.MISSING,
    "The change has not come to its end here: whether this session was written is not decided yet.",
    "It is decided at the next start at which the store can be read.",
)
CLEANED_UP = Refusal(
    RefusalCode.NO_BACKUP, "What was kept to undo it was cleaned up.", "The change itself stays as it is."
)
CHANGED_AGAIN = Refusal(
    RefusalCode.MOVED_ON, "Burrow changed the session again after that.", "Undo the later change first."
)

STATES = {
    Stage.ASKED: EntryState.NOT_DONE,
    Stage.INTENDED: EntryState.UNKNOWN,
    Stage.DONE: EntryState.DONE,
    Stage.NOT_DONE: EntryState.NOT_DONE,
    Stage.UNDONE: EntryState.UNDONE,
    Stage.UNKNOWN: EntryState.UNKNOWN,
}

_RECEIPT_COLUMNS = (
    "number, receipt_id, at_ms, store, store_name, scope, request, undoes, undone_by, store_backup, is_cancelled,"
    " took_ms"
)
_ENTRY_COLUMNS = (
    "session_id, title, stage, refusal, is_settled, revision_before, revision_after, row_count, file_count,"
    " before_bytes, after_bytes, made_id"
)


class ReceiptMissing(BurrowError):
    """There is no receipt of this name."""

    code = "receipt-missing"


class ReceiptAmbiguous(BurrowError):
    """More than one receipt begins with these characters."""

    code = "receipt-ambiguous"


class _Place(NamedTuple):
    """What tells whether a later change touched the same thing."""

    number: int
    store: str | bytes
    scope: Scope
    action: Action


@dataclass(frozen=True, slots=True)
class Numbered:
    """A receipt with its number in the record, and of each entry its stage and whether its image is kept."""

    number: int
    receipt: Receipt
    stages: tuple[Stage, ...]
    has_image: tuple[bool, ...]


def read_before(connection: sqlite3.Connection, before: int | None, limit: int, token: CancelToken) -> list[Numbered]:
    """The next older receipts, newest first.

    Args:
        before: number of the one that they are older than; None for the newest.
    """
    rows = connection.execute(
        f"SELECT {_RECEIPT_COLUMNS} FROM receipts WHERE number < ? ORDER BY number DESC LIMIT ?",
        (MAX_NUMBER if before is None else before, limit),
    ).fetchall()
    return list(_read_all(connection, rows, token))


def read_open(connection: sqlite3.Connection, token: CancelToken) -> list[Numbered]:
    """Receipts that were begun and not closed, oldest first."""
    rows = connection.execute(f"SELECT {_RECEIPT_COLUMNS} FROM receipts WHERE is_open ORDER BY number").fetchall()
    return list(_read_all(connection, rows, token))


def read_one(connection: sqlite3.Connection, beginning: str, token: CancelToken) -> Numbered:
    """The receipt whose id is or begins with these characters. Raises ReceiptMissing, ReceiptAmbiguous."""
    # All characters of an id sort before "g".
    rows = connection.execute(
        f"SELECT {_RECEIPT_COLUMNS} FROM receipts WHERE receipt_id >= ?1 AND receipt_id < ?1 || 'g' LIMIT ?2",
        (stored(beginning.strip().lower()), MAX_NAMED),
    ).fetchall()
    if not rows or not beginning.strip():
        raise ReceiptMissing("There is no receipt of this name.", "“burrow changes” lists them.")
    if len(rows) > 1:
        count = f"at least {MAX_NAMED}" if len(rows) == MAX_NAMED else str(len(rows))
        raise ReceiptAmbiguous(f"The names of {count} receipts begin so.", "Write more of its name.")
    return next(iter(_read_all(connection, rows, token)))


def _read_all(connection: sqlite3.Connection, rows: Sequence[Row], token: CancelToken) -> Iterator[Numbered]:
    may_wait("read receipts")
    for row in rows:
        token.take_turn()
        yield _read(connection, row)


def _read(connection: sqlite3.Connection, row: Row) -> Numbered:
    (
        number, receipt_id, at_ms, store, store_name, scope, request, undoes, undone_by, store_backup, is_cancelled,
        took_ms,
    ) = row  # fmt: skip
    found = connection.execute(
        f"SELECT {_ENTRY_COLUMNS}, (SELECT size_bytes FROM images WHERE images.receipt = entries.receipt"
        " AND images.position = entries.position) FROM entries WHERE receipt = ? ORDER BY position",
        (number,),
    ).fetchall()
    asked = request_of(request)
    has_image = tuple(entry[-1] is not None for entry in found)
    undo, refusal = _undo_of(connection, _Place(number, store, Scope(scope), asked.action), found)
    receipt = Receipt(
        receipt_id=receipt_id,
        at_ms=at_ms,
        request=asked,
        scope=Scope(scope),
        store=StoreKey(named(store)),
        store_name=store_name,
        entries=tuple(_entry(entry) for entry in found),
        undo=undo,
        undo_refusal=refusal,
        undoable_until_ms=at_ms + KEPT_MS if any(has_image) else None,
        undoes=undoes,
        undone_by=undone_by,
        image_bytes=sum(entry[-1] or 0 for entry in found),
        store_backup=named(store_backup),
        is_cancelled=bool(is_cancelled),
        took_ms=took_ms,
    )
    return Numbered(number, receipt, tuple(Stage(entry[2]) for entry in found), has_image)


def _entry(row: Row) -> Entry:
    (
        session_id, title, stage, refusal, is_settled, revision_before, revision_after, row_count, file_count,
        before_bytes, after_bytes, made_id, _image_bytes,
    ) = row  # fmt: skip
    known = refusal_of(refusal)
    return Entry(
        session_id=named(session_id),
        title=title,
        state=STATES[Stage(stage)],
        refusal=NOT_DECIDED if known is None and stage == Stage.INTENDED else known,
        is_settled=bool(is_settled),
        revision_before=revision_before,
        revision_after=revision_after,
        row_count=row_count,
        file_count=file_count,
        before_bytes=before_bytes,
        after_bytes=after_bytes,
        made_id=named(made_id),
    )


def _undo_of(connection: sqlite3.Connection, place: _Place, entries: Sequence[Row]) -> tuple[UndoState, Refusal | None]:
    """Whether a change can be taken back, as far as the receipts tell."""
    done = [entry for entry in entries if entry[2] == Stage.DONE]
    if not done:
        return (UndoState.UNDONE if any(one[2] == Stage.UNDONE for one in entries) else UndoState.NOTHING), None
    kept = [entry for entry in done if entry[-1] is not None]
    if not kept:
        return UndoState.REFUSED, CLEANED_UP
    if all(_is_changed_again(connection, place, entry[0]) for entry in kept):
        return UndoState.REFUSED, CHANGED_AGAIN
    return UndoState.POSSIBLE, None


def _is_changed_again(connection: sqlite3.Connection, place: _Place, session_id: str | bytes) -> bool:
    """Whether a later change of the same thing holds; one that was taken back left all as it was."""
    # Own labels and whether a session is hidden stand beside each other; in a store there is one row for all.
    is_label = place.action is Action.LABEL
    found = connection.execute(
        "SELECT 1 FROM entries JOIN receipts AS later ON later.number = entries.receipt"
        " WHERE entries.session_id = ?1 AND entries.receipt > ?2 AND entries.stage = ?3 AND later.store = ?4"
        " AND later.scope = ?5 AND later.undoes = '' AND (?6 OR (later.action = ?7) = ?8) LIMIT 1",
        (
            session_id, place.number, Stage.DONE, place.store, place.scope, place.scope is Scope.STORE, Action.LABEL,
            is_label,
        ),
    ).fetchone()  # fmt: skip
    return found is not None
