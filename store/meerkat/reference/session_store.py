"""The protocol of a session store, as Meerkat 0.6.24 has it, and what later releases added (formats/meerkat.md §3.9).

It fails exactly as Meerkat does: every operation raises `SessionStoreError` and nothing else on purpose. Sessions are
named by their UUID, hyphenated and in lower case. All operations may wait, and any thread may call them.
"""

from __future__ import annotations

from typing import Protocol

from store.meerkat.codec.strict_json import Json
from store.meerkat.reference.history import Commit
from store.meerkat.reference.session import Session
from store.meerkat.reference.session_meta import SessionFilter, SessionMeta


class SessionStore(Protocol):
    """Where sessions are kept."""

    def save(self, session: Session) -> None:
        """Keep a session that is new or goes on from what is kept.

        Raises:
            MonotonicityViolation, TranscriptContinuityViolation, InvalidTranscriptRewrite: it does not go on from it
                (`append_only_save_guard`); what is kept stays as it is.
        """
        ...

    def save_transcript_rewrite(self, session: Session, commit: Commit) -> None:
        """Keep a session whose messages were rewritten by a commit.

        Raises:
            TranscriptRevisionConflict: what is kept is not what the commit rewrote.
            InvalidTranscriptRewrite: the commit does not say what became of it.
        """
        ...

    def save_authoritative_projection(self, session: Session) -> None:
        """Keep a session whatever was kept before; only for who has proved by itself that it goes on."""
        ...

    def save_authoritative_projection_if_current_revision(self, session: Session, expected: str | None) -> str:
        """Keep a session if what is kept has this token; None if nothing may be kept of it yet.

        Returns:
            The token of what is kept now.

        Raises:
            TranscriptContinuityViolation: it has another one; `previous_revision` is that token, or `<missing>`.
        """
        ...

    def load(self, session_id: str) -> Session | None:
        """Read a session; None if there is none."""
        ...

    def load_metadata(self, session_id: str) -> dict[str, Json] | None:
        """Read the metadata alone, also where the document cannot be read; None if there is no such session."""
        ...

    def list(self, narrowed: SessionFilter = SessionFilter()) -> list[SessionMeta]:  # noqa: B008 - a frozen value
        """List sessions, newest update first, those of one moment by id. Raises Internal where one row is bad."""
        ...

    def exists(self, session_id: str) -> bool:
        """Whether a session can be loaded. Raises Internal where it is there and cannot be read."""
        ...

    def delete(self, session_id: str) -> None:
        """Remove a session; one that is not there is as good."""
        ...

    def delete_if_current_revision(self, session_id: str, token: str) -> bool:
        """Remove a session if it has this token.

        Returns:
            Whether it was removed; False also for one that is not there.
        """
        ...
