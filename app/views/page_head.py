"""The head of a session's page: title, state and times, id and counts, badges. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.present.page_facts import HeadText
from app.views.head_parts import Badge, FactLine, IdButton
from app.views.labels import ElidedLabel, IconLabel, TextLabel


class PageHead(QWidget):
    """Three lines, insets 12 16 8 16."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel(look, TypeUse.PAGE, "text", self)
        self._state_icon = IconLabel(look, 14, self)
        self._state = TextLabel(look, TypeUse.SMALL_STRONG, "text_2", self)
        self._times = FactLine(look, starts_with_separator=True, parent=self)
        self._id = IdButton(look, self)
        self._counts = FactLine(look, starts_with_separator=True, parent=self)
        self._note = Badge(look, "file-pen", "", self)
        self._rewritten = Badge(look, "history", "", self)
        self._faults = Badge(look, "triangle-alert", "warn", self)
        self._pin = QToolButton(self)
        self._pin.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._pin.hide()
        self._actions = QPushButton("Actions ", self)
        self._actions.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # its icon stands behind the word
        self._actions.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._actions.setToolTip("What can be done with this session, or with those that are selected")
        self._actions.hide()
        self._lines = QVBoxLayout(self)
        self._first = self._line(self._title, self._pin, self._actions)
        self._first.setStretch(0, 1)
        self._second = self._line(self._state_icon, self._state, self._times)
        self._third = self._line(self._id, self._counts)
        self._badges = QHBoxLayout()
        self._badges.addWidget(self._note)
        self._badges.addWidget(self._rewritten)
        self._badges.addWidget(self._faults)
        self._third.addLayout(self._badges)
        self._rewritten.set_text("Rewritten", "Its history was rewritten; earlier revisions may be kept in the store")
        self.set_look(look)

    def _line(self, *widgets: QWidget) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            line.addWidget(widget, 1 if isinstance(widget, FactLine) else 0)
        self._lines.addLayout(line)
        return line

    def put_pin(self, action: QAction) -> None:
        """Show a button for pinning the session beside the title."""
        self._pin.setDefaultAction(action)
        self._pin.setAccessibleName(action.text().replace("&", ""))
        self._pin.show()

    def put_actions(self, menu: QMenu) -> None:
        """Show a button with a menu of what can be done with the session."""
        menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._actions.setMenu(menu)
        self._actions.show()

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._first.setSpacing(look.px(8))
        self._actions.setIcon(look.icon("chevron-down", "text", 14))
        self._actions.setIconSize(QSize(look.px(14), look.px(14)))
        side = look.px(tokens()["height"]["chip"])
        self._pin.setFixedSize(side, side)
        self._pin.setIconSize(QSize(look.px(14), look.px(14)))
        for part in (self._title, self._state_icon, self._state, self._times, self._id, self._counts):
            part.set_look(look)
        for badge in (self._note, self._rewritten, self._faults):
            badge.set_look(look)
        self._lines.setContentsMargins(look.px(16), look.px(12), look.px(16), look.px(8))
        self._lines.setSpacing(look.px(2))
        # The line of facts begins with its own separator.
        self._second.setSpacing(0)
        self._state.setContentsMargins(look.px(5), 0, 0, 0)
        self._third.setSpacing(0)
        self._badges.setSpacing(look.px(6))
        self._fit_badges()

    def say(self, text: HeadText) -> None:
        """Show another session."""
        self._title.set_text(text.title)
        self._state_icon.set_icon(text.state.icon, text.state.role or "text_2", "")
        self._state.setText(text.state.word)
        self._state.set_role(text.state.role or "text_2")
        self._times.set_facts(text.first)
        self._id.set_id(text.session_id, text.short_id)
        self._counts.set_facts(text.second)
        self._note.setVisible(text.has_note)
        self._note.set_text("Note", text.note_tip)
        self._rewritten.setVisible(text.is_rewritten)
        self._faults.setVisible(text.fault_count > 0)
        if text.fault_count:
            words = "1 fault" if text.fault_count == 1 else f"{text.fault_count:,} faults"
            self._faults.set_text(words, text.fault_tip, f"{text.fault_count:,}")
        self._fit_badges()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten badges where there is little room; Qt's name."""
        super().resizeEvent(event)
        self._fit_badges()

    def _fit_badges(self) -> None:
        """Say less in the badges, the quiet one first, where they and the id would not fit."""
        badges = [badge for badge in (self._note, self._rewritten, self._faults) if not badge.isHidden()]
        margins = self._lines.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        room -= self._id.width() + self._counts.minimumSizeHint().width()
        for short_count in range(len(badges) + 1):
            widths = [badge.width_px(is_short=at < short_count) for at, badge in enumerate(badges)]
            if sum(widths) + self._badges.spacing() * max(len(badges) - 1, 0) <= room:
                break
        for at, badge in enumerate(badges):
            badge.set_short(at < short_count)
