"""Shows the sheet for errors that nobody caught (B9). GUI thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.look.look import Look
from app.views.error_sheet import ErrorSheet

if TYPE_CHECKING:
    from app.context import Context
    from app.uncaught import Uncaught, UncaughtError


class ErrorController(QObject):
    """Between the place for uncaught errors and the sheet."""

    def __init__(self, context: Context, uncaught: Uncaught, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._window = window
        self.sheet: ErrorSheet | None = None
        uncaught.happened.connect(self._on_happened)
        context.looks.changed.connect(self._on_look_changed)

    @Slot(object)
    def _on_happened(self, error: UncaughtError) -> None:
        if self.sheet is None:
            log_path = str(self._context.paths.log_file)
            self.sheet = ErrorSheet(self._context.looks.current, log_path, self._window)
            self.sheet.copy_asked.connect(self._on_copy_asked)
        again = f"\n(and {error.earlier_count:,} times more before)" if error.earlier_count else ""
        self.sheet.add(error.sentence, error.text + again)

    @Slot()
    def _on_copy_asked(self) -> None:
        if self.sheet is not None:
            QGuiApplication.clipboard().setText(self.sheet.text())

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        if self.sheet is not None:
            self.sheet.set_look(look)
