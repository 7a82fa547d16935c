"""What became of a transcript that is open while its session goes on."""

from __future__ import annotations

from dataclasses import dataclass

from store.values.message import Outline


@dataclass(frozen=True, slots=True)
class Followed:
    """A session as it is now, compared with an outline from before.

    Attributes:
        outline: as it is now; the same object when nothing moved.
        kept: leading messages that are certainly stored as before; 0 where nothing is known to be the same.
        redrawn: of those the ones that look other now, since a result came for a call in them; rising.
    """

    outline: Outline
    kept: int
    redrawn: tuple[int, ...] = ()
