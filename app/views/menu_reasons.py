"""Disabled entries of menus can be reached by keyboard, and say why they are not possible. GUI thread only.

Qt passes over disabled entries unless the menu's style says otherwise, and no style sheet can say it. The style written
here serves menus alone, which are small: for the whole window a style in Python would be too slow.
"""

from __future__ import annotations

import html
from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAction
from PySide6.QtWidgets import (
    QMenu,
    QProxyStyle,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QToolTip,
    QWidget,
)

_REACHABLE = QStyle.StyleHint.SH_Menu_AllowActiveAndDisabled


class MenuStyle(QProxyStyle):
    """Fusion, in which disabled entries of a menu can be reached."""

    def __init__(self, parent: QObject) -> None:
        super().__init__("Fusion")
        self.setParent(parent)

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,  # noqa: N803 - Qt's name
    ) -> int:
        """Let disabled entries be chosen; Qt's name."""
        return 1 if hint == _REACHABLE else super().styleHint(hint, option, widget, returnData)


class MenuReasons(QObject):
    """Shows beside a disabled entry why it is so, however it was reached.

    Args:
        words_of: title and text for an action; None where there is nothing to say.
    """

    def __init__(self, window: QWidget, words_of: Callable[[QAction], tuple[str, str] | None]) -> None:
        super().__init__(window)
        self._words_of = words_of
        self._style = MenuStyle(self)

    def serve(self, menu: QMenu) -> None:
        """Serve one menu; its entries may change later."""
        menu.setStyle(self._style)
        menu.hovered.connect(self._on_hovered)
        menu.aboutToHide.connect(self._on_hidden)

    @Slot(QAction)
    def _on_hovered(self, action: QAction) -> None:
        menu = self.sender()
        if not isinstance(menu, QMenu) or action not in menu.actions() or not menu.isVisible():
            return  # an entry of a menu in this one, or of another menu that has it as well
        words = None if action.isEnabled() else self._words_of(action)
        if words is None:
            QToolTip.hideText()
            return
        title, text = (html.escape(part) for part in words)
        where = menu.actionGeometry(action)
        tip = f'<p style="white-space:pre-wrap"><b>{title}</b><br>{text}</p>'
        QToolTip.showText(menu.mapToGlobal(where.topRight()), tip, menu, where, 60_000)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(menu, f"{words[0]}. {words[1]}"))

    @Slot()
    def _on_hidden(self) -> None:
        QToolTip.hideText()
