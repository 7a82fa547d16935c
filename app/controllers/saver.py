"""Asks where a copy is to be saved, and has it written by a job. GUI thread only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.jobs import Query
from app.saving import save_work

if TYPE_CHECKING:
    from app.context import Context


class Saver(QObject):
    """One dialog at a time for one window.

    Attributes:
        dialog: the dialog that is open now.

    Signals:
        saved (str): a sentence about what was written.
        failed (BurrowError): nothing was written.
    """

    saved = Signal(str)
    failed = Signal(object)

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self.dialog: QFileDialog | None = None
        self._data = b""

    def ask(self, name: str, data: bytes) -> None:
        """Ask for a place; the dialog itself asks before a file is replaced."""
        if self.dialog is not None:
            return
        self._data = data
        dialog = QFileDialog(self._window, "Save As")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.selectFile(name)
        dialog.fileSelected.connect(self._on_selected)
        dialog.finished.connect(self._on_finished)
        self.dialog = dialog
        dialog.open()

    def save(self, path: str, replaces: bool) -> None:
        """Write to a place that was chosen."""
        folders = [Path(facts.key.path).parent for facts in self._context.library.facts()]
        work = save_work(Path(path), self._data, replaces, folders)
        self._context.jobs.run(Query("Saving a copy", work, must_finish=True), self._on_saved, self.failed.emit)

    def _on_selected(self, path: str) -> None:
        # The dialog looked at the file and asked; what comes after that moment is not replaced.
        self.save(path, replaces=os.path.lexists(path))

    def _on_finished(self) -> None:
        self.dialog = None

    def _on_saved(self, path: Path) -> None:
        self._data = b""
        self.saved.emit(f"Saved “{path.name}”")
