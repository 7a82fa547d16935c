"""One facet in the library: its head, and its values with boxes or its days as bars. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.look.look import Look
from app.models.facet_model import FacetModel
from app.present.day_bars import range_text
from app.present.view_words import FACET_NAMES
from app.views.day_bars import DayBars
from app.views.facet_chooser import FacetChooser
from app.views.pane_list import PaneList
from app.views.section_head import SectionHead
from store.values.listing import Facet, FacetValue


class FacetSection(QWidget):
    """The section. It is not shown while there is nothing to choose.

    Signals:
        chosen (frozenset of str): these values of the facet and no others are wanted.
    """

    chosen = Signal(object)

    def __init__(self, look: Look, facet: Facet, parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self.facet = look, facet
        self._values: tuple[FacetValue, ...] = ()
        self._value_count = 0
        self._chosen: frozenset[str] = frozenset()
        self._chooser: FacetChooser | None = None
        self.head = SectionHead(look, FACET_NAMES[facet], self)
        self.model = FacetModel(facet, is_short=True, parent=self)
        self.bars = DayBars(look, self) if facet is Facet.DAY else None
        self.list = (
            None if self.bars is not None else PaneList(look, self.model, FACET_NAMES[facet], self, is_choice=False)
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.body)
        self.head.folded.connect(self._on_folded)
        self.head.clear_asked.connect(self._on_clear_asked)
        if self.bars is not None:
            self.bars.chosen.connect(self.chosen)
        if self.list is not None:
            self.list.used.connect(self._on_used)
        self.hide()

    @property
    def body(self) -> DayBars | PaneList:
        """What the head folds away."""
        return self.bars or self.list  # type: ignore[return-value]  # one of both is there

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self.head.set_look(look)
        self.body.set_look(look)

    def show_values(self, values: tuple[FacetValue, ...], value_count: int, progress: str = "") -> None:
        """Show these values; days in order, others most frequent first.

        Args:
            progress: of how many sessions the values are known, "412 of 1,000"; empty when of all.
        """
        self._values, self._value_count = values, value_count
        if self.bars is None:
            self.head.button.set_note(progress)
        self._renew()

    def show_chosen(self, chosen: frozenset[str]) -> None:
        """Show which values are chosen."""
        if chosen != self._chosen:
            self._chosen = chosen
            self._renew()

    @Slot()
    def open_chooser(self) -> None:
        """Let a person choose among all values."""
        chooser = FacetChooser(self._look, self.facet, self)
        chooser.narrowed.connect(self._on_narrowed)
        chooser.destroyed.connect(self._on_chooser_gone)
        chooser.show_values(self._values, self._value_count, self._chosen)
        self._chooser = chooser
        chooser.pop_up(self.body)

    def _renew(self) -> None:
        self.head.show_chosen(len(self._chosen))
        # A single value that all sessions share, or none at all, is nothing to choose from.
        self.setVisible(bool(self._chosen) or any(value.value for value in self._values))
        if self.bars is not None:
            self.bars.show_days(self._values, self._chosen)
            self.head.button.set_note(range_text(self._values))
        else:
            self.model.show(self._values, self._value_count, self._chosen)
        if self._chooser is not None:
            self._chooser.show_values(self._values, self._value_count, self._chosen)

    @Slot(bool)
    def _on_folded(self, is_folded: bool) -> None:
        self.body.setVisible(not is_folded)

    @Slot()
    def _on_clear_asked(self) -> None:
        self.chosen.emit(frozenset())

    @Slot(int)
    def _on_used(self, row: int) -> None:
        value = self.model.value_at(row)
        if value is None:
            self.open_chooser()
        else:
            self._on_narrowed(value, value not in self._chosen)

    @Slot(str, bool)
    def _on_narrowed(self, value: str, is_chosen: bool) -> None:
        self.chosen.emit(self._chosen | {value} if is_chosen else self._chosen - {value})

    @Slot()
    def _on_chooser_gone(self) -> None:
        self._chooser = None
