"""The dialog in which labels of the chosen sessions are edited; what comes of it is planned next. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.models.labels_model import LabelColumn, LabelsModel
from app.present.label_words import LabelRow, label_edit, label_problem
from app.present.plan_words import sessions
from app.views.dialog_size import resize_on_screen
from app.views.label_table import LabelTable
from app.views.labels import ElidedLabel, TextLabel
from app.views.painting import set_button_icon
from store.values.changes import LabelEdit

SIZE_PX = (640, 460)
SENTENCE = "What you leave as it is stays as it is in each session. Nothing is written before you have seen the plan."


class LabelDialog(QDialog):
    """Title, table, buttons.

    Attributes:
        table: the labels.

    Signals:
        previewed (LabelEdit): the change is to be planned; the dialog is closed.
    """

    previewed = Signal(object)

    def __init__(self, look: Look, rows: Sequence[LabelRow], total: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle("Labels – Burrow")
        self._title = ElidedLabel(look, TypeUse.PAGE, "text", self)
        self._title.set_text(f"Labels of {sessions(total)}")
        self._sentence = TextLabel(look, TypeUse.BODY, "text_2", self)
        self._sentence.wrap()
        self._sentence.setText(SENTENCE)
        self._model = LabelsModel(rows, total, self)
        self.table = LabelTable(look, self._model, self)
        self._problem = TextLabel(look, TypeUse.SMALL, "error", self)
        self._problem.wrap()
        self._add, self._remove = QPushButton("Add label", self), QPushButton("Remove", self)
        self._cancel, self._preview = QPushButton("Cancel", self), QPushButton("Preview…", self)
        self._preview.setProperty("main", True)
        self._preview.setDefault(True)
        for button in (self._add, self._remove, self._cancel):
            button.setAutoDefault(False)
        self._lay_out()
        self._connect()
        self.set_look(look)
        resize_on_screen(self, look.px(SIZE_PX[0]), look.px(SIZE_PX[1]))
        if rows:
            self.table.selectRow(0)
            self.table.setFocus()
        else:
            self._add.setFocus()
        self._say()

    def _lay_out(self) -> None:
        self._column, self._tools, self._buttons = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        self._tools.addWidget(self._add)
        self._tools.addWidget(self._remove)
        self._tools.addWidget(self._problem, 1)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self._cancel)
        self._buttons.addWidget(self._preview)
        self._column.addWidget(self._title)
        self._column.addWidget(self._sentence)
        self._column.addWidget(self.table, 1)
        self._column.addLayout(self._tools)
        self._column.addLayout(self._buttons)

    def _connect(self) -> None:
        self._add.clicked.connect(self._on_add)
        self._remove.clicked.connect(self._on_remove)
        self.table.removal_asked.connect(self._on_remove)
        self._cancel.clicked.connect(self.reject)
        self._preview.clicked.connect(self._on_preview)
        self._model.edited.connect(self._say)
        self.table.selectionModel().currentRowChanged.connect(self._say)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for part in (self._title, self._sentence, self._problem, self.table):
            part.set_look(look)
        self._column.setContentsMargins(look.px(20), look.px(16), look.px(20), look.px(16))
        self._column.setSpacing(look.px(8))
        for row in (self._tools, self._buttons):
            row.setSpacing(look.px(8))
        set_button_icon(self._add, look, "plus", "text")
        set_button_icon(self._remove, look, "minus", "text")

    def edit(self) -> LabelEdit:
        """The change that was put together until now."""
        return label_edit(self._model.rows)

    @Slot()
    def _say(self, *_what: object) -> None:
        """Say what is wrong, what the button does to the chosen row, and whether there is anything to plan."""
        row = self._model.row_at(self.table.currentIndex().row())
        problem, edit = label_problem(self._model.rows), self.edit()
        self._problem.setText(problem)
        self._remove.setEnabled(row is not None)
        self._remove.setText("Keep" if row is not None and row.is_removed else "Remove")
        self._preview.setEnabled(not problem and bool(edit.put or edit.removed))

    @Slot()
    def _on_add(self) -> None:
        self.table.edit_cell(self._model.add(), LabelColumn.NAME)

    @Slot()
    def _on_remove(self) -> None:
        self._model.turn_removed(self.table.currentIndex().row())
        self.table.setFocus()

    @Slot()
    def _on_preview(self) -> None:
        edit = self.edit()
        self.accept()
        self.previewed.emit(edit)
