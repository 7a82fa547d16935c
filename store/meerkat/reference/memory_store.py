"""A session store that keeps its sessions in memory: the same guards and answers, and nothing on a disk.

Thread-safe. What is saved and what is loaded are copies; nobody changes what is kept behind the store's back.
"""

from __future__ import annotations

import threading
from typing import cast

from store.blocking import may_wait
from store.meerkat.codec.strict_json import Json
from store.meerkat.reference.building_blocks import U64_MAX
from store.meerkat.reference.canonical import decode_value
from store.meerkat.reference.guards import append_only_save_guard, transcript_rewrite_save_guard
from store.meerkat.reference.history import Commit
from store.meerkat.reference.row_tokens import refuse_other_state, row_token
from store.meerkat.reference.session import Session
from store.meerkat.reference.session_meta import SessionFilter, SessionMeta


class MemorySessionStore:
    """The protocol `SessionStore` over a dictionary."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def save(self, session: Session) -> None:
        """See `SessionStore.save`."""
        may_wait("save a session")
        with self._lock:
            append_only_save_guard(session, self._sessions.get(session.id))
            self._sessions[session.id] = session.copy()

    def save_transcript_rewrite(self, session: Session, commit: Commit) -> None:
        """See `SessionStore.save_transcript_rewrite`."""
        may_wait("save a session")
        with self._lock:
            transcript_rewrite_save_guard(session, self._sessions.get(session.id), commit)
            self._sessions[session.id] = session.copy()

    def save_authoritative_projection(self, session: Session) -> None:
        """See `SessionStore.save_authoritative_projection`."""
        may_wait("save a session")
        with self._lock:
            self._sessions[session.id] = session.copy()

    def save_authoritative_projection_if_current_revision(self, session: Session, expected: str | None) -> str:
        """See `SessionStore.save_authoritative_projection_if_current_revision`."""
        may_wait("save a session")
        with self._lock:
            refuse_other_state(session, self._token_of(session.id), expected)
            self._sessions[session.id] = session.copy()
            return row_token(session)

    def load(self, session_id: str) -> Session | None:
        """See `SessionStore.load`."""
        may_wait("load a session")
        with self._lock:
            found = self._sessions.get(session_id)
            return None if found is None else found.copy()

    def load_metadata(self, session_id: str) -> dict[str, Json] | None:
        """See `SessionStore.load_metadata`."""
        may_wait("decode metadata")
        with self._lock:
            found = self._sessions.get(session_id)
            return None if found is None else _metadata_of(found)

    def list(self, narrowed: SessionFilter = SessionFilter()) -> list[SessionMeta]:  # noqa: B008 - a frozen value
        """See `SessionStore.list`."""
        may_wait("decode metadata")
        with self._lock:
            rows = [_meta_of(session) for session in self._sessions.values() if _is_in(session, narrowed)]
        rows.sort(key=lambda row: (-row.updated_at_ns, row.id))
        end = None if narrowed.limit is None else narrowed.offset + narrowed.limit
        return rows[narrowed.offset : end]

    def exists(self, session_id: str) -> bool:
        """See `SessionStore.exists`."""
        with self._lock:
            return session_id in self._sessions

    def delete(self, session_id: str) -> None:
        """See `SessionStore.delete`."""
        with self._lock:
            self._sessions.pop(session_id, None)

    def delete_if_current_revision(self, session_id: str, token: str) -> bool:
        """See `SessionStore.delete_if_current_revision`."""
        may_wait("delete a session")
        with self._lock:
            if self._token_of(session_id) != token:
                return False
            del self._sessions[session_id]
            return True

    def _token_of(self, session_id: str) -> str | None:
        found = self._sessions.get(session_id)
        return None if found is None else row_token(found)


def _is_in(session: Session, narrowed: SessionFilter) -> bool:
    bounds = (
        (narrowed.created_after_ns, session.created_at_ns),
        (narrowed.updated_after_ns, session.updated_at_ns),
    )
    return all(bound is None or time_ns >= bound for bound, time_ns in bounds)


def _meta_of(session: Session) -> SessionMeta:
    return SessionMeta(
        session.id,
        session.created_at_ns,
        session.updated_at_ns,
        len(session.messages),
        session.total_tokens & U64_MAX,
        _metadata_of(session),
    )


def _metadata_of(session: Session) -> dict[str, Json]:
    """Its metadata with the revision graph, as a new value."""
    return cast("dict[str, Json]", decode_value(b"".join(session.metadata_pieces())))
