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

from store.backend import Backend
from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Columns, Image, ImageState, RowImage, Value, columns_bytes, image_digest
from store.errors import BurrowError, ChangeRefused, SessionError
from store.own import Annotations
from store.values.changes import (
    Action,
    LabelEdit,
    Plan,
    Refusal,
    RefusalCode,
    Request,
    RowPlan,
    Scope,
    SessionPlan,
)
from store.values.notes import NOTHING_NOTED, Noted
from store.values.store import SessionKey, StoreKey

NOTES_TABLE = "Burrow's notes"
FEW_SESSIONS = 8
"""So many titles are read one by one; more by going through the rows of the store once."""

PAGE_ROWS = 500

OWN_ACTIONS = frozenset({Action.HIDE, Action.UNHIDE, Action.LABEL})

HIDDEN_EFFECT = "Burrow lists these sessions under Archived, as hidden. Their agent still lists them."
SHOWN_EFFECT = "Burrow lists these sessions again where it did before."
LABELS_EFFECT = "Burrow shows these labels. The agent does not see them."


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
        now = _columns(self.read_one(_session_of(row), token), _names(row))
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

    def verify(self, image: Image, token: CancelToken) -> None:
        """Read our notes again and compare them with what was to be made of them. Raises ChangeRefused."""
        if self.compare(image, token) is not ImageState.AFTER:
            raise ChangeRefused(
                Refusal(RefusalCode.VERIFY_FAILED, "Burrow's notes of the session are not what was written.")
            )

    def read(self, token: CancelToken) -> dict[str, Noted]:
        """What is noted of the sessions of this store. Raises ChangeRefused."""
        may_wait("read notes of sessions")
        with _in_words_of_a_refusal():
            notes = self._annotations.noted_in((self._store,), token)
        return {key.session_id: noted for key, noted in notes.items()}

    def read_one(self, session_id: str, token: CancelToken) -> Noted:
        """What is noted of one session. Raises ChangeRefused."""
        with _in_words_of_a_refusal():
            return self._annotations.noted_of(SessionKey(self._store, session_id), token)

    def exchange(self, session_id: str, row: RowImage, wanted: Callable[[Noted], Noted]) -> None:
        """Write a note if it is what the image holds. Raises ChangeRefused."""
        key = SessionKey(self._store, session_id)

        def exchanged(noted: Noted) -> Noted:
            if _columns(noted, _names(row)) != row.before:
                raise ChangeRefused(_changed_since())
            return wanted(noted)

        with _in_words_of_a_refusal():
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
        names = _names_of(request.action)
        before, after = _columns(noted, names), _columns(_applied(noted, request), names)
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
        now = _columns(self._changing.read_one(session_id, token), _names(row))
        if image_digest(now) != row.after_digest or row.before is None:
            raise ChangeRefused(_moved_on())
        sizes = (columns_bytes(now), columns_bytes(row.before))
        session = SessionPlan(session_id, session_id, (RowPlan(NOTES_TABLE, session_id, *sizes),))
        return OwnStep(self._changing, session, _image(session_id, now, row.before), dict(row.before))


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


def plan_own(
    annotations: Annotations,
    backend: Backend,
    base: Plan | None,
    request: Request,
    store: StoreKey,
    session_ids: Sequence[str],
    now_ms: int,
    token: CancelToken,
) -> Plan:
    """The plan of a change that is kept in our notes.

    Args:
        base: the plan by which a store said that it does not take the change; its words stay. None where it was not
            asked.
    """
    may_wait("plan a change")
    facts = backend.facts(token)
    titles = titles_of(backend, session_ids, token) if base is None else {}
    for session in base.sessions if base is not None else ():
        if session.refusal is None or session.refusal.code is not RefusalCode.MISSING:
            titles[session.session_id] = session.title
    changing = OwnChanging(annotations, store)
    notes = changing.read(token)
    sessions = tuple(
        planned(one, titles[one], notes, request) if one in titles else SessionPlan(one, one, refusal=_missing())
        for one in session_ids
    )
    return Plan(
        request=request,
        store=store,
        store_name=facts.name,
        scope=Scope.OWN,
        family=base.family if base is not None else "",
        family_reason=base.family_reason if base is not None else "The store itself is not written to.",
        planned_at_ms=now_ms,
        sessions=sessions,
        effects=(base.effects if base is not None else ()) or (_effect_of(request.action),),
        warnings=base.warnings if base is not None else (),
        image_bytes=sum(row.before_bytes or 0 for one in sessions for row in one.rows),
    )


def planned(session_id: str, title: str, notes: dict[str, Noted], request: Request) -> SessionPlan:
    """What a request would do to the note of one session, or why nothing."""
    noted = notes.get(session_id, NOTHING_NOTED)
    try:
        applied = _applied(noted, request)
    except ChangeRefused as error:
        return SessionPlan(session_id, title, refusal=error.refusal)
    if applied == noted:
        return SessionPlan(session_id, title, refusal=_already_so(request.action))
    names = _names_of(request.action)
    before, after = _columns(noted, names), _columns(applied, names)
    row = RowPlan(NOTES_TABLE, session_id, columns_bytes(before), columns_bytes(after))
    return SessionPlan(session_id, title, (row,), state=image_digest(before))


def titles_of(backend: Backend, session_ids: Sequence[str], token: CancelToken) -> dict[str, str]:
    """Titles of sessions, as the list shows them; those that are not in the store are left out."""
    if len(session_ids) <= FEW_SESSIONS:
        found = {}
        for session_id in session_ids:
            try:
                found[session_id] = backend.detail(session_id, token).summary.title
            except SessionError:
                if session_id in backend.matching_ids(session_id, token):
                    found[session_id] = session_id
        return found
    wanted = set(session_ids)
    handles: list[int] = []
    after: int | None = None
    while wanted and (page := backend.census(after, PAGE_ROWS, token)):
        handles.extend(row.handle for row in page if row.session_id in wanted)
        wanted.difference_update(row.session_id for row in page)
        after = page[-1].handle
        token.check()
    return {row.key.session_id: row.title for row in backend.summaries(handles, token)}


def _applied(noted: Noted, request: Request) -> Noted:
    if request.action in (Action.HIDE, Action.UNHIDE):
        return replace(noted, is_hidden=request.action is Action.HIDE)
    if request.action is Action.LABEL and isinstance(request.edit, LabelEdit):
        return noted.edited(request.edit)
    raise ChangeRefused(
        Refusal(RefusalCode.READ_ONLY, "This is written into the store or not at all; there is no note for it.")
    )


def _names_of(action: Action) -> tuple[str, ...]:
    return ("labels_put", "labels_removed") if action is Action.LABEL else ("is_hidden",)


def _names(row: RowImage) -> tuple[str, ...]:
    return tuple(name for name, _value in row.before or ())


def _columns(noted: Noted, names: tuple[str, ...]) -> Columns:
    values: dict[str, Value] = {
        "labels_put": json.dumps(noted.labels_put),
        "labels_removed": json.dumps(noted.labels_removed),
        "is_hidden": int(noted.is_hidden),
    }
    return tuple((name, values[name]) for name in names)


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


def _effect_of(action: Action) -> str:
    return {Action.HIDE: HIDDEN_EFFECT, Action.UNHIDE: SHOWN_EFFECT}.get(action, LABELS_EFFECT)


def _already_so(action: Action) -> Refusal:
    sentence = {
        Action.HIDE: "The session is hidden already.",
        Action.UNHIDE: "The session is not hidden.",
    }.get(action, "The session has these labels already.")
    return Refusal(RefusalCode.ALREADY_SO, sentence)


def _missing() -> Refusal:
    return Refusal(RefusalCode.MISSING, "The store does not hold this session.", "Reload the list.")


def _changed_since() -> Refusal:
    return Refusal(
        RefusalCode.CHANGED_SINCE_PLAN, "The plan was made on an older state of Burrow's notes.", "Plan again."
    )


def _moved_on() -> Refusal:
    return Refusal(RefusalCode.MOVED_ON, "Burrow's notes of the session were changed again since then.")


@contextmanager
def _in_words_of_a_refusal() -> Iterator[None]:
    """Say as a refusal that our notes cannot be read or written."""
    try:
        yield
    except ChangeRefused:
        raise
    except BurrowError as error:
        if error.code == "cancelled":
            raise
        raise ChangeRefused(Refusal(RefusalCode.CANNOT_WRITE, error.sentence, error.advice)) from error
