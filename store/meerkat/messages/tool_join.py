"""Joining tool calls with their results, across messages, whatever their ids are.

A result belongs to the nearest message before it with a call of the same id and no result yet; of several such calls
there, to the first, since results stand in the order of their calls. Ids may repeat: providers number their calls anew
in each turn. A missing id counts as an empty one.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice

_SHIFT = 24
_MASK = (1 << _SHIFT) - 1


class ToolJoin:
    """Which result belongs to which call, by their places; filled in reading order.

    A place is a message and a position in it, packed into one integer: a transcript of 100,000 messages has tens of
    thousands of them.
    """

    def __init__(self) -> None:
        self._results: dict[int, int] = {}
        self._calls: dict[int, int] = {}
        # A single place stands by itself: nearly every call is answered before its id comes again.
        self._open: dict[str, int | list[int]] = {}

    @property
    def count(self) -> int:
        """Joined pairs."""
        return len(self._results)

    def add_call(self, message: int, block: int, call_id: str) -> None:
        """Remember a call."""
        place = message << _SHIFT | block
        waiting = self._open.setdefault(call_id, place)
        if waiting is not place:
            if isinstance(waiting, list):
                waiting.append(place)
            else:
                self._open[call_id] = [waiting, place]

    def add_results(self, message: int, call_ids: list[str]) -> bool:
        """Join the results of one message; says whether there is one and each of them found its call."""
        are_all_joined = bool(call_ids)
        place = message << _SHIFT
        for call_id in call_ids:
            call = self._open.pop(call_id, None)
            if call is None:
                are_all_joined = False
            else:
                if isinstance(call, list):
                    waiting = call
                    call = waiting.pop(bisect_left(waiting, waiting[-1] & ~_MASK))
                    if waiting:
                        self._open[call_id] = waiting
                self._results[call] = place
                self._calls[place] = call
            place += 1
        return are_all_joined

    def copy(self) -> ToolJoin:
        """The same joins and open calls, to be filled further."""
        copied = ToolJoin()
        copied._results, copied._calls = self._results.copy(), self._calls.copy()
        copied._open = {key: list(call) if isinstance(call, list) else call for key, call in self._open.items()}
        return copied

    def calls_joined_since(self, count: int, limit: int) -> tuple[int, ...]:
        """Messages before `limit` with a call whose result came after the first `count` joined pairs; rising."""
        new = islice(self._calls.values(), count, None)
        return tuple(sorted({message for call in new if (message := call >> _SHIFT) < limit}))

    def results_behind(self, begin: int, end: int) -> dict[int, list[int]]:
        """The messages with results of the calls in messages [begin, end), and for each the messages of these calls."""
        first, last = begin << _SHIFT, end << _SHIFT
        found: dict[int, list[int]] = {}
        for call, result in self._results.items():
            if first <= call < last:
                found.setdefault(result >> _SHIFT, []).append(call >> _SHIFT)
        return found

    def is_waiting(self, limit: int) -> bool:
        """Whether a call in the messages before `limit` has no result yet."""
        first = limit << _SHIFT
        return any((call[0] if isinstance(call, list) else call) < first for call in self._open.values())

    def result_of(self, message: int, block: int) -> tuple[int, int] | None:
        """Where the result of a call stands, (message, position); None if it has none."""
        place = self._results.get(message << _SHIFT | block)
        return None if place is None else (place >> _SHIFT, place & _MASK)

    def call_of(self, message: int, position: int) -> int | None:
        """The message with the call that a result belongs to; None if there is no such call."""
        place = self._calls.get(message << _SHIFT | position)
        return None if place is None else place >> _SHIFT
