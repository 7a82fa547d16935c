"""Whole documents as Meerkat loads and saves them, with its refusals in our words (formats/meerkat.md §3.4, §3.10)."""

from __future__ import annotations

from typing import TypeAlias

from store.errors import ChangeRefused
from store.meerkat.outside.documents import steady_time
from store.meerkat.outside.graph_form import form_of
from store.meerkat.outside.refusals import HIDE_HERE, UNREADABLE, refuse
from store.meerkat.outside.session_change import Circumstances
from store.meerkat.reference.building_blocks import row_of
from store.meerkat.reference.canonical import Shapes
from store.meerkat.reference.errors import DecodeError, SessionStoreError, TranscriptEditError
from store.meerkat.reference.session import Session
from store.values.changes import RefusalCode

SessionColumns: TypeAlias = tuple[str, int, int, int, int, str, bytes]
"""A row of `sessions`."""


def load_session(data: bytes, circumstances: Circumstances) -> Session:
    """Load a document as Meerkat does, and prove its history.

    One session with a history that does not hold makes Meerkat refuse to list the whole realm, so that no such document
    is ever written.

    Raises:
        ChangeRefused: Meerkat could not load it, or its history is not valid.
    """
    shapes = Shapes.ALL if circumstances.family.is_07 else Shapes.REFERENCE
    moment_ns = steady_time(circumstances.now_ns)
    try:
        session = Session.load(data, circumstances.token, shapes=shapes, clock=lambda: moment_ns)
        history = session.history()
        if history is not None:
            from store.meerkat.reference.graph_rules import validate_session_history

            session.form = form_of(history, is_07=circumstances.family.is_07) or session.form
            validate_session_history(session)
    except SessionStoreError as error:
        # Its text may quote a message, and no text of one goes into a refusal.
        raise ChangeRefused(UNREADABLE) from error
    except (TranscriptEditError, DecodeError) as error:
        sentence = "The history of this session is not valid; Meerkat would refuse to list its whole realm for that."
        raise refuse(RefusalCode.DAMAGED, sentence, HIDE_HERE) from error
    return session


def columns_of(session: Session) -> SessionColumns:
    """The row of `sessions` that Meerkat writes of a session."""
    return row_of(session).columns()
