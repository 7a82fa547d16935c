"""The changes that were made: their window, undo, and what is settled at the start. GUI thread only.

Nothing of it is loaded before it is asked for: the start of the program shows no change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.settling_jobs import settle_work
from app.jobs import Change, Changed
from app.look.look import Look
from app.views.dialog_size import resize_on_screen
from app.views.main_window import MainWindow
from store.errors import BurrowError
from store.values.store import SessionKey, StoreFacts, StoreKey

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.changes_display import ChangesDisplay
    from app.views.changes_window import ChangesWindow
    from store.values.changes import Receipt

SETTLE_AFTER_MS = 300
"""When the list was painted: nobody waits for what is settled."""

SETTLING = "Looking at changes that were cut off"


class ChangesController(QObject):
    """Opens the window of changes; what is undone there is announced like every other change.

    Signals:
        session_asked (SessionKey): a session is to be shown in the main window.
        noted (str): a sentence about what was copied, undone or removed.
        failed (BurrowError): the changes cannot be read, or what was cut off could not be looked at.
    """

    session_asked = Signal(object)
    noted = Signal(str)
    failed = Signal(object)

    def __init__(self, context: Context, window: MainWindow) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._display: ChangesDisplay | None = None
        self._undecided: frozenset[StoreKey] = frozenset()
        self._is_settling = self._has_begun = False
        self._settled: tuple[Receipt, ...] = ()
        window.changes_band.action_asked.connect(self._on_band_asked)
        context.looks.changed.connect(self._on_look_changed)

    @property
    def window(self) -> ChangesWindow | None:
        """The window of changes, if it is open."""
        return self._display.window if self._display is not None else None

    @Slot()
    def show(self) -> None:
        """Show the window of changes, or bring it to the front."""
        self._shown()

    def show_receipt(self, receipt_id: str) -> None:
        """Show the window of changes with a receipt chosen."""
        self._shown().show_receipt(receipt_id)

    def undo(self, *receipt_ids: str) -> None:
        """Ask in the window of changes whether changes are to be taken back, and take them back.

        Args:
            receipt_ids: of what was asked for at once; one for each store.
        """
        display = self._shown()
        for receipt_id in receipt_ids[:1]:
            display.show_receipt(receipt_id)
        display.ask_undo(receipt_ids)

    def _shown(self) -> ChangesDisplay:
        display = self._display
        if display is None:
            # Loaded when it is asked for first: the start of the program needs none of it.
            from app.controllers.changes_display import ChangesDisplay

            display = self._display = ChangesDisplay(self._context, self._window)
            display.session_asked.connect(self._on_session_asked)
            display.noted.connect(self.noted)
            display.closed.connect(self._on_closed)
            settings = self._context.settings.current
            if settings.changes_width_px > 0 and settings.changes_height_px > 0:
                resize_on_screen(display.window, settings.changes_width_px, settings.changes_height_px)
            display.read()
        display.window.show()
        display.window.raise_()
        display.window.activateWindow()
        return display

    @Slot()
    def _on_closed(self) -> None:
        display, self._display = self._display, None
        if display is not None:
            window = display.window
            self._context.settings.update(changes_width_px=window.width(), changes_height_px=window.height())

    @Slot(object)
    def _on_session_asked(self, key: SessionKey) -> None:
        self.session_asked.emit(key)
        self._window.raise_()
        self._window.activateWindow()

    @Slot(object)
    def follow(self, facts: StoreFacts) -> None:
        """A newer state of a store is read from now on: what it says of undoing may be other."""
        if self._display is not None:
            self._display.follow(facts.key)

    # What was cut off

    @Slot()
    def begin(self) -> None:
        """The window is up: look once, a moment later, at what was cut off before."""
        if not self._has_begun:
            self._has_begun = True
            QTimer.singleShot(SETTLE_AFTER_MS, self, self.settle)

    @Slot()
    def settle(self) -> None:
        """Decide in the background what became of changes that were cut off, if any change was ever made."""
        if self._is_settling:
            return
        self._is_settling = True
        work = settle_work(self._context.guarded, self._context.paths.changes_file)
        self._context.jobs.change(Change(SETTLING, work), self._on_settled, self._on_not_settled)

    @Slot(object)
    def settle_opened(self, stores: tuple[StoreFacts, ...]) -> None:
        """Stores were opened: decide what could not be decided without them."""
        if any(facts.key in self._undecided for facts in stores):
            self.settle()

    def _on_settled(self, changed: Changed) -> None:
        self._is_settling = False
        if changed.error is not None:
            self.failed.emit(changed.error)
        if not changed.receipts:
            return
        from app.present.receipt_words import undecided_count
        from app.present.undo_question import settled_sentence

        self._undecided = frozenset(receipt.store for receipt in changed.receipts if undecided_count(receipt))
        self._settled = changed.receipts
        self._window.changes_band.say(settled_sentence(changed.receipts), "Show changes", "history")

    def _on_not_settled(self, error: BurrowError) -> None:
        self._is_settling = False
        self.failed.emit(error)

    @Slot()
    def _on_band_asked(self) -> None:
        self._window.changes_band.say("")
        if self._settled:
            self.show_receipt(self._settled[0].receipt_id)
        else:
            self.show()

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        if self._display is not None:
            self._display.window.set_look(look)
