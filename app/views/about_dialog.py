"""About Burrow: its version, what it is made of, every licence to read. GUI thread only; it opens nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.licences import Licence
from app.look.look import Look
from app.look.tokens import TypeUse
from app.views.dialog_size import resize_on_screen
from app.views.labels import TextLabel
from app.views.painting import set_button_icon
from app.views.plain_rows import PlainRows

SENTENCE = "Reads, and never changes, the sessions that agents leave on this computer.\nWorks offline, sends nothing."
QT_SOURCES = "https://download.qt.io/"
LGPL = (
    "Qt and PySide6 are used under the GNU Lesser General Public License, version 3. Their libraries are files of"
    f" their own, which you may replace by other builds of them. Their sources: {QT_SOURCES}"
)
LONG_CHARS = 16
"""A longer version takes the whole line; it has to be one of those on the left."""


class AboutDialog(QDialog):
    """Versions at the top, licences below: a list of names, and the text of the chosen one.

    Signals:
        copy_asked: the versions are to be copied.
        link_asked (str): a web address is to be opened; whoever hears it asks first.
    """

    copy_asked = Signal()
    link_asked = Signal(str)

    def __init__(
        self, look: Look, icon: QIcon, versions: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Burrow")
        self._look, self._icon = look, icon
        self._licences: tuple[Licence, ...] = ()
        self._mark = QLabel(self)
        self._mark.setAccessibleName("")
        self._title = self._label(TypeUse.PAGE, "text", f"Burrow {versions[0][1]}")
        self._title.make_copyable()
        self._sentence = self._label(TypeUse.BODY, "text_2", SENTENCE)
        self._grid = QGridLayout()
        self._facts = [self._add_version(row, *pair) for row, pair in enumerate(versions[1:])]
        self._lgpl = self._label(TypeUse.BODY, "text", LGPL)
        self._link = QPushButton("Open sources of Qt…", self)
        self._link.setToolTip(QT_SOURCES)
        self._link.setAutoDefault(False)
        self._link.clicked.connect(lambda: self.link_asked.emit(QT_SOURCES))
        self.names = QListWidget(self)
        self.names.setAccessibleName("Licences")
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.setUniformItemSizes(True)
        self.names.setObjectName("framed")
        self._rows = PlainRows(look, self.names)
        self.names.setItemDelegate(self._rows)
        self.names.currentRowChanged.connect(self._on_row)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setObjectName("framed")
        self.text.setAccessibleName("Text of the licence")
        self.text.setTabChangesFocus(True)
        self._copy = QPushButton("Copy versions", self)
        self._copy.setAutoDefault(False)
        self._copy.clicked.connect(self.copy_asked)
        self._close = QPushButton("Close", self)
        self._close.setDefault(True)
        self._close.clicked.connect(self.close)
        self._lay_out()
        self.set_look(look)
        resize_on_screen(self, look.px(720), look.px(600))
        self._close.setFocus()

    def _label(self, use: TypeUse, role: str, words: str) -> TextLabel:
        label = TextLabel(self._look, use, role, self)
        label.wrap()
        label.setText(words)
        return label

    def _add_version(self, row: int, name: str, value: str) -> tuple[TextLabel, TextLabel]:
        left = TextLabel(self._look, TypeUse.SMALL, "text_2", self)
        right = TextLabel(self._look, TypeUse.CODE, "text", self)
        left.setText(name)
        right.setText(value)
        right.make_copyable()
        right.setAccessibleName(f"{name}: {value}")
        is_long = len(value) > LONG_CHARS
        self._grid.addWidget(left, row // 2, row % 2 * 2)
        self._grid.addWidget(right, row // 2, row % 2 * 2 + 1, 1, 3 if is_long else 1)
        return left, right

    def _lay_out(self) -> None:
        self._words, self._top = QVBoxLayout(), QHBoxLayout()
        for part in (self._title, self._sentence):
            self._words.addWidget(part)
        self._words.addLayout(self._grid)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 2)
        self._top.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self._top.addLayout(self._words, 1)
        self._texts, self._buttons, self._column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        self._texts.addWidget(self.names, 3)
        self._texts.addWidget(self.text, 5)
        self._buttons.addWidget(self._copy)
        self._buttons.addWidget(self._link)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self._close)
        self._column.addLayout(self._top)
        self._column.addWidget(self._lgpl)
        self._column.addLayout(self._texts, 1)
        self._column.addLayout(self._buttons)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        labels = [label for pair in self._facts for label in pair]
        for label in (self._title, self._sentence, self._lgpl, *labels):
            label.set_look(look)
        self._mark.setPixmap(self._icon.pixmap(look.px(48), look.px(48)))
        self._column.setContentsMargins(look.px(20), look.px(16), look.px(20), look.px(16))
        self._column.setSpacing(look.px(12))
        self._top.setSpacing(look.px(16))
        self._words.setSpacing(look.px(4))
        self._texts.setSpacing(look.px(8))
        self._grid.setHorizontalSpacing(look.px(12))
        self._grid.setVerticalSpacing(look.px(2))
        self._grid.setContentsMargins(0, look.px(6), 0, 0)
        self.names.setFont(look.font(TypeUse.BODY))
        self._rows.set_look(look)
        self.names.doItemsLayout()
        self.names.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.text.setFont(look.font(TypeUse.CODE))
        set_button_icon(self._copy, look, "copy", "text")

    def show_licences(self, licences: Sequence[Licence]) -> None:
        """Show these texts, the first one chosen."""
        self._licences = tuple(licences)
        self.names.clear()
        for licence in licences:
            self.names.addItem(licence.title)
            self.names.item(self.names.count() - 1).setToolTip(licence.title)
        if licences:
            self.names.setCurrentRow(0)
        else:
            self.say("The texts of the licences lie beside the program, in the folder licences.")

    def say(self, sentence: str) -> None:
        """Show a sentence in place of a text."""
        self.text.setPlainText(sentence)

    def _on_row(self, row: int) -> None:
        if 0 <= row < len(self._licences):
            self.text.setPlainText(self._licences[row].text)
