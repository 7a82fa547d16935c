"""What is shown when no store is open: three ways to open one, and recent places. GUI thread only."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.views.labels import TextLabel
from app.views.painting import set_button_icon

WIDTH = 720
TOP = 64
ROW = 40


@dataclass(frozen=True, slots=True)
class RecentText:
    """One recent place as it is shown.

    Attributes:
        name, place, day: of the store, where it is, when it was opened.
        path: to open it by.
    """

    name: str
    place: str
    day: str
    path: str


class RecentRow(QAbstractButton):
    """One recent place: icon, name over place, day at the right."""

    def __init__(self, look: Look, text: RecentText, parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self.recent = look, text
        self.setText(text.name)
        self.setAccessibleName(f"Open {text.name}, {text.place}, {text.day}")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(look.px(ROW))

    def sizeHint(self) -> QSize:
        """As wide as it is given."""
        return QSize(self._look.px(320), self._look.px(ROW))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the row."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("pressed" if self.isDown() else "hover"))
            radius = look.px(tokens()["radius"]["row"])
            painter.drawRoundedRect(self.rect(), radius, radius)
        icon = look.pixmap("database", "text_2", 16, painter.device().devicePixelRatioF())
        painter.drawPixmap(look.px(10), (self.height() - look.px(16)) // 2, icon)
        day_px = round(look.metrics(TypeUse.SMALL).horizontalAdvance(self.recent.day))
        left, right = look.px(36), self.width() - look.px(8)
        painter.setPen(look.colour("text_3"))
        painter.setFont(look.font(TypeUse.SMALL))
        painter.drawText(
            QRect(right - day_px, 0, day_px, self.height()), Qt.AlignmentFlag.AlignVCenter, self.recent.day
        )
        wide = right - day_px - look.px(12) - left
        lines = ((TypeUse.ROW_TITLE, "text", self.recent.name, 3), (TypeUse.SMALL, "text_2", self.recent.place, 21))
        for use, role, text, top in lines:
            painter.setFont(look.font(use))
            painter.setPen(look.colour(role))
            cut = look.metrics(use).elidedText(text, Qt.TextElideMode.ElideMiddle, wide)
            painter.drawText(
                QRect(left, look.px(top), wide, look.line_px(use)),
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                cut,
            )


class DropZone(QWidget):
    """The dashed box; the whole window takes what is dropped, the box only says so."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground and dashed edge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self._look.colour("line_control"), 1)
        pen.setDashPattern([3.0, 3.0])
        painter.setPen(pen)
        painter.setBrush(self._look.colour("raised"))
        radius = self._look.px(tokens()["radius"]["prompt"])
        painter.translate(0.5, 0.5)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), radius, radius)


class StartPage(QScrollArea):
    """The empty page.

    Signals:
        open_asked, open_folder_asked, open_demo_asked: its buttons.
        recent_asked (str): path of a recent place.
    """

    open_asked = Signal()
    open_folder_asked = Signal()
    open_demo_asked = Signal()
    recent_asked = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._recent: tuple[RecentText, ...] = ()
        self._rows: list[RecentRow] = []
        self.setAccessibleName("Start page")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self._inside = QWidget(self)
        self._inside.setAutoFillBackground(True)
        self._title = TextLabel(look, TypeUse.START, "text", self._inside)
        self._sentence = TextLabel(look, TypeUse.PROSE, "text_2", self._inside)
        self._zone = DropZone(look, self._inside)
        self._zone_icon = QLabel(self._zone)
        self._zone_title = TextLabel(look, TypeUse.ROW_TITLE, "text", self._zone)
        self._zone_hint = TextLabel(look, TypeUse.SMALL, "text_2", self._zone)
        self._recent_head = TextLabel(look, TypeUse.SECTION, "text", self._inside)
        self.open_button = self._button("Open…", self.open_asked, is_main=True)
        self.folder_button = self._button("Choose a folder…", self.open_folder_asked)
        self.demo_button = self._button("Try the demo library", self.open_demo_asked)
        self._say()
        self._build()
        self.setWidget(self._inside)
        self.set_look(look)

    def _button(self, text: str, signal: object, is_main: bool = False) -> QPushButton:
        button = QPushButton(text, self._zone)
        button.setProperty("main", is_main)
        button.clicked.connect(signal)
        return button

    def _say(self) -> None:
        self._title.setText("No store is open")
        self._sentence.setText(
            "Open a store from anywhere, or try Burrow on the demo library. Looking never changes a byte."
        )
        self._sentence.wrap()
        self._zone_title.setText("Drop a store, a realm folder or a session file here")
        self._zone_hint.setText("sessions.sqlite3, a folder of realms, *.json, *.jsonl")
        self._recent_head.setText("Recent")

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._zone_title)
        words.addWidget(self._zone_hint)
        self._zone_words = QHBoxLayout()
        self._zone_words.addWidget(self._zone_icon)
        self._zone_words.addLayout(words, 1)
        self._zone_buttons = QHBoxLayout()
        for button in (self.open_button, self.folder_button, self.demo_button):
            self._zone_buttons.addWidget(button)
        self._zone_buttons.addStretch(1)
        self._zone_column = QVBoxLayout(self._zone)
        self._zone_column.addLayout(self._zone_words)
        self._zone_column.addLayout(self._zone_buttons)
        self._recent_column = QVBoxLayout()
        self._recent_column.setSpacing(0)
        self._column = QVBoxLayout(self._inside)
        self._gap = QSpacerItem(0, 0)
        for part in (self._title, self._sentence):
            self._column.addWidget(part)
        self._column.addSpacerItem(self._gap)
        self._column.addWidget(self._zone)
        self._column.addWidget(self._recent_head)
        self._column.addLayout(self._recent_column)
        self._column.addStretch(1)

    def set_look(self, look: Look) -> None:
        """Paint with another look."""
        self._look = look
        for part in (self._title, self._sentence, self._zone, self._zone_title, self._zone_hint, self._recent_head):
            part.set_look(look)
        palette = self._inside.palette()
        palette.setColor(self._inside.backgroundRole(), look.colour("base"))
        self._inside.setPalette(palette)
        self._zone_icon.setPixmap(look.pixmap("package-open", "text_2", 24, self.devicePixelRatioF()))
        set_button_icon(self.open_button, look, "folder-open", "on_accent")
        set_button_icon(self.folder_button, look, "folder-open", "text")
        set_button_icon(self.demo_button, look, "book-open", "text")
        self._zone_column.setContentsMargins(look.px(24), look.px(24), look.px(24), look.px(24))
        self._zone_column.setSpacing(look.px(20))
        self._zone_words.setSpacing(look.px(16))
        self._zone_buttons.setSpacing(look.px(8))
        self._gap.changeSize(0, look.px(12))
        self._column.setSpacing(look.px(6))
        self._show_recent_rows()
        self._set_margins()

    def show_recent(self, recent: tuple[RecentText, ...]) -> None:
        """Show recent places, newest first; none hides the section."""
        if recent != self._recent:
            self._recent = recent
            self._show_recent_rows()

    def recent_rows(self) -> tuple[RecentRow, ...]:
        """The rows as shown."""
        return tuple(self._rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the column in the middle."""
        super().resizeEvent(event)
        self._set_margins()

    def _set_margins(self) -> None:
        look = self._look
        side = max((self.viewport().width() - look.px(WIDTH)) // 2, look.px(24))
        self._column.setContentsMargins(side, look.px(TOP), side, look.px(24))

    def _show_recent_rows(self) -> None:
        for row in self._rows:
            self._recent_column.removeWidget(row)
            row.deleteLater()
        self._rows = [RecentRow(self._look, text, self._inside) for text in self._recent]
        for row in self._rows:
            row.clicked.connect(self._on_recent_clicked)
            self._recent_column.addWidget(row)
        self._recent_head.setVisible(bool(self._recent))
        self._recent_head.setContentsMargins(0, self._look.px(20), 0, 0)

    @Slot()
    def _on_recent_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, RecentRow):
            self.recent_asked.emit(row.recent.path)
