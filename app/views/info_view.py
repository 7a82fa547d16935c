"""The Info tab: how the store was opened, what is known of the session, its metadata tree. GUI thread only.

It is built anew for each session, from ready texts; nothing is read here.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.models.metadata_model import MetadataModel
from app.present.info import InfoSection, OpenedText
from app.views.info_parts import OpenedCard, SectionHead, section_widget
from app.views.labels import TextLabel
from app.views.metadata_view import MetadataView


class InfoView(QScrollArea):
    """Sections under each other.

    Signals:
        unmask_asked (path as object): a person wants to see a masked metadata value.
    """

    unmask_asked = Signal(object)

    def __init__(self, look: Look, metadata: MetadataModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._shown: tuple[OpenedText, tuple[InfoSection, ...], str] | None = None
        self._sentence = ""
        self._inside = QWidget(self)
        self._column = QVBoxLayout(self._inside)
        self._column.setSpacing(0)
        self._parts: list[QWidget] = []
        self._metadata = MetadataView(look, metadata, self._inside)
        self._metadata.unmask_asked.connect(self.unmask_asked)
        self._metadata.current_moved.connect(self._on_current_moved)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Info")
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        self._inside.setBackgroundRole(QPalette.ColorRole.Base)
        self._inside.setAutoFillBackground(True)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._metadata.set_look(look)
        self._build()

    def show_info(self, opened: OpenedText, sections: tuple[InfoSection, ...], metadata_note: str) -> None:
        """Show what is known of a session."""
        self._shown, self._sentence = (opened, sections, metadata_note), ""
        self._build()

    def show_sentence(self, sentence: str) -> None:
        """Show one sentence, while there is nothing to show or because it cannot be read."""
        self._shown, self._sentence = None, sentence
        self._build()

    def _build(self) -> None:
        look = self._look
        while self._column.count():
            self._column.takeAt(0)
        for part in self._parts:
            part.deleteLater()
        self._parts = []
        self._column.setContentsMargins(look.px(16), look.px(12), look.px(16), look.px(24))
        self._metadata.setVisible(self._shown is not None)
        if self._shown is None:
            words = TextLabel(look, TypeUse.BODY, "text_2", self._inside)
            words.wrap()
            words.setText(self._sentence)
            self._add(words)
        else:
            opened, sections, note = self._shown
            self._add(OpenedCard(look, opened, self._inside))
            for section in sections:
                if section.rows:
                    self._add(section_widget(look, section, self._inside))
            self._add(SectionHead(look, "Metadata", note, self._inside))
            self._column.addWidget(self._metadata)
        self._column.addStretch(1)

    def _add(self, part: QWidget) -> None:
        self._parts.append(part)
        self._column.addWidget(part)
        part.show()

    def _on_current_moved(self, rect: QRect) -> None:
        middle = self._metadata.mapTo(self._inside, rect.center())
        self.ensureVisible(self._inside.width() // 2, middle.y(), 0, rect.height() * 2)
