"""Parts of a page head: a line of facts, the id that copies itself, badges. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QEnterEvent, QGuiApplication, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolTip, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.present.one_line import as_tip
from app.present.page_facts import HeadFact
from app.views.text_cache import TextCache

_CENTRE_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
_ONE_LINE = int(Qt.TextFlag.TextSingleLine)
SEPARATOR = " · "


class FactLine(QWidget):
    """Facts one after the other; what does not fit drops whole from the right, only the last one left may be cut."""

    accessible_role = QAccessible.Role.StaticText

    def __init__(self, look: Look, starts_with_separator: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: tuple[HeadFact, ...] = ()
        self._spots: list[tuple[QRect, HeadFact]] = []
        self._starts_with_separator = starts_with_separator
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._texts = TextCache(look)
        self.setFixedHeight(look.px(20))
        self.update()

    def set_facts(self, facts: tuple[HeadFact, ...]) -> None:
        """Show other facts."""
        self._facts = facts
        self.setAccessibleName(", ".join(fact.text for fact in facts))
        self.update()

    def minimumSizeHint(self) -> QSize:
        """It may become short; Qt's name."""
        return QSize(self._look.px(40), self._look.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint what fits; Qt's name."""
        painter = QPainter(self)
        self._spots = []
        left = 0
        for number, fact in enumerate(self._facts):
            mark = SEPARATOR if number or self._starts_with_separator else ""
            width = self._texts.width_px(TypeUse.SMALL, mark) if mark else 0
            runs = self._runs(fact)
            needed = width + sum(self._texts.width_px(use, text) for use, _role, text in runs)
            if left + needed > self.width() and number:
                break
            self._draw(painter, left, width, TypeUse.SMALL, "text_3", mark)
            begin = left = left + width
            for use, role, text in runs:
                room = min(self._texts.width_px(use, text), self.width() - left)
                self._draw(painter, left, room, use, role, self._texts.elided(use, text, room))
                left += room
            self._spots.append((QRect(begin, 0, left - begin, self.height()), fact))
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Show the tool tip of the fact under the mouse; Qt's name."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            tips = [fact.tip for rect, fact in self._spots if rect.contains(event.pos())]
            QToolTip.showText(event.globalPos(), as_tip(tips[0]) if tips else "", self)
            return True
        return super().event(event)

    def _runs(self, fact: HeadFact) -> list[tuple[TypeUse, str, str]]:
        runs = [(TypeUse.SMALL_STRONG, "text", fact.strong)] if fact.strong else []
        if fact.plain:
            runs.append((TypeUse.SMALL, "text_2", f" {fact.plain}" if fact.strong else fact.plain))
        return runs

    def _draw(self, painter: QPainter, left: int, width: int, use: TypeUse, role: str, text: str) -> None:
        if text and width > 0:
            painter.setFont(self._look.font(use))
            painter.setPen(self._look.colour(role))
            painter.drawText(QRect(left, 0, width + 1, self.height()), _CENTRE_LEFT | _ONE_LINE, text)


class IdButton(QAbstractButton):
    """The id in short; a click copies all of it."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._id = ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._on_clicked)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._texts = TextCache(look)
        self._fit()

    def set_id(self, session_id: str, short: str) -> None:
        """Show another id."""
        self._id = session_id
        self.setText(short)
        self.setAccessibleName(f"Copy the id {session_id}")
        self.setToolTip(as_tip(f"{session_id}\nClick to copy"))
        self._fit()

    def _fit(self) -> None:
        width = self._texts.width_px(TypeUse.CODE, self.text()) + self._look.px(14 + 5)
        self.setFixedSize(width, self._look.px(20))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the id and the sign of copying; Qt's name."""
        look, painter = self._look, QPainter(self)
        role = "text" if self.underMouse() or self.hasFocus() else "text_2"
        painter.setFont(look.font(TypeUse.CODE))
        painter.setPen(look.colour(role))
        painter.drawText(self.rect(), _CENTRE_LEFT | _ONE_LINE, self.text())
        side = look.px(14)
        icon = look.pixmap("copy", role, 14, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - side, (self.height() - side) // 2, icon)
        painter.end()

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: ARG002
        """Become darker; Qt's name."""
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: ARG002
        """Become lighter; Qt's name."""
        self.update()

    def _on_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._id)
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), "Copied", self)


class Badge(QWidget):
    """An icon and a word in a small frame of 20 px."""

    accessible_role = QAccessible.Role.StaticText

    def __init__(self, look: Look, icon: str, tone: str, parent: QWidget | None = None) -> None:
        """Make a badge.

        Args:
            tone: "warn" or "error" for the colours of that name; "" for a quiet one.
        """
        super().__init__(parent)
        self._icon, self._tone, self._text, self._tip = icon, tone, "", ""
        self._short = ""
        self._is_short = False
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        self._texts = TextCache(look)
        self._fit()

    def set_text(self, text: str, tip: str = "", short: str = "") -> None:
        """Say something else.

        Args:
            short: what is left of the text where there is little room; the tool tip then says all of it.
        """
        self._text, self._tip, self._short = text, tip, short
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
        self._fit()

    def set_short(self, is_short: bool) -> None:
        """Show less, or all of it."""
        if is_short != self._is_short:
            self._is_short = is_short
            self._fit()

    def width_px(self, *, is_short: bool) -> int:
        """How wide it is when it shows less, or all of it."""
        words = self._short if is_short else self._text
        gap = self._look.px(5) if words else 0
        return self._texts.width_px(TypeUse.SMALL, words) * bool(words) + gap + self._look.px(7 + 14 + 7)

    def _fit(self) -> None:
        self.setToolTip(as_tip("\n".join(part for part in (self._text * self._is_short, self._tip) if part)))
        self.setFixedSize(self.width_px(is_short=self._is_short), self._look.px(tokens()["height"]["badge"]))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint frame, icon and word; Qt's name."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.colour(f"{self._tone}_line" if self._tone else "line"))
        painter.setBrush(look.colour(f"{self._tone}_tint" if self._tone else "raised"))
        radius = look.px(tokens()["radius"]["badge"])
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        role, side = self._tone or "text_2", look.px(14)
        icon = look.pixmap(self._icon, role, 14, self.devicePixelRatioF())
        painter.drawPixmap(look.px(7), (self.height() - side) // 2, icon)
        painter.setPen(look.colour(role))
        painter.setFont(look.font(TypeUse.SMALL))
        words = self.rect().adjusted(look.px(7 + 14 + 5), 0, 0, 0)
        painter.drawText(words, _CENTRE_LEFT | _ONE_LINE, self._short if self._is_short else self._text)
        painter.end()
