"""All values of a facet in a list that can be filtered, for facets with more values than the library shows."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.models.facet_model import FacetModel
from app.present.view_words import FACET_NAMES, FACET_PLURALS
from app.views.labels import ElidedLabel
from app.views.pane_list import PaneList
from store.values.listing import Facet, FacetValue


class FacetChooser(QFrame):
    """A small window of its own that closes when a person clicks elsewhere or presses Esc.

    Signals:
        narrowed (str, bool): a value is to be chosen, or not any more.
    """

    narrowed = Signal(str, bool)

    def __init__(self, look: Look, facet: Facet, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("facet_chooser")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(f"Choose {FACET_PLURALS[facet]}")
        self.facet = facet
        self.model = FacetModel(facet, is_short=False, parent=self)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(f"Filter {FACET_PLURALS[facet]}")
        self.field.setAccessibleName(f"Filter {FACET_PLURALS[facet]}")
        self.field.setClearButtonEnabled(False)
        self.list = PaneList(look, self.model, FACET_NAMES[facet], self, is_choice=False, grows=False)
        self._note = ElidedLabel(look, TypeUse.SMALL, "text_2", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(8), look.px(8), look.px(8), look.px(8))
        column.setSpacing(look.px(8))
        for part in (self.field, self.list, self._note):
            column.addWidget(part)
        self.resize(look.px(340), look.px(420))
        self.setFocusProxy(self.field)
        self.field.textChanged.connect(self._on_text_changed)
        self.list.used.connect(self._on_used)

    def show_values(self, values: tuple[FacetValue, ...], value_count: int, chosen: frozenset[str]) -> None:
        """Show these values with what is chosen of them."""
        self.model.show(values, value_count, chosen)
        self._say()

    def pop_up(self, beside: QWidget) -> None:
        """Open beside a widget, where there is room on its screen."""
        place = beside.screen().availableGeometry()
        self.resize(self.size().boundedTo(place.size()))
        at = beside.mapToGlobal(QPoint(beside.width(), 0))
        at.setX(max(min(at.x(), place.right() - self.width()), place.left()))
        at.setY(max(min(at.y(), place.bottom() - self.height()), place.top()))
        self.move(at)
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; from the field the arrows go into the list."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() == Qt.Key.Key_Down and self.field.hasFocus():
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self.model.filter(text)
        self.list.scrollToTop()
        self._say()

    @Slot(int)
    def _on_used(self, row: int) -> None:
        value = self.model.value_at(row)
        if value is not None:
            self.narrowed.emit(value, value not in self.model.chosen)

    def _say(self) -> None:
        shown, plural = self.model.rowCount(), FACET_PLURALS[self.facet]
        total = max(self.model.value_count, shown)
        words = f"{shown:,} of {total:,} {plural}" if shown != total else f"{total:,} {plural}"
        chosen = len(self.model.chosen)
        self._note.set_text(f"{words} · {chosen:,} chosen" if chosen else words)
