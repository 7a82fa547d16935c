"""Copying from the transcript: what is selected goes to the clipboard, as it is shown or as Markdown. GUI thread only.

What is on the screen is copied at once. A longer selection is made by a job that shows its progress and can be
cancelled; the clipboard keeps what it held until the job is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QClipboard, QGuiApplication

from app.controllers.copying_jobs import Copied, copy_work, markdown_work
from app.jobs import Lane, Newest, Query
from app.present.copy_text import (
    BETWEEN_MESSAGES,
    has_cut_blocks,
    message_markdown,
    message_text,
    selected_text,
    without_work,
)
from app.present.shown import ShownMessage
from app.present.sizes import counted
from app.views.transcript.places import Selection
from app.views.transcript.view import TranscriptView
from store.errors import BurrowError, SessionChanged, SessionError
from store.values.store import SessionKey

if TYPE_CHECKING:
    from app.context import Context

COPY_AT_ONCE_MESSAGES = 60
"""A selection of more messages, or of some that are not loaded, is copied by a job."""

FAR_MESSAGES = 2_000
"""A selection over more messages, shown or hidden, is copied by a job."""

COPY_TRIES = 5
"""So often a copy is begun again because the session moved on under it."""

PRIMARY_MESSAGES = 2_000
"""A selection of more messages is not offered to a middle click: nobody asked yet for what takes seconds to make."""


class CopyingController(QObject):
    """Knows the selection of one transcript, and the clipboard.

    Signals:
        copied (str): a sentence about what went to the clipboard.
        failed (BurrowError): what is selected could not be read.
    """

    copied = Signal(str)
    failed = Signal(object)

    def __init__(self, context: Context, view: TranscriptView, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._view = view
        self._key: SessionKey | None = None
        self._asked, self._primary = Newest(context.jobs), Newest(context.jobs)
        self._when_complete: Callable[[], None] | None = None
        self._again: Callable[[], None] | None = None
        self._tries = 0
        view.copy_wanted.connect(self.copy)
        view.primary_wanted.connect(self._on_primary_wanted)

    def use_session(self, key: SessionKey | None) -> None:
        """Copy from this session from now on."""
        self._key = key

    def give_up(self) -> None:
        """Copy nothing any more of what was asked for; the session is left."""
        self._asked.cancel()
        self._primary.cancel()
        self._when_complete = None
        self._tries = 0

    def wait(self) -> None:
        """The session is read again: what is being copied is begun anew when `go_on` is called."""
        if self._asked.is_busy:
            self._when_complete = self._again
        self._asked.cancel()
        self._primary.cancel()

    def go_on(self) -> None:
        """The transcript is known to its end, or as it is now: do what had to wait for that."""
        waiting, self._when_complete = self._when_complete, None
        if waiting is not None:
            waiting()

    @Slot()
    def copy(self) -> None:
        """Copy the selection as it is shown; without one, the message that has the focus."""
        selection, stage = self._view.selector.selection, self._view.stage
        if self._key is None or stage.outline is None:
            return
        if selection is None or selection.is_empty:
            message = stage.message(self._view.first_row()) if stage.count else None
            if message is not None:
                self.copy_shown(message)
            return
        if not stage.outline.is_complete:
            self._when_complete = self.copy
            return
        text = self._text_at_once(selection)
        if text is not None:
            self.to_clipboard(text)
            return
        self._run(self._work(self._key, selection), self.copy)

    @Slot()
    def copy_as_markdown(self) -> None:
        """Copy the selected messages, or the one that is read, as Markdown with their stored source."""
        stage, selection = self._view.stage, self._view.selector.selection
        if self._key is None or stage.outline is None or not stage.count:
            return
        if not stage.outline.is_complete:
            self._when_complete = self.copy_as_markdown
            return
        row = self._view.first_row()
        begin, end = row, row + 1
        if selection is not None and not selection.is_empty:
            begin, end = max(selection.begin.message, 0), min(selection.end_row, stage.count)
        only = stage.message(begin) if end - begin == 1 else None
        if only is not None:
            self.copy_message_as_markdown(only)
            return
        self._run_markdown(begin, end)

    def copy_message_as_markdown(self, message: ShownMessage) -> None:
        """Copy one message as Markdown; what was cut for showing is read whole first."""
        stored = without_work(message.stored) if self._view.stage.folds.leaves_out_work else message.stored
        if has_cut_blocks(stored):
            self._run_markdown(message.index, message.index + 1)
        else:
            self.to_clipboard(message_markdown(stored))

    def copy_shown(self, message: ShownMessage) -> None:
        """Copy one message as it is shown."""
        self.to_clipboard(message_text(message, self._view.stage.folds, self._record_texts().get(message.index)))

    def to_clipboard(self, text: str) -> None:
        """Put a text on the clipboard and say so."""
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(f"Copied {counted(len(text), 'character')}")

    def _run_markdown(self, begin: int, end: int) -> None:
        outline = self._view.stage.outline
        if self._key is not None and outline is not None:
            folds = self._view.stage.folds
            work = markdown_work(self._context.library, self._key, begin, end, outline, folds)
            self._run(work, self.copy_as_markdown)

    def _run(self, work: Callable[..., Copied], again: Callable[[], None]) -> None:
        outline = self._view.stage.outline
        self._again = again

        def fail(error: BurrowError) -> None:
            self._tries = self._tries + 1 if isinstance(error, SessionChanged) else 0
            if self._tries >= COPY_TRIES:
                self._tries = 0
                error = SessionError("The session goes on faster than it can be copied.", "Nothing was copied.")
            elif self._tries and self._view.stage.outline is not outline:
                again()  # the newer state is shown already
                return
            elif self._tries:
                self._when_complete = again
            self.failed.emit(error)

        self._asked.run(Query("Copying", work), self._on_copied, fail)

    def _work(self, key: SessionKey, selection: Selection) -> Callable[..., Copied]:
        stage = self._view.stage
        assert stage.outline is not None
        records = {row: found for row, found in stage.records.items() if found is not None}
        begin, end = selection.begin, selection.end
        return copy_work(self._context.library, key, stage.folds, records, begin, end, stage.outline)

    def _text_at_once(self, selection: Selection) -> str | None:
        """The text of a selection all of which is loaded; None if it takes a job."""
        stage, begin, end = self._view.stage, selection.begin, selection.end
        first, last = max(begin.message, 0), min(selection.end_row, stage.count)
        rows = [row for row in range(first, min(last, first + FAR_MESSAGES)) if stage.folds.shows(row)]
        if last - first > FAR_MESSAGES:
            return None
        loaded = [message for row in rows[: COPY_AT_ONCE_MESSAGES + 1] if (message := stage.message(row)) is not None]
        if not len(loaded) == len(rows) <= COPY_AT_ONCE_MESSAGES:
            return None
        return BETWEEN_MESSAGES.join(selected_text(loaded, stage.folds, self._record_texts(), begin, end))

    def _record_texts(self) -> Mapping[int, tuple[str, ...]]:
        return {
            row: tuple(record.text for record in found)
            for row, found in self._view.stage.records.items()
            if found is not None
        }

    def _on_copied(self, copied: Copied) -> None:
        self._tries = 0
        QGuiApplication.clipboard().setText(copied.text)
        what = f"{counted(copied.message_count, 'message')}, {counted(len(copied.text), 'character')}"
        self.copied.emit(f"Copied only the first {what}: the rest is too much" if copied.is_cut else f"Copied {what}")

    def _on_failed(self, error: BurrowError) -> None:
        self.failed.emit(error)

    @Slot()
    def _on_primary_wanted(self) -> None:
        """Offer the selection to a middle click, on systems that have that."""
        if not QGuiApplication.clipboard().supportsSelection():
            return
        selection, stage = self._view.selector.selection, self._view.stage
        self._primary.cancel()
        if selection is None or selection.is_empty or self._key is None or stage.outline is None:
            return
        text = self._text_at_once(selection)
        if text is not None:
            self._to_primary(text)
        elif stage.outline.is_complete and selection.end.message - selection.begin.message <= PRIMARY_MESSAGES:
            query = Query("Copying the selection", self._work(self._key, selection), Lane.BACKGROUND)
            self._primary.run(query, self._on_primary, self._on_failed)

    def _on_primary(self, copied: Copied) -> None:
        self._to_primary(copied.text)

    def _to_primary(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text, QClipboard.Mode.Selection)
