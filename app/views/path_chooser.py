"""Asks a person for files or a folder with the system's own dialog, without stopping the program. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

FILTERS = "Stores and session files (*.sqlite3 *.sqlite *.db *.json *.jsonl);;All files (*)"


class PathChooser(QObject):
    """One dialog at a time.

    Signals:
        chosen (tuple of str): paths to be opened.
        place_chosen (str): a folder in which stores are to be looked for from now on.
    """

    chosen = Signal(object)
    place_chosen = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: QFileDialog | None = None
        self._is_for_place = False

    def ask_files(self) -> None:
        """Ask for files to open."""
        self._ask("Open a Store or Session File", QFileDialog.FileMode.ExistingFiles)

    def ask_folder(self) -> None:
        """Ask for a folder to open."""
        self._ask("Open a Realm or a Folder of Realms", QFileDialog.FileMode.Directory)

    def ask_place(self) -> None:
        """Ask for a folder in which stores are to be looked for at every start."""
        self._ask("Add a Folder to the Library", QFileDialog.FileMode.Directory, is_for_place=True)

    def _ask(self, title: str, mode: QFileDialog.FileMode, is_for_place: bool = False) -> None:
        if self._dialog is not None:
            return
        self._is_for_place = is_for_place
        dialog = QFileDialog(self._window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        dialog.setOption(QFileDialog.Option.ReadOnly)
        if mode is QFileDialog.FileMode.Directory:
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        else:
            dialog.setNameFilter(FILTERS)
        dialog.filesSelected.connect(self._on_selected)
        dialog.finished.connect(self._on_finished)
        self._dialog = dialog
        dialog.open()

    @property
    def dialog(self) -> QFileDialog | None:
        """The dialog that is open now."""
        return self._dialog

    @Slot(list)
    def _on_selected(self, paths: list[str]) -> None:
        if self._is_for_place:
            self.place_chosen.emit(paths[0])
        else:
            self.chosen.emit(tuple(paths))

    @Slot()
    def _on_finished(self) -> None:
        self._dialog = None
