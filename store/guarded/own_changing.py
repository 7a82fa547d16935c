"""Changes of our own notes, made the way a store is changed: hide, show again, own labels.

A store that may not be written, or that would drop what is written, is left as it is. What is kept in our notes goes
through plan, image, receipt and undo all the same, so that nobody has to know where a change is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Columns, Image, ImageState, RowImage, Value, columns_bytes, image_digest
from store.errors import ChangeRefused
from store.guarded.own_planning import (
    NOTES_TABLE,
    applied,
    columns_of,
    in_words_of_a_refusal,
    names_of,
    planned,
)
from store.own import Annotations
from store.values.changes import Plan, Refusal, RefusalCode, Request, RowPlan, Scope, SessionPlan
from store.values.notes import Noted
from store.values.store import SessionKey, StoreKey


class OwnChanging:
    """How our notes of one store's sessions are changed; implements `store.changing.Changing`."""

    def __init__(self, annotations: Annotations, store: StoreKey) -> None:
        self._annotations = annotations
        self._store = store

    def plan(self, request: Request, session_ids: Sequence[str], token: CancelToken) -> Plan:
        """Say what a request would do, without titles (see `plan_own`)."""
        notes = self.read(token)
        sessions = tuple(planned(one, one, notes, request) for one in session_ids)
        return Plan(request, self._store, "", Scope.OWN, "", "", 0, sessions)

    @contextmanager
    def writing(self, token: CancelToken) -> Iterator[OwnWriting]:
        """Open our notes to be written."""
        token.check()
        with self._annotations.kept_open():
            yield OwnWriting(self)

    def compare(self, image: Image, token: CancelToken) -> ImageState:
        """Compare our notes with an image."""
        (row,) = image.rows
        now = columns_of(self.read_one(_session_of(row), token), _names(row))
        if image_digest(now) == row.after_digest:
            return ImageState.AFTER
        return ImageState.BEFORE if now == row.before else ImageState.NEITHER

    def undo_refusal(
        self,
        session_id: str,  # noqa: ARG002 - the image names it
        request: Request,  # noqa: ARG002 - every note is put back alike
        image: Image,
        token: CancelToken,
    ) -> Refusal | None:
        """Why an undo would be refused now."""
        return None if self.compare(image, token) is ImageState.AFTER else _moved_on()

    def finish(self, image: Image, token: CancelToken) -> None:
        """Nothing is ever written in part: one transaction holds a change."""

    def read(self, token: CancelToken) -> dict[str, Noted]:
        """What is noted of the sessions of this store. Raises ChangeRefused."""
        may_wait("read notes of sessions")
        with in_words_of_a_refusal():
            notes = self._annotations.noted_in((self._store,), token)
        return {key.session_id: noted for key, noted in notes.items()}

    def read_one(self, session_id: str, token: CancelToken) -> Noted:
        """What is noted of one session. Raises ChangeRefused."""
        with in_words_of_a_refusal():
            return self._annotations.noted_of(SessionKey(self._store, session_id), token)

    def exchange(self, session_id: str, row: RowImage, wanted: Callable[[Noted], Noted]) -> None:
        """Write a note if it is what the image holds. Raises ChangeRefused."""
        key = SessionKey(self._store, session_id)

        def exchanged(noted: Noted) -> Noted:
            if columns_of(noted, _names(row)) != row.before:
                raise ChangeRefused(_changed_since())
            return wanted(noted)

        with in_words_of_a_refusal():
            self._annotations.exchange(key, exchanged, CancelToken())


class OwnWriting:
    """Our notes, open to be written; implements `store.changing.Writing`."""

    def __init__(self, changing: OwnChanging) -> None:
        self._changing = changing

    def back_up(self, target: Path, token: CancelToken) -> None:  # noqa: ARG002 - of the protocol
        """Nobody asks for a copy of our notes: nothing is written into a store."""
        raise ChangeRefused(Refusal(RefusalCode.NO_BACKUP, "Burrow's notes of sessions are not a store."))

    def begin(self, request: Request, asked: SessionPlan, token: CancelToken) -> OwnStep:
        """Read a note again and make ready what is asked for. Raises ChangeRefused."""
        noted = self._changing.read_one(asked.session_id, token)
        now = planned(asked.session_id, asked.title, {asked.session_id: noted}, request)
        if now.refusal is not None:
            raise ChangeRefused(now.refusal)
        if now.state != asked.state:
            raise ChangeRefused(_changed_since())
        names = names_of(request.action)
        before, after = columns_of(noted, names), columns_of(applied(noted, request), names)
        return OwnStep(self._changing, now, _image(asked.session_id, before, after), dict(after))

    def begin_undo(
        self,
        session_id: str,
        request: Request,  # noqa: ARG002 - every note is put back alike
        image: Image,
        token: CancelToken,
    ) -> OwnStep:
        """Make ready to put back what an image keeps. Raises ChangeRefused: the note moved on."""
        (row,) = image.rows
        now = columns_of(self._changing.read_one(session_id, token), _names(row))
        if image_digest(now) != row.after_digest or row.before is None:
            raise ChangeRefused(_moved_on())
        sizes = (columns_bytes(now), columns_bytes(row.before))
        session = SessionPlan(session_id, session_id, (RowPlan(NOTES_TABLE, session_id, *sizes),))
        return OwnStep(self._changing, session, _image(session_id, now, row.before), dict(row.before))

    def verify(self, image: Image) -> None:
        """Read our notes again and compare them with what was to be made of them. Raises ChangeRefused."""
        if self._changing.compare(image, CancelToken()) is not ImageState.AFTER:
            raise ChangeRefused(
                Refusal(RefusalCode.VERIFY_FAILED, "Burrow's notes of the session are not what was written.")
            )


@dataclass(frozen=True, slots=True)
class OwnStep:
    """A change of one note; implements `store.changing.Step`. It holds nothing until it is committed."""

    changing: OwnChanging
    planned: SessionPlan
    image: Image
    after: dict[str, Value]

    @property
    def made_id(self) -> str:
        """It makes no session."""
        return ""

    def commit(self) -> None:
        """Write the note, if it is still what was read. Raises ChangeRefused."""
        (row,) = self.image.rows
        self.changing.exchange(self.planned.session_id, row, lambda noted: _with_columns(noted, self.after))

    def roll_back(self) -> None:
        """Nothing is held."""


def _names(row: RowImage) -> tuple[str, ...]:
    return tuple(name for name, _value in row.before or ())


def _with_columns(noted: Noted, columns: dict[str, Value]) -> Noted:
    may_wait("read an image of a note")
    if "is_hidden" in columns:
        return replace(noted, is_hidden=bool(columns["is_hidden"]))
    put, removed = json.loads(str(columns["labels_put"])), json.loads(str(columns["labels_removed"]))
    return replace(noted, labels_put=tuple((name, value) for name, value in put), labels_removed=tuple(removed))


def _image(session_id: str, before: Columns, after: Columns) -> Image:
    return Image((RowImage(NOTES_TABLE, (("session_id", session_id),), before, image_digest(after)),))


def _session_of(row: RowImage) -> str:
    return str(row.key[0][1])


def _changed_since() -> Refusal:
    return Refusal(
        RefusalCode.CHANGED_SINCE_PLAN, "The plan was made on an older state of Burrow's notes.", "Plan again."
    )


def _moved_on() -> Refusal:
    return Refusal(RefusalCode.MOVED_ON, "Burrow's notes of the session were changed again since then.")
