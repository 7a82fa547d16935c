"""Says in the status bar what is read, how, and what was just done. GUI thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.models.library_model import badge_of
from app.present.one_line import as_tip, one_line
from app.present.sizes import counted
from app.present.store_words import access_sentence
from app.views.library_view import BADGE_ICONS
from app.views.status_bar import StatusBar
from store.values.store import StoreFacts

if TYPE_CHECKING:
    from app.settings import SettingsStore

NOTE_MS = 4000
"""How long the bar says what was just done before it says again what is shown."""


class StatusController(QObject):
    """Knows the status bar's texts; progress has a controller of its own."""

    def __init__(self, bar: StatusBar, settings: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bar, self._settings = bar, settings
        self._facts: StoreFacts | None = None
        settings.zone_changed.connect(self._on_zone_changed)
        self._count, self._has_session = "", False
        self._noting = QTimer(self, singleShot=True, interval=NOTE_MS)
        self._noting.timeout.connect(self._show_left)

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

    @Slot()
    def _on_zone_changed(self) -> None:
        if self._facts is not None:
            self.show_store(self._facts)

    @Slot(str)
    def count(self, words: str) -> None:
        """Say how many sessions there are, in words."""
        self._count = words
        self._show_left()

    def select(self, has_session: bool) -> None:
        """Say whether a session is chosen."""
        self._has_session = has_session
        self._show_left()

    @Slot(str)
    def note(self, sentence: str) -> None:
        """Say for a few seconds what was just done."""
        self._noting.start()
        self._bar.show_left(sentence)

    @Slot()
    def _show_left(self) -> None:
        if not self._noting.isActive():
            self._bar.show_left(f"{self._count} · 1 selected" if self._count and self._has_session else self._count)
