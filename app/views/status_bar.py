"""The status bar: what is being read, progress with Cancel, faults, the store's access. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.views.catalogue_bar import CatalogueBar
from app.views.labels import TextLabel

STEPS = 1000
"""Steps of a progress bar: counts may be longer than the 32 bits that it takes."""


def plain_label(parent: QWidget | None = None) -> QLabel:
    """A label that shows its text as text, whatever it looks like."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


class StatusBar(QWidget):
    """One line at the bottom of the window.

    Attributes:
        catalogue: how far the catalogue is.

    Signals:
        cancel_asked: the button beside the progress.
        undo_asked: the button beside what was just done.
    """

    cancel_asked = Signal()
    undo_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setObjectName("status_bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._left, self._progress, self._access = (TextLabel(look, TypeUse.SMALL, "text_2", self) for _ in range(3))
        self._bar = QProgressBar(self)
        self._bar.setRange(0, STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        self._cancel = QPushButton("Cancel", self)
        self._cancel.setProperty("small", True)
        self._cancel.setToolTip("Cancel what is being read  Esc")
        self._cancel.clicked.connect(self.cancel_asked)
        self._undo = QPushButton("Undo", self)
        self._undo.setProperty("small", True)
        self._undo.setToolTip("Take back what was just done")
        self._undo.clicked.connect(self.undo_asked)
        self._undo.hide()
        self.catalogue = CatalogueBar(look, self)
        self._fault_icon, self._faults = QLabel(self), TextLabel(look, TypeUse.SMALL, "warn", self)
        self._access_icon = QLabel(self)
        self._access_icon_name = ("", "")
        self._row = QHBoxLayout(self)
        self._first = QHBoxLayout()
        self._first.addWidget(self._left)
        self._first.addWidget(self._undo)
        self._first.addStretch(1)
        self._row.addLayout(self._first, 1)
        for part in (self._bar, self._progress, self._cancel, self.catalogue, self._fault_icon, self._faults):
            self._row.addWidget(part)
        self._row.addWidget(self._access_icon)
        self._row.addWidget(self._access)
        self.show_progress("", None)
        self.show_faults("", "")
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        for label in (self._left, self._progress, self._access, self._faults):
            label.set_look(look)
        self.catalogue.set_look(look)
        self.setFixedHeight(look.px(tokens()["height"]["status_bar"]))
        self._row.setContentsMargins(look.px(12), 1, look.px(12), 0)
        self._row.setSpacing(look.px(6))
        self._first.setSpacing(look.px(8))
        self._bar.setFixedWidth(look.px(64))
        self._fault_icon.setPixmap(look.pixmap("triangle-alert", "warn", 14, self.devicePixelRatioF()))
        self._show_access_icon()

    def show_left(self, text: str) -> None:
        """Counts and the selection."""
        self._left.setText(text)

    def show_undo(self, is_shown: bool) -> None:
        """Offer to take back what is said at the left."""
        self._undo.setVisible(is_shown)

    @property
    def undo_button(self) -> QPushButton:
        """The button beside what was just done."""
        return self._undo

    def show_progress(self, text: str, permille: int | None, can_cancel: bool = True) -> None:
        """Show what runs, or nothing with an empty text; `permille` None means that the total is not known."""
        is_shown = bool(text)
        self._progress.setText(text)
        self._progress.setVisible(is_shown)
        self._cancel.setVisible(is_shown and can_cancel)
        self._bar.setVisible(is_shown and permille is not None)
        if permille is not None:
            self._bar.setValue(permille)

    def show_faults(self, text: str, tool_tip: str) -> None:
        """Show the faults of the store, or nothing."""
        self._faults.setText(text)
        self._faults.setToolTip(tool_tip)
        self._faults.setVisible(bool(text))
        self._fault_icon.setVisible(bool(text))

    def show_access(self, text: str, tool_tip: str, icon: str = "", role: str = "text_2") -> None:
        """Show how the store is being read."""
        self._access.setText(text)
        self._access.setToolTip(tool_tip)
        self._access_icon.setVisible(bool(icon))
        self._access_icon_name = (icon, role)
        self._show_access_icon()

    def left_text(self) -> str:
        """What stands at the left."""
        return self._left.text()

    def progress_text(self) -> str:
        """What is said to run."""
        return self._progress.text()

    def _show_access_icon(self) -> None:
        name, role = self._access_icon_name
        if name:
            self._access_icon.setPixmap(self._look.pixmap(name, role, 14, self.devicePixelRatioF()))
