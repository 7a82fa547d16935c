"""The left part of the check of a store: how often each check passed, and where the bytes go. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHeaderView, QScrollArea, QTableView, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.models.tally_model import TITLES, TallyModel
from app.present.size_words import SizeText
from app.present.store_check import TallyRow
from app.views.labels import TextLabel
from app.views.plain_table import keep_columns, make_plain
from app.views.size_section import SizeSection
from app.views.tally_delegate import TallyDelegate


class CheckSummaryPanel(QScrollArea):
    """Tallies and sizes under each other; scrolls where there is little room."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._model = TallyModel(self)
        self._inside = QWidget(self)
        self._title = TextLabel(look, TypeUse.SECTION, "text", self._inside)
        self._title.setText("Checks")
        self.tallies = QTableView(self._inside)
        self._delegate = TallyDelegate(look, self.tallies)
        self._set_up_table()
        self._size = SizeSection(look, "Size", self._inside)
        self._column = QVBoxLayout(self._inside)
        for part in (self._title, self.tallies, self._size):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Checks and size")
        for ground in (self, self.viewport(), self._inside):
            ground.setBackgroundRole(QPalette.ColorRole.Base)
            ground.setAutoFillBackground(True)
        self.set_look(look)

    def _set_up_table(self) -> None:
        table = self.tallies
        table.setObjectName("tallies")
        table.setModel(self._model)
        table.setItemDelegate(self._delegate)
        make_plain(table)
        keep_columns(table)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setSelectionMode(QTableView.SelectionMode.NoSelection)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setAccessibleName("How often each check passed")

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._title.set_look(look)
        self._size.set_look(look)
        self._delegate.set_look(look)
        self._column.setContentsMargins(look.px(16), look.px(12), look.px(16), look.px(16))
        self._column.setSpacing(0)
        rows, header = self.tallies.verticalHeader(), self.tallies.horizontalHeader()
        rows.setDefaultSectionSize(look.px(tokens()["height"]["tree_row"]))
        header.setFixedHeight(look.px(tokens()["height"]["table_header"]))
        self._fit()

    def say_tallies(self, rows: tuple[TallyRow, ...]) -> None:
        """Show how often each check passed."""
        self._model.set_rows(rows)
        self._fit()

    def say_size(self, text: SizeText | None, *, is_over: bool) -> None:
        """Show where the bytes go; None while it is not known, or could not be told."""
        self._size.say(text, "not measured" if is_over else "")

    def _fit(self) -> None:
        metrics, rows = self._look.metrics(TypeUse.SMALL), max(self._model.rowCount(), 1)
        shown = [(row.passed, row.failed, row.not_applicable) for row in self._model.rows]
        for column, title in enumerate(TITLES[1:], 1):
            widest = max(metrics.horizontalAdvance(words) for words in (title, *(row[column - 1] for row in shown)))
            self.tallies.horizontalHeader().resizeSection(column, int(widest) + self._look.px(14))
        heights = tokens()["height"]
        self.tallies.setFixedHeight(self._look.px(heights["table_header"]) + rows * self._look.px(heights["tree_row"]))
