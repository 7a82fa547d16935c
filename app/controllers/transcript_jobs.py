"""What the transcript asks of a worker thread: plain functions from frozen values to frozen values."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.present.highlight import highlight
from app.present.show_message import show_message
from app.present.shown import ShownMessage
from app.present.thumbnails import decode_small
from app.views.transcript.estimate import Guess, estimate_heights
from app.views.transcript.heights import Heights
from app.views.transcript.landing import Landing, landing_of
from app.views.transcript.layout import Record, Thumbnail
from store.errors import SessionError
from store.values.message import ImageRef, Outline
from store.values.store import SessionKey

if TYPE_CHECKING:
    from store import Library
    from store.cancel import CancelToken

PAGE_MESSAGES = 100
PAGE_BYTES = 2_000_000
"""A page ends before its stored messages are larger, but never holds less than one."""

BEGINNING_MESSAGES = 64
"""Read of a long session before its index is made: more than any screen shows."""

PAINT_S = 0.03
"""What a long job leaves to the thread that draws, which paints the beginning then and needs the interpreter's lock."""

FIRST_MESSAGES = 32
"""Read first, when nothing of the place that was jumped to is there yet."""
THUMBNAIL_PX = (300, 192)


@dataclass(frozen=True, slots=True)
class TranscriptAnswer:
    """A session's outline with the messages around one place, or with those that changed.

    Attributes:
        guessed: heights of all messages, where they were asked for.
        landing: where the messages of the outline that is shown stand now, where that was asked for.
    """

    key: SessionKey
    outline: Outline
    messages: tuple[ShownMessage, ...]
    guessed: tuple[Guess, Heights] | None = None
    landing: Landing | None = None


def transcript_work(
    library: Library, key: SessionKey, row: int, takes_beginning: bool = False, since: Outline | None = None
) -> Callable[[CancelToken], TranscriptAnswer]:
    """Work that indexes a session and reads what is seen first.

    Args:
        row: the message at the top of the view.
        takes_beginning: of a long session its beginning alone will do; `rest_work` has to follow.
        since: the outline of it that is shown, and that `row` is one of; complete.
    """

    def work(token: CancelToken) -> TranscriptAnswer:
        backend = library.backend(key.store)
        beginning = backend.beginning(key.session_id, BEGINNING_MESSAGES, token) if takes_beginning else None
        if beginning is not None:
            return TranscriptAnswer(key, beginning[0], tuple(show_message(message) for message in beginning[1]))
        outline = backend.outline(key.session_id, token)
        landing = landing_of(since, outline, 0) if since is not None else None
        first = row if landing is None else landing.row_of(row)
        begin, end = page_around(outline, max(first - FIRST_MESSAGES // 4, 0), FIRST_MESSAGES)
        messages = backend.messages(key.session_id, begin, end, token) if begin < end else ()
        return TranscriptAnswer(key, outline, tuple(show_message(message) for message in messages), landing=landing)

    return work


def rest_work(
    library: Library, key: SessionKey, shown: Sequence[ShownMessage], guess: Guess
) -> Callable[[CancelToken], TranscriptAnswer]:
    """Work that indexes a whole session of which the beginning is shown.

    Args:
        shown: the messages of the beginning; those that look other now are in the answer.
        guess: how the view guesses heights; for so many messages that is too long for the thread that draws.
    """

    def work(token: CancelToken) -> TranscriptAnswer:
        time.sleep(PAINT_S)
        backend = library.backend(key.store)
        outline = backend.outline(key.session_id, token)
        messages = backend.messages(key.session_id, 0, min(len(shown), outline.count), token)
        fresh = [show_message(message) for message in messages]
        changed = tuple(new for new, old in zip(fresh, shown, strict=False) if new != old)
        return TranscriptAnswer(key, outline, changed, (guess, Heights(estimate_heights(outline, guess))))

    return work


def page_around(outline: Outline, begin: int, limit: int = PAGE_MESSAGES) -> tuple[int, int]:
    """The page of messages that begins at a row, bounded in messages and in stored bytes."""
    begin = min(max(begin, 0), outline.count)
    end, size = begin, 0
    while end < outline.count and end - begin < limit and (end == begin or size < PAGE_BYTES):
        size += outline.size_bytes[end]
        end += 1
    return begin, end


def page_before(outline: Outline, end: int) -> tuple[int, int]:
    """The page of messages that ends before a row, bounded alike."""
    begin, size = end, 0
    while begin > 0 and end - begin < PAGE_MESSAGES and (end == begin or size < PAGE_BYTES):
        begin -= 1
        size += outline.size_bytes[begin]
    return begin, end


def page_work(
    library: Library, key: SessionKey, begin: int, end: int
) -> Callable[[CancelToken], tuple[ShownMessage, ...]]:
    """Work that reads and presents messages [begin, end)."""

    def work(token: CancelToken) -> tuple[ShownMessage, ...]:
        messages = library.backend(key.store).messages(key.session_id, begin, end, token)
        shown = []
        for message in messages:
            token.check()
            shown.append(show_message(message))
        return tuple(shown)

    return work


def rows_work(
    library: Library, key: SessionKey, rows: Sequence[int]
) -> Callable[[CancelToken], tuple[ShownMessage, ...]]:
    """Work that reads and presents single messages that stand far from each other."""

    def work(token: CancelToken) -> tuple[ShownMessage, ...]:
        backend = library.backend(key.store)
        shown: list[ShownMessage] = []
        for row in rows:
            token.check()
            shown.extend(show_message(message) for message in backend.messages(key.session_id, row, row + 1, token))
        return tuple(shown)

    return work


def highlights_work(
    texts: Sequence[tuple[str, str]],
) -> Callable[[CancelToken], dict[tuple[str, str], array[int]]]:
    """Work that colours code."""

    def work(token: CancelToken) -> dict[tuple[str, str], array[int]]:
        found: dict[tuple[str, str], array[int]] = {}
        for text, language in texts:
            token.check()
            found[(text, language)] = highlight(text, language)
            time.sleep(0)  # gives the thread that draws its turn
        return found

    return work


def thumbnails_work(
    library: Library, key: SessionKey, refs: Sequence[ImageRef]
) -> Callable[[CancelToken], dict[ImageRef, Thumbnail]]:
    """Work that reads and decodes small pictures; one that fails says why."""

    def work(token: CancelToken) -> dict[ImageRef, Thumbnail]:
        found = {}
        for ref in refs:
            token.check()
            found[ref] = _thumbnail(library, key, ref, token)
        return found

    return work


def _thumbnail(library: Library, key: SessionKey, ref: ImageRef, token: CancelToken) -> Thumbnail:
    if ref.width_px and ref.height_px and ref.width_px * ref.height_px > 10**9:
        return Thumbnail(None, f"Not decoded: {ref.width_px:,} × {ref.height_px:,} pixels are more than is safe.")
    try:
        data = library.backend(key.store).image(key.session_id, ref, token)
    except SessionError as error:
        return Thumbnail(None, error.sentence)
    image, words = decode_small(data, *THUMBNAIL_PX)
    return Thumbnail(image, words)


def records_work(
    library: Library, key: SessionKey, message: int, indices: Sequence[int]
) -> Callable[[CancelToken], tuple[int, tuple[Record, ...]]]:
    """Work that reads the exact stored bytes of messages."""

    def work(token: CancelToken) -> tuple[int, tuple[Record, ...]]:
        return message, _records(library, key, indices, token)

    return work


def _records(library: Library, key: SessionKey, indices: Sequence[int], token: CancelToken) -> tuple[Record, ...]:
    backend = library.backend(key.store)
    records = []
    for index in indices:
        data = backend.raw(key.session_id, index, token)
        records.append(Record(index, len(data), data.decode("utf-8", "replace")))
    return tuple(records)
