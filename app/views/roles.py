"""What screen readers are told that parts are which only paint: texts, a chart, a picture. GUI thread only.

To Qt every widget that paints itself is a box. A class that has an `accessible_role` says what it is.
"""

from __future__ import annotations

import weakref
from functools import cache

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget


class _Roles:
    """Makes the interfaces, and keeps each as long as its widget: nobody else holds what is made in Python."""

    def __init__(self) -> None:
        self._made: weakref.WeakKeyDictionary[QWidget, QAccessibleInterface] = weakref.WeakKeyDictionary()

    def make(self, _class_name: str, thing: QObject) -> QAccessibleInterface | None:
        """The factory's answer: an interface with the role of the widget's class, None for all others."""
        role = getattr(type(thing), "accessible_role", None)
        if not isinstance(thing, QWidget) or not isinstance(role, QAccessible.Role):
            return None
        if thing not in self._made:
            self._made[thing] = QAccessibleWidget(thing, role)
        return self._made[thing]


@cache
def install_roles() -> None:
    """Let screen readers know; once, after the application object exists."""
    QAccessible.installFactory(_Roles().make)
