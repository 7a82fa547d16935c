"""Tokens that name the whole state of a stored session, so that a write may depend on it (formats/meerkat.md §3.9).

A token is over the compact JSON of the session after a load, not over the stored bytes: the same session in two
spellings has one token. Worker threads only.
"""

from __future__ import annotations

import hashlib
from typing import Final

from store.blocking import may_wait
from store.meerkat.reference.errors import DecodeError, TranscriptContinuityViolation
from store.meerkat.reference.session import Session

PREFIX: Final = "row-sha256:"
MISSING: Final = "<missing>"
"""Stands where a token would be of a session that is not there."""


def row_token(session: Session) -> str:
    """Name the state of a session: "row-sha256:…" over its canonical bytes."""
    may_wait("hash a session")
    digest = hashlib.sha256()
    for piece in session.pieces():
        digest.update(piece)
    return PREFIX + digest.hexdigest()


def token_of_bytes(document: bytes) -> str:
    """The token of a session whose canonical bytes are these.

    Where it equals a token that was given out, the bytes are the canonical ones of that state; where it does not, they
    may still be that state in another spelling, and only a load can tell.
    """
    may_wait("hash a session")
    return PREFIX + hashlib.sha256(document).hexdigest()


def refuse_other_state(incoming: Session, actual: str | None, expected: str | None) -> None:
    """Raise where what is kept is not what a write depends on; None stands for nothing kept.

    Raises:
        TranscriptContinuityViolation: with the actual token.
    """
    if actual == expected:
        return
    try:
        revision = incoming.transcript_revision()
    except DecodeError:
        revision = incoming.message_digest()
    reason = f"authoritative projection expected current revision {expected or MISSING}"
    raise TranscriptContinuityViolation(incoming.id, actual or MISSING, revision, reason)
