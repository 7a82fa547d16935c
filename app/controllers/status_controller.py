"""Says in the status bar what is read, how, and what was just done. GUI thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.models.library_model import Badge, badge_of
from app.present.one_line import as_tip, one_line
from app.present.sizes import counted
from app.present.store_words import access_sentence, stores_sentence
from app.views.library_tree import BADGE_ICONS
from app.views.status_bar import StatusBar
from store.values.store import StoreFacts

if TYPE_CHECKING:
    from app.settings import SettingsStore

NOTE_MS = 4000
"""How long the bar says what was just done before it says again what is shown."""

UNDO_MS = 20_000
"""How long it offers to take back what was just done; Changes does so for thirty days."""


class StatusController(QObject):
    """Knows the status bar's texts; progress has a controller of its own.

    Signals:
        undo_asked (tuple of str): receipts of what was just done are to be taken back.
    """

    undo_asked = Signal(object)

    def __init__(self, bar: StatusBar, settings: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bar, self._settings = bar, settings
        self._facts: StoreFacts | None = None
        settings.zone_changed.connect(self._on_zone_changed)
        self._count, self._selected_count = "", 0
        self._noting = QTimer(self, singleShot=True, interval=NOTE_MS)
        self._noting.timeout.connect(self._show_left)
        self._undoable: tuple[str, ...] = ()
        bar.undo_asked.connect(self._on_undo_asked)

    def show_nothing(self) -> None:
        """Say that no store is open."""
        self._facts = None
        self._bar.show_access("Works offline, sends nothing", "")
        self._bar.show_faults("", "")
        self.count("No store open")

    def show_store(self, facts: StoreFacts) -> None:
        """Say how a store is being read and what is wrong with it."""
        self._facts = facts
        badge = badge_of(facts)
        icon, role = BADGE_ICONS[badge] if badge is not None else ("", "text_2")
        self._bar.show_access(access_sentence(facts, self._settings.zone), as_tip(one_line(facts.why)), icon, role)
        sentences = tuple(one_line(fault.sentence) for fault in facts.faults) if facts.is_open else ()
        self._bar.show_faults(counted(len(sentences), "fault") if sentences else "", as_tip("\n".join(sentences)))

    def show_stores(self, stores: tuple[StoreFacts, ...], left_out: tuple[StoreFacts, ...]) -> None:
        """Say of several stores how many there are and what is to be known of them.

        Args:
            left_out: stores that belong to them and cannot be read.
        """
        self._facts = None
        is_running = any(facts.is_running for facts in stores)
        icon, role = BADGE_ICONS[Badge.RUNNING] if is_running else ("", "text_2")
        unread = "\n".join(f"{one_line(f.name)}: {one_line(f.faults[0].sentence)}" for f in left_out if f.faults)
        self._bar.show_access(stores_sentence(stores, left_out), as_tip(unread), icon, role)
        named = [(one_line(facts.name), fault) for facts in stores for fault in facts.faults]
        sentences = [f"{name}: {one_line(fault.sentence)}" for name, fault in named]
        self._bar.show_faults(counted(len(sentences), "fault") if sentences else "", as_tip("\n".join(sentences)))

    @Slot()
    def _on_zone_changed(self) -> None:
        if self._facts is not None:
            self.show_store(self._facts)

    @Slot(str)
    def count(self, words: str) -> None:
        """Say how many sessions there are, in words."""
        self._count = words
        self._show_left()

    @Slot(int)
    def select(self, selected_count: int) -> None:
        """Say how many sessions are selected."""
        self._selected_count = selected_count
        self._show_left()

    @Slot(str)
    def note(self, sentence: str) -> None:
        """Say for a few seconds what was just done."""
        self._say(sentence, (), NOTE_MS)

    @Slot(str, object)
    def offer_undo(self, sentence: str, receipts: tuple[str, ...]) -> None:
        """Say what was just done, and offer for a while to take it back."""
        self._say(sentence, receipts, UNDO_MS)

    def _say(self, sentence: str, receipts: tuple[str, ...], for_ms: int) -> None:
        self._undoable = receipts
        self._noting.start(for_ms)
        self._bar.show_left(sentence)
        self._bar.show_undo(bool(receipts))

    @Slot()
    def _on_undo_asked(self) -> None:
        receipts, self._undoable = self._undoable, ()
        self._noting.stop()
        self._show_left()
        if receipts:
            self.undo_asked.emit(receipts)

    @Slot()
    def _show_left(self) -> None:
        if not self._noting.isActive():
            self._bar.show_undo(False)
            selected = f" · {self._selected_count:,} selected" if self._count and self._selected_count else ""
            self._bar.show_left(self._count + selected)
