"""Text of several weights in one paragraph, wrapped: a strong beginning and what follows. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in a type use and a colour role."""

    text: str
    use: TypeUse
    role: str


class MixedLabel(QWidget):
    """Runs one after the other, as high as their lines at the width it gets; plain text, whatever it looks like."""

    accessible_role = QAccessible.Role.StaticText

    def __init__(self, look: Look, use: TypeUse, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._use = look, use
        self._runs: tuple[Run, ...] = ()
        self._made: tuple[int, QTextLayout] | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look, self._made = look, None
        self.updateGeometry()
        self.update()

    def set_runs(self, runs: Sequence[Run]) -> None:
        """Show other text."""
        self._runs = tuple(run for run in runs if run.text)
        self._made = None
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """All of it."""
        return "".join(run.text for run in self._runs)

    def hasHeightForWidth(self) -> bool:
        """It wraps; Qt's name."""
        return True

    def heightForWidth(self, width: int) -> int:
        """All lines; Qt's name."""
        return self._layout(width).lineCount() * self._look.line_px(self._use)

    def sizeHint(self) -> QSize:
        """All in one line; Qt's name."""
        wide = sum(self._look.metrics(run.use).horizontalAdvance(run.text) for run in self._runs)
        return QSize(int(wide) + 2, self._look.line_px(self._use))

    def minimumSizeHint(self) -> QSize:
        """One short line; Qt's name."""
        return QSize(self._look.px(80), self._look.line_px(self._use))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the lines; Qt's name."""
        painter = QPainter(self)
        painter.setPen(self._look.colour("text"))
        self._layout(self.width()).draw(painter, QPointF(0, 0))
        painter.end()

    def _layout(self, width: int) -> QTextLayout:
        if self._made is not None and self._made[0] == width:
            return self._made[1]
        layout = QTextLayout(self.text(), self._look.font(self._use))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats(self._formats())
        step, at = self._look.line_px(self._use), 0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            line.setPosition(QPointF(0, at + (step - line.height()) / 2))
            at += step
        layout.endLayout()
        self._made = (width, layout)
        return layout

    def _formats(self) -> list[QTextLayout.FormatRange]:
        formats, at = [], 0
        for run in self._runs:
            # Qt counts in UTF-16.
            length = len(run.text.encode("utf-16-le", "surrogatepass")) // 2
            part, style = QTextLayout.FormatRange(), QTextCharFormat()
            style.setFont(self._look.font(run.use))
            style.setForeground(self._look.colour(run.role))
            part.start, part.length, part.format = at, length, style
            formats.append(part)
            at += length
        return formats
