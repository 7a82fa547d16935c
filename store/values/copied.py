"""What copying sessions into a new file would do, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to be said of one session: why it cannot be copied, or what its copy does not have.

    Attributes:
        sentence: complete and ready to be shown.
    """

    session_id: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Copied:
    """What came of copying: all sessions are in the file, or there is no file.

    Attributes:
        session_ids: copied ones, in the order of the list; empty where one was refused.
        refusals: why nothing was copied, one for each session that could not be; at most MAX_REFUSALS.
        refused_count: how many could not be copied.
        warnings: what copies do not have, or cannot do.
    """

    session_ids: tuple[str, ...]
    refusals: tuple[Remark, ...] = ()
    refused_count: int = 0
    warnings: tuple[Remark, ...] = ()


MAX_REFUSALS = 10_000
"""More are counted and not kept."""


@dataclass(frozen=True, slots=True)
class SessionCopyPlan:
    """What a new file would hold of one session.

    Attributes:
        size_bytes: stored bytes of its rows there; 0 where it is refused.
        losses: what the file cannot hold of it, or what would be different, one complete sentence each.
        refusal: why it cannot be held at all; "" where it can.
    """

    session_id: str
    size_bytes: int = 0
    losses: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """What copying sessions of a store into a new file would do.

    Attributes:
        sessions: in the order in which they were asked for.
    """

    sessions: tuple[SessionCopyPlan, ...]

    @property
    def possible(self) -> tuple[SessionCopyPlan, ...]:
        """Sessions that the file can hold."""
        return tuple(session for session in self.sessions if not session.refusal)

    @property
    def refused(self) -> tuple[SessionCopyPlan, ...]:
        """Sessions that it cannot hold."""
        return tuple(session for session in self.sessions if session.refusal)

    @property
    def size_bytes(self) -> int:
        """Stored bytes of all rows; the file is a little larger."""
        return sum(session.size_bytes for session in self.sessions)
