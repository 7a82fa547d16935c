"""Own titles and notes: asked for in small dialogs, kept in our own annotations by jobs. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.commands import ActionId
from app.controllers.note_jobs import KnownNotes, note_work, notes_work, title_work
from app.jobs import Newest, Query
from app.look.look import Look
from store.values.store import SessionKey

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.actions_controller import ActionsController
    from app.controllers.sessions_controller import SessionsController
    from app.views.main_window import MainWindow
    from app.views.note_dialogs import NoteDialog


class NotesController(QObject):
    """Opens the dialogs and saves what was written in them.

    Attributes:
        dialog: the one that is open; None if none is.

    Signals:
        changed (SessionKey): something else is noted of a session.
        noted (str): what was just done, for the status bar.
        failed (BurrowError): it could not be read or kept.
    """

    changed = Signal(object)
    noted = Signal(str)
    failed = Signal(object)

    def __init__(
        self, context: Context, window: MainWindow, actions: ActionsController, sessions: SessionsController
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._sessions = context, window, sessions
        self._reading = Newest(context.jobs)
        self.dialog: NoteDialog | None = None
        actions.use({ActionId.RENAME: self.rename, ActionId.NOTE: self.write_note})
        context.looks.changed.connect(self._on_look_changed)

    @Slot()
    def rename(self) -> None:
        """Ask for an own title of the chosen session."""
        self._read(self._ask_title)

    @Slot()
    def write_note(self) -> None:
        """Ask for a note on the chosen session."""
        self._read(self._ask_note)

    def _read(self, on_read: Callable[[KnownNotes], None]) -> None:
        key = self._sessions.choice.key()
        if key is not None and self.dialog is None:
            work = notes_work(self._context.library, self._context.lists, key)
            self._reading.run(Query("Reading notes", work), on_read, self.failed.emit)

    def _ask_title(self, known: KnownNotes) -> None:
        from app.views.note_dialogs import TitleDialog

        dialog = TitleDialog(self._context.looks.current, known.noted.title or "", known.stored, self._window)
        self._open(dialog, known.key, ActionId.RENAME)

    def _ask_note(self, known: KnownNotes) -> None:
        from app.views.note_dialogs import WritingDialog

        title = known.noted.title or known.stored
        dialog = WritingDialog(self._context.looks.current, title, known.noted.note or "", self._window)
        self._open(dialog, known.key, ActionId.NOTE)

    def _open(self, dialog: NoteDialog, key: SessionKey, action: ActionId) -> None:
        self.dialog = dialog

        def save(text: str) -> None:
            lists = self._context.lists
            work = title_work(lists, key, text) if action is ActionId.RENAME else note_work(lists, key, text)
            query = Query("Keeping a note", work, must_finish=True)
            self._context.jobs.run(query, self._on_kept, self.failed.emit)

        dialog.saved.connect(save)
        dialog.finished.connect(self._on_finished)
        dialog.open()

    def _on_kept(self, answer: tuple[SessionKey, str]) -> None:
        key, words = answer
        self.noted.emit(words)
        self.changed.emit(key)

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        if self.dialog is not None:
            self.dialog.set_look(look)
