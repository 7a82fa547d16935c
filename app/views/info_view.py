"""The Info tab: how the store was opened, what is known of the session, its metadata tree. GUI thread only.

It is built anew for each session, from ready texts; nothing is read here.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.models.metadata_model import MetadataModel
from app.present.info import InfoSection, OpenedText
from app.present.size_words import SizeText
from app.views.check_row import BLEED_PX
from app.views.info_parts import OpenedCard, SectionHead, section_widget
from app.views.integrity_view import IntegrityView
from app.views.labels import TextLabel
from app.views.metadata_view import MetadataView
from app.views.size_section import SizeSection


class InfoView(QScrollArea):
    """Sections under each other.

    Attributes:
        integrity: the checks of the session.

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
        self._size = SizeSection(look, "Size", self._inside)
        self._store_size = SizeSection(look, "Store size", self._inside)
        self.integrity = IntegrityView(look, self._inside)
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
        for part in (self._size, self.integrity, self._store_size, self._metadata):
            part.set_look(look)
        self._build()

    def show_info(self, opened: OpenedText, sections: tuple[InfoSection, ...], metadata_note: str) -> None:
        """Show what is known of a session."""
        self._shown, self._sentence = (opened, sections, metadata_note), ""
        self._build()

    def show_sizes(self, of_session: SizeText | None, of_store: SizeText | None) -> None:
        """Show where the bytes go of the session and of its store; None while it is not known."""
        self._size.say(of_session)
        self._store_size.say(of_store)

    def show_sentence(self, sentence: str) -> None:
        """Show one sentence, while there is nothing to show or because it cannot be read."""
        self._shown, self._sentence = None, sentence
        self._build()

    def _build(self) -> None:
        # Out of sight, so that its parts are laid out once and not after each that is added.
        self._inside.hide()
        self._build_parts()
        self._inside.show()

    def _build_parts(self) -> None:
        look = self._look
        self._clear()
        edge = look.px(16 - BLEED_PX)
        self._column.setContentsMargins(edge, look.px(12), edge, look.px(24))
        for kept in (self._size, self.integrity, self._store_size, self._metadata):
            kept.setVisible(self._shown is not None)
        if self._shown is None:
            words = TextLabel(look, TypeUse.BODY, "text_2", self._inside)
            words.wrap()
            words.setText(self._sentence)
            self._add(words)
        else:
            self._build_sections(*self._shown)
        self._column.addStretch(1)

    def _build_sections(self, opened: OpenedText, sections: tuple[InfoSection, ...], note: str) -> None:
        look = self._look
        self._add(OpenedCard(look, opened, self._inside))
        for section in (section for section in sections if section.is_first and section.rows):
            self._add(section_widget(look, section, self._inside))
        self._place(self._size)
        self._column.addWidget(self.integrity)
        self._add(SectionHead(look, "Metadata", note, self._inside))
        self._place(self._metadata)
        for section in (section for section in sections if not section.is_first and section.rows):
            self._add(section_widget(look, section, self._inside))
        self._place(self._store_size)

    def _clear(self) -> None:
        """Take everything out; what is kept between two sessions stays a child."""
        while (item := self._column.takeAt(0)) is not None:
            row = item.layout()
            if row is not None:
                row.takeAt(0)
                row.deleteLater()
        for part in self._parts:
            part.deleteLater()
        self._parts = []

    def _add(self, part: QWidget) -> None:
        self._parts.append(part)
        self._place(part)
        part.show()

    def _place(self, part: QWidget) -> None:
        """Put a part between the page's edges, beyond which only the tints of checks reach."""
        row = QHBoxLayout()
        row.setContentsMargins(self._look.px(BLEED_PX), 0, self._look.px(BLEED_PX), 0)
        row.addWidget(part)
        self._column.addLayout(row)

    def _on_current_moved(self, rect: QRect) -> None:
        middle = self._metadata.mapTo(self._inside, rect.center())
        self.ensureVisible(self._inside.width() // 2, middle.y(), 0, rect.height() * 2)
