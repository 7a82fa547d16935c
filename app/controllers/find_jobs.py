"""What finding asks of a worker thread: plain functions from frozen values to frozen values."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.present.find import Finder, Hit, Needle, Whole, count_in, hits_in
from app.present.find_plain import count_plain
from app.present.show_message import show_message
from store.values.message import Outline, WholeRef
from store.values.store import SessionKey

if TYPE_CHECKING:
    from store import Library
    from store.cancel import CancelToken

FIRST_ROWS = 2_000
"""Looked through before the first answer: the first hit is usually near."""

USUAL_ROWS = 8_000
MOST_ROWS = 32_000
"""Looked through at once at most."""

DECODED_FIRST = 50
DECODED_AT_ONCE = 4_000
READ_BYTES = 8 * 1024 * 1024
"""Stored bytes of messages that are looked through at once."""

ANSWER_S = 0.2
"""How often a search that goes on says what it has found."""

PAINT_S = 0.03
"""What it leaves to the thread that draws then, which paints the hits and needs the interpreter's lock for it."""


@dataclass(frozen=True, slots=True)
class FoundRows:
    """What was found in a stretch of a session.

    Attributes:
        needle: what was looked for.
        begin, end: the messages that were looked through.
        rows: those with hits, rising.
        counts: hits of each.
        cut_rows: messages with so many blocks that not all of them are shown; the others were not looked through.
    """

    needle: Needle
    begin: int
    end: int
    rows: array[int]
    counts: array[int]
    cut_rows: int = 0


def find_work(
    library: Library,
    key: SessionKey,
    needle: Needle,
    outline: Outline,
    begin: int,
    end: int,
    is_first: bool = False,
) -> Callable[[CancelToken], FoundRows]:
    """Work that looks through messages from `begin` on, until something is to be said or `end` is reached.

    Args:
        is_first: nothing was said yet: the first hit is said as soon as it is found.
    """

    def work(token: CancelToken) -> FoundRows:
        if not is_first:
            token.pause(PAINT_S)
        backend, finder = library.backend(key.store), Finder(needle)
        rows, counts, cut_rows = array("I"), array("I"), 0
        until_s = time.monotonic() + ANSWER_S
        at, page, some = begin, FIRST_ROWS if is_first else USUAL_ROWS, DECODED_FIRST if is_first else DECODED_AT_ONCE
        while at < end and not (rows and (is_first or time.monotonic() >= until_s)):
            stop = min(at + page, end)
            numbers = backend.candidates(key.session_id, finder.words, at, stop, token)
            first = 0
            while first < len(numbers):
                some = _readable(outline, numbers, first, some)
                cut_rows += _count(library, key, finder, numbers[first : first + some], rows, counts, token)
                first, some = first + some, min(some * 4, DECODED_AT_ONCE)
                if is_first and first < len(numbers) and rows:
                    # What comes after the last decoded message is for the next time.
                    return FoundRows(needle, begin, numbers[first - 1] + 1, rows, counts, cut_rows)
            token.report(stop, outline.count, "Finding", "messages")
            # Where little is found much is looked through at once: to begin anew takes time in a large document.
            page = min(page * 2, MOST_ROWS) if len(numbers) < page // 8 else USUAL_ROWS
            at = stop
        return FoundRows(needle, begin, at, rows, counts, cut_rows)

    return work


def _readable(outline: Outline, numbers: Sequence[int], first: int, some: int) -> int:
    """How many messages, of `some` from `numbers[first]` on, are read at once."""
    some = min(some, len(numbers) - first)
    while some > 1 and sum(outline.size_bytes[numbers[first] : numbers[first + some - 1] + 1]) > READ_BYTES:
        some //= 2
    return some


def _count(
    library: Library,
    key: SessionKey,
    finder: Finder,
    numbers: Sequence[int],
    rows: array[int],
    counts: array[int],
    token: CancelToken,
) -> int:
    """Count the hits of some messages: of most by their texts alone, of the others in what is shown of them.

    Returns:
        How many of them hold the words that are looked for, maybe in blocks that are not shown.
    """
    cut_rows = 0
    backend, whole = library.backend(key.store), whole_reader(library, key, token)
    plain = backend.plain_texts(key.session_id, numbers, token)
    found: dict[int, int] = {}
    for number, texts in zip(numbers, plain, strict=True):
        if texts is not None:
            found[number] = count_plain(texts, finder)
        token.take_turn()
    others = [number for number in numbers if number not in found]
    for begin in range(0, len(others), DECODED_FIRST):
        for message in backend.messages_at(key.session_id, others[begin : begin + DECODED_FIRST], token):
            found[message.index] = count_in(show_message(message), finder, whole)
            cut_rows += message.block_count > len(message.blocks)
            token.take_turn()
    for number in numbers:
        if found[number]:
            rows.append(number)
            counts.append(found[number])
    return cut_rows


def hits_work(
    library: Library, key: SessionKey, needle: Needle, rows: Sequence[int]
) -> Callable[[CancelToken], tuple[Needle, dict[int, tuple[Hit, ...]]]]:
    """Work that says where in some messages the hits are."""

    def work(token: CancelToken) -> tuple[Needle, dict[int, tuple[Hit, ...]]]:
        finder, whole = Finder(needle), whole_reader(library, key, token)
        messages = library.backend(key.store).messages_at(key.session_id, rows, token)
        found = {}
        for message in messages:
            token.check()
            found[message.index] = hits_in(show_message(message), finder, whole)
            time.sleep(0)
        return needle, found

    return work


def whole_reader(library: Library, key: SessionKey, token: CancelToken) -> Whole:
    """What reads texts that were cut for showing."""

    def whole(ref: WholeRef) -> str:
        return library.backend(key.store).whole(key.session_id, ref, token)

    return whole
