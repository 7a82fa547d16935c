"""Everything that is stored of one session, as exact JSON: what a copy of it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WholeSession:
    """One session, exactly as it is stored and read by its own system.

    Attributes:
        session_id: under which it is listed.
        version: of its envelope or head; None if absent.
        envelope: JSON of what stands around messages and metadata, by key, in stored order.
        metadata: JSON of each metadata value, by key, in stored order; what older transcripts are kept there too.
        messages: JSON of each message, oldest first.
        is_archived: the store says that it is put away.
        left_behind: what belongs to it and is not in here, one complete sentence each.
    """

    session_id: str
    version: int | None
    envelope: dict[str, bytes]
    metadata: dict[str, bytes]
    messages: tuple[bytes, ...]
    is_archived: bool = False
    left_behind: tuple[str, ...] = field(default=())
