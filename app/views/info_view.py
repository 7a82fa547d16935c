"""The Info tab: how the store was opened, what is known of the session, its metadata tree. GUI thread only.

It is built anew for each session, from ready texts; nothing is read here.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse
from app.models.metadata_model import MetadataModel
from app.present.info import InfoSection, OpenedText
from app.present.size_words import SizeText
from app.views.check_row import BLEED_PX
from app.views.info_parts import OpenedCard, SectionHead, SectionPart
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
        self._words = TextLabel(look, TypeUse.BODY, "text_2", self)
        self._words.wrap()
        self._words.setBackgroundRole(QPalette.ColorRole.Base)
        self._words.setAutoFillBackground(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._inside = QWidget(self)
        self._column = QVBoxLayout(self._inside)
        self._column.setSpacing(0)
        self._parts: list[QWidget] = []
        self._card: OpenedCard | None = None
        self._metadata_head: SectionHead | None = None
        self._sections: list[tuple[bool, SectionPart]] = []
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
        for part in (self._size, self.integrity, self._store_size, self._metadata, self._words):
            part.set_look(look)
        self._build()
        self._place_words()

    def show_info(self, opened: OpenedText, sections: tuple[InfoSection, ...], metadata_note: str) -> None:
        """Show what is known of a session."""
        self._shown = (opened, sections, metadata_note)
        self._words.hide()
        if not self._is_said_in_place(*self._shown):
            self._build()

    def _is_said_in_place(self, opened: OpenedText, sections: tuple[InfoSection, ...], note: str) -> bool:
        """Show other values in the widgets that are there; whether they are the right ones.

        To make them anew for each session would take several frames.
        """
        wanted = [section for section in sections if section.rows]
        kinds = [section.is_first for section in wanted]
        if self._card is None or self._metadata_head is None or kinds != [is_first for is_first, _ in self._sections]:
            return False
        self._card.say(opened)
        self._metadata_head.say(note)
        return all(part.take_section(one) for (_, part), one in zip(self._sections, wanted, strict=True))

    def show_sizes(self, of_session: SizeText | None, of_store: SizeText | None) -> None:
        """Show where the bytes go of the session and of its store; None while it is not known."""
        self._size.say(of_session)
        self._store_size.say(of_store)

    def show_sentence(self, sentence: str) -> None:
        """Show one sentence, while there is nothing to show or because it cannot be read."""
        self._shown = None
        self._build()
        self.say_reading(sentence)

    def say_reading(self, sentence: str) -> None:
        """Cover what is shown with a sentence, for the moment until another session is shown in its place."""
        self._words.setText(sentence)
        self._words.raise_()
        self._words.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the sentence at its place; Qt's name."""
        super().resizeEvent(event)
        self._place_words()

    def _place_words(self) -> None:
        inset, top = self._look.px(16), self._look.px(12)
        self._words.setContentsMargins(inset, top, inset, 0)
        self._words.setGeometry(self.viewport().geometry())

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
        if self._shown is not None:
            self._build_sections(*self._shown)
        self._column.addStretch(1)

    def _build_sections(self, opened: OpenedText, sections: tuple[InfoSection, ...], note: str) -> None:
        look = self._look
        self._card = OpenedCard(look, opened, self._inside)
        self._add(self._card)
        self._add_sections([section for section in sections if section.is_first and section.rows])
        self._place(self._size)
        self._column.addWidget(self.integrity)
        self._metadata_head = SectionHead(look, "Metadata", note, self._inside)
        self._add(self._metadata_head)
        self._place(self._metadata)
        self._add_sections([section for section in sections if not section.is_first and section.rows])
        self._place(self._store_size)

    def _add_sections(self, sections: list[InfoSection]) -> None:
        for section in sections:
            part = SectionPart(self._look, section, self._inside)
            self._sections.append((section.is_first, part))
            self._add(part)

    def _clear(self) -> None:
        """Take everything out; what is kept between two sessions stays a child.

        Widgets are removed and not taken: an item that outlives its place keeps the next one from noticing that its
        widget needs another height.
        """
        while (item := self._column.itemAt(0)) is not None:
            row, widget = item.layout(), item.widget()
            if widget is not None:
                self._column.removeWidget(widget)
                continue
            self._column.takeAt(0)
            if row is not None:
                inner = row.itemAt(0)
                if inner is not None and (placed := inner.widget()) is not None:
                    row.removeWidget(placed)
                row.deleteLater()
        for part in self._parts:
            part.deleteLater()
        self._parts, self._sections = [], []
        self._card = self._metadata_head = None

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
