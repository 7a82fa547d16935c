"""What copying asks of a worker thread: the text of a selection, of messages that were never laid out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.controllers.transcript_jobs import page_around
from app.present.copy_text import BETWEEN_MESSAGES, message_markdown, selected_text, without_work
from app.present.reading import SHOWN
from app.present.show_message import show_message
from app.present.shown import Folds
from app.views.transcript.layout import Record
from app.views.transcript.places import Place, Selection
from store.values.message import Message, Outline, WholeRef
from store.values.store import SessionKey

if TYPE_CHECKING:
    from store import Library
    from store.backend import Backend
    from store.cancel import CancelToken

COPY_LIMIT_CHARS = 200_000_000
"""More is no use to any program that could be pasted into."""


@dataclass(frozen=True, slots=True)
class Copied:
    """Text for the clipboard.

    Attributes:
        message_count: messages that were gone through.
        is_cut: it ends before the selection does, at COPY_LIMIT_CHARS.
    """

    text: str
    message_count: int
    is_cut: bool = False


def copy_work(
    library: Library,
    key: SessionKey,
    folds: Folds,
    records: Mapping[int, tuple[Record, ...]],
    begin: tuple[int, int, int],
    end: tuple[int, int, int],
    outline: Outline,
) -> Callable[[CancelToken], Copied]:
    """Work that makes the text of a selection, page by page.

    Args:
        begin, end: (message, part key, position), as in `Place`.
    """
    texts = {index: tuple(record.text for record in found) for index, found in records.items()}

    def work(token: CancelToken) -> Copied:
        def selected(message: Message) -> Iterable[str]:
            return selected_text((show_message(message),), folds, texts, begin, end)

        last = min(Selection(Place(*begin), Place(*end)).end_row, outline.count)
        first = max(begin[0], 0)
        out, row = _gather(library.backend(key.store), key, outline, folds, first, last, selected, token)
        return Copied(BETWEEN_MESSAGES.join(out), row - first, row < last)

    return work


def _gather(
    backend: Backend,
    key: SessionKey,
    outline: Outline,
    folds: Folds,
    begin: int,
    end: int,
    texts_of: Callable[[Message], Iterable[str]],
    token: CancelToken,
) -> tuple[list[str], int]:
    """Texts of the shown messages of [begin, end), page by page, and the row at which reading ended."""
    out: list[str] = []
    chars, row = 0, _next_shown(folds.mask, begin)
    while row < end and chars < COPY_LIMIT_CHARS:
        token.report(row - begin, end - begin, "Copying", "messages")
        low, high = page_around(outline, row)
        high = min(high, end)
        for message in backend.messages(key.session_id, low, high, token):
            token.check()
            for text in texts_of(message):
                out.append(text)
                chars += len(text)
            time.sleep(0)  # keeps the thread that draws free; half the speed, a quarter of the stalls
        row = min(_next_shown(folds.mask, high), end)
    return out, row


def _next_shown(mask: bytes, row: int) -> int:
    """The first message from a row on that is shown; the count of all if there is none."""
    if not mask:
        return row
    found = mask.find(SHOWN, row)
    return len(mask) if found < 0 else found


def markdown_work(
    library: Library, key: SessionKey, begin: int, end: int, outline: Outline, folds: Folds
) -> Callable[[CancelToken], Copied]:
    """Work that makes Markdown of messages [begin, end), every block whole.

    Args:
        folds: say which messages and which of their blocks are left out.
    """

    def work(token: CancelToken) -> Copied:
        backend = library.backend(key.store)
        whole = _whole_reader(backend, key.session_id, token)

        def markdown(message: Message) -> Iterable[str]:
            if not folds.shows(message.index) or not (message.blocks or message.faults):
                return ()
            return (message_markdown(without_work(message) if folds.leaves_out_work else message, whole),)

        out, row = _gather(backend, key, outline, folds, begin, end, markdown, token)
        return Copied("\n".join(out), row - begin, row < end)

    return work


def _whole_reader(backend: Backend, session_id: str, token: CancelToken) -> Callable[[WholeRef], str]:
    return lambda ref: backend.whole(session_id, ref, token)
