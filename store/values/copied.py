"""What came of copying sessions into a new file."""

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
