"""A realm that is changed through the guarded path, as a person or a program would, step by step."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from store.cancel import CancelToken
from store.guarded import Guarded
from store.library import Library
from store.meerkat.reference.session import Session
from store.own import Annotations
from store.paths import OwnPaths
from store.values.changes import (
    Action,
    AppendEdit,
    Edit,
    EntryState,
    ForkEdit,
    LabelEdit,
    Receipt,
    Request,
    RevisionEdit,
    RewriteEdit,
)
from store.values.store import SessionKey, StoreKey
from tests.oracle.written import ACTOR, ANSWER, USER


class Life:
    """One realm and what was done to it."""

    def __init__(self, realm: Path, paths: OwnPaths) -> None:
        self.realm = realm
        self.database = realm / "sessions.sqlite3"
        self._library = Library(paths)
        self._token = CancelToken()
        self._guarded = Guarded(self._library, Annotations(paths), paths)

    def close(self) -> None:
        """Close the store."""
        self._library.close_all()

    def do(self, action: Action, session_id: str, edit: Edit | None = None) -> Receipt:
        """Plan and apply one change; a refusal is in its receipt."""
        self._library.open(self.database, self._token)
        key = SessionKey(StoreKey(str(self.database.resolve())), session_id)
        (plan,) = self._guarded.plan(Request(action, edit), [key], self._token)
        return self._guarded.apply(plan, self._token)

    def done(self, action: Action, session_id: str, edit: Edit | None = None) -> Receipt:
        """The same, where it must succeed."""
        receipt = self.do(action, session_id, edit)
        (entry,) = receipt.entries
        assert entry.state is EntryState.DONE, entry
        return receipt

    def undo(self, receipt: Receipt) -> Receipt:
        """Take a change back, which must succeed."""
        undone = self._guarded.undo(receipt.receipt_id, self._token)
        assert [entry.state for entry in undone.entries] == [EntryState.DONE], undone.entries
        return undone

    def session(self, session_id: str) -> Session:
        """The document of a session as it is stored now."""
        with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)) as database:
            (document,) = database.execute(
                "SELECT session_json FROM sessions WHERE session_id = ?", (session_id,)
            ).fetchone()
        return Session.load(document)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table."""
        with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {table: sorted(database.execute(f'SELECT * FROM "{table}"'), key=repr) for table in tables}

    def files(self) -> dict[str, bytes]:
        """Every file of the realm but those of the database."""
        return {
            str(path.relative_to(self.realm)): path.read_bytes()
            for path in sorted(self.realm.rglob("*"))
            if path.is_file() and not path.name.startswith("sessions.sqlite3")
        }


def appended() -> AppendEdit:
    """A further turn."""
    return AppendEdit((USER, ANSWER))


def first_user_text(session: Session) -> int:
    """Number of the first message that a person wrote as one text."""
    return next(
        number
        for number in range(len(session.messages))
        if session.messages.decoded(number)["role"] == "user"
        and isinstance(session.messages.decoded(number)["content"], str)
    )


def redacted(session: Session) -> RewriteEdit:
    """One message replaced by another."""
    number = first_user_text(session)
    return RewriteEdit(number, number + 1, (USER,), "redaction", ACTOR)


def inserted(session: Session) -> RewriteEdit:
    """A turn put before what a person wrote first."""
    number = first_user_text(session)
    return RewriteEdit(number, number, (USER, ANSWER), "edit", ACTOR)


def cut(session: Session) -> RewriteEdit:
    """The first message that a person wrote taken away."""
    number = first_user_text(session)
    return RewriteEdit(number, number + 1, (), "edit", ACTOR)


def summarised(session: Session) -> RewriteEdit:
    """Everything but the system message replaced by one message."""
    begin = 1 if session.messages.decoded(0)["role"] == "system" else 0
    return RewriteEdit(begin, len(session.messages), (USER,), "compaction", ACTOR)


def restored(session: Session) -> RevisionEdit:
    """The revision that the last rewrite came from."""
    history = session.history()
    assert history is not None
    return RevisionEdit(history.commits[-1].parent_revision, ACTOR)


def forked(session: Session) -> ForkEdit:
    """A session of its first messages."""
    return ForkEdit(min(2, len(session.messages)))


def labelled(session: Session) -> LabelEdit:
    """Labels put and taken away."""
    return LabelEdit((("team", "storage"), ("reviewed", "yes")), ("none",))


WRITES: dict[str, tuple[Action, Callable[[Session], Edit]]] = {
    "append": (Action.APPEND, lambda session: appended()),
    "redact": (Action.REWRITE, redacted),
    "insert": (Action.REWRITE, inserted),
    "delete": (Action.REWRITE, cut),
    "compact": (Action.REWRITE, summarised),
    "label": (Action.LABEL, labelled),
}
"""What is written into transcripts and metadata: each kind by its name."""
