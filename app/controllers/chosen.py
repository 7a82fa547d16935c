"""Which sessions an action is for: a frozen value for jobs. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from store.values.listing import Listed
from store.values.store import SessionKey


@dataclass(frozen=True, slots=True)
class Chosen:
    """Sessions that a person chose: rows of a list, and single ones.

    Attributes:
        spans: half open spans of rows of `listed`.
        keys: besides; that of the session page where no row is chosen.
    """

    listed: Listed
    spans: tuple[tuple[int, int], ...] = ()
    keys: tuple[SessionKey, ...] = ()

    @property
    def count(self) -> int:
        """How many they are."""
        return sum(end - begin for begin, end in self.spans) + len(self.keys)

    def first(self, limit: int) -> Chosen:
        """The first of them."""
        spans, left = [], limit
        for begin, end in self.spans:
            if left > 0:
                spans.append((begin, min(end, begin + left)))
                left -= end - begin
        return Chosen(self.listed, tuple(spans), self.keys[: max(left, 0)])
